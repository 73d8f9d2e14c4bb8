"""
The examination: every check, the ground first, because what stands on it cannot be better.
"""

from collections.abc import Iterator
from time import perf_counter

from honeyhost.doctoring import ground, plugins, running
from honeyhost.doctoring.finding import Check
from honeyhost.doctoring.roles import roles
from honeyhost.settings import Settings
from honeyhost.survey import survey


def examine(settings: Settings) -> tuple[Check, ...]:
    """
    All findings about a platform. Changes nothing, and runs no code of a plugin.
    """
    return tuple(_checks(settings))


def _checks(settings: Settings) -> Iterator[Check]:
    began = perf_counter()
    found = survey(settings)
    yield plugins.counted(found, (perf_counter() - began) * 1000)
    yield from ground.folders(settings)
    yield from ground.extras(settings)
    yield from ground.database(settings)
    yield from plugins.findings(found)
    yield from plugins.trust(settings)
    yield from plugins.quarantine(found.standing)
    yield from plugins.applied(settings, found)
    yield from roles(settings, found)
    yield from running.processes(settings)
    yield from ground.programs(settings)
