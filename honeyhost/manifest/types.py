"""
Types: the shapes that fields of the manifest share.

The reader keeps plain scalars as text (``version: 1.10`` stays ``1.10``), so every type here starts from text and says
itself what the text means.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from honeyhost.manifest.scalars import core_value
from honeyhost.names import PERMISSION_PATTERN, SLUG_MAX_LENGTH, SLUG_PATTERN, Reference

T = TypeVar("T")

_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def _text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    raise PydanticCustomError("text-expected", "expected text")


def _bool(value: Any) -> Any:
    return _BOOLS.get(value, value) if isinstance(value, str) else value


def _int(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("integer-expected", "expected a whole number")
    return value


def _version(text: str) -> str:
    try:
        Version(text)
    except InvalidVersion:
        raise PydanticCustomError("version-invalid", "'{text}' is not a version (PEP 440)", {"text": text}) from None
    return text


def _version_prefix(text: str) -> str:
    return _version(text.removesuffix(".*"))


def _specifiers(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        hint = " (write '>=1.2,<2' for the npm range '^1.2')" if text.startswith(("^", "~")) else ""
        raise PydanticCustomError(
            "specifier-invalid", "'{text}' is not a version specifier (PEP 440){hint}", {"text": text, "hint": hint}
        ) from None
    return text


def _reference(text: str) -> str:
    if Reference.parse(text) is None:
        raise PydanticCustomError(
            "reference-invalid",
            "'{text}' is not a reference; write 'package.module:attribute' or '.module:attribute'",
            {"text": text},
        )
    return text


def _path(text: str) -> str:
    parts = text.split("/")
    if text.startswith("/") or "\\" in text or ":" in text or "%" in text or ".." in parts or "\0" in text or not text:
        raise PydanticCustomError("path-escapes", "'{text}' does not stay inside the plugin", {"text": text})
    return text


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text)]
YamlBool = Annotated[bool, BeforeValidator(_bool), Field(strict=True)]
YamlInt = Annotated[int, BeforeValidator(_int)]
Slug = Annotated[Text, Field(pattern=SLUG_PATTERN, max_length=SLUG_MAX_LENGTH)]
PermissionId = Annotated[Text, Field(pattern=PERMISSION_PATTERN, max_length=200)]
VersionText = Annotated[Text, AfterValidator(_version), WithJsonSchema({"type": ["string", "number"]})]
VersionPrefix = Annotated[Text, AfterValidator(_version_prefix), WithJsonSchema({"type": ["string", "number"]})]
SpecifierText = Annotated[Text, AfterValidator(_specifiers), WithJsonSchema({"type": "string"})]
ReferenceText = Annotated[Text, AfterValidator(_reference)]
PluginPath = Annotated[Text, AfterValidator(_path)]
Duration = Annotated[Text, Field(pattern=r"^(?:\d+h)?(?:\d+m)?(?:\d+s)?$", min_length=2)]
Label = Annotated[str | Mapping[str, Text], Field(union_mode="left_to_right")]
FreeForm = Annotated[Any, BeforeValidator(core_value)]
OneOrMany = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]


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
