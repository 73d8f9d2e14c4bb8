"""
Ownership: which tables are a plugin's own, and which are nobody's but the host's.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

Access = Literal["read", "write"]
DEFAULT = "default"
"""The platform's own database, in which plugins' migrations make their tables."""
_OURS = "hh_"
_VERSIONS = "hh_alembic_"
_LONGEST_NAME = 63
_HASH = 13
_CATALOGUES = ("sqlite_", "pg_catalog.", "pg_toast.", "pg_temp", "information_schema.")


def table_prefix(slug: str) -> str:
    """
    What the names of a plugin's tables begin with: ``day-care`` has ``day_care_``. Migrations are held to the same rule.
    """
    return f"{slug.strip('_').replace('-', '_')}_"


def left_prefixes(tables: Iterable[str]) -> frozenset[str]:
    """
    The prefixes of all plugins that ever had tables here, read from the names of their version tables: what a plugin that was
    taken out has left behind is not inherited by one with a shorter name.
    """
    stems = (table.removeprefix(_VERSIONS) for table in tables if table.startswith(_VERSIONS))
    cut = _LONGEST_NAME - len(_VERSIONS)
    return frozenset(stem[:-_HASH] if len(stem) >= cut else f"{stem}_" for stem in stems)


def never_granted(table: str) -> str | None:
    """
    Why no grant gives this table, or None.
    """
    lowered = table.lower()
    if lowered.startswith(_OURS) or f".{_OURS}" in lowered:
        return "it is honeyhost's own"
    if lowered.startswith(_CATALOGUES):
        return "it is the database's catalogue"
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ownership:
    """
    Which tables one plugin owns: those with its prefix, without those of plugins that have a longer one.
    """

    prefix: str
    rivals: tuple[str, ...] = ()

    @classmethod
    def of(cls, slug: str, plugins: Collection[str] = (), left: Collection[str] = ()) -> "Ownership":
        """
        The ownership of a plugin among others.

        Args:
            slug: of the plugin.
            plugins: the slugs of all plugins that are known.
            left: prefixes of those that once had tables.
        """
        prefix = table_prefix(slug)
        longer = {other for other in (*map(table_prefix, plugins), *left) if other.startswith(prefix) and other != prefix}
        if slug.startswith("_") and slug.strip("_") in plugins:
            longer.add(prefix)  # a bundled sample makes room for the plugin of the same name
        return cls(prefix=prefix, rivals=tuple(sorted(longer)))

    def owns(self, table: str) -> bool:
        """
        Whether the table is the plugin's own.
        """
        return table.startswith(self.prefix) and not table.startswith(self.rivals) and never_granted(table) is None
