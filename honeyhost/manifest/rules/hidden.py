"""
Hidden characters: controls, terminal escapes and bidi overrides in the texts of a manifest.

In text for people they are a warning: every renderer shows them escaped. Anywhere else nobody can mean them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.parts import Part
from honeyhost.manifest.positions import child
from honeyhost.names import hidden_characters

_FOR_PEOPLE = frozenset(
    {"author", "description", "display_name", "label", "labels", "license", "message", "purpose", "title", "translations"}
)
_DATA = frozenset({"args", "equals"})
_MANY = 5


def hidden_text(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A problem for each text with characters that cannot be seen.
    """
    if _is_plain(manifest):
        return
    for path, field, text in _doubtful(manifest, "", ""):
        yield from _text(text, path, for_people=field in _FOR_PEOPLE)


def _is_plain(manifest: PluginManifest) -> bool:
    """
    Whether no text can hold anything: where the JSON of it all is printable ASCII without an escape. Nearly all are.
    """
    text = manifest.model_dump_json(exclude_unset=True)
    return text.isascii() and text.isprintable() and "\\" not in text


def _doubtful(value: Any, path: str, field: str) -> Iterator[tuple[str, str, str]]:
    """
    Each text that is not plain ASCII, with its path and the field that it belongs to.
    """
    if isinstance(value, str):
        if not (value.isascii() and value.isprintable()):
            yield path, field, value
    elif isinstance(value, Part):
        values = value.__dict__
        for name in sorted(value.model_fields_set & values.keys()):
            if name not in _DATA or isinstance(values[name], str):
                yield from _doubtful(values[name], child(path, name), name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _doubtful(item, child(path, index), field)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _doubtful(item, child(path, key), field)


def _text(value: str, path: str, *, for_people: bool) -> Iterator[Problem]:
    seen = value.replace("\n", "").replace("\t", "") if for_people else value
    found = hidden_characters(seen)
    if found:
        shown = ", ".join(repr(mark) if mark == " " else mark for mark in found[:_MANY])
        make = warning if for_people else error
        message = f"the text has characters that cannot be seen: {shown}"
        yield make("control-character", message, path=path, characters=found, hint="take them out; they are shown escaped")
