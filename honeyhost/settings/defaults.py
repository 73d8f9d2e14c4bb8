"""
Defaults that depend on the machine or on other settings.

Those with a parameter are given the settings that stand above theirs in the model; one that was refused is missing there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from honeyhost.settings.assignments import FILE

_MARKS = (".git", FILE, "plugins")
"""What the root of a repository or of an installation holds."""


def installation() -> Path:
    """
    The nearest folder, from the working directory upwards, that looks like the root; else the working directory.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
    return here


def data(above: Mapping[str, Any]) -> Path:
    """
    A folder of the installation that version control ignores.
    """
    return _folder(above, "install_dir") / ".honeyhost"


def database(above: Mapping[str, Any]) -> str:
    """
    A SQLite file among the data; characters that mean something in a URL are escaped.
    """
    return f"sqlite:///{quote(str(_folder(above, 'data_dir')))}/honeyhost.db"


def frontend_manifest(above: Mapping[str, Any]) -> Path:
    """
    Into the sources of the platform's frontend, where it has one.
    """
    frontend = _folder(above, "install_dir") / "frontend"
    if frontend.is_dir():
        return frontend / "src" / "generated" / "pluginsManifest.ts"
    return _folder(above, "data_dir") / "frontend" / "pluginsManifest.ts"


def dbt_project(above: Mapping[str, Any]) -> Path:
    """
    The platform's project, where it has one.
    """
    own = _folder(above, "install_dir") / "dbt"
    return own if own.is_dir() else _folder(above, "data_dir") / "dbt"


def _folder(above: Mapping[str, Any], name: str) -> Path:
    folder = above.get(name)
    return folder if isinstance(folder, Path) else Path()
