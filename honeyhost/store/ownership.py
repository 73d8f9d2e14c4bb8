"""
Ownership: whose a permission is, and what a plugin may therefore do with it.
"""

from collections.abc import Collection, Iterable

from honeyhost.errors import RefusedError
from honeyhost.names import closest, permission_reserved
from honeyhost.store.protocol import HOST
from honeyhost.store.schema import PERMISSIONS
from honeyhost.store.sql import Connection, and_, select


def owner_of(permission: str, connection: Connection) -> str:
    """
    The plugin that has the permission in the catalog, or HOST; RefusedError where nobody has it.
    """
    if permission_reserved(permission):
        return HOST
    owner: str | None = connection.execute(select(PERMISSIONS.c.owner).where(PERMISSIONS.c.id == permission)).scalar()
    if owner is not None:
        return owner
    near = closest(permission, connection.execute(select(PERMISSIONS.c.id)).scalars())
    raise RefusedError(
        f"no attached plugin declares the permission '{permission}'",
        hint=f"did you mean '{near}'?" if near else None,
        permission=permission,
    )


def demand_free(slug: str, permissions: Collection[str], connection: Connection) -> None:
    """
    RefusedError where one of the permissions is another plugin's or the host's.
    """
    of_others = and_(PERMISSIONS.c.id.in_(permissions), PERMISSIONS.c.owner != slug)
    taken = {row.id: row.owner for row in connection.execute(select(PERMISSIONS).where(of_others))}
    for permission in permissions:
        owner = HOST if permission_reserved(permission) else taken.get(permission)
        if owner is not None:
            whose = "the host" if owner == HOST else f"plugin '{owner}'"
            raise RefusedError(
                f"plugin '{slug}' cannot declare the permission '{permission}', which belongs to {whose}",
                hint=f"permissions of a plugin start best with its name: '{slug.replace('-', '_')}.…'",
                plugin=slug,
                permission=permission,
            )


def demand_owned(slug: str, grants: Iterable[tuple[str, str]], connection: Connection) -> None:
    """
    RefusedError where one of the (group, permission) pairs is about a permission that the plugin does not have.
    """
    own = set(connection.execute(select(PERMISSIONS.c.id).where(PERMISSIONS.c.owner == slug)).scalars())
    for group, permission in grants:
        if permission not in own:
            near = closest(permission, own)
            raise RefusedError(
                f"plugin '{slug}' cannot put '{permission}' into group '{group}': it does not declare it",
                hint=f"did you mean '{near}'?" if near else None,
                plugin=slug,
                permission=permission,
            )
