"""
Reach: the tables of one database that one plugin may read and write with its grants of this moment.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from honeyhost.services.databases.outcomes import Denied
from honeyhost.services.databases.ownership import DEFAULT, Access, Ownership, never_granted
from honeyhost.services.grants import Grant

_STRUCTURE = frozenset("/.")


class Reach:
    """
    The reach of one plugin in one database; it changes with no grant, another one is made then.

    Args:
        slug: of the plugin.
        granted: its grants.
        database: the name of the database.
        plugins: the slugs of all plugins.
        left: prefixes of tables of plugins that are gone.
        caseless: whether the database takes names of another case for the same, as SQLite does.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        slug: str,
        granted: Iterable[Grant],
        *,
        database: str = DEFAULT,
        plugins: Collection[str] = (),
        left: Collection[str] = (),
        caseless: bool = False,
    ) -> None:
        self.slug = slug
        self.database = database
        self._ownership = Ownership.of(slug, plugins, left) if database == DEFAULT else None
        self._caseless = caseless
        self._grants = tuple(self._spelled(grant) for grant in granted if grant.type == "db")
        self._known: dict[tuple[Access, str, str], bool] = {}

    def allows(self, access: Access, table: str, schema: str = "") -> bool:
        """
        Whether the plugin may do this to a table; ``schema`` is empty for the one that the database looks in by itself.
        """
        asked = (access, table, schema)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._decided(access, *self._named(table, schema))
        return found

    def demand(self, access: Access, table: str, schema: str = "") -> None:
        """
        Nothing, if it is allowed.

        Raises:
            Denied: if it is not.
        """
        if not self.allows(access, table, schema):
            raise self.denial(access, table, schema)

    def denial(self, access: Access, table: str, schema: str = "") -> Denied:
        """
        The error for a table that is out of reach.
        """
        name = f"{schema}.{table}" if schema else table
        return Denied(access, self.scope(name), never=never_granted(name))

    def scope(self, name: str) -> str:
        """
        How a grant names a table of this database.
        """
        return name if self.database == DEFAULT else f"{self.database}/{name}"

    def _decided(self, access: Access, table: str, schema: str) -> bool:
        name = f"{schema}.{table}" if schema else table
        if never_granted(name) or never_granted(table):
            return False
        if not schema and self._ownership is not None and self._ownership.owns(table):
            return True
        if _STRUCTURE & {*table} or "." in schema:
            return any(self._everything(grant, access) for grant in self._grants)
        return any(self._covers(grant, access, name) for grant in self._grants)

    def _covers(self, grant: Grant, access: Access, name: str) -> bool:
        """
        Whether a grant names this table. A star alone is every table; another one stays within its schema.
        """
        pattern = grant.scope.rpartition("/")[2]
        if pattern not in ("", "*") and pattern.count(".") != name.count("."):
            return False
        spellings = (name, f"{DEFAULT}/{name}") if self.database == DEFAULT else (f"{self.database}/{name}",)
        return any(grant.covers(Grant(type="db", access=access, scope=spelling)) for spelling in spellings)

    def _everything(self, grant: Grant, access: Access) -> bool:
        """
        Whether a grant names every table of this database: only that reaches a table whose name looks like another's scope.
        """
        scopes = ("", "*", f"{DEFAULT}/*") if self.database == DEFAULT else ("", f"{self.database}/*")
        return grant.access == access and grant.scope in scopes

    def _spelled(self, grant: Grant) -> Grant:
        database, slash, table = grant.scope.rpartition("/")
        return replace(grant, scope=f"{database}{slash}{table.lower()}") if self._caseless else grant

    def _named(self, table: str, schema: str) -> tuple[str, str]:
        return (table.lower(), schema.lower()) if self._caseless else (table, schema)


class Reaches:
    """
    The reach of each plugin in one database, made anew when its grants or the plugins around it change.
    """

    def __init__(self, database: str, *, caseless: bool) -> None:
        self._database = database
        self._caseless = caseless
        self._known: dict[str, tuple[object, frozenset[str], frozenset[str], Reach]] = {}

    def of(self, slug: str, granted: tuple[Grant, ...], plugins: frozenset[str], left: frozenset[str] = frozenset()) -> Reach:
        """
        The reach of a plugin with these grants; the same object as long as nothing changes.
        """
        known = self._known.get(slug)
        if known is not None and known[0] is granted and known[1] == plugins and known[2] == left:
            return known[3]
        reach = Reach(slug, granted, database=self._database, plugins=plugins, left=left, caseless=self._caseless)
        self._known[slug] = (granted, plugins, left, reach)
        return reach
