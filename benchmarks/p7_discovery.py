"""
P7, discovery: finding the plugins of a machine in a cold process, by name and whole, and asking whether a snapshot still fits.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ground import UNRELATED, Ground, Platform
from outcome import Headline, Row, Verdict, ratio
from peers import LACKS, installed, missing
from scale import MANY, Scale
from timing import Case, interleaved, median, repeated, started

from honeyhost.manager.booting import snapshot_key
from honeyhost.manager.snapshot import Snapshot
from honeyhost.recorded import DEFAULT_PREFIX, settings_digest, snapshot_path
from honeyhost.settings import Settings

_METHOD = (
    f"CPU time in a fresh interpreter after its start, imports included; wheels stand among {UNRELATED} other distributions. "
    "Names: which plugins there are. Whole: every manifest read and validated. The ratio is to the floor of the same question, "
    "which lists the same folders, reads the same files and understands nothing."
)


class Look(NamedTuple):
    """
    One way to look. ``key`` is the discovery child's word for it, ``floor`` the key of what it is held against.
    """

    key: str
    name: str
    floor: str
    place: str = "crowd"
    """Which ground it looks at: ``crowd`` of wheels, ``bare`` ones without a copy of the manifest, ``folders``, ``npe2``."""
    needs: str = "honeyhost"
    lacks: str = ""

    @property
    def label(self) -> str:
        """
        What a program of it is called.
        """
        return f"{self.key} {self.place}"


_NAMES, _WHOLE = "floor-names", "floor-manifests"
_LOOKS: Sequence[Look] = (
    Look(_NAMES, "names: listing and reading (floor)", _NAMES),
    Look("names", "names: honeyhost", _NAMES),
    Look("importlib.metadata", "names: importlib.metadata", _NAMES, lacks=LACKS["importlib.metadata"]),
    Look(
        "importlib_metadata",
        "names: importlib_metadata",
        _NAMES,
        needs="importlib_metadata",
        lacks=LACKS["importlib_metadata"],
    ),
    Look("stevedore", "names: stevedore", _NAMES, needs="stevedore", lacks=LACKS["stevedore"]),
    Look("pluggy", "names: pluggy", _NAMES, needs="pluggy", lacks=LACKS["pluggy"]),
    Look(_WHOLE, "whole, wheels: listing and reading (floor)", _WHOLE),
    Look("wheels", "whole, wheels: honeyhost", _WHOLE),
    Look("wheels", "whole, wheels of other build backends: honeyhost", _WHOLE, place="bare"),
    Look("npe2", "whole, wheels: npe2", _WHOLE, place="npe2", needs="npe2", lacks=LACKS["npe2"]),
    Look("floor-folders", "whole, folders: listing and reading (floor)", "floor-folders", place="folders"),
    Look("folders", "whole, folders: honeyhost", "floor-folders", place="folders"),
)
_STATS, _FITS = "snapshot: asking for the stamps alone (floor)", "snapshot: honeyhost, opened and verified"
_WHY_WHOLE = (
    "half of it are imports, most of them pydantic's and packaging's; the rest is 0.13 ms a plugin for four files read, three "
    "hashes, the model and its rules, which are asked again of every wheel: whoever wrote its copy may not have asked them"
)
_WHY_SNAPSHOT = "beside the stamps the header's rows are read, 1 ms of JSON for a thousand plugins"


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Every look at all sizes, and the snapshot of the largest platform.
    """
    sizes, snapshot_size = scale.cheap_sizes, scale.largest
    wanted = _LOOKS if snapshot_size >= MANY else [look for look in _LOOKS if look.place != "bare"]
    looks = [look for look in wanted if installed(look.needs) is not None]
    figures = {size: _figures(ground, looks, size, scale) for size in sizes}
    rows = [
        Row(
            name=look.name,
            size=size,
            value=figures[size][look.label],
            unit="s",
            ratio=ratio(figures[size][look.label], figures[size][f"{look.floor} {_floor_place(look)}"]),
            lacks=look.lacks,
        )
        for look in looks
        for size in sizes
    ]
    stats, fits = _snapshot(ground.folders(snapshot_size))
    rows.append(Row(name=_STATS, size=snapshot_size, value=stats, unit="s", ratio=1.0))
    rows.append(Row(name=_FITS, size=snapshot_size, value=fits, unit="s", ratio=ratio(fits, stats)))
    verdicts = [
        *_verdicts(figures[sizes[-1]], sizes[-1]),
        Verdict(
            claim=f"snapshot of {snapshot_size} plugins, verified, to the stamps alone",
            actual=ratio(fits, stats),
            target=1.5,
            why=_WHY_SNAPSHOT,
        ),
    ]
    notices = missing(["stevedore", "pluggy", "npe2"])
    if len(wanted) < len(_LOOKS):
        notices.append("wheels of other build backends, whose manifest is read through their RECORD: --full")
    return Headline(identifier="P7", title="Discovery", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


def _floor_place(look: Look) -> str:
    return "folders" if look.place == "folders" else "crowd"


def _figures(ground: Ground, looks: Sequence[Look], size: int, scale: Scale) -> dict[str, float]:
    places: dict[str, Callable[[], Platform]] = {
        "crowd": lambda: ground.crowd(size),
        "bare": lambda: ground.crowd(size, copies=False),
        "folders": lambda: ground.unapplied(size),
        "npe2": lambda: ground.npe2(size),
    }
    commands = {look.label: places[look.place]().child("discovery_child", look.key) for look in looks}
    fewer = {look.label: scale.peer_starts for look in looks if look.needs != "honeyhost"}
    runs = started(commands, scale.starts, fewer=fewer)
    figures = {}
    for label, taken in runs.items():
        reports = [json.loads(run.output) for run in taken]
        assert all(report["found"] == size for report in reports), (label, reports[0])
        figures[label] = median([report["cpu"] for report in reports])
    return figures


def _verdicts(figures: dict[str, float], size: int) -> list[Verdict]:
    names, floor = figures["names crowd"], figures[f"{_NAMES} crowd"]
    metadata = figures["importlib.metadata crowd"]
    verdicts = [
        Verdict(claim=f"names of {size} plugins, to the floor", actual=ratio(names, floor), target=1.5),
        Verdict(claim=f"names of {size} plugins, to importlib.metadata", actual=ratio(names, metadata), target=0.6),
    ]
    if "npe2 npe2" in figures:
        actual = ratio(figures["wheels crowd"], figures["npe2 npe2"])
        verdicts.append(Verdict(claim=f"{size} wheels whole, to npe2", actual=actual, target=0.2, why=_WHY_WHOLE))
    return verdicts


def _snapshot(platform: Platform) -> tuple[float, float]:
    settings = Settings(install_dir=platform.folder)
    path, key = snapshot_path(settings), snapshot_key(settings_digest(settings), DEFAULT_PREFIX)
    roots = (settings.customer_root, settings.bundled_root)

    def fits() -> bool:
        snapshot = Snapshot.open(path)
        return snapshot is not None and snapshot.fits(key, sys.path, roots)

    assert fits(), "the snapshot does not fit"
    snapshot = Snapshot.open(path)
    assert snapshot is not None
    stamps = [stamp.path for plugin in snapshot.plugins() for stamp in plugin.facts.compiled.stamps]

    def stats() -> None:
        for stamp in stamps:
            os.stat(stamp)  # noqa: PTH116 - the floor makes no objects

    cases: dict[str, Case] = {_STATS: repeated(stats), _FITS: repeated(fits)}
    samples = asyncio.run(interleaved(cases, 61))
    return samples[_STATS].cpu, samples[_FITS].cpu
