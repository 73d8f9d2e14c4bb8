"""
Reasons: why a plugin was rejected, one frozen class per kind.

A reason holds facts and words them late: ``message`` and ``hint`` are made when somebody asks. ``params`` are the facts by
name, for translation and for ``--json``.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """
    The base: the plugin it speaks of, and where the demand stands.
    """

    code: ClassVar[str]
    rule: ClassVar[str]

    plugin: str
    version: str
    source: str = "plugin.yaml"
    """file:line:column of the demand, as people read it."""

    @property
    def message(self) -> str:
        """
        One sentence with the plugin, the wanted and the found.
        """
        raise NotImplementedError

    @property
    def hint(self) -> str | None:
        """
        The next thing to do, or None.
        """
        return None

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("plugin", "version", "source")
        }

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {"code": self.code, "params": self.params, "message": self.message, "hint": self.hint}
