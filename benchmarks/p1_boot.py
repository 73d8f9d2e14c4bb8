"""
P1, boot: from the start of the interpreter to the first answer of the last plugin, with a fitting snapshot.
"""

from boots import FLOOR, FLOOR_FOLDERS, HONEYHOST, HONEYHOST_FOLDERS, INCLUDE, KINDS, MOUNT, STEVEDORE, WALK, Boots, Kind
from outcome import Headline, Row, Verdict, ratio
from peers import missing
from scale import MANY, Scale

_METHOD = (
    "CPU time of a fresh interpreter from its start to the first answer, asked without a socket; the application's lifespan "
    "is entered. Wall time is of the whole process."
)
_WHY = (
    "importing the host takes a third of what importing the framework does; of that the settings and the library they are made "
    "with take a third, making dataclasses a fifth, and no other module more than 3 ms. Reading the records and rows of a "
    "thousand plugins and making their fronts takes 30 ms"
)


def measure(boots: Boots, scale: Scale) -> Headline:
    """
    The boots of all kinds at all sizes.
    """
    rows: list[Row] = []
    verdicts: list[Verdict] = []
    for size in scale.sizes:
        figures = boots.of(size)
        rows.extend(
            Row(
                name=kind.name,
                size=size,
                value=figures[kind].cpu,
                wall=figures[kind].wall,
                unit="s",
                ratio=ratio(figures[kind].cpu, figures[_floor(kind)].cpu),
                lacks=kind.lacks,
            )
            for kind in KINDS
            if kind in figures
        )
    largest = scale.largest
    figures = boots.of(largest)
    for kind in (HONEYHOST, HONEYHOST_FOLDERS):
        actual = ratio(figures[kind].cpu, figures[_floor(kind)].cpu)
        verdicts.append(Verdict(claim=f"{kind.name}, {largest} plugins, to the floor", actual=actual, target=1.15, why=_WHY))
    notices = missing(["stevedore"])
    if largest < MANY:
        notices.append(f"against the best peer it is judged at {MANY} plugins: --full")
    else:
        best = min(figures[kind].cpu for kind in (WALK, INCLUDE, MOUNT, STEVEDORE) if kind in figures)
        actual = ratio(figures[HONEYHOST].cpu, best)
        verdicts.append(Verdict(claim=f"{HONEYHOST.name}, {largest} plugins, to the best peer", actual=actual, target=0.1))
    return Headline(identifier="P1", title="Boot", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


def _floor(kind: Kind) -> Kind:
    return FLOOR_FOLDERS if kind.folders else FLOOR
