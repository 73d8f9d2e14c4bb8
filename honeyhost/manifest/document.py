"""
The document: what a plugin.yaml says before anybody asks what it means, with the place of each value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.positions import Positions, child

MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_BYTES = 256 * 1024

_SCALARS = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Document:
    """
    The content of a manifest: mappings, lists and text, every scalar as it was written (``Plain`` where without quotes).
    """

    value: dict[str, Any]
    positions: Positions = field(default_factory=Positions)


class RefusedDocumentError(Exception):
    """
    Reading stopped here; ``problem`` says why. Never leaves this room.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def from_mapping(value: Mapping[Any, Any], *, file: str | None = None) -> tuple[Document | None, tuple[Problem, ...]]:
    """
    The document that a mapping from another reader (JSON, TOML, a test) spells, within the same bounds.

    Never raises: what no manifest could hold is a problem.
    """
    try:
        copied = _copied(value, "", 1, [0])
    except RefusedDocumentError as refusal:
        return None, (refusal.problem.at(file=file),)
    return Document(copied, Positions(file)), ()


def _copied(value: Any, path: str, depth: int, count: list[int]) -> Any:
    count[0] += 1
    if count[0] > MAX_NODES:
        raise RefusedDocumentError(error("document-too-long", f"the document has more than {MAX_NODES:,} values"))
    if isinstance(value, str):
        return checked_text(value, path)
    if isinstance(value, _SCALARS):
        if isinstance(value, float) and not isfinite(value):
            raise RefusedDocumentError(
                error("value-invalid", f"'{value}' is no number that a file can hold", path=path or None)
            )
        return value
    if depth > MAX_DEPTH:
        raise RefusedDocumentError(too_deep(path))
    if isinstance(value, Mapping):
        return {(key := _key(name, path)): _copied(item, child(path, key), depth + 1, count) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item, child(path, index), depth + 1, count) for index, item in enumerate(value)]
    message = f"expected text, a number, a list or a mapping, found {type(value).__name__}"
    raise RefusedDocumentError(error("value-invalid", message, path=path or None))


def checked_text(text: str, path: str) -> str:
    """
    The text, if it can be written to a file and shown.

    Raises:
        RefusedDocumentError: for NUL and for halves of surrogate pairs.
    """
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise RefusedDocumentError(error("control-character", "half of a surrogate pair is no character", path=path or None))
    if "\0" in text:
        raise RefusedDocumentError(error("control-character", "the character NUL is not allowed", path=path or None))
    return text


def too_deep(path: str) -> Problem:
    """
    The problem of a document that nests deeper than any manifest does.
    """
    return error("document-too-deep", f"the document nests deeper than {MAX_DEPTH} levels", path=path or None)


def _key(key: Any, path: str) -> str:
    if isinstance(key, str) and key:
        return checked_text(key, path)
    message = "a key is empty" if key == "" else f"a key is {type(key).__name__}, and text is wanted"
    raise RefusedDocumentError(error("key-invalid", message, path=path or None))
