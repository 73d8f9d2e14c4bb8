"""
P4, OpenAPI: the document of all plugins, asked for the first time and again after one plugin was switched off or on.
"""

from boots import FLAT, HONEYHOST, HONEYHOST_TOKENS, INCLUDE, Boots, Kind
from outcome import Headline, Row, Verdict, ratio
from scale import MANY, Scale

_METHOD = (
    "CPU time of the process for one GET /openapi.json, in fresh interpreters after the first answer of a plugin; "
    "ten routes a plugin. The ratio is to entry points + include_router."
)
_WHY = (
    "the fragments of the plugins and the host's own part are read from what was recorded when they were applied: of 1000 "
    "plugins, reading them is about 10 ms, joining and hashing them 12"
)
_KINDS = (INCLUDE, FLAT, HONEYHOST, HONEYHOST_TOKENS)


def measure(boots: Boots, scale: Scale) -> Headline:
    """
    The documents of all kinds at all sizes.
    """
    rows = [row for size in scale.sizes for row in (*_rows(boots, size, toggled=False), *_rows(boots, size, toggled=True))]
    largest = scale.largest
    notices: list[str] = []
    verdicts: list[Verdict] = []
    if largest < MANY:
        notices.append(f"the first document is judged at {MANY} plugins: --full")
    else:
        verdicts.extend(_verdict(boots, kind, largest, toggled=False) for kind in (HONEYHOST, HONEYHOST_TOKENS))
    verdicts.extend(_verdict(boots, kind, largest, toggled=True) for kind in (HONEYHOST, HONEYHOST_TOKENS))
    return Headline(identifier="P4", title="OpenAPI", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


def _figure(boots: Boots, kind: Kind, size: int, *, toggled: bool) -> float:
    figures = boots.of(size)[kind]
    value = figures.toggled if toggled else figures.openapi
    assert value is not None
    return value


def _rows(boots: Boots, size: int, *, toggled: bool) -> list[Row]:
    when = "after a toggle" if toggled else "first"
    floor = _figure(boots, INCLUDE, size, toggled=toggled)
    values = {kind: _figure(boots, kind, size, toggled=toggled) for kind in _KINDS}
    return [
        Row(
            name=f"{when}: {kind.name}",
            size=size,
            value=value,
            unit="s",
            ratio=ratio(value, floor),
            who=kind.name,
            lacks=kind.lacks,
        )
        for kind, value in values.items()
    ]


def _verdict(boots: Boots, kind: Kind, size: int, *, toggled: bool) -> Verdict:
    actual = ratio(_figure(boots, kind, size, toggled=toggled), _figure(boots, INCLUDE, size, toggled=toggled))
    when = "after a toggle" if toggled else "first document"
    return Verdict(claim=f"{when}, {kind.name}, {size} plugins", actual=actual, target=0.02 if toggled else 0.01, why=_WHY)
