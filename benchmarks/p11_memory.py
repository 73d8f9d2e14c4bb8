"""
P11, memory: what plugins add to an empty application, at the first answer and once the OpenAPI document was asked for.
"""

from boots import FLAT, FLOOR, HONEYHOST, HONEYHOST_TOKENS, INCLUDE, MOUNT, Boots, Kind
from outcome import Headline, Row, Verdict, ratio
from scale import MANY, Scale

_METHOD = (
    "Resident memory of a fresh process over that of FastAPI with one route at the same moment; "
    "the ratio is to entry points + include_router."
)
_KINDS = (INCLUDE, FLAT, MOUNT, HONEYHOST, HONEYHOST_TOKENS)

_WHY = "the host's own routes and the shapes of their answers are built together with the first document and stay"


def measure(boots: Boots, scale: Scale) -> Headline:
    """
    The memory of all kinds at all sizes.
    """
    rows = [
        Row(
            name=f"{'after OpenAPI' if documented else 'first answer'}: {kind.name}",
            size=size,
            value=_added(boots, kind, size, documented=documented),
            unit="B",
            ratio=ratio(_added(boots, kind, size, documented=documented), _added(boots, INCLUDE, size, documented=documented)),
            who=kind.name,
            lacks=kind.lacks,
        )
        for documented in (False, True)
        for kind in _KINDS
        for size in scale.sizes
    ]
    largest = scale.largest
    if largest < MANY:
        verdicts, notices = [], [f"it is judged at {MANY} plugins: --full"]
    else:
        verdicts, notices = [_verdict(boots, largest, documented=documented) for documented in (False, True)], []
    return Headline(identifier="P11", title="Memory", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


def _added(boots: Boots, kind: Kind, size: int, *, documented: bool) -> float:
    return _resident(boots, kind, size, documented=documented) - _resident(boots, FLOOR, size, documented=documented)


def _resident(boots: Boots, kind: Kind, size: int, *, documented: bool) -> float:
    figures = boots.of(size)[kind]
    value = figures.memory_documented if documented else figures.memory
    assert value is not None
    return value


def _verdict(boots: Boots, size: int, *, documented: bool) -> Verdict:
    actual = ratio(_added(boots, HONEYHOST, size, documented=documented), _added(boots, INCLUDE, size, documented=documented))
    when = "after OpenAPI" if documented else "first answer"
    return Verdict(claim=f"{when}, {HONEYHOST.name}, {size} plugins, to include_router", actual=actual, target=0.1, why=_WHY)
