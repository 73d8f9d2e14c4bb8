"""
Copies: the manifest as JSON beside a wheel's metadata, so that starting a host needs no YAML.

The build hook writes one, discovery reads it. The copy speaks for the plugin.yaml whose hash it carries: it counts only
where RECORD gives that file the same hash.
"""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.normalised import to_json

PLACE = "extra_metadata/honeyframe/plugin.json"
"""Where it stands below the metadata folder."""
SCHEMA = 1
LIMIT = 1024 * 1024


class CopySource(BaseModel):
    """
    The plugin.yaml that was copied: its path in the wheel, and its SHA-256 in hexadecimal.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestCopy(BaseModel):
    """
    A manifest, the package that its relative references start from, and where it was copied from.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    format: Annotated[Literal[1], Field(alias="schema")] = SCHEMA
    manifest: PluginManifest
    package: str
    source: CopySource


def read_copy(data: bytes) -> ManifestCopy | None:
    """
    The copy in the bytes of such a file, or None where it is none that this version reads.
    """
    try:
        return ManifestCopy.model_validate_json(data)
    except ValidationError:
        return None


def write_copy(manifest: PluginManifest, *, package: str, path: str, sha256: str) -> str:
    """
    The text of the copy; the same text for the same manifest.
    """
    value = {
        "schema": SCHEMA,
        "manifest": json.loads(to_json(manifest)),
        "package": package,
        "source": {"path": path, "sha256": sha256},
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
