"""
Boots: platforms started again and again in fresh interpreters, for the headlines that need one (P1, P4, P11).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ground import Ground
from peers import LACKS, installed
from scale import Scale
from timing import median, started


class Kind(NamedTuple):
    """
    One way to make a platform of plugins. ``key`` is the boot child's word for it.
    """

    key: str
    name: str
    lacks: str = ""
    folders: bool = False
    """Whether its plugins are folders; else installed wheels."""
    openapi: bool = False
    needs: str = "fastapi"
    peer: bool = True


FLOOR = Kind("bare", "FastAPI with one route, beside the wheels (floor)", openapi=True, peer=False)
"""The framework itself looks through installed distributions, so an empty application starts slower beside many of them."""
FLOOR_FOLDERS = Kind("bare", "FastAPI with one route, beside the folders (floor)", folders=True, peer=False)
HONEYHOST = Kind("honeyhost", "honeyhost, wheels", openapi=True, peer=False)
HONEYHOST_FOLDERS = Kind("honeyhost", "honeyhost, folders", folders=True, peer=False)
HONEYHOST_TOKENS = Kind("honeyhost-tokens", "honeyhost, wheels, callers from its own database", openapi=True, peer=False)
INCLUDE = Kind("include", "entry points + include_router", LACKS["include_router"], openapi=True)
FLAT = Kind("flat", "entry points + add_api_route", LACKS["flat"], openapi=True)
MOUNT = Kind("mount", "entry points + Mount(FastAPI)", LACKS["mount"], openapi=True)
WALK = Kind("walk-include", "folder walk + yaml.safe_load + include_router", LACKS["include_router"], folders=True)
STEVEDORE = Kind("stevedore", "stevedore + include_router", LACKS["stevedore"], needs="stevedore")
KINDS: Sequence[Kind] = (
    FLOOR,
    FLOOR_FOLDERS,
    HONEYHOST,
    HONEYHOST_FOLDERS,
    HONEYHOST_TOKENS,
    WALK,
    INCLUDE,
    FLAT,
    MOUNT,
    STEVEDORE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BootFigures:
    """
    Medians of one kind at one size: seconds and bytes. What the OpenAPI document costs is None where it was not asked for.
    """

    cpu: float
    wall: float
    memory: float
    openapi: float | None
    toggled: float | None
    memory_documented: float | None


class Boots:
    """
    The boots of one run, made when the first headline asks for them.
    """

    def __init__(self, ground: Ground, scale: Scale) -> None:
        self.of = cache(self._of)
        self._ground = ground
        self._scale = scale

    def _of(self, count: int) -> dict[Kind, BootFigures]:
        """
        Every kind that can be measured here, with so many plugins.
        """
        kinds = [kind for kind in KINDS if installed(kind.needs) is not None]
        folders, wheels = self._ground.folders(count), self._ground.wheels(count)
        commands = {
            kind.name: (folders if kind.folders else wheels).child(
                "boot_child", kind.key, str(count), *(("openapi",) if kind.openapi else ())
            )
            for kind in kinds
        }
        fewer = {kind.name: self._scale.peer_starts for kind in kinds if kind.peer}
        runs = started(commands, self._scale.starts, fewer=fewer)
        return {kind: _figures([(run.wall, json.loads(run.output)) for run in runs[kind.name]]) for kind in kinds}


def _figures(reports: Sequence[tuple[float, dict[str, float]]]) -> BootFigures:
    def middle(key: str) -> float | None:
        values = [report[key] for _, report in reports if key in report]
        return median(values) if values else None

    return BootFigures(
        cpu=median([report["cpu"] for _, report in reports]),
        wall=median([wall for wall, _ in reports]),
        memory=median([report["memory"] for _, report in reports]),
        openapi=middle("openapi"),
        toggled=middle("toggled"),
        memory_documented=middle("memory_documented"),
    )
