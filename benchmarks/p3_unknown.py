"""
P3, unknown: what a URL costs that nobody answers, or that the caller may not have.
"""

import asyncio

from fixtures import slug_of
from hosts import STATIC, STRANGER, Hosts, one_route
from outcome import Headline, Row, Verdict, ratio
from p2_requests import FLOOR, expect
from peers import installed, missing
from scale import Scale
from timing import Case, Sample, interleaved
from web_peers import PEERS, PREFIX

_METHOD = (
    "CPU time of one request without a socket that is answered with 404, 401 or 403. The ratio is to one hit of FastAPI with "
    "one static route."
)
_NOBODY = f"{PREFIX}/nobody/{STATIC}"
_UNKNOWN, _ANONYMOUS, _FORBIDDEN = (
    "honeyhost: unknown plugin, 404",
    "honeyhost: no caller, 401",
    "honeyhost: no permission, 403",
)
_INSIDE = "honeyhost: unknown path of a plugin, 404"
Key = tuple[str, int | None]


def measure(hosts: Hosts, scale: Scale) -> Headline:
    """
    Refused requests to all hosts at all sizes.
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
    largest = scale.largest
    verdicts = [
        Verdict(
            claim=f"{name}, {largest} plugins, to one hit",
            actual=ratio(samples[name, largest].cpu, floor),
            target=0.5,
            why="a refusal is an exception that passes the host's own handlers, as every other of the application does",
        )
        for name in (_UNKNOWN, _ANONYMOUS, _FORBIDDEN)
    ]
    constant = ratio(samples[_UNKNOWN, largest].cpu, samples[_UNKNOWN, scale.sizes[0]].cpu)
    verdicts.append(Verdict(claim=f"unknown plugin, {largest} plugins to {scale.sizes[0]}", actual=constant, target=1.05))
    notices = missing(peer.distribution for peer in PEERS)
    return Headline(identifier="P3", title="Unknown URL", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


async def _samples(hosts: Hosts, scale: Scale) -> dict[Key, Sample]:
    cases: dict[Key, Case] = {}
    case, answers = one_route("/" + STATIC).case("/" + STATIC)
    await expect(case, answers, 200)
    cases[FLOOR, None] = case
    for size in scale.sizes:
        last = f"{PREFIX}/{slug_of(size - 1)}/"
        for name, path, token, status in (
            (_UNKNOWN, _NOBODY, b"Bearer measured", 404),
            (_ANONYMOUS, last + STATIC, None, 401),
            (_FORBIDDEN, last + STATIC, STRANGER, 403),
            (_INSIDE, last + "nothing", b"Bearer measured", 404),
        ):
            case, answers = hosts.honeyhost(size).case(path, token=token)
            await expect(case, answers, status)
            cases[name, size] = case
        for peer in PEERS:
            if installed(peer.distribution) is not None and size <= peer.biggest:
                case, answers = hosts.peer(peer.name, size).case(_NOBODY)
                await expect(case, answers, 404)
                cases[f"{peer.name}: unknown plugin, 404", size] = case
    return await interleaved(cases, scale.rounds)
