"""
P8, resolve: the verdict on a thousand plugins that need each other.
"""

import json

from ground import Ground
from outcome import Headline, Row, Verdict, ratio
from scale import Scale
from timing import median, started

_SIZES = (100, 1000, 2000)
_METHOD = (
    "CPU time of one resolution in a fresh interpreter with nothing remembered; every plugin needs up to three others and has "
    "permissions, a seed group, routers, pages and a capability. The floor parses each distinct specifier once with packaging."
)
_WHY = "every rule is a call for every plugin: about fifteen calls and 11 us a plugin, none of which stands out"
_FLOOR, _OURS = "parsing the distinct specifiers (floor)", "honeyhost"


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Resolutions at all sizes.
    """
    platform = ground.empty()
    runs = started({str(size): platform.child("resolve_child", str(size)) for size in _SIZES}, scale.starts)
    reports = {size: [json.loads(run.output) for run in runs[str(size)]] for size in _SIZES}
    costs = {size: median([report["cpu"] for report in reports[size]]) for size in _SIZES}
    floors = {size: median([report["floor"] for report in reports[size]]) for size in _SIZES}
    rows = [Row(name=_FLOOR, size=size, value=floors[size], unit="s", ratio=1.0) for size in _SIZES]
    rows += [Row(name=_OURS, size=size, value=costs[size], unit="s", ratio=ratio(costs[size], floors[size])) for size in _SIZES]
    growth = ratio(costs[2000] / 2000, costs[1000] / 1000)
    verdicts = [
        Verdict(claim="1000 plugins", actual=costs[1000], target=0.010, unit="s", why=_WHY),
        Verdict(claim="cost of one plugin, among 2000 to among 1000", actual=growth, target=1.2),
    ]
    return Headline(identifier="P8", title="Resolve", method=_METHOD, rows=rows, verdicts=verdicts)
