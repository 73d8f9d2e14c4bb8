"""
The verbs of groups: who may do what.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path
from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import ADMINISTER, READ, Interface, answer
from honeyhost.api.problems import ProblemError
from honeyhost.api.rows import shown
from honeyhost.api.shapes.access import GroupRequest, GroupShape
from honeyhost.api.shapes.base import Name, PermissionName, SubjectName
from honeyhost.api.verbs.sessions import forget_callers

_Group = Annotated[Name, Path(description="the group", examples=["nurses"])]
_Permission = Annotated[PermissionName, Path(description="a permission of the catalog", examples=["patient.read"])]
_Subject = Annotated[SubjectName, Path(description="the id of a caller", examples=["token:0f3c9a5b7d1e2f40"])]
_CHANGE = Needs(scope=ADMINISTER, changes=True)


def add_groups(interface: Interface) -> None:
    """
    Groups, their permissions and their members.
    """
    _add_groups(interface)
    _add_permissions(interface)
    _add_members(interface)


def _add_groups(interface: Interface) -> None:
    host = interface.host

    @interface.verb("GET", "/groups", Needs(scope=READ), answers=list[GroupShape], described="By name")
    async def list_groups() -> Response:
        """
        Every group as it is in force: those that plugins seed, that operators made, and that have members.
        """
        return answer(await run_in_threadpool(_groups, host))

    @interface.verb(
        "POST",
        "/groups",
        Needs(scope=ADMINISTER, changes=True, body=True),
        answers=GroupShape,
        status=201,
        also=(409,),
        described="The group",
    )
    async def create_group(caller: Asking, body: GroupRequest) -> Response:
        """
        Make a group, or name one.
        """
        await run_in_threadpool(lambda: host.stores.changes(caller.id).create_group(body.name, body.label))
        return answer(await run_in_threadpool(_group, host, body.name), status=201)

    @interface.verb("DELETE", "/groups/{group}", _CHANGE, status=204, also=(404, 409), described="It is gone")
    async def delete_group(caller: Asking, group: _Group) -> Response:
        """
        Remove a group that an operator made, with its members. What plugins seed stays theirs.
        """
        await run_in_threadpool(_group, host, group)
        return await _changed(host, lambda: host.stores.changes(caller.id).delete_group(group))


def _add_permissions(interface: Interface) -> None:
    host = interface.host

    @interface.verb(
        "PUT", "/groups/{group}/permissions/{permission}", _CHANGE, status=204, also=(409,), described="The group holds it"
    )
    async def grant_permission(caller: Asking, group: _Group, permission: _Permission) -> Response:
        """
        Put a permission into a group; the group is made where it is new.
        """
        return await _changed(host, lambda: host.stores.changes(caller.id).grant(group, permission))

    @interface.verb(
        "DELETE", "/groups/{group}/permissions/{permission}", _CHANGE, status=204, also=(409,), described="It does not"
    )
    async def revoke_permission(caller: Asking, group: _Group, permission: _Permission) -> Response:
        """
        Take a permission out of a group; one that a plugin seeds stays out also after its upgrade.
        """
        return await _changed(host, lambda: host.stores.changes(caller.id).revoke(group, permission))


def _add_members(interface: Interface) -> None:
    host = interface.host

    @interface.verb("PUT", "/groups/{group}/members/{subject}", _CHANGE, status=204, also=(409,), described="They are in it")
    async def add_member(caller: Asking, group: _Group, subject: _Subject) -> Response:
        """
        Put somebody into a group.
        """
        return await _changed(host, lambda: host.stores.changes(caller.id).add_member(group, subject))

    @interface.verb("DELETE", "/groups/{group}/members/{subject}", _CHANGE, status=204, also=(409,), described="They are not")
    async def remove_member(caller: Asking, group: _Group, subject: _Subject) -> Response:
        """
        Take somebody out of a group.
        """
        return await _changed(host, lambda: host.stores.changes(caller.id).remove_member(group, subject))


async def _changed(host: Hosted, change: Callable[[], object]) -> Response:
    await run_in_threadpool(change)
    forget_callers(host)
    return Response(status_code=204)


def _groups(host: Hosted) -> list[dict[str, Any]]:
    catalog = host.stores.catalog
    members = defaultdict(list)
    for member in catalog.members():
        members[member.group].append(member.subject)
    return [shown(jsonable_encoder(asdict(group) | {"members": members[group.name]})) for group in catalog.groups()]


def _group(host: Hosted, name: str) -> dict[str, Any]:
    found = next((group for group in _groups(host) if group["name"] == name), None)
    if found is None:
        raise ProblemError(404, "unknown-group", "no group has this name", hint="GET groups lists them")
    return found
