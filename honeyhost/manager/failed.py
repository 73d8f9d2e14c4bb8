"""
The failed plugin: one that was accepted and could not be attached, with the reason and the files that it was found in.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from honeyhost.attach.compiled import Stamp, stamped
from honeyhost.runtimes.sources import walked


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedPlugin:
    """
    Why a plugin of this digest could not be attached. ``folder`` is the one whose Python files are its code; empty for an
    installed plugin, whose record stands for all of its files.
    """

    slug: str
    digest: str
    code: str
    message: str
    hint: str | None = None
    folder: str = ""
    files: tuple[str, ...] = ()
    """What else decides: the manifest, or the record of an installed plugin."""
    stamps: tuple[Stamp, ...] = ()

    def stamped(self) -> tuple[Stamp, ...]:
        """
        The stamps of its files as they are now.
        """
        return stamped((*self.files, *(path for path in walked(self.folder) if path.endswith(".py"))))

    def fits(self) -> bool:
        """
        Whether no file was changed, added or taken away since: then the reason still holds.
        """
        return self.stamped() == self.stamps

    @property
    def said(self) -> str:
        """
        The message where the plugin's name stands before it.
        """
        return self.message.removeprefix(f"plugin '{self.slug}' ")

    def reason(self) -> dict[str, Any]:
        """
        The reason in the shape of ``list --json``.
        """
        return {"code": self.code, "params": {"plugin": self.slug}, "message": self.message, "hint": self.hint}

    def to_json(self) -> dict[str, Any]:
        """
        All of it, for a file.
        """
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """
        The value that :meth:`to_json` made.
        """
        stamps = tuple(Stamp(*stamp) for stamp in document["stamps"])
        return cls(**{**document, "files": tuple(document["files"]), "stamps": stamps})
