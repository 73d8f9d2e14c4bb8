"""
Counters of calls: what is told of every plugin that was called.
"""

import asyncio

import pytest

from honeyhost.errors import CallDepthExceededError, CallFailedError, CallTimeoutError
from honeyhost.manager.counters import BOUNDS, Counter, Counters


async def works():
    return 1


async def breaks():
    raise ValueError


async def hangs():
    await asyncio.Event().wait()


def test_calls_errors_and_timeouts_are_counted_by_plugin(host):
    async def main():
        host.add("clinic", works=works, breaks=breaks, hangs=hangs)
        host.add("billing", works=works)
        for _ in range(3):
            await host.call("clinic", "works")
        with pytest.raises(CallFailedError):
            await host.call("clinic", "breaks")
        with pytest.raises(CallTimeoutError):
            await host.call("clinic", "hangs", timeout=0.01)
        await host.call("billing", "works")

    asyncio.run(main())
    figures = host.figures()
    assert list(figures) == ["billing", "clinic"]
    clinic = figures["clinic"]
    assert (clinic.calls, clinic.errors, clinic.timeouts) == (5, 2, 1)
    assert clinic.seconds >= 0.01
    assert (figures["billing"].calls, figures["billing"].errors) == (1, 0)


def test_a_call_that_finds_nothing_is_counted_nowhere(host):
    host.add("clinic")

    async def main():
        await asyncio.gather(host.call("clinic", "x"), host.call("zoo", "x"), return_exceptions=True)

    asyncio.run(main())
    assert host.figures() == {}


def test_a_caller_that_gives_up_is_no_error_of_the_plugin(host):
    async def main():
        host.add("clinic", hangs=hangs)
        call = asyncio.create_task(host.call("clinic", "hangs"))
        for _ in range(5):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait({call})

    asyncio.run(main())
    assert (host.figures()["clinic"].calls, host.figures()["clinic"].errors) == (1, 0)


def test_calls_too_deep_are_errors_of_those_that_made_them(host_of):
    host = host_of(depth=1)

    async def outer():
        await host.call("billing", "works")

    host.add("clinic", outer=outer)
    host.add("billing", works=works)
    with pytest.raises(CallDepthExceededError):
        asyncio.run(host.call("clinic", "outer"))
    assert {slug: figures.errors for slug, figures in host.figures().items()} == {"clinic": 1}


def test_the_figures_of_a_plugin_end_with_it(host):
    async def main():
        for slug in ("clinic", "billing"):
            host.add(slug, works=works, plain=lambda: 1)
            await host.call(slug, "works")
            await host.call(slug, "plain")

    asyncio.run(main())
    host.keep({"billing", "other"})
    assert list(host.figures()) == ["billing"]


def test_buckets_hold_all_calls_that_took_less():
    counter = Counter()
    for nanoseconds in (0, 1023, 1024, 10**6, 10**12):
        counter.count(nanoseconds)
    figures = counter.figures()
    buckets = dict(figures.buckets)
    assert [bound for bound, _ in figures.buckets] == list(BOUNDS)
    assert (buckets["1.024e-06"], buckets["2.048e-06"], buckets[BOUNDS[-2]], buckets["+Inf"]) == (2, 3, 4, 5)
    assert figures.seconds == (1023 + 1024 + 10**6 + 10**12) / 1e9
    counts = [count for _, count in figures.buckets]
    assert counts == sorted(counts)


def test_bounds_rise_and_end_with_all():
    assert [float(bound) for bound in BOUNDS] == sorted(float(bound) for bound in BOUNDS)
    assert BOUNDS[-1] == "+Inf"


def test_a_plugin_has_one_counter():
    counters = Counters()
    assert counters.of("clinic") is counters.of("clinic")
    assert counters.of("clinic") is not counters.of("billing")
