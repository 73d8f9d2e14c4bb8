"""
Threads: where functions run that do not know of the event loop.

Each plugin has threads of its own, so that one whose functions hang takes none from the others, nor from the host. They are
daemons: a function that never ends does not keep the process from ending.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any

MOST = 16
"""Threads of one plugin; calls beyond that wait their turn."""
IDLE_SECONDS = 10.0
"""How long a thread waits for more to do."""
_Work = tuple["Future[Any]", Callable[[], Any]]


class Threads:
    """
    The threads of all plugins.
    """

    def __init__(self, *, most: int = MOST, idle: float = IDLE_SECONDS) -> None:
        self._most = most
        self._idle = idle
        self._crews: dict[str, _Crew] = {}

    def run(self, slug: str, work: Callable[[], Any], *, nested: bool = False) -> "Future[Any]":
        """
        The outcome of some work of a plugin, which a thread has now or gets as soon as one is free. ``nested`` work is
        waited for by work of the same plugin: it goes first, and beyond the usual number, since that one gives no thread back
        before.
        """
        crew = self._crews.get(slug)
        if crew is None:
            crew = self._crews[slug] = _Crew(slug, self._most, self._idle)
        return crew.run(work, nested=nested)

    def keep(self, slugs: Collection[str]) -> None:
        """
        Let the threads of all plugins but these end as soon as they have nothing to do.
        """
        for slug in self._crews.keys() - set(slugs):
            self._crews.pop(slug).dismiss()


class _Crew:
    def __init__(self, slug: str, most: int, idle: float) -> None:
        self._slug = slug
        self._most = most
        self._idle = idle
        self._changed = threading.Condition()
        self._waiting: deque[_Work] = deque()
        self._free = 0
        self._threads = 0

    def run(self, work: Callable[[], Any], *, nested: bool) -> "Future[Any]":
        outcome: Future[Any] = Future()
        with self._changed:
            if self._free > len(self._waiting):
                self._changed.notify()
            elif nested or self._threads < self._most:
                threading.Thread(target=self._work, name=f"honeyhost call {self._slug}", daemon=True).start()
                self._threads += 1
            (self._waiting.appendleft if nested else self._waiting.append)((outcome, work))
        return outcome

    def dismiss(self) -> None:
        with self._changed:
            self._idle = 0.0
            self._changed.notify_all()

    def _work(self) -> None:
        while (given := self._next()) is not None:
            outcome, work = given
            if outcome.set_running_or_notify_cancel():
                _carry_out(outcome, work)
            del given, outcome, work  # an idle thread keeps nothing of a plugin alive

    def _next(self) -> _Work | None:
        with self._changed:
            if not self._waiting:
                self._free += 1
                self._changed.wait_for(lambda: bool(self._waiting) or not self._idle, self._idle)
                self._free -= 1
            if self._waiting:
                return self._waiting.popleft()
            self._threads -= 1
            return None


def _carry_out(outcome: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        answer = work()
    except StopIteration as error:  # no future can hold one
        failure = RuntimeError("the function raised StopIteration")
        failure.__cause__ = error
        outcome.set_exception(failure)
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        outcome.set_exception(error)
    else:
        outcome.set_result(answer)
