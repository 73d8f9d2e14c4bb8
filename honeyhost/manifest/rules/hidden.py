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
    yield from _part(manifest, "")


def _part(part: Part, path: str) -> Iterator[Problem]:
    given = part.model_fields_set
    for name, value in part.__dict__.items():
        if name in given and not (name in _DATA and not isinstance(value, str)):
            yield from _value(value, child(path, name), for_people=name in _FOR_PEOPLE)


def _value(value: Any, path: str, *, for_people: bool) -> Iterator[Problem]:
    if isinstance(value, str):
        if not (value.isascii() and value.isprintable()):
            yield from _text(value, path, for_people=for_people)
    elif isinstance(value, Part):
        yield from _part(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _value(item, child(path, index), for_people=for_people)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _value(item, child(path, key), for_people=for_people)


def _text(value: str, path: str, *, for_people: bool) -> Iterator[Problem]:
    seen = value.replace("\n", "").replace("\t", "") if for_people else value
    found = hidden_characters(seen)
    if found:
        shown = ", ".join(repr(mark) if mark == " " else mark for mark in found[:_MANY])
        make = warning if for_people else error
        message = f"the text has characters that cannot be seen: {shown}"
        yield make("control-character", message, path=path, characters=found, hint="take them out; they are shown escaped")
