"""
P6, call: a function of a plugin called by name, with everything that stands round such a call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from ground import Ground
from outcome import Headline, Row, Verdict, ratio
from peers import installed, missing
from scale import Scale
from timing import Case, interleaved, repeated

from honeyhost import Host
from honeyhost.settings import Settings

_METHOD = (
    "CPU time of one call of a function that does nothing, or that lets the event loop turn once. honeyhost looks the plugin "
    "and the function up, knows whether it is enabled and who calls, limits time and depth, counts, and translates errors. The "
    "ratio is to asyncio.timeout alone round the same function."
)
_WHY = (
    "0.3 us are the hand-over of an answer that did not wait; 0.15 each are the context variable that says whose code runs, "
    "the clock, and asking whether anything was changed on this machine; 0.1 are the figures and knowing what is under way. A "
    "pluggy hook takes 0.9 us here, where 1.3 were expected, and does none of that"
)
_WHY_SUSPENDING = (
    "one turn of the event loop is 2.7 us of it; a limit that is armed and disarmed is 1.1 us on top of the call, and half of "
    "that is asking for the current task: 0.25 us by themselves in Python 3.11, where 3.12 takes 0.04"
)
_SLUG = "bench-calls"
_FILES = {
    "plugin.yaml": "name: bench-calls\nversion: 1.0.0\nplugin: .functions:Functions\n",
    "functions.py": '''\
"""
Functions to be called.
"""

import asyncio

from honeyhost.sdk import Plugin, function


class Functions(Plugin):
    @function()
    async def nothing(self) -> None:
        return None

    @function()
    async def turn(self) -> None:
        await asyncio.sleep(0)

    @function()
    def plain(self) -> None:
        return None
''',
}
_PLAIN, _TIMEOUT, _OURS = "plain await", "asyncio.timeout alone", "honeyhost"
_TURN = ", suspending once"


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Calls by everybody, of a function that does not suspend, of one that does, and of one that is not asynchronous.
    """
    samples = asyncio.run(_samples(ground, scale))
    rows = [
        Row(
            name=name,
            value=sample.cpu,
            unit="s",
            ratio=ratio(sample.cpu, samples[_TIMEOUT + _TURN if name.endswith(_TURN) else _TIMEOUT].cpu),
            lacks=LACKS_OF.get(name, ""),
        )
        for name, sample in samples.items()
    ]
    ours = samples[_OURS].cpu
    verdicts = [
        Verdict(claim="to asyncio.timeout alone", actual=ratio(ours, samples[_TIMEOUT].cpu), target=0.35, why=_WHY),
        Verdict(
            claim="suspending, to asyncio.timeout alone",
            actual=ratio(samples[_OURS + _TURN].cpu, samples[_TIMEOUT + _TURN].cpu),
            target=0.6,
            why=_WHY_SUSPENDING,
        ),
    ]
    if "pluggy hook" in samples:
        verdicts.append(Verdict(claim="to a pluggy hook", actual=ratio(ours, samples["pluggy hook"].cpu), target=0.9, why=_WHY))
    return Headline(
        identifier="P6",
        title="Call",
        method=_METHOD,
        rows=rows,
        verdicts=verdicts,
        notices=missing(["pluggy", "npe2", "stevedore"]),
    )


async def _nothing() -> None:
    return None


async def _turn() -> None:
    await asyncio.sleep(0)


async def _samples(ground: Ground, scale: Scale) -> Any:
    platform = ground.single("calls", {_SLUG: _FILES})
    host = Host(Settings(install_dir=platform.folder))
    app = FastAPI(lifespan=host.lifespan)
    async with app.router.lifespan_context(app):
        for name in ("nothing", "turn", "plain"):
            await host.call(_SLUG, name)
        cases: dict[str, Case] = {
            _PLAIN: _awaited(_nothing),
            _TIMEOUT: _awaited(lambda: _within(_nothing)),
            _OURS: _awaited(lambda: host.call(_SLUG, "nothing")),
            _PLAIN + _TURN: _awaited(_turn),
            _TIMEOUT + _TURN: _awaited(lambda: _within(_turn)),
            _OURS + _TURN: _awaited(lambda: host.call(_SLUG, "turn")),
            "asyncio.to_thread, synchronous": _awaited(lambda: asyncio.to_thread(_done)),
            "honeyhost, synchronous": _awaited(lambda: host.call(_SLUG, "plain")),
            **_peers(),
        }
        return await interleaved(cases, scale.rounds)


async def _within(function: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(30):
        await function()


def _awaited(operation: Callable[[], Awaitable[object]]) -> Case:
    async def case(count: int) -> None:
        for _ in range(count):
            await operation()

    return case


def _done() -> None:
    return None


def _peers() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    if installed("pluggy") is not None:
        cases["pluggy hook"] = repeated(_pluggy())
    if installed("npe2") is not None:
        cases["npe2 command"] = repeated(_npe2())
    if installed("stevedore") is not None:
        cases["stevedore driver"] = repeated(_stevedore())
    return cases


def _pluggy() -> Callable[[], object]:
    import pluggy

    specification, implementation = pluggy.HookspecMarker("bench"), pluggy.HookimplMarker("bench")

    class Specification:
        @specification(firstresult=True)
        def nothing(self) -> None:
            """
            Nothing.
            """

    class Implementation:
        @implementation
        def nothing(self) -> None:
            return None

    manager = pluggy.PluginManager("bench")
    manager.add_hookspecs(Specification)
    manager.register(Implementation())
    return manager.hook.nothing


def _npe2() -> Callable[[], object]:
    from npe2._command_registry import CommandRegistry

    registry = CommandRegistry()
    registry.register("bench.nothing", _done)
    return lambda: registry.execute("bench.nothing")


def _stevedore() -> Callable[[], object]:
    from stevedore.extension import Extension, ExtensionManager

    extension = Extension(name="bench", entry_point=None, plugin=_done, obj=_done)
    manager = ExtensionManager.make_test_instance([extension])
    return lambda: manager.map(lambda found: found.obj())


LACKS_OF = {
    "pluggy hook": "synchronous; no time limit, no caller, no counting, no enabling",
    "npe2 command": "synchronous; no time limit, no caller, no counting",
    "stevedore driver": "synchronous; no time limit, no caller, no counting, no enabling",
    _TIMEOUT: "the limit alone",
    _PLAIN: "nothing round the function",
}
