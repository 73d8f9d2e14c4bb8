"""
Options: where one look is to look.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


def _current_path() -> tuple[str, ...]:
    return tuple(sys.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscoveryOptions:
    """
    The places that a look visits.
    """

    path: tuple[str, ...] = field(default_factory=_current_path)
    """Where distributions are looked for; the path of this process where nothing is said."""
    bundled_root: Path | None = None
    customer_root: Path | None = None
    archives: tuple[Path, ...] = ()
    """``.whl`` and ``.zip`` files, and folders of them."""
    directories: bool = True
    """Whether the two plugin roots are looked at."""
    entry_points: bool = True
    object_manifests: bool = False
    """Whether code of a plugin may be run, in a process of its own, to read a manifest that is in no file."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """
        The places that the platform's environment names (``INSTALL_DIR``, ``DATA_DIR``), else the working directory and
        ``.honeyhost`` below it.
        """
        variables = os.environ if environment is None else environment
        install = variables.get("HONEYHOST_INSTALL_DIR") or variables.get("INSTALL_DIR") or "."
        data = variables.get("HONEYHOST_DATA_DIR") or variables.get("DATA_DIR")
        return cls(
            bundled_root=Path(install).absolute() / "plugins",
            customer_root=(Path(data) if data else Path(install, ".honeyhost")).absolute() / "plugins",
        )
