"""
Decisions: what operators say about groups, in rows of their own.

Each function works in the transaction of its connection and says whether anything changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from honeyhost.errors import RefusedError
from honeyhost.store.database import changed
from honeyhost.store.groups import Grants
from honeyhost.store.ownership import owner_of
from honeyhost.store.records import LabelText
from honeyhost.store.schema import GROUP_PERMISSIONS, GROUPS, MEMBERS, SEED_GROUPS
from honeyhost.store.sql import ColumnElement, Connection, and_, delete, insert, select, update


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """
    All that operators decided about one group; grants as (permission, plugin), sorted.
    """

    label: LabelText | None = None
    granted: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()


def grant(connection: Connection, group: str, permission: str) -> bool:
    """
    Put a permission into a group, or a removed seed grant back.

    Raises:
        RefusedError: No attached plugin declares the permission, and it is not the host's.
    """
    owner = owner_of(permission, connection)
    grants = Grants.read(connection, [group])
    if grants.in_force(group, permission):
        return False
    _forget(connection, group, permission, owner)
    if not grants.seeds(group, permission, owner):
        connection.execute(insert(GROUP_PERMISSIONS).values(grant_row(group, permission, owner, "operator")))
    _keep_group(connection, group)
    changed(connection)
    return True


def revoke(connection: Connection, group: str, permission: str) -> bool:
    """
    Take a permission out of a group, in force or dormant.
    """
    grants = Grants.read(connection, [group])
    standing = grants.standing(group, permission)
    for owner in standing:
        _forget(connection, group, permission, owner)
        if grants.seeds(group, permission, owner):
            tombstone = grant_row(group, permission, owner, "operator") | {"removed": True}
            connection.execute(insert(GROUP_PERMISSIONS).values(tombstone))
    if standing:
        _keep_group(connection, group)
        changed(connection)
    return bool(standing)


def label(connection: Connection, group: str, text: LabelText | None) -> bool:
    """
    Name a group, or with None take that name back.
    """
    made = _keep_group(connection, group)
    before = connection.execute(select(GROUPS.c.label).where(GROUPS.c.name == group)).scalar()
    if before == stored_label(text) and not made:
        return False
    connection.execute(update(GROUPS).where(GROUPS.c.name == group).values(label=stored_label(text)))
    changed(connection)
    return True


def delete_group(connection: Connection, group: str) -> bool:
    """
    Remove a group with all that was decided about it.

    Raises:
        RefusedError: A plugin seeds the group.
    """
    seeding = sorted(connection.execute(select(SEED_GROUPS.c.owner).where(SEED_GROUPS.c.group_name == group)).scalars())
    if seeding:
        raise RefusedError(
            f"the group '{group}' belongs to plugin '{seeding[0]}', which brings it along",
            hint="take its permissions and members out of it instead",
            plugin=seeding[0],
            group=group,
        )
    found = _erase(connection, group)
    if found:
        changed(connection)
    return found


def add_member(connection: Connection, group: str, subject: str) -> bool:
    """
    Put somebody into a group.
    """
    if connection.execute(select(MEMBERS).where(_membership(group, subject))).one_or_none() is not None:
        return False
    connection.execute(insert(MEMBERS).values(group_name=group, subject=subject))
    changed(connection)
    return True


def remove_member(connection: Connection, group: str, subject: str) -> bool:
    """
    Take somebody out of a group.
    """
    found = connection.execute(delete(MEMBERS).where(_membership(group, subject))).rowcount > 0
    if found:
        changed(connection)
    return found


def read_decided(connection: Connection) -> dict[str, Decided]:
    """
    The decisions about every group, by its name.
    """
    own = list(connection.execute(select(GROUP_PERMISSIONS).where(GROUP_PERMISSIONS.c.source == "operator")))
    labels: dict[str, Any] = {row.name: row.label for row in connection.execute(select(GROUPS))}
    members = list(connection.execute(select(MEMBERS)))
    names = labels.keys() | {row.group_name for row in [*own, *members]}
    return {
        name: Decided(
            label=labels.get(name),
            granted=_pairs(row for row in own if row.group_name == name and not row.removed),
            removed=_pairs(row for row in own if row.group_name == name and row.removed),
            members=tuple(sorted(row.subject for row in members if row.group_name == name)),
        )
        for name in sorted(names)
    }


def write_decided(connection: Connection, group: str, decided: Decided) -> None:
    """
    Make these the decisions about a group, in the place of all earlier ones.
    """
    _erase(connection, group)
    connection.execute(insert(GROUPS).values(name=group, label=stored_label(decided.label)))
    for pairs, removed in ((decided.granted, False), (decided.removed, True)):
        for permission, owner in pairs:
            row = grant_row(group, permission, owner, "operator") | {"removed": removed}
            connection.execute(insert(GROUP_PERMISSIONS).values(row))
    for subject in decided.members:
        connection.execute(insert(MEMBERS).values(group_name=group, subject=subject))
    changed(connection)


def grant_row(group: str, permission: str, owner: str, source: str) -> dict[str, Any]:
    """
    A row of the table of grants.
    """
    return {"group_name": group, "permission": permission, "owner": owner, "source": source, "removed": False}


def stored_label(text: LabelText | None) -> Any:
    """
    A label as JSON.
    """
    return dict(text) if isinstance(text, Mapping) else text


def _pairs(rows: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((row.permission, row.owner) for row in rows))


def _erase(connection: Connection, group: str) -> bool:
    table = GROUP_PERMISSIONS
    statements = (
        delete(GROUPS).where(GROUPS.c.name == group),
        delete(MEMBERS).where(MEMBERS.c.group_name == group),
        delete(table).where(table.c.group_name == group, table.c.source == "operator"),
    )
    return sum(connection.execute(statement).rowcount for statement in statements) > 0


def _forget(connection: Connection, group: str, permission: str, owner: str) -> None:
    """
    Drop what an operator said about this plugin's permission in this group.
    """
    table = GROUP_PERMISSIONS
    here = and_(table.c.group_name == group, table.c.permission == permission, table.c.owner == owner)
    connection.execute(delete(table).where(here, table.c.source == "operator"))


def _keep_group(connection: Connection, group: str) -> bool:
    if connection.execute(select(GROUPS).where(GROUPS.c.name == group)).one_or_none() is not None:
        return False
    connection.execute(insert(GROUPS).values(name=group))
    return True


def _membership(group: str, subject: str) -> ColumnElement[bool]:
    return and_(MEMBERS.c.group_name == group, MEMBERS.c.subject == subject)
