"""
``group list``: every group.
"""

from collections import defaultdict
from collections.abc import Sequence

from honeyhost.cli.groups import group_json
from honeyhost.cli.opened import open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, joined, line, span
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings
from honeyhost.store.records import GroupRecord

_COLUMNS = (Column(title="GROUP"), Column(title="MEMBERS"), Column(title="PERMISSIONS"))


def run(streams: Streams, *, json: bool) -> int:
    """
    List them by name.
    """
    catalog = open_stores(Settings.load()).catalog
    members: defaultdict[str, list[str]] = defaultdict(list)
    for member in catalog.members():
        members[member.group].append(member.subject)
    records = catalog.groups()
    if json:
        write_json(streams.out, document({"groups": [group_json(record, members[record.name]) for record in records]}))
        return 0
    streams.answer(table(_COLUMNS, [_row(record, members[record.name]) for record in records], streams.out.width))
    if not records:
        streams.aside([line("there are no groups")])
        streams.next("honeyhost group add NAME --permission PERMISSION")
    return 0


def _row(record: GroupRecord, members: Sequence[str]) -> list[Line]:
    held = [line(grant.permission) for grant in record.permissions]
    held += [line(span(f"{grant.permission} (taken out)", "dim")) for grant in record.removed]
    held += [line(span(f"{grant.permission} (its plugin is not attached)", "dim")) for grant in record.dormant]
    return [line(span(record.name, "bold")), line(", ".join(members) or "nobody"), joined(held, ", ") or line("none")]
