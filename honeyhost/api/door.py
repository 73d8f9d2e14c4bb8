"""
The door: what every request to the control interface passes before its verb.

The order is fixed: 404 for a plugin that nobody knows, 401 for a stranger, 403 for a missing scope or a page of another site,
429 for too many changes, and only then the body: 415, 413, 408, 422.
"""

import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.types import Message

from honeyhost.api.documents import read_body, read_json
from honeyhost.api.hosted import Hosted
from honeyhost.api.limits import Limits, Rate
from honeyhost.api.problems import ProblemError
from honeyhost.api.rows import is_known
from honeyhost.manager.cross_site import COOKIE, HEADER, crosses_sites, is_foreign_origin
from honeyhost.sdk import Caller

_CALLER = "honeyhost.caller"


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """
    What one verb asks of a request.
    """

    scope: str | None = None
    """Of the host's verbs; None for every known caller."""
    stranger: bool = False
    """Whether nobody has to be known: the verb looks for itself."""
    plugin: bool = False
    """Whether the path names a plugin that has to be there."""
    changes: bool = False
    body: bool = False


class Door:
    """
    The rules of one host for its own verbs.
    """

    def __init__(self, host: Hosted, limits: Limits) -> None:
        self._host = host
        self._limits = limits
        self._rate = Rate(limits.changes)

    async def admit(self, request: Request, needs: Needs) -> Request:
        """
        The request as its verb gets it: with its caller known and its body read.

        Raises:
            ProblemError: It is not let through.
        """
        if needs.plugin and not is_known(self._host, request.path_params["slug"]):
            raise unknown_plugin(request.path_params["slug"])
        caller = await self._host.identity(request)
        if not needs.stranger:
            request.scope[_CALLER] = self._allowed(request, caller, needs)
        elif is_foreign_origin(request):
            raise _cross_site()
        if needs.changes:
            self._count(caller.id if caller is not None else _address(request))
        return await self._with_body(request) if needs.body else request

    @staticmethod
    def _allowed(request: Request, caller: Caller | None, needs: Needs) -> Caller:
        if (caller is not None or COOKIE in request.cookies) and crosses_sites(request):
            raise _cross_site()
        if caller is None:
            detail = "needs a known caller: Authorization: Bearer TOKEN, or a session"
            raise ProblemError(401, "not-authenticated", detail, headers={"WWW-Authenticate": "Bearer"})
        demand(caller, needs.scope)
        return caller

    def _count(self, caller: str) -> None:
        seconds = self._rate.take(caller)
        if seconds:
            wait = math.ceil(seconds)
            raise ProblemError(
                429,
                "too-many-changes",
                f"one caller may make {self._limits.changes} changes a minute; the next is taken in {wait} s",
                headers={"Retry-After": str(wait)},
                limit=self._limits.changes,
            )

    async def _with_body(self, request: Request) -> Request:
        body = await read_body(request, limit=self._limits.body, seconds=self._limits.seconds)
        if body:
            _demand_json(request.headers.get("content-type", ""))
            read_json(body)
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop() if waiting else await request.receive()

        return Request(request.scope, receive)


def asking(request: Request) -> Caller:
    """
    Whoever the door let through.
    """
    caller: Caller = request.scope[_CALLER]
    return caller


Asking = Annotated[Caller, Depends(asking)]


def demand(caller: Caller, scope: str | None) -> None:
    """
    Nothing, for a caller who has the scope.

    Raises:
        ProblemError: 403.
    """
    if scope is not None and not (caller.has_scope(scope) or caller.may(scope)):
        raise ProblemError(403, "permission-missing", f"needs the scope '{scope}'", permission=scope)


def unknown_plugin(slug: str) -> ProblemError:
    """
    No plugin has the name.
    """
    shown = slug if len(slug) <= 80 else f"{slug[:80]}…"  # noqa: PLR2004 - a line of a message
    return ProblemError(404, "unknown-plugin", f"no plugin is called '{shown}'", hint="GET plugins lists them")


def _address(request: Request) -> str:
    """
    What stands for a stranger.
    """
    return f"address:{request.client.host if request.client is not None else ''}"


def _cross_site() -> ProblemError:
    detail = f"a page of another site may have sent this: a session needs the header {HEADER} and the host's own origin"
    return ProblemError(403, "cross-site-request", detail, header=HEADER)


def _demand_json(said: str) -> None:
    kind = said.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise ProblemError(415, "not-json", "the body has to be application/json", headers={"Accept": "application/json"})
