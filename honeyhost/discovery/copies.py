"""
Copies: the manifest as JSON beside a wheel's metadata, so that starting a host needs no YAML.

The build hook writes one, discovery reads it. The copy speaks for the plugin.yaml whose hash it carries: it counts only
where RECORD gives that file the same hash. It carries the lines and columns of that file as well, packed into one text,
which is unpacked when somebody asks where something stands.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from honeyhost.isolation import IsolatedModel
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.normalised import to_json
from honeyhost.manifest.positions import Positions

PLACE = "extra_metadata/honeyframe/plugin.json"
"""Where it stands below the metadata folder."""
SCHEMA = 1
LIMIT = 1024 * 1024


class CopySource(IsolatedModel):
    """
    The plugin.yaml that was copied: its path in the wheel, and its SHA-256 in hexadecimal.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestCopy(IsolatedModel):
    """
    A manifest, the package that its relative references start from, and where it was copied from.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    format: Annotated[Literal[1], Field(alias="schema")]
    manifest: PluginManifest
    package: str
    source: CopySource
    positions: str = ""

    def positions_in(self, file: str) -> Positions:
        """
        The places of the manifest's values; ``file`` is how the plugin.yaml is named to people.
        """
        return Positions(file, _Unpacked(self.positions))


def read_copy(data: bytes, *, unknown_fields: bool = False) -> ManifestCopy | None:
    """
    The copy in the bytes of such a file, or None where it is none that this version reads.

    Args:
        data: the bytes.
        unknown_fields: whether it may have fields that nobody knows. What is to be said about them only the YAML can tell.
    """
    try:
        return ManifestCopy.model_validate_json(data, extra=None if unknown_fields else "forbid")
    except ValidationError:
        return None


def is_plain(data: bytes, copy: ManifestCopy) -> bool:
    """
    Whether all text of the manifest in such a file is ASCII that can be seen, as it nearly always is.

    JSON spells what cannot be seen with a backslash; the only ones here are those between the rows of the positions.
    """
    return data.isascii() and b"\x7f" not in data and data.count(b"\\") == copy.positions.count("\n")


def write_copy(manifest: PluginManifest, positions: Positions, *, package: str, path: str, sha256: str) -> str:
    """
    The text of the copy; the same text for the same manifest.
    """
    value = {
        "schema": SCHEMA,
        "manifest": json.loads(to_json(manifest)),
        "package": package,
        "source": {"path": path, "sha256": sha256},
        "positions": "\n".join(f"{line} {column} {place}" for place, (line, column) in positions.values.items()),
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Unpacked(Mapping[str, tuple[int, int]]):
    """
    Positions that stay one text until the first of them is asked for. What is no position in it is left out.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        found = {}
        for row in self._text.split("\n"):
            line, _, rest = row.partition(" ")
            column, _, place = rest.partition(" ")
            if line.isdecimal() and column.isdecimal():
                found[place] = (int(line), int(column))
        return found

    def __getitem__(self, place: str) -> tuple[int, int]:
        return self._places[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
