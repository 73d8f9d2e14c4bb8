"""
Targets: functions of plugins, made ready to be called.

Whatever is the same for every call of a function is found out once for each life of its plugin: what a call asks beforehand
costs more than the call.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from honeyhost.attach.routing.flights import Flights
from honeyhost.manager.call_errors import Link
from honeyhost.manager.counters import Counter
from honeyhost.sdk import HostAPI
from honeyhost.sdk.requires import Passage

UNCHECKED: frozenset[str] = frozenset()
"""The permissions that were checked for a call: none, whatever was checked for the request that it is made in."""


class Callee(Protocol):
    """
    What is called: a plugin's generation.
    """

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """
        Its functions by name, once it is ready; before that, none.
        """
        ...

    @property
    def targets(self) -> "dict[str, Target]":
        """
        Those of them that were called; none while it has no functions.
        """
        ...

    @property
    def flights(self) -> Flights:
        """
        What is under way in it.
        """
        ...

    def given(self) -> HostAPI:
        """
        The host that its code may ask.
        """
        ...

    async def ready(self) -> Any:
        """
        Load and initialise it, once.
        """
        ...


class Target:
    """
    One function of a generation.

    Args:
        who: the plugin's slug, and the name by which the function is called.
        function: what is called.
        generation: whose it is.
        counter: where its plugin's calls are counted.
    """

    __slots__ = ("asynchronous", "counter", "first", "flights", "function", "given", "passage", "slug")

    def __init__(self, who: tuple[str, str], function: Callable[..., Any], generation: Callee, counter: Counter) -> None:
        slug, name = who
        self.slug = slug
        self.function = function
        self.asynchronous = _asynchronous(function)
        """Whether it is awaited; otherwise it runs in a thread."""
        self.counter = counter
        self.flights = generation.flights
        self.given = generation.given
        self.first: Link = (1, slug, name, None)
        """The link of a call that is not made inside another one."""
        self.passage: Passage = (slug, None, UNCHECKED, self.first, self.given)
        """What its code knows where the host calls, on nobody's behalf."""

    def within(self, around: Passage) -> Passage:
        """
        What its code knows where it is called by other code of a plugin.
        """
        chain = around[3]
        link = self.first if chain is None else (chain[0] + 1, self.slug, self.first[2], chain)
        return (self.slug, around[1], UNCHECKED, link, self.given)


def _asynchronous(function: Callable[..., Any]) -> bool:
    try:
        flags: int = function.__code__.co_flags
    except AttributeError:  # no plain function
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
    return bool(flags & inspect.CO_COROUTINE)
