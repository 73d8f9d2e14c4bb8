"""
P1, boot: from the start of the interpreter to the first answer of the last plugin, with a fitting snapshot.
"""

from collections.abc import Sequence

from boots import FLOOR, HONEYHOST, HONEYHOST_FOLDERS, INCLUDE, MOUNT, STEVEDORE, WALK, KINDS, Boots
from outcome import Headline, Row, Verdict, ratio
from peers import missing

_FULL = 1000
_METHOD = (
    "CPU time of a fresh interpreter from its start to the first answer, asked without a socket; the application's lifespan "
    "is entered. Wall time is of the whole process."
)


def measure(boots: Boots, sizes: Sequence[int]) -> Headline:
    """
    The boots of all kinds at all sizes.
    """
    rows: list[Row] = []
    verdicts: list[Verdict] = []
    for size in sizes:
        figures = boots.of(size)
        floor = figures[FLOOR].cpu
        rows.extend(
            Row(
                name=kind.name,
                size=size,
                value=figures[kind].cpu,
                wall=figures[kind].wall,
                unit="s",
                ratio=ratio(figures[kind].cpu, floor),
                lacks=kind.lacks,
            )
            for kind in KINDS
            if kind in figures
        )
    largest = sizes[-1]
    figures = boots.of(largest)
    for kind in (HONEYHOST, HONEYHOST_FOLDERS):
        actual = ratio(figures[kind].cpu, figures[FLOOR].cpu)
        verdicts.append(Verdict(claim=f"{kind.name}, {largest} plugins, to the floor", actual=actual, target=1.15))
    notices = missing(["stevedore"])
    if largest < _FULL:
        notices.append(f"against the best peer it is judged at {_FULL} plugins: --full")
    else:
        best = min(figures[kind].cpu for kind in (WALK, INCLUDE, MOUNT, STEVEDORE) if kind in figures)
        actual = ratio(figures[HONEYHOST].cpu, best)
        verdicts.append(Verdict(claim=f"{HONEYHOST.name}, {largest} plugins, to the best peer", actual=actual, target=0.1))
    return Headline(
        identifier="P1", title="Boot", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices
    )
