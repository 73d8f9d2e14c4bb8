"""
P12, upgrade: versions of a plugin take turns under load; what clients see of it, and what stays in memory.
"""

import json

from ground import Ground
from outcome import Headline, Row, Verdict
from scale import Scale
from timing import run

_METHOD = (
    "Four clients on loopback ask without a pause for a route whose handler imports two modules late, while two versions of "
    "the plugin take turns. Failed: no answer, or no 200. Mixed: one answer out of two versions. Memory: growth of the "
    "resident set over the second half of the swaps, for one swap. Alive: generations that are not collected at the end."
)
_KINDS = {"honeyhost": "honeyhost, reload", "purge": "sys.modules purge, same names"}
_LACKS = {"purge": "no compiling first, no draining, no gate"}
_MOST_BYTES = 32 * 1024


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    So many swaps by each way.
    """
    swaps = 100 if scale.largest >= 1000 else 20
    found = {
        kind: json.loads(run(ground.single(f"upgrade-{kind}", {}).child("upgrade_child", kind, str(swaps))).output)
        for kind in _KINDS
    }
    rows = []
    for kind, name in _KINDS.items():
        figures, lacks = found[kind], _LACKS.get(kind, "")
        rows += [
            Row(name=f"{name}: requests", value=figures["requests"], unit="", who=name, lacks=lacks),
            Row(name=f"{name}: failed", value=figures["failed"], unit="", who=name),
            Row(name=f"{name}: mixed", value=figures["mixed"], unit="", who=name),
            Row(name=f"{name}: memory a swap", value=figures["bytes"] / 1024, unit="KiB", who=name),
            Row(name=f"{name}: alive at the end", value=figures["alive"], unit="", who=name),
        ]
    ours = found["honeyhost"]
    verdicts = [
        Verdict(claim=f"{swaps} swaps, failed requests", actual=ours["failed"], target=0, unit=""),
        Verdict(claim=f"{swaps} swaps, answers that mix versions", actual=ours["mixed"], target=0, unit=""),
        Verdict(claim=f"{swaps} swaps, generations alive", actual=ours["alive"], target=1, unit=""),
        Verdict(
            claim=f"{swaps} swaps, memory of one",
            actual=ours["bytes"] / 1024,
            target=_MOST_BYTES / 1024,
            unit="KiB",
        ),
    ]
    return Headline(identifier="P12", title="Upgrade", method=_METHOD, rows=rows, verdicts=verdicts)
