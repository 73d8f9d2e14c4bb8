"""
Grants: pieces of what a plugin may ask of the host, which an operator can give one by one.

A piece reads ``type[:access][:scope]``: ``db:write:patient_*``, ``http:fhir.acme.example``, ``config``. A scope in another
database than the default one names it first: ``db:read:warehouse/fct_*``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from honeyhost.errors import UsageError
from honeyhost.names import closest

TYPES = ("db", "cache", "http", "email", "config", "plugin_call", "dbt")
_WITH_ACCESS = frozenset({"db", "cache"})
_BOTH = ("read", "write")
_FORM = "write type[:access][:scope], as db:write:patient_* or http:api.example.com"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Grant:
    """
    One piece: one type, one access, one scope. Without a scope it is all of its type.
    """

    type: str
    access: str = ""
    scope: str = ""

    def covers(self, asked: "Grant") -> bool:
        """
        Whether whoever has this has all that the other asks for.
        """
        same = self.type == asked.type and self.access == asked.access
        return same and (not self.scope or _within(asked.scope, self.scope, self.type))

    def __str__(self) -> str:
        return ":".join(part for part in (self.type, self.access, self.scope) if part)


def parse_grant(text: str) -> tuple[Grant, ...]:
    """
    The pieces that the text spells; ``readwrite`` are two.

    Raises:
        UsageError: if it spells none.
    """
    kind, _, rest = text.partition(":")
    if kind not in TYPES:
        near = closest(kind, TYPES)
        raise UsageError(f"'{text}' is no grant: there is no type '{kind}'", hint=f"did you mean {near}?" if near else _FORM)
    if kind not in _WITH_ACCESS:
        return (Grant(type=kind, scope=rest),)
    access, _, scope = rest.partition(":")
    if access not in (*_BOTH, "readwrite"):
        raise UsageError(
            f"'{text}' is no grant: '{kind}' needs read, write or readwrite", hint=f"write {kind}:read or {kind}:read:SCOPE"
        )
    return tuple(Grant(type=kind, access=one, scope=scope) for one in accesses(access))


def read_grants(texts: Iterable[str]) -> tuple[Grant, ...]:
    """
    Grants as they were stored; what this version does not understand grants nothing.
    """
    found: list[Grant] = []
    for text in texts:
        try:
            found.extend(parse_grant(text))
        except UsageError:
            continue
    return tuple(found)


def accesses(access: str) -> tuple[str, ...]:
    """
    The single accesses that one spells.
    """
    return _BOTH if access == "readwrite" else (access,)


def _within(asked: str, granted: str, kind: str) -> bool:
    """
    Whether everything that one scope means lies within another. Only a star widens a grant; other marks count as letters, so
    that nothing is granted by a misreading. A plugin has its functions, and a key of the configuration those below it.
    """
    if not asked:
        return granted == "*"
    deeper = kind in ("plugin_call", "config") and asked.startswith(f"{granted}.")
    return asked == granted or deeper or _pattern(granted).fullmatch(asked) is not None


@lru_cache(maxsize=256)
def _pattern(scope: str) -> re.Pattern[str]:
    # a star stays within one database
    return re.compile("[^/]*".join(map(re.escape, scope.split("*"))))
