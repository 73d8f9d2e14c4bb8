"""
``group add``: make a group, or put permissions and members into one.
"""

from collections.abc import Iterator, Sequence

from honeyhost.cli.groups import show_group
from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings
from honeyhost.store.changes import Changes
from honeyhost.store.stores import Stores


def run(  # noqa: PLR0913 - what can be typed
    streams: Streams, *, group: str, permissions: Sequence[str], members: Sequence[str], label: str | None, json: bool
) -> int:
    """
    Add to the group, all of it or nothing.
    """
    stores = open_stores(Settings.load())
    with stores.database.transaction():
        said = list(_added(stores, changes_by_user(stores), group, permissions, members, label))
    return show_group(streams, stores, group, said, json=json)


def _added(  # noqa: PLR0913, PLR0917 - what can be typed
    stores: Stores, changes: Changes, group: str, permissions: Sequence[str], members: Sequence[str], label: str | None
) -> Iterator[str]:
    known = group in {record.name for record in stores.catalog.groups()}
    if not known or label is not None:
        changes.create_group(group, label)
        yield "is called so" if known else "is made"
    for permission in permissions:
        yield f"has {permission}{'' if changes.grant(group, permission) else ' already'}"
    for member in members:
        yield f"has the member {member}{'' if changes.add_member(group, member) else ' already'}"
    if known and not (permissions or members or label is not None):
        yield "is there already"
