"""
The verbs of sessions: a browser shows a token once and gets a cookie for it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import Interface, answer
from honeyhost.api.problems import ProblemError
from honeyhost.api.shapes.access import CallerShape, SessionRequest
from honeyhost.manager.cross_site import COOKIE, HEADER
from honeyhost.manager.identity import TokenIdentity
from honeyhost.sdk import Caller

_BEARER = "bearer "


def add_sessions(interface: Interface) -> None:
    """
    Open, look at and close the session of a browser.
    """
    host = interface.host

    @interface.verb(
        "POST",
        "/session",
        Needs(stranger=True, changes=True, body=True),
        answers=CallerShape,
        described="The cookie is in Set-Cookie",
    )
    async def open_session(request: Request, body: SessionRequest | None = None) -> Response:
        """
        Open a session with a token, from the Authorization header or the body. The cookie that comes back has the token's
        rights until it ends, or the token does. A change that a cookie speaks for needs a header too, which the answer names.
        """
        secret = _token(request, body)
        caller, cookie, ends = await run_in_threadpool(_open, host, secret)
        response = answer(_shape(caller) | {"expires_at": ends.isoformat()})
        secure = request.url.scheme == "https"
        seconds = int((ends - datetime.now(UTC)).total_seconds())
        response.set_cookie(
            COOKIE, cookie, max_age=seconds, path=_path(request), secure=secure, httponly=True, samesite="strict"
        )
        return response

    @interface.verb("GET", "/session", Needs(), answers=CallerShape, described="Who is asking")
    async def get_session(caller: Asking) -> Response:
        """
        Who is asking, and what they may do.
        """
        return answer(_shape(caller) | {"expires_at": None})

    @interface.verb("DELETE", "/session", Needs(), status=204, described="The session has ended")
    async def close_session(request: Request, caller: Asking) -> Response:  # noqa: ARG001 - nobody else may close it
        """
        End the session of this browser.
        """
        await run_in_threadpool(_close, host, request.cookies.get(COOKIE, ""))
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path=_path(request), httponly=True, samesite="strict")
        return response


def forget_callers(host: Hosted) -> None:
    """
    Let what was changed about rights hold for the next request in this process.
    """
    if isinstance(host.identity, TokenIdentity):
        host.identity.forget()


def _token(request: Request, body: SessionRequest | None) -> str:
    if body is not None:
        return body.token
    said = request.headers.get("authorization", "")
    if said[: len(_BEARER)].lower() != _BEARER:
        raise _stranger()
    return said[len(_BEARER) :].strip()


def _open(host: Hosted, secret: str) -> tuple[Caller, str, datetime]:
    stores = host.stores
    token = stores.tokens.verify(secret)
    if token is None:
        raise _stranger()
    ends = datetime.now(UTC) + timedelta(hours=host.settings.session_hours)
    if token.expires_at is not None:
        ends = min(ends, token.expires_at)
    _, cookie = stores.sessions.open(token.id, ends)
    granted = stores.catalog.permissions_of(f"token:{token.id}", groups=token.groups)
    caller = Caller(id=f"token:{token.id}", permissions=token.permissions | granted, groups=token.groups, scopes=token.scopes)
    return caller, cookie, ends


def _close(host: Hosted, cookie: str) -> None:
    found = host.stores.sessions.verify(cookie)
    if found is not None:
        host.stores.sessions.close(found[0].id)
        forget_callers(host)


def _stranger() -> ProblemError:
    detail = "the token is not known, has expired or was revoked"
    return ProblemError(401, "not-authenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def _shape(caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.id,
        "permissions": sorted(caller.permissions),
        "groups": sorted(caller.groups),
        "scopes": sorted(caller.scopes),
        "language": caller.language,
        "header": HEADER,
    }


def _path(request: Request) -> str:
    return request.scope.get("root_path") or "/"
