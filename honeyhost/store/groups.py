"""
Groups in force: how the rows of plugins and operators add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from honeyhost.store.protocol import HOST, GrantSource, GroupGrant, GroupRecord, LabelText
from honeyhost.store.schema import GROUP_PERMISSIONS, GROUPS, MEMBERS, PERMISSIONS, SEED_GROUPS
from honeyhost.store.sql import Connection, and_, or_, select


@dataclass(frozen=True, slots=True)
class _Row:
    """
    One grant as stored; ``live`` where its permission is in the catalog under the same owner.
    """

    group: str
    permission: str
    owner: str
    source: GrantSource
    removed: bool
    live: bool

    def grant(self) -> GroupGrant:
        return GroupGrant(permission=self.permission, owner=self.owner, source=self.source)


class Grants:
    """
    The grants of some groups, or of all.
    """

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._rows: dict[str, list[_Row]] = {}
        for row in rows:
            self._rows.setdefault(row.group, []).append(row)
        everything = chain.from_iterable(self._rows.values())
        self._tombstones = {(row.group, row.permission, row.owner) for row in everything if row.removed}

    @classmethod
    def read(cls, connection: Connection, groups: Iterable[str] | None = None) -> "Grants":
        """
        The grants of these groups, by permission, owner and source.
        """
        table = GROUP_PERMISSIONS
        same = and_(PERMISSIONS.c.id == table.c.permission, PERMISSIONS.c.owner == table.c.owner)
        live = or_(PERMISSIONS.c.id.is_not(None), table.c.owner == HOST)
        query = select(
            table.c.group_name, table.c.permission, table.c.owner, table.c.source, table.c.removed, live
        ).select_from(table.outerjoin(PERMISSIONS, same))
        if groups is not None:
            query = query.where(table.c.group_name.in_(sorted(groups)))
        rows = sorted(map(tuple, connection.execute(query)))
        return cls(
            _Row(group, permission, owner, source, bool(gone), bool(lives))
            for group, permission, owner, source, gone, lives in rows
        )

    def permissions(self) -> frozenset[str]:
        """
        Every permission in force in any of the groups.
        """
        return frozenset(row.permission for row in chain.from_iterable(self._rows.values()) if self._counts(row))

    def in_force(self, group: str, permission: str) -> bool:
        """
        Whether members of the group hold the permission.
        """
        return any(self._counts(row) for row in self._about(group, permission))

    def seeds(self, group: str, permission: str, owner: str) -> bool:
        """
        Whether this plugin seeds the permission into the group, in force or not.
        """
        return any(row.source == "seed" and row.owner == owner for row in self._about(group, permission))

    def standing(self, group: str, permission: str) -> tuple[str, ...]:
        """
        The owners of grants that an operator can still take away, in force or dormant.
        """
        rows = self._about(group, permission)
        return tuple(sorted({row.owner for row in rows if not row.removed and not self._is_overruled(row)}))

    def record(self, group: str, label: LabelText | None) -> GroupRecord:
        """
        The group with everything that is known of its grants.
        """
        rows = self._rows.get(group, [])
        return GroupRecord(
            name=group,
            label=label,
            permissions=tuple(row.grant() for row in rows if self._counts(row)),
            removed=tuple(row.grant() for row in rows if self._is_overruled(row)),
            dormant=tuple(row.grant() for row in rows if not row.live and not row.removed),
        )

    def _about(self, group: str, permission: str) -> tuple[_Row, ...]:
        return tuple(row for row in self._rows.get(group, []) if row.permission == permission)

    def _is_overruled(self, row: _Row) -> bool:
        return row.source == "seed" and (row.group, row.permission, row.owner) in self._tombstones

    def _counts(self, row: _Row) -> bool:
        return row.live and not row.removed and not self._is_overruled(row)


def read_groups(connection: Connection) -> tuple[GroupRecord, ...]:
    """
    Every group by name. The label is the operator's, else that of the first plugin by slug that gives one.
    """
    grants = Grants.read(connection)
    labels: dict[str, Any] = dict.fromkeys(connection.execute(select(MEMBERS.c.group_name)).scalars())
    for name, _owner, label in sorted(map(tuple, connection.execute(select(SEED_GROUPS))), key=lambda row: (row[0], row[1])):
        labels[name] = labels.get(name) or label
    for name, label in connection.execute(select(GROUPS)):
        labels[name] = label or labels.get(name)
    return tuple(grants.record(name, cast("LabelText | None", labels[name])) for name in sorted(labels))
