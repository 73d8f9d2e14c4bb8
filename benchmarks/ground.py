"""
Ground: the platforms that are measured, written to disk once and applied as an operator would.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fixtures
from timing import Command, run

UNRELATED = 500
"""Distributions beside the plugins, where discovery is measured."""
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Platform:
    """
    One platform's folder, and the folders of installed distributions where its plugins are wheels.
    """

    folder: Path
    sites: Sequence[Path] = ()

    @property
    def environment(self) -> dict[str, str]:
        """
        What a program must be told to work on it.
        """
        places = {"HONEYHOST_INSTALL_DIR": str(self.folder)}
        return {**places, "PYTHONPATH": _joined(self.sites)} if self.sites else places

    def honeyhost(self, *words: str) -> Command:
        """
        The program, run on this platform.
        """
        return Command(words=(*PYTHON, "-m", "honeyhost", *words), folder=self.folder, environment=self.environment)

    def child(self, program: str, *words: str) -> Command:
        """
        A program of this folder in a fresh interpreter, with the platform's distributions.
        """
        code = f"from {program} import main; main()"
        environment = {**self.environment, "PYTHONPATH": _joined((HERE, *self.sites))}
        return Command(words=(*PYTHON, "-c", code, *words), folder=self.folder, environment=environment)


def _joined(folders: Sequence[Path]) -> str:
    return os.pathsep.join(map(str, folders))


PYTHON: Sequence[str] = (sys.executable, "-P")
"""Without the working directory on its path, so that a snapshot fits in every program that is started."""


class Ground:
    """
    The platforms of one run of the benchmarks, below one folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders = cache(self._folders)
        self.unapplied = cache(self._unapplied)
        self.wheels = cache(self._wheels)
        self.crowd = cache(self._crowd)
        self.applied_crowd = cache(self._applied_crowd)
        self.npe2 = cache(self._npe2)
        self.unrelated = cache(self._unrelated)

    def empty(self) -> Platform:
        """
        A platform without plugins.
        """
        folder = self.root / "empty"
        folder.mkdir(exist_ok=True)
        return Platform(folder)

    def single(self, name: str, plugins: Mapping[str, Mapping[str, str]]) -> Platform:
        """
        A platform of its own with these plugins as folders, not applied; files by their path below the plugin's folder.
        """
        folder = fixtures.clear(self.root / name)
        (folder / "plugins").mkdir(parents=True)
        for slug, files in plugins.items():
            for path, text in files.items():
                place = folder / "plugins" / slug / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
        return Platform(folder)

    def _folders(self, count: int) -> Platform:
        """
        Plugins as folders, applied.
        """
        return _applied(self._written(f"folders-{count}", count))

    def _unapplied(self, count: int) -> Platform:
        """
        Plugins as folders, as a person left them.
        """
        return self._written(f"unapplied-{count}", count)

    def _written(self, name: str, count: int) -> Platform:
        folder = fixtures.clear(self.root / name)
        fixtures.write_folders(folder / "plugins", count)
        return Platform(folder)

    def _wheels(self, count: int) -> Platform:
        """
        Plugins as installed wheels, applied.
        """
        folder = fixtures.clear(self.root / f"wheels-{count}")
        fixtures.write_wheels(folder / "site", count)
        return _applied(Platform(folder, (folder / "site",)))

    def _crowd(self, count: int, *, copies: bool = True) -> Platform:
        """
        Plugins as installed wheels among distributions that have nothing to do with them; nothing is applied.
        """
        folder = fixtures.clear(self.root / f"crowd-{count}-{copies}")
        fixtures.write_wheels(folder / "site", count, copies=copies)
        return Platform(folder, (folder / "site", self.unrelated()))

    def _applied_crowd(self, count: int) -> Platform:
        """
        The same, applied.
        """
        return _applied(Platform(fixtures.clear(self.root / f"applied-crowd-{count}"), self.crowd(count).sites))

    def _npe2(self, count: int) -> Platform:
        """
        The same number of plugins of npe2.
        """
        folder = fixtures.clear(self.root / f"npe2-{count}")
        fixtures.write_npe2(folder / "site", count)
        return Platform(folder, (folder / "site", self.unrelated()))

    def _unrelated(self) -> Path:
        """
        A folder of distributions that have nothing to do with plugins.
        """
        site = fixtures.clear(self.root / "unrelated")
        fixtures.write_distributions(site, UNRELATED)
        return site


_MAKE_ADMINISTRATOR = """
from honeyhost.settings import Settings
from honeyhost.wiring import administrator_token
administrator_token(Settings.load())
"""


def _applied(platform: Platform) -> Platform:
    run(platform.honeyhost("apply"))
    environment = {**platform.environment, "HONEYHOST_ADMIN_TOKEN": "measured"}
    run(Command(words=(*PYTHON, "-c", _MAKE_ADMINISTRATOR), folder=platform.folder, environment=environment))
    return platform
