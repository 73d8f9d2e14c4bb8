"""
Health: plugins are asked how they are, and those that went down are started again.

A plugin is down when its lifespan or a restart failed, or when it raised or kept silent three times in a row. It is started
again after a while that doubles; after five times in ten minutes it is given up, and whoever runs the host takes it out.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from honeyhost.errors import AttachError
from honeyhost.manager.generation import Generation
from honeyhost.manager.manager import Manager
from honeyhost.manager.restarts import MOST, WINDOW, Restarts
from honeyhost.manager.tasks import ended

logger = logging.getLogger("honeyhost")
ANSWER_SECONDS = 5.0
"""For one answer."""
BORNE = 3
"""Times in a row that a plugin may raise or keep silent."""
_LONGEST_ERROR = 500
_LONGEST_ANSWER = 16 * 1024
Feeling = Literal["well", "unwell", "down"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """
    How a plugin was when it was asked last. ``answer`` is what it said, as JSON where it is.
    """

    state: Feeling
    answer: Any = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """
        All of it.
        """
        return {"state": self.state, "answer": self.answer, "error": self.error}


class _Patient:
    """
    What is known of one plugin.
    """

    __slots__ = ("asked", "borne", "generation", "health", "restarts")

    def __init__(self) -> None:
        self.restarts = Restarts()
        self.health: Health | None = None
        self.asked = -math.inf
        self.borne = 0
        self.generation: Generation | None = None


class Watch:
    """
    The watch over the plugins of one manager.

    Args:
        manager: whose plugins they are.
        interval: seconds between two questions to one plugin.
        give_up: called with slug, number of restarts and the last error of a plugin that is to be taken out.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        manager: Manager,
        *,
        interval: float,
        give_up: Callable[[str, int, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._manager = manager
        self._interval = interval
        self._give_up = give_up
        self._clock = clock
        self._patients: dict[str, _Patient] = {}
        self._stirred = asyncio.Event()

    @property
    def known(self) -> Mapping[str, Health]:
        """
        How each plugin was that was asked, by slug.
        """
        return {slug: one.health for slug, one in self._patients.items() if one.health is not None}

    async def run(self) -> None:
        """
        Watch until cancelled.
        """
        self._stirred = asyncio.Event()  # of this event loop: an application may be started again on another one
        forget = self._manager.on_change(self._stirred.set)
        try:
            while True:
                self._stirred.clear()
                wait = await self.round()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._stirred.wait()
        finally:
            forget()

    async def round(self) -> float:
        """
        Look at every plugin once: ask those whose time has come, start those again that are due. The seconds until the next
        round has something to do.
        """
        watched = {plugin.slug for plugin in self._manager.plugins if self._manager.state(plugin.slug) in _WATCHED}
        self._patients = {slug: self._patients.get(slug) or _Patient() for slug in sorted(watched)}
        await asyncio.gather(*(self._look(slug, patient) for slug, patient in self._patients.items()))
        now = self._clock()
        return min((self._until(patient, now) for patient in self._patients.values()), default=self._interval)

    def _until(self, patient: _Patient, now: float) -> float:
        moment = patient.restarts.due if patient.restarts.due is not None else patient.asked + self._interval
        return max(0.05, moment - now)

    async def _look(self, slug: str, patient: _Patient) -> None:
        generation = self._manager.generation(slug)
        if patient.generation is not generation:
            patient.generation, patient.borne = generation, 0
        now = self._clock()
        due = now - patient.asked >= self._interval
        if due:
            patient.asked = now
        error = self._manager.failure(slug)
        if error is not None:
            if generation is not None and generation.was_up:
                await self._down(slug, patient, error.message)
            return
        if generation is None or generation.handle is None:
            return
        if patient.restarts.due is not None:
            await self._down(slug, patient, patient.health.error or "" if patient.health is not None else "")
        elif due:
            await self._ask(slug, patient, generation)

    async def _ask(self, slug: str, patient: _Patient, generation: Generation) -> None:
        handle = generation.handle
        if handle is None or not handle.answers_health:
            return
        answers: list[Any] = []

        async def ask() -> None:
            answers.append(await handle.health())

        error = await ended(ask(), ANSWER_SECONDS, patience=0.1)
        if self._manager.generation(slug) is not generation:
            return
        if error is None:
            patient.borne = 0
            patient.restarts.well()
            self._felt(slug, patient, Health(state="well", answer=_json(answers[0])))
            return
        said = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        if isinstance(error, TimeoutError) and not str(error):
            said = f"gave no answer within {ANSWER_SECONDS:g} s"
        patient.borne += 1
        self._felt(slug, patient, Health(state="unwell", error=said))
        if patient.borne >= BORNE:
            await self._down(slug, patient, said)

    async def _down(self, slug: str, patient: _Patient, error: str) -> None:
        """
        Start it again if that is due, or decide when.
        """
        now = self._clock()
        self._felt(slug, patient, Health(state="down", error=error))
        if patient.restarts.due is None and not patient.restarts.went_down(now):
            logger.error("plugin '%s' went down %d times in %g minutes and is given up", slug, MOST + 1, WINDOW / 60)
            self._give_up(slug, patient.restarts.made + 1, error)
            return
        if patient.restarts.due is None or patient.restarts.due > now:
            return
        patient.restarts.begun(now)
        logger.info("plugin '%s' is started again: %s", slug, error, extra={"plugin": slug, "phase": "restart"})
        try:
            await self._manager.restart(slug)
        except AttachError:
            return  # it is in the log, and the next round sees it
        patient.borne, patient.asked = 0, self._clock()
        patient.generation = self._manager.generation(slug)

    def _felt(self, slug: str, patient: _Patient, health: Health) -> None:
        before = patient.health.state if patient.health is not None else "well"
        patient.health = health
        if before != health.state:
            extra = {"plugin": slug, "phase": "health"}
            level = logging.INFO if health.state == "well" else logging.WARNING
            logger.log(
                level, "plugin '%s' is %s%s", slug, health.state, f": {health.error}" if health.error else "", extra=extra
            )


_WATCHED = frozenset({"loaded", "running", "failed"})


def _json(answer: Any) -> Any:
    """
    The answer where it is JSON of a moderate size; nothing of any other.
    """
    try:
        text = json.dumps(answer)
    except (TypeError, ValueError, RecursionError):
        return None
    return answer if len(text) <= _LONGEST_ANSWER else None
