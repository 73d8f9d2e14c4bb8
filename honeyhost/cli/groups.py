"""
Groups for people and for programs.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.store.records import GroupGrant, GroupRecord
from honeyhost.store.stores import Stores


def group_json(record: GroupRecord, members: Sequence[str]) -> dict[str, Any]:
    """
    A group for programs.
    """
    return {
        "name": record.name,
        "label": record.label,
        "members": sorted(members),
        "permissions": _grants(record.permissions),
        "removed": _grants(record.removed),
        "dormant": _grants(record.dormant),
    }


def show_group(streams: Streams, stores: Stores, name: str, said: Iterable[str], *, json: bool) -> int:
    """
    What was done to a group, and the group as it is now; None of it where it is gone.
    """
    if not json:
        streams.answer([line(streams.out.glyphs.mark("good"), span(name, "bold"), f" {'; '.join(said)}")])
        return 0
    record = next((record for record in stores.catalog.groups() if record.name == name), None)
    members = [member.subject for member in stores.catalog.members() if member.group == name]
    write_json(streams.out, document({"group": None if record is None else group_json(record, members)}))
    return 0


def _grants(grants: Iterable[GroupGrant]) -> list[dict[str, str]]:
    return [{"permission": grant.permission, "owner": grant.owner, "source": grant.source} for grant in grants]
