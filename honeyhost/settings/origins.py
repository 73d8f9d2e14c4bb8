"""
Origins: a setting as it may be shown, and where its value came from.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from honeyhost.names import MASK

_PASSWORD = re.compile(r"(://[^:@/?#]*:).*@")
_SECRET_PARAMETER = re.compile(r"((?:^|[?&])[^=&]*(?:password|secret|token)[^=&]*=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingOrigin:
    """
    One line of ``honeyhost config``; secrets are masked in all of it.
    """

    name: str
    value: str
    """The value as people read it."""
    source: str
    """``HONEYHOST_TRUST``, ``honeyhost.toml:3``, ``argument`` or ``default``."""
    data: Any
    """The value as JSON has it."""

    @classmethod
    def of(cls, name: str, value: Any, source: str) -> "SettingOrigin":
        """
        The setting, made fit to be shown.
        """
        data = shown(value)
        return cls(name=name, value=_text(data), source=source, data=data)

    def to_json(self) -> dict[str, Any]:
        """
        The entry of ``config --json``.
        """
        return {"name": self.name, "value": self.data, "source": self.source}


def shown(value: Any) -> Any:
    """
    A value without its secrets, in types that JSON has.
    """
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, str):
        return _SECRET_PARAMETER.sub(rf"\1{MASK}", _PASSWORD.sub(rf"\1{MASK}@", value)) if "://" in value else value
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(shown(item) for item in value)
    if isinstance(value, tuple):
        return [shown(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _text(data: Any) -> str:
    if data is None:
        return "none"
    if isinstance(data, list):
        return ", ".join(data) or "none"
    if isinstance(data, dict):
        return json.dumps(data, ensure_ascii=False) if data else "none"
    return str(data).lower() if isinstance(data, bool) else str(data)
