"""
Published capabilities: functions that others may run by a slug, as values.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedCapability:
    """
    One capability of a plugin. ``function`` is the name or reference of the function that answers.
    """

    slug: str
    function: str
    permission: str | None = None
    """What a caller has to hold; None for every known caller."""
    input_schema: Mapping[str, Any] | None = None
    """JSON Schema of the input; None admits any object that the function takes."""

    def to_json(self) -> dict[str, Any]:
        """
        All of it, for the snapshot.
        """
        return asdict(self)
