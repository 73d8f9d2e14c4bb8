"""
The catalog: permissions by the plugins that declare them, and groups as plugins seed them and operators change them.

A plugin's rows are its own and are replaced as a whole; an operator's rows lie beside them and are touched by the operator
alone. What is in force is worked out when somebody reads (``groups``). So attaching, upgrading and detaching in any order
leave every decision of an operator in place, and leave nothing else behind.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from honeyhost.store import decisions
from honeyhost.store.database import Database, changed
from honeyhost.store.decisions import grant_row, stored_label
from honeyhost.store.groups import Grants, read_groups
from honeyhost.store.ownership import demand_free, demand_owned
from honeyhost.store.protocol import (
    DeclaredGroup,
    DeclaredPermission,
    GroupRecord,
    LabelText,
    Member,
    PermissionRecord,
    Undo,
)
from honeyhost.store.schema import GROUP_PERMISSIONS, GROUPS, MEMBERS, PERMISSIONS, SEED_GROUPS
from honeyhost.store.sql import ColumnElement, Connection, Table, and_, delete, insert, select

Rows = list[dict[str, Any]]
Image = Mapping[Table, Rows]
"""The rows of one plugin, by table."""

_TABLES = (PERMISSIONS, SEED_GROUPS, GROUP_PERMISSIONS, GROUPS, MEMBERS)


class Catalog:
    """
    The permission catalog and the groups in a database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def attach(self, slug: str, permissions: Iterable[DeclaredPermission], groups: Iterable[DeclaredGroup]) -> Undo:
        """
        Permissions and seed groups of one plugin in one transaction.
        """
        with self._database.transaction():
            undo_permissions = self.attach_permissions(slug, permissions)
            undo_groups = self.attach_seed_groups(slug, groups)
        return partial(self._undo, undo_groups, undo_permissions)

    def attach_permissions(self, slug: str, declarations: Iterable[DeclaredPermission]) -> Undo:
        """
        Make these the permissions of the plugin; those that it had and does not declare any more leave the catalog.

        Raises:
            RefusedError: One of them belongs to another plugin, or lies in the host's name space.
        """
        rows = {
            one.id: {
                "id": one.id,
                "owner": slug,
                "label": stored_label(one.label),
                "description": stored_label(one.description),
            }
            for one in declarations
        }
        with self._database.transaction() as connection:
            demand_free(slug, rows, connection)
            return self._replace(connection, slug, {PERMISSIONS: list(rows.values())})

    def attach_seed_groups(self, slug: str, groups: Iterable[DeclaredGroup]) -> Undo:
        """
        Make these the plugin's part in the groups. A group of the same name by another plugin is the same group.

        Raises:
            RefusedError: A group would hold a permission that this plugin has not attached.
        """
        declared = tuple(groups)
        labels = {group.name: stored_label(group.label) for group in declared}
        pairs = dict.fromkeys((group.name, permission) for group in declared for permission in group.permissions)
        named = [{"group_name": name, "owner": slug, "label": label} for name, label in labels.items()]
        granted = [grant_row(name, permission, slug, "seed") for name, permission in pairs]
        with self._database.transaction() as connection:
            demand_owned(slug, pairs, connection)
            return self._replace(connection, slug, {SEED_GROUPS: named, GROUP_PERMISSIONS: granted})

    def detach(self, slug: str) -> Undo:
        """
        Take away all rows of the plugin. Members, labels, and what an operator granted or took away stay.
        """
        with self._database.transaction() as connection:
            return self._replace(connection, slug, {PERMISSIONS: [], SEED_GROUPS: [], GROUP_PERMISSIONS: []})

    def permissions(self) -> tuple[PermissionRecord, ...]:
        """
        The catalog, by id.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(PERMISSIONS)).mappings().all()
        return tuple(sorted((PermissionRecord(**row) for row in rows), key=lambda record: record.id))

    def groups(self) -> tuple[GroupRecord, ...]:
        """
        Every group as it is in force, by name: those that plugins seed, that operators made, and that have members.
        """
        with self._database.reading() as connection:
            return read_groups(connection)

    def grant(self, group: str, permission: str) -> bool:
        """
        An operator puts a permission into a group, or puts a removed seed grant back. The group is made where it is new.

        Whether that changed anything, as of every decision here.

        Raises:
            RefusedError: No attached plugin declares the permission, and it is not the host's.
        """
        with self._database.transaction() as connection:
            return decisions.grant(connection, group, permission)

    def revoke(self, group: str, permission: str) -> bool:
        """
        An operator takes a permission out of a group; a seed grant stays out also after an upgrade of its plugin.
        """
        with self._database.transaction() as connection:
            return decisions.revoke(connection, group, permission)

    def label_group(self, group: str, label: LabelText | None) -> bool:
        """
        An operator names a group, or with None takes that name back; an empty group is made where it is new.
        """
        with self._database.transaction() as connection:
            return decisions.label(connection, group, label)

    def delete_group(self, group: str) -> bool:
        """
        Remove a group with its members and all that an operator decided about it.

        Raises:
            RefusedError: A plugin seeds the group.
        """
        with self._database.transaction() as connection:
            return decisions.delete_group(connection, group)

    def add_member(self, group: str, subject: str) -> bool:
        """
        Put somebody into a group.
        """
        with self._database.transaction() as connection:
            return decisions.add_member(connection, group, subject)

    def remove_member(self, group: str, subject: str) -> bool:
        """
        Take somebody out of a group.
        """
        with self._database.transaction() as connection:
            return decisions.remove_member(connection, group, subject)

    def members(self) -> tuple[Member, ...]:
        """
        Everybody in any group, by group and subject.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(MEMBERS)).all()
        return tuple(Member(group=group, subject=subject) for group, subject in sorted(map(tuple, rows)))

    def groups_of(self, subject: str) -> frozenset[str]:
        """
        The groups that somebody is in.
        """
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(MEMBERS.c.group_name).where(MEMBERS.c.subject == subject)).scalars())

    def permissions_of(self, subject: str, *, groups: Iterable[str] = ()) -> frozenset[str]:
        """
        The permissions in force for somebody, through their groups and those that an identity vouches for.
        """
        with self._database.reading() as connection:
            names = self.groups_of(subject) | frozenset(groups)
            return Grants.read(connection, names).permissions() if names else frozenset()

    def state(self) -> dict[str, list[list[Any]]]:
        """
        All rows of the catalog, sorted: two equal states are the same catalog.
        """
        with self._database.reading() as connection:
            return {table.name: sorted([list(row) for row in connection.execute(select(table))], key=repr) for table in _TABLES}

    def _replace(self, connection: Connection, slug: str, image: Image) -> Undo:
        before = {table: _owned_rows(connection, table, slug) for table in image}
        if before != {table: sorted(rows, key=repr) for table, rows in image.items()}:
            for table, rows in image.items():
                connection.execute(delete(table).where(_owned(table, slug)))
                if rows:
                    connection.execute(insert(table), rows)
            changed(connection)
        return partial(self._restore, slug, before)

    def _restore(self, slug: str, image: Image) -> None:
        with self._database.transaction() as connection:
            self._replace(connection, slug, image)

    def _undo(self, *steps: Undo) -> None:
        with self._database.transaction():
            for step in steps:
                step()


def _owned_rows(connection: Connection, table: Table, slug: str) -> Rows:
    rows = connection.execute(select(table).where(_owned(table, slug))).mappings()
    return sorted((dict(row) for row in rows), key=repr)


def _owned(table: Table, slug: str) -> ColumnElement[bool]:
    """
    The plugin's own rows: an operator's grant of its permission is not one of them.
    """
    own: ColumnElement[bool] = table.c.owner == slug
    return and_(own, table.c.source == "seed") if table is GROUP_PERMISSIONS else own
