"""
Telemetry: what OpenTelemetry is told of calls, and that nothing is without its library.
"""

import asyncio
import gc
import sys

import pytest
from opentelemetry import metrics

from honeyhost.errors import CallFailedError, CallTimeoutError
from honeyhost.manager.telemetry import Telemetry


async def works():
    return 1


async def breaks():
    raise ValueError


async def hangs():
    await asyncio.Event().wait()


class Meter(metrics.NoOpMeter):
    """
    A meter that reads its instruments.
    """

    def __init__(self):
        super().__init__("a test")
        self.callbacks = {}

    def create_observable_counter(self, name, callbacks=None, unit="", description=""):
        assert name not in self.callbacks, "an instrument is made once"
        (self.callbacks[name],) = callbacks
        return super().create_observable_counter(name, callbacks, unit, description)

    def read(self, name):
        told = self.callbacks[f"honeyhost.plugin.{name}"](metrics.CallbackOptions())
        return {observation.attributes["plugin"]: observation.value for observation in told}


@pytest.fixture
def meter(monkeypatch):
    """
    The meter that whoever asks for one is given.
    """
    made = Meter()
    monkeypatch.setattr(metrics, "get_meter", lambda _: made)
    return made


def called(host, *slugs):
    async def main():
        for slug in slugs:
            host.add(slug, works=works, breaks=breaks, hangs=hangs)
            await host.call(slug, "works")
            with pytest.raises(CallFailedError):
                await host.call(slug, "breaks")
            with pytest.raises(CallTimeoutError):
                await host.call(slug, "hangs", timeout=0.01)

    asyncio.run(main())


def test_calls_errors_and_durations_are_told_by_plugin(host, meter):
    Telemetry().observe(host)
    called(host, "clinic", "ledger")
    assert meter.read("calls") == {"clinic": 3, "ledger": 3}
    assert meter.read("call.errors") == {"clinic": 2, "ledger": 2}
    assert meter.read("call.timeouts") == {"clinic": 1, "ledger": 1}
    assert meter.read("call.duration")["clinic"] >= 0.01


def test_a_plugin_that_is_gone_is_told_no_more(host, meter):
    Telemetry().observe(host)
    called(host, "clinic", "ledger")
    host.keep(["ledger"])
    assert meter.read("calls") == {"ledger": 3}


def test_hosts_of_one_process_share_the_instruments_until_they_end(host, host_of, meter):
    telemetry, other = Telemetry(), host_of()
    for each in (host, other):
        telemetry.observe(each)
        called(each, "clinic")
    assert meter.read("calls") == {"clinic": 6}
    del each, other
    gc.collect()
    assert meter.read("calls") == {"clinic": 3}


def test_without_the_library_nothing_happens(host, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    Telemetry().observe(host)
    called(host, "clinic")
    assert host.figures()["clinic"].calls == 3
