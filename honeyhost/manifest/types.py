"""
Types: the shapes that fields of the manifest share.

The reader keeps plain scalars as text (``version: 1.10`` stays ``1.10``), so every type here starts from text and says
itself what the text means. A refusal is either one of this file's own (its type is our code) or a pattern's; how they are
worded for people is the matter of ``manifest.wording``.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from honeyhost.manifest.scalars import core_value
from honeyhost.names import PERMISSION_PATTERN, SLUG_MAX_LENGTH, SLUG_PATTERN, is_reference

T = TypeVar("T")

ITEM_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_./:-]*$"
CAPABILITY_PATTERN = r"^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$"
STEP_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*$"
ICON_PATTERN = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
ERROR_CODE_PATTERN = r"^[a-z][a-z0-9_-]*$"
DURATION_PATTERN = r"^(?:[0-9]{1,6}h(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?|[0-9]{1,6}m(?:[0-9]{1,6}s)?|[0-9]{1,6}s)$"

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def is_language(tag: str) -> bool:
    """
    Whether the text has the form of a language tag (``en``, ``pt-BR``).
    """
    return _LANGUAGE.fullmatch(tag) is not None


def _bool(value: Any) -> Any:
    return _BOOLS.get(value, value) if isinstance(value, str) else value


def _int(value: Any) -> Any:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    if isinstance(value, bool | str | float):
        raise PydanticCustomError("integer-expected", "no whole number")
    return value


def _label(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not value:
        raise PydanticCustomError("label-invalid", "neither text nor texts by language")
    for tag, text in value.items():
        if not is_language(tag):
            raise PydanticCustomError("language-invalid", "no language tag", {"tag": tag})
        if not isinstance(text, str):
            raise PydanticCustomError("label-text-invalid", "no text for a language", {"language": tag, "found": text})
    return value


def _version(text: str) -> str:
    if not _is_version(text):
        raise PydanticCustomError("version-invalid", "no version")
    return text


@lru_cache(maxsize=1024)
def _is_version(text: str) -> bool:
    try:
        Version(text)
    except ValueError:
        return False
    return True


def _version_prefix(text: str) -> str:
    return _version(text.removesuffix(".*"))


def _specifiers(text: str) -> str:
    if not _is_specifier(text):
        raise PydanticCustomError("specifier-invalid", "no specifier")
    return text


@lru_cache(maxsize=1024)
def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _reference(text: str) -> str:
    if not is_reference(text):
        raise PydanticCustomError("reference-invalid", "no reference")
    return text


def _path(text: str) -> str:
    parts = text.split("/")
    if not text or text.startswith("/") or ".." in parts or any(sign in text for sign in "\\:%"):
        raise PydanticCustomError("path-escapes", "leaves the plugin")
    if not text.isprintable():
        raise PydanticCustomError("control-character", "hidden characters")
    return text


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})
"""An editor shall not complain about a version without quotes: the reader keeps its text."""
_ONE_OR_MANY = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})

Text = str
YamlBool = Annotated[bool, BeforeValidator(_bool), Field(strict=True)]
YamlInt = Annotated[int, BeforeValidator(_int)]
Slug = Annotated[str, Field(pattern=SLUG_PATTERN, max_length=SLUG_MAX_LENGTH)]
PermissionId = Annotated[str, Field(pattern=PERMISSION_PATTERN, max_length=200)]
ItemId = Annotated[str, Field(pattern=ITEM_PATTERN, max_length=200)]
CapabilityName = Annotated[str, Field(pattern=CAPABILITY_PATTERN, max_length=200)]
ErrorCodeName = Annotated[str, Field(pattern=ERROR_CODE_PATTERN, max_length=100)]
StepId = Annotated[str, Field(pattern=STEP_PATTERN, max_length=100)]
VersionText = Annotated[str, Field(max_length=100), AfterValidator(_version), _TEXT_OR_NUMBER]
VersionPrefix = Annotated[str, Field(max_length=100), AfterValidator(_version_prefix), _TEXT_OR_NUMBER]
SpecifierText = Annotated[str, Field(max_length=500), AfterValidator(_specifiers)]
ReferenceText = Annotated[str, Field(max_length=500), AfterValidator(_reference)]
PluginPath = Annotated[str, Field(max_length=500), AfterValidator(_path)]
Duration = Annotated[str, Field(pattern=DURATION_PATTERN)]
Label = Annotated[str | Mapping[str, str], BeforeValidator(_label)]
FreeForm = Annotated[Any, BeforeValidator(core_value)]
OneOrMany = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), _ONE_OR_MANY]


def seconds(duration: str) -> float:
    """
    The length of a duration such as ``1h30m`` in seconds.
    """
    total, digits = 0, ""
    for character in duration:
        if character.isdigit():
            digits += character
        else:
            total += int(digits) * {"h": 3600, "m": 60, "s": 1}[character]
            digits = ""
    return float(total)
