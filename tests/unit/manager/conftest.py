"""
Plugins that can be called and are nothing else.
"""

import asyncio

import pytest

from honeyhost.attach.routing.flights import Flights
from honeyhost.manager.calls import Calls


class FakeFlights(Flights):
    """
    Flights that know how many calls there were at most, and tell whoever waits for so many.
    """

    def __init__(self):
        self.most = self.wanted = 0
        self.busy = asyncio.Event()
        super().__init__()

    @property
    def calls(self):
        return self.count

    @calls.setter
    def calls(self, count):
        self.count = count
        self.most = max(self.most, count)
        if count >= self.wanted:
            self.busy.set()

    async def under_way(self, calls):
        self.wanted = calls
        self.busy.clear()
        if self.calls < calls:
            await self.busy.wait()


class FakeGeneration:
    """
    A generation that becomes ready at the first call, as soon as ``may_load`` is set.
    """

    def __init__(self, functions):
        self.own = functions
        self.functions = {}
        self.targets = {}
        self.flights = FakeFlights()
        self.given = None
        self.loads = 0
        self.failure = None
        self.may_load = None
        self.loading = None

    async def ready(self):
        if self.loading is None:
            self.loading = asyncio.ensure_future(self.load())
        await asyncio.shield(self.loading)
        if self.failure is not None:
            raise self.failure

    async def load(self):
        self.loads += 1
        if self.may_load is not None:
            await self.may_load.wait()
        if self.failure is None:
            self.functions = self.own


class FakeHost(Calls):
    """
    The calls of plugins that are added by hand. ``off`` holds the states of those that do not answer.
    """

    def __init__(self, **options):
        self.answering = {}
        self.off = {}
        super().__init__(lambda: self.answering, self.off.get, **{"timeout": 30.0, **options})

    def add(self, slug, **functions):
        generation = self.answering[slug] = FakeGeneration(functions)
        return generation

    def switch_off(self, slug, state="disabled"):
        del self.answering[slug]
        self.off[slug] = state


@pytest.fixture
def host_of():
    """
    Makes the calls of a process: ``host_of(timeout=1, depth=3)``.
    """
    return FakeHost


@pytest.fixture
def host(host_of):
    """
    The calls of a process with the usual limits.
    """
    return host_of()
