"""
Reasons that lie in what an operator has not answered yet.
"""

from dataclasses import dataclass
from typing import ClassVar

from honeyhost.resolver.reasons.base import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantMissing(Reason):
    """
    The plugin asks the host for something that no operator has granted, or refused, so far.
    """

    code: ClassVar[str] = "grant-missing"
    rule: ClassVar[str] = "grants"

    grant: str
    """``type[:access][:scope]``."""
    granted: tuple[str, ...] = ()
    """What it has of the same type."""

    @property
    def message(self) -> str:
        """
        What is asked for, and what there is.
        """
        return f"{self.subject} asks the host for {self.grant}, and {self._has}"

    @property
    def hint(self) -> str:
        """
        The two answers.
        """
        return f"honeyhost grant {self.plugin} '{self.grant}', or honeyhost grant {self.plugin} --without-new-grants"

    @property
    def wanted(self) -> str:
        """
        The grant.
        """
        return self.grant

    @property
    def found(self) -> str:
        """
        What it has of the same type.
        """
        return ", ".join(self.granted) or "not answered yet"

    @property
    def change(self) -> str:
        """
        To grant it.
        """
        return f"grant {self.grant}"

    @property
    def _has(self) -> str:
        return f"has {', '.join(self.granted)}" if self.granted else "nobody has answered that yet"
