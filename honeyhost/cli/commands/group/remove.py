"""
``group remove``: take permissions and members out of a group, or the group away.
"""

from collections.abc import Iterator, Sequence

from honeyhost.cli.groups import show_group
from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.streams import Streams
from honeyhost.errors import UsageError
from honeyhost.names import closest
from honeyhost.settings import Settings
from honeyhost.store.changes import Changes
from honeyhost.store.stores import Stores


def run(streams: Streams, *, group: str, permissions: Sequence[str], members: Sequence[str], json: bool) -> int:
    """
    Take out of the group, all of it or nothing; without permissions and members the group itself goes.

    Raises:
        UsageError: if there is no such group.
    """
    stores = open_stores(Settings.load())
    _demand(stores, group)
    with stores.database.transaction():
        said = list(_removed(changes_by_user(stores), group, permissions, members))
    return show_group(streams, stores, group, said, json=json)


def _demand(stores: Stores, group: str) -> None:
    names = [record.name for record in stores.catalog.groups()]
    if group not in names:
        near = closest(group, names)
        hint = f"did you mean {near}?" if near else "honeyhost group list"
        raise UsageError(f"there is no group '{group}'", hint=hint, group=group)


def _removed(changes: Changes, group: str, permissions: Sequence[str], members: Sequence[str]) -> Iterator[str]:
    if not (permissions or members):
        changes.delete_group(group)
        yield "is gone"
    for permission in permissions:
        yield f"has {permission} no more" if changes.revoke(group, permission) else f"did not have {permission}"
    for member in members:
        gone = changes.remove_member(group, member)
        yield f"has the member {member} no more" if gone else f"did not have the member {member}"
