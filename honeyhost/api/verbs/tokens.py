"""
The verbs of tokens: programs get their own, each with what it needs and no more.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path
from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import ADMINISTER, Interface, answer
from honeyhost.api.problems import ProblemError
from honeyhost.api.shapes.access import IssuedTokenShape, TokenRequest, TokenShape
from honeyhost.api.verbs.sessions import forget_callers
from honeyhost.sdk import Caller
from honeyhost.store.records import IssuedToken, TokenRecord

_Id = Annotated[str, Path(description="the token's id; never its secret", examples=["0f3c9a5b7d1e2f40"])]
_CHANGE = Needs(scope=ADMINISTER, changes=True)


def add_tokens(interface: Interface) -> None:
    """
    List, make, rotate and revoke tokens: for administrators, since a token can be given any right.
    """
    host = interface.host

    @interface.verb("GET", "/tokens", Needs(scope=ADMINISTER), answers=list[TokenShape], described="The oldest first")
    async def list_tokens() -> Response:
        """
        Every token without its secret, revoked ones too.
        """
        records = await run_in_threadpool(lambda: host.stores.tokens.all())  # noqa: PLW0108 - opened in the thread
        return answer([_shape(record) for record in records])

    @interface.verb(
        "POST",
        "/tokens",
        Needs(scope=ADMINISTER, changes=True, body=True),
        answers=IssuedTokenShape,
        status=201,
        described="The token, with the secret that is shown this once",
    )
    async def create_token(caller: Asking, body: TokenRequest) -> Response:
        """
        Make a token. Its secret is in the answer and nowhere else.
        """
        issued = await run_in_threadpool(
            lambda: host.stores.changes(caller.id).create_token(
                body.name, scopes=body.scopes, groups=body.groups, permissions=body.permissions, expires_at=body.expires_at
            )
        )
        return answer(_issued(issued), status=201)

    @interface.verb(
        "POST", "/tokens/{id}/rotate", _CHANGE, answers=IssuedTokenShape, also=(404, 409), described="With its new secret"
    )
    async def rotate_token(caller: Asking, id: _Id) -> Response:  # noqa: A002 - the name in the path
        """
        Give the token another secret; the old one ends at once, and so do its sessions.
        """
        issued = await run_in_threadpool(lambda: _changes_of(host, caller, id).rotate_token(id))
        forget_callers(host)
        return answer(_issued(issued))

    @interface.verb("DELETE", "/tokens/{id}", _CHANGE, answers=TokenShape, also=(404,), described="The token as it ended")
    async def revoke_token(caller: Asking, id: _Id) -> Response:  # noqa: A002 - as above
        """
        End the token and its sessions now.
        """
        record = await run_in_threadpool(lambda: _changes_of(host, caller, id).revoke_token(id))
        forget_callers(host)
        return answer(_shape(record))


def _changes_of(host: Hosted, caller: Caller, token: str) -> Any:
    """
    The changes that the caller makes, for a token that is there.
    """
    if all(record.id != token for record in host.stores.tokens.all()):
        raise ProblemError(404, "unknown-token", "no token has this id", hint="GET tokens lists them")
    return host.stores.changes(caller.id)


def _issued(issued: IssuedToken) -> dict[str, Any]:
    return _shape(issued.record) | {"secret": issued.secret}


def _shape(record: TokenRecord) -> dict[str, Any]:
    fields = asdict(record)
    del fields["hash"]
    lists = {name: sorted(fields[name]) for name in ("scopes", "groups", "permissions")}
    made: dict[str, Any] = jsonable_encoder(fields | lists)
    return made
