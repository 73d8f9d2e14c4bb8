"""
The SQL that an operator runs to make the role of a plugin in PostgreSQL.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator

from honeyhost.services.databases.ownership import DEFAULT, left_prefixes
from honeyhost.services.databases.reach import Reach
from honeyhost.services.databases.relations import Relation, quoted
from honeyhost.services.grants import Grant

_LONGEST_NAME = 63
_SEQUENCE = "S"
_WRITES = "INSERT, UPDATE, DELETE"
_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def role_name(slug: str, database: str = DEFAULT) -> str:
    """
    What the role of a plugin is called, unless the operator calls it otherwise.
    """
    name = f"honeyhost_{slug}" if database == DEFAULT else f"honeyhost_{slug}_{database}"
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def role_sql(  # noqa: PLR0913 - what it is made of
    slug: str,
    granted: Iterable[Grant],
    relations: Collection[Relation],
    *,
    database: str = DEFAULT,
    plugins: Collection[str] = (),
    seconds: float = 5.0,
) -> str:
    """
    The SQL that makes the role and gives it what the plugin may reach; to be run by the owner of the tables, and again when
    grants or tables have changed, then without its first statement. The password is left open.

    Args:
        slug: of the plugin.
        granted: its grants; a star stands for the tables that there are now.
        relations: all that there are.
        database: as the platform calls it.
        plugins: the slugs of all plugins.
        seconds: that a statement may take.
    """
    left = left_prefixes(relation.name for relation in relations if relation.near)
    reach = Reach(slug, granted, database=database, plugins=plugins, left=left)
    role = quoted(role_name(slug, database))
    schemas = sorted({relation.schema for relation in relations})
    lines = [
        f"-- the role of the plugin '{slug}' in the database '{database}'",
        f"CREATE ROLE {role} {_ATTRIBUTES} PASSWORD '<password>';",
        f"ALTER ROLE {role} SET statement_timeout = {int(seconds * 1000)};",
        f"ALTER ROLE {role} SET idle_in_transaction_session_timeout = {int(seconds * 1000) * 2};",
        *_search_path(role, relations),
        *(f"REVOKE ALL ON ALL {kind} IN SCHEMA {quoted(schema)} FROM {role};" for schema in schemas for kind in _KINDS),
        *_usage(role, reach, relations),
        *(line for relation in relations for line in _grants(role, reach, relation)),
    ]
    return "\n".join(lines) + "\n"


_KINDS = ("TABLES", "SEQUENCES")


def _search_path(role: str, relations: Iterable[Relation]) -> Iterator[str]:
    near = {relation.schema for relation in relations if relation.near}
    for schema in near:
        yield f"ALTER ROLE {role} SET search_path = {quoted(schema)};"


def _usage(role: str, reach: Reach, relations: Iterable[Relation]) -> Iterator[str]:
    used = {relation.schema for relation in relations if relation.near or any(_privileges(reach, relation))}
    for schema in sorted(used):
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {role};"


def _grants(role: str, reach: Reach, relation: Relation) -> Iterator[str]:
    privileges = ", ".join(_privileges(reach, relation))
    if privileges:
        kind = "SEQUENCE " if relation.kind == _SEQUENCE else ""
        yield f"GRANT {privileges} ON {kind}{relation.quoted} TO {role};"


def _privileges(reach: Reach, relation: Relation) -> Iterator[str]:
    """
    What the role needs. A view is to read, where all that it leads to may be read: it does that with its owner's privileges.
    """
    place = (relation.table, "" if relation.near else relation.schema)
    if relation.kind == _SEQUENCE:
        if reach.allows("write", *place):
            yield "USAGE"
        return
    if all(reach.allows("read", *table) for table in (place, *relation.beyond)):
        yield "SELECT"
    if relation.kind not in ("v", "m") and reach.allows("write", *place):
        yield _WRITES
