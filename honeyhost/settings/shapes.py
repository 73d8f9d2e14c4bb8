"""
The shapes that values of settings have, as text of an environment variable or as a value of ``honeyhost.toml``.
"""

import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, SecretStr
from pydantic_core import PydanticCustomError

from honeyhost.names import closest, is_permission, is_slug

_DATABASES = ("sqlite://", "sqlite+pysqlite://", "postgresql://", "postgresql+psycopg://")
_CACHES = ("mem://", "redis://", "rediss://")
_MAILS = ("smtp://", "smtps://", "smtp+starttls://")
_MAIL_ADDRESS = re.compile(r"[^\s<>@,;\"]+@[^\s<>@,;\"]+|[^<>@,;\"]+ <[^\s<>@,;\"]+@[^\s<>@,;\"]+>")
_DATABASE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


def _refuse(why: str) -> PydanticCustomError:
    return PydanticCustomError("setting-refused", "{why}", {"why": why})


def _path_text(value: Any) -> Any:
    if not isinstance(value, (str, Path)) or not (str(value).strip() and str(value).isprintable()):
        raise _refuse("a path is needed")
    return value


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _paths(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _array(value) if value.lstrip().startswith("[") else [part for part in value.split(os.pathsep) if part]


def _slug(text: str) -> str:
    if not is_slug(text):
        raise _refuse("this cannot be the name of a plugin")
    return text


def _permission(text: str) -> str:
    if not is_permission(text):
        raise _refuse("this cannot be a permission; write it like patient.read")
    return text


def _object(value: Any) -> Any:
    if isinstance(value, str):
        raise _refuse("a JSON object is needed")
    return value


def _words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _array(value) if value.lstrip().startswith("[") else [part.strip() for part in value.split(",") if part.strip()]


def _array(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise _refuse("this is not a JSON array") from None


def _version(text: str) -> str:
    try:
        Version(text)
    except InvalidVersion:
        raise _refuse("a version (PEP 440) is needed") from None
    return text


def _database(url: str) -> str:
    if not url.startswith(_DATABASES):
        raise _refuse("write sqlite:////path or postgresql+psycopg://user@host/name")
    return url


def _cache(url: str) -> str:
    if not url.startswith(_CACHES):
        raise _refuse("write mem:// or redis://host:6379/0")
    return url


def _token(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not (text and text.isascii() and text.isprintable()) or " " in text:
        raise _refuse("a token is ASCII text without spaces: it is sent in a header")
    return secret


def _mail(url: str) -> str:
    if not url.startswith(_MAILS):
        raise _refuse("write smtp://user:password@host:25, smtps://… or smtp+starttls://…")
    return url


def _address(text: str) -> str:
    if not text.isprintable() or not _MAIL_ADDRESS.fullmatch(text):
        raise _refuse("an e-mail address is needed, as platform@example.com or Acme <platform@example.com>")
    return text


def _database_name(text: str) -> str:
    if not _DATABASE_NAME.fullmatch(text):
        raise _refuse("this cannot be the name of a database; write it like warehouse")
    return text


def _role(key: str) -> str:
    slug, cut, database = key.partition("/")
    _slug(slug)
    if cut:
        _database_name(database)
    return key


def _limited(key: str) -> str:
    slug, cut, operation = key.rpartition("/")
    if cut:
        _slug(slug)
    known = import_module("honeyhost.sdk.operations").OPERATIONS
    name = operation.replace("-", "_")  # of an environment variable
    if name not in known:
        near = closest(name, known)
        raise _refuse(
            f"there is no operation {operation}; " + (f"did you mean {near}?" if near else f"there are {', '.join(known)}")
        )
    return f"{slug}{cut}{name}"


Trust = Literal["off", "warn", "require"]
Waivable = Literal["host-version", "python-version"]
"""The rules whose upper bound an operator may waive."""

PathSetting = Annotated[Path, BeforeValidator(_path_text), AfterValidator(_absolute)]
PathsSetting = Annotated[tuple[PathSetting, ...], BeforeValidator(_paths)]
"""A JSON array, or paths with the separator of PATH between them."""
VersionSetting = Annotated[str, AfterValidator(_version)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
CacheUrl = Annotated[str, AfterValidator(_cache)]
TokenSetting = Annotated[SecretStr, AfterValidator(_token)]
Slug = Annotated[str, AfterValidator(_slug)]
PermissionsSetting = Annotated[tuple[Annotated[str, AfterValidator(_permission)], ...], BeforeValidator(_words)]
"""A JSON array, or permissions with commas between them."""
OverridesSetting = Annotated[
    Mapping[Slug, Annotated[frozenset[Waivable], BeforeValidator(_words)]],
    BeforeValidator(_object),
]
"""A JSON object of slugs and rules; the rules of one slug may be text with commas."""
PinsSetting = Annotated[Mapping[Slug, Annotated[str, Field(min_length=1)]], BeforeValidator(_object)]
DatabasesSetting = Annotated[Mapping[Annotated[str, AfterValidator(_database_name)], DatabaseUrl], BeforeValidator(_object)]
RolesSetting = Annotated[Mapping[Annotated[str, AfterValidator(_role)], DatabaseUrl], BeforeValidator(_object)]
"""URLs by slug, or by slug and database: ``healthcare/warehouse``."""
LimitsSetting = Annotated[
    Mapping[Annotated[str, AfterValidator(_limited)], Annotated[int, Field(ge=0)]], BeforeValidator(_object)
]
"""Times per minute by operation, or by slug and operation: ``healthcare/http_request``."""
ObjectSetting = Annotated[Mapping[str, Any], BeforeValidator(_object)]
HostsSetting = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_words)]
"""A JSON array, or hosts with commas between them."""
MailUrl = Annotated[str, AfterValidator(_mail)]
MailAddress = Annotated[str, AfterValidator(_address)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Hours = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[int, Field(gt=0)]
DatabaseFailure = Literal["last-known", "refuse"]
Size = Annotated[ByteSize, Field(gt=0)]
"""A number of bytes, or text such as ``10MiB``."""
