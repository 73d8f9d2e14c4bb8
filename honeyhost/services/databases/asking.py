"""
Asking: one statement of one plugin, as it is handed from the event loop to a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from honeyhost.services.grants import Grant


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    What a plugin asks of a database, and with which grants: those of the moment in which it asked.
    """

    slug: str
    granted: tuple[Grant, ...]
    plugins: frozenset[str]
    sql: str
    params: Mapping[str, Any] | None
    writes: bool
