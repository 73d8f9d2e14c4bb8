"""
The base of all reasons, and the open one for a host's own checks.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, ClassVar

from honeyhost.names import closest


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason(ABC):
    """
    The base: the plugin it speaks of, where the demand stands, and where the fact came from that does not meet it.
    """

    code: ClassVar[str]
    rule: ClassVar[str]

    plugin: str
    version: str
    source: str = "plugin.yaml"
    """file:line:column of the demand, as people read it."""
    fact_source: str = ""
    """Where the found fact came from: a setting, another plugin's file."""

    @property
    @abstractmethod
    def message(self) -> str:
        """
        One sentence with the plugin, the wanted and the found.
        """

    @property
    @abstractmethod
    def hint(self) -> str | None:
        """
        The next thing to do, or None.
        """

    @property
    @abstractmethod
    def wanted(self) -> str:
        """
        What the plugin asks for, in a few words (``host >=2.1``).
        """

    @property
    @abstractmethod
    def found(self) -> str:
        """
        What there is instead, in a few words (``1.9.4``).
        """

    @property
    @abstractmethod
    def change(self) -> str:
        """
        The smallest change that would remove this reason, as part of a list (``host 2.1 or newer``).
        """

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {fact.name: getattr(self, fact.name) for fact in fields(self) if fact.repr and fact.name not in _COMMON}

    @property
    def subject(self) -> str:
        """
        The plugin as messages name it.
        """
        return f"plugin '{self.plugin}' {self.version}"

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {"code": self.code, "params": self.params, "message": self.message, "hint": self.hint}


_COMMON = frozenset(field.name for field in fields(Reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class HostReason(Reason):
    """
    The open member: what a check of the host's own has against a plugin, in the host's words.
    """

    code: str  # type: ignore[misc]  # every other kind has one code; here the host chooses it
    rule: str  # type: ignore[misc]  # and the rule is the host's
    text: str
    advice: str | None = None
    wish: str = ""
    fact: str = ""
    mend: str = ""
    """How the smallest change is worded; the advice, where it is empty."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """
        The host's sentence.
        """
        return self.text

    @property
    def hint(self) -> str | None:
        """
        The host's advice.
        """
        return self.advice

    @property
    def wanted(self) -> str:
        """
        What the host's rule wants.
        """
        return self.wish

    @property
    def found(self) -> str:
        """
        What the host's rule found.
        """
        return self.fact

    @property
    def change(self) -> str:
        """
        What would satisfy the host's rule.
        """
        return self.mend or self.advice or f"what the rule '{self.rule}' of this host asks for"

    @property
    def params(self) -> dict[str, Any]:
        """
        The host's facts.
        """
        return dict(self.facts)


@lru_cache(maxsize=256)
def near_miss(word: str, known: frozenset[str]) -> str | None:
    """
    The known word that was probably meant; remembered, because many plugins can miss the same one.
    """
    return closest(word, known)
