"""
State: what operators decided, as one document for backup and transfer. Secrets and tokens are not in it.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from honeyhost.errors import UsageError
from honeyhost.isolation import IsolatedModel
from honeyhost.names import PERMISSION_PATTERN, SLUG_MAX_LENGTH, SLUG_PATTERN
from honeyhost.store.database import Database
from honeyhost.store.decisions import read_decided
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import EDITABLE, PluginRecord
from honeyhost.store.texts import LONGEST_GROUP, LONGEST_PERMISSION, LONGEST_SUBJECT, demand_text

Config = Mapping[str, Any]
Slug = Annotated[str, Field(pattern=SLUG_PATTERN, max_length=SLUG_MAX_LENGTH)]
Grant = tuple[
    Annotated[str, Field(pattern=PERMISSION_PATTERN, max_length=LONGEST_PERMISSION)], Annotated[str, Field(max_length=64)]
]
Labels = dict[str, str]


class _Part(IsolatedModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Edits(_Part):
    """
    What an operator set in the place of the manifest's.
    """

    nav: bool | None = None
    sort: Annotated[int, Field(ge=-(2**31) + 1, lt=2**31)] | None = None
    labels: Labels | None = None


class PluginState(_Part):
    """
    One plugin's record without what belongs to a host: its state, its quarantine, its revision.
    """

    slug: Slug
    kind: str = "integration"
    version: str = ""
    enabled: bool = True
    config: dict[str, Any] = Field(default_factory=dict)
    edits: Edits = Edits.model_construct()
    grants: dict[str, Any] = Field(default_factory=dict)
    grants_digest: str | None = None


class GroupState(_Part):
    """
    The decisions about one group; grants as permission and the plugin whose it is.
    """

    name: str
    label: str | Labels | None = None
    granted: list[Grant] = Field(default_factory=list)
    removed: list[Grant] = Field(default_factory=list)
    members: list[str] = Field(default_factory=list)


class State(_Part):
    """
    All of it.
    """

    version: Literal[1]
    plugins: list[PluginState] = Field(default_factory=list)
    groups: list[GroupState] = Field(default_factory=list)


def export_state(database: Database, shown: Callable[[str, Config], Config]) -> dict[str, Any]:
    """
    The document of now.

    Args:
        database: Of the platform.
        shown: Given a slug and its configuration, answers that without secrets.
    """
    with database.reading() as connection:
        records, decided = PluginTable(database).all(), read_decided(connection)
    return {
        "version": 1,
        "plugins": [_plugin(record, shown) for record in sorted(records, key=lambda record: record.slug)],
        "groups": [
            {
                "name": name,
                "label": dict(found.label) if isinstance(found.label, Mapping) else found.label,
                "granted": [list(pair) for pair in found.granted],
                "removed": [list(pair) for pair in found.removed],
                "members": list(found.members),
            }
            for name, found in decided.items()
        ],
    }


def read_state(document: Mapping[str, Any]) -> State:
    """
    The state in such a document.

    Raises:
        UsageError: It is none, with the first place where it is not.
    """
    try:
        state = State.model_validate_json(json.dumps(document, allow_nan=False))
    except ValidationError as cause:
        first = cause.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise _refused(place, f"{first['msg'][:1].lower()}{first['msg'][1:]}") from cause
    except (TypeError, ValueError, RecursionError) as cause:
        raise _refused("the document", str(cause)) from cause
    _demand_once("plugins", [plugin.slug for plugin in state.plugins])
    _demand_once("groups", [group.name for group in state.groups])
    for group in state.groups:
        demand_text("a group", group.name, LONGEST_GROUP)
        for member in group.members:
            demand_text("a member", member, LONGEST_SUBJECT)
        both = sorted({*group.granted} & {*group.removed})
        if both:
            raise _refused(f"groups.{group.name}", f"'{both[0][0]}' is granted and removed")
    return state


def _refused(place: str, said: str) -> UsageError:
    message = f"this is no exported state: {place}: {said}"
    return UsageError(message, hint="honeyhost state export FILE writes one", path=place)


def _demand_once(place: str, names: Sequence[str]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise _refused(place, f"'{twice[0]}' stands there twice")


def _plugin(record: PluginRecord, shown: Callable[[str, Config], Config]) -> dict[str, Any]:
    edits = {name: getattr(record, name) for name in EDITABLE if name in record.edited}
    return {
        "slug": record.slug,
        "kind": record.kind,
        "version": record.version,
        "enabled": record.enabled,
        "config": dict(shown(record.slug, record.config)),
        "edits": {name: dict(value) if isinstance(value, Mapping) else value for name, value in edits.items()},
        "grants": dict(record.grants),
        "grants_digest": record.grants_digest,
    }
