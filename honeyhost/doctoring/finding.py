"""
A finding of the doctor.
"""

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["ok", "info", "warning", "error"]
Repair = Literal["migrate", "apply"]
"""What ``doctor --fix`` can do without a decision of a person: bring the tables up to date, carry the plan out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """
    One check. Whatever is a warning or an error says how to mend it; ``info`` is worth knowing and never counts.
    """

    id: str
    status: Status
    message: str
    fix: str | None = None
    repair: Repair | None = None
    text: str | None = None
    """What the fix speaks of, to be copied as it is: several lines."""

    def __post_init__(self) -> None:
        assert self.fix or self.status in ("ok", "info"), self.id  # noqa: S101 - a bug of ours

    def to_json(self) -> dict[str, Any]:
        """
        The shape of ``doctor --json``.
        """
        shape = {"id": self.id, "status": self.status, "message": self.message, "fix": self.fix}
        return shape if self.text is None else {**shape, "text": self.text}


def ok(name: str, message: str) -> Check:
    """
    Something that is as it should be.
    """
    return Check(id=name, status="ok", message=message)


def noted(name: str, message: str) -> Check:
    """
    Something worth knowing.
    """
    return Check(id=name, status="info", message=message)


def doubtful(name: str, message: str, fix: str, *, repair: Repair | None = None, text: str | None = None) -> Check:
    """
    Something that will do for now.
    """
    return Check(id=name, status="warning", message=message, fix=fix, repair=repair, text=text)


def broken(name: str, message: str, fix: str, *, repair: Repair | None = None) -> Check:
    """
    Something that does not do.
    """
    return Check(id=name, status="error", message=message, fix=fix, repair=repair)
