"""
Plugins that can be called and are nothing else.
"""

import asyncio

import pytest

from honeyhost.manager.calls import Calls


class FakeGeneration:
    """
    A generation that becomes ready at the first call, as soon as ``may_load`` is set.
    """

    def __init__(self, functions):
        self.own = functions
        self.functions = {}
        self.loads = 0
        self.flights = 0
        self.most_flights = 0
        self.wanted_flights = 0
        self.busy = asyncio.Event()
        self.failure = None
        self.may_load = None
        self.loading = None
        self.idle = asyncio.Event()

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

    async def under_way(self, flights):
        self.wanted_flights = flights
        self.busy.clear()
        if self.flights < flights:
            await self.busy.wait()

    def enter(self):
        self.flights += 1
        self.most_flights = max(self.most_flights, self.flights)
        self.idle.clear()
        if self.flights >= self.wanted_flights:
            self.busy.set()

    def leave(self):
        self.flights -= 1
        if not self.flights:
            self.idle.set()


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
