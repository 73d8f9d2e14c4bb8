"""
P2, requests: whether a plugin's answer takes the same time beside one plugin and beside a thousand.
"""

import asyncio
from collections.abc import Iterator

from cases import Answers
from fixtures import slug_of
from hosts import PARAMETRISED, STATIC, Hosts, one_route
from outcome import Headline, Row, Verdict, ratio
from peers import installed, missing
from scale import Scale
from timing import Case, Sample, interleaved
from web_peers import PEERS, PREFIX, Served

_METHOD = (
    "CPU time of one request without a socket, by a handler that does nothing; every plugin has answered before. honeyhost "
    "asks who is calling and whether that caller may; the others ask nothing. The ratio is to FastAPI with one static route."
)
_WHY = (
    "a route of FastAPI's own with a parameter is at 1.22x: 10 us are the framework's reading and checking of the parameter. "
    "Choosing among the routes of the plugin adds 2 us, and the choice is not remembered as that of a static path is; knowing "
    "what is under way adds 1.5"
)
_WHY_STATIC = (
    "1.5 us are what switching and upgrading need of each request: which task serves it, since when, and whether anything was "
    "changed on this machine since it was last asked"
)
FLOOR = "FastAPI with one static route (floor)"
_FLOOR_PARAMETRISED = "FastAPI with one {id:int} route"
_FIRST, _MIDDLE, _LAST, _LAST_PARAMETRISED = "first plugin", "middle plugin", "last plugin", "last plugin, its last {id:int}"
_OURS = "honeyhost"
Key = tuple[str, int | None]


def measure(hosts: Hosts, scale: Scale) -> Headline:
    """
    Requests to all hosts at all sizes.
    """
    samples = asyncio.run(_samples(hosts, scale))
    floor = samples[FLOOR, None].cpu
    lacks = {peer.name: peer.lacks for peer in PEERS}
    rows = [
        Row(
            name=name,
            size=size,
            value=sample.cpu,
            unit="s",
            ratio=ratio(sample.cpu, floor),
            who=name.partition(": ")[0],
            lacks=lacks.get(name.partition(": ")[0], ""),
        )
        for (name, size), sample in samples.items()
    ]
    return Headline(
        identifier="P2",
        title="Request flatness",
        method=_METHOD,
        rows=rows,
        verdicts=_verdicts(samples, scale.sizes[0], scale.largest),
        notices=[*missing(peer.distribution for peer in PEERS), *_too_big(scale.largest)],
    )


def _verdicts(samples: dict[Key, Sample], smallest: int, largest: int) -> list[Verdict]:
    def of(which: str, size: int) -> float:
        return samples[f"{_OURS}: {which}", size].cpu

    floor, last = samples[FLOOR, None].cpu, of(_LAST, largest)
    return [
        Verdict(
            claim=f"static route, last of {largest} plugins, to the floor",
            actual=ratio(last, floor),
            target=0.95,
            why=_WHY_STATIC,
        ),
        Verdict(
            claim=f"last {{id:int}} of ten, last of {largest} plugins, to the floor",
            actual=ratio(of(_LAST_PARAMETRISED, largest), floor),
            target=1.25,
            why=_WHY,
        ),
        Verdict(claim=f"{largest} plugins to {smallest}", actual=ratio(last, of(_LAST, smallest)), target=1.05),
    ]


def _too_big(largest: int) -> list[str]:
    return [
        f"{peer.name} with more than {peer.biggest} plugins: building it takes minutes"
        for peer in PEERS
        if peer.biggest < largest
    ]


async def _samples(hosts: Hosts, scale: Scale) -> dict[Key, Sample]:
    cases: dict[Key, Case] = {}
    floors = ((FLOOR, "/" + STATIC, STATIC), (_FLOOR_PARAMETRISED, "/" + _TEMPLATE, PARAMETRISED))
    for name, route, path in floors:
        cases[name, None] = await _asked(one_route(route), "/" + path)
    for size in scale.sizes:
        ours = hosts.honeyhost(size)
        for number in range(size):
            await _asked(ours, _path(number, STATIC))
        for which, path in _places(size):
            cases[f"{_OURS}: {which}", size] = await _asked(ours, path)
        for peer in PEERS:
            if installed(peer.distribution) is not None and size <= peer.biggest:
                served = hosts.peer(peer.name, size)
                for which, path in _last_places(size):
                    cases[f"{peer.name}: {which}", size] = await _asked(served, path)
    return await interleaved(cases, scale.rounds)


_TEMPLATE = "reports/items/{id:int}/history"


def _path(number: int, route: str) -> str:
    return f"{PREFIX}/{slug_of(number)}/{route}"


def _places(size: int) -> Iterator[tuple[str, str]]:
    yield _FIRST, _path(0, STATIC)
    yield _MIDDLE, _path(size // 2, STATIC)
    yield from _last_places(size)


def _last_places(size: int) -> Iterator[tuple[str, str]]:
    yield _LAST, _path(size - 1, STATIC)
    yield _LAST_PARAMETRISED, _path(size - 1, PARAMETRISED)


async def _asked(served: Served, path: str) -> Case:
    """
    The case of a path, after it has answered once as it should.
    """
    case, answers = served.case(path)
    await expect(case, answers, 200)
    return case


async def expect(case: Case, answers: Answers, status: int) -> None:
    """
    Run a case once and see that it does what is to be measured.
    """
    await case(1)
    assert answers.status == status, f"answered {answers.status}, not {status}"
