"""
The interface: the host's verbs as one router, each with what it needs and what it may answer instead.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from honeyhost.api.deferred import BASE
from honeyhost.api.door import Door, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.limits import Limits
from honeyhost.api.listing import Made
from honeyhost.api.problems import MEDIA_TYPE, TITLES, ProblemError, ProblemResponse, response_to
from honeyhost.api.shapes.base import HoneyhostProblem
from honeyhost.attach.routing.openapi import SCHEME
from honeyhost.attach.routing.refusal import Refusal
from honeyhost.errors import HoneyhostError
from honeyhost.manager.cross_site import COOKIE

READ = "plugins.read"
MANAGE = "plugins.manage"
RUN = "capabilities.run"
ADMINISTER = "*"
"""What hands out rights may be used only by who holds all of them."""

Endpoint = Callable[..., Any]
_GUARDED = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}
_SECURITY = (
    Depends(HTTPBearer(scheme_name=SCHEME, auto_error=False)),
    Depends(APIKeyCookie(name=COOKIE, scheme_name=COOKIE, auto_error=False)),
)


class Interface:
    """
    The verbs of one host below BASE.
    """

    def __init__(self, host: Hosted, limits: Limits) -> None:
        self.host = host
        self.router = APIRouter(tags=["Plugin host"])
        self._door = Door(host, limits)

    def verb(  # noqa: PLR0913 - the facts of a verb
        self,
        method: str,
        path: str,
        needs: Needs,
        *,
        answers: Any = None,
        kind: type[Response] = JSONResponse,
        status: int = 200,
        also: Iterable[int] = (),
        described: str = "Done",
        base: str = BASE,
    ) -> Callable[[Endpoint], Endpoint]:
        """
        Make a function the answer to a method and a path; its name is the id of the operation.

        Args:
            method: of HTTP.
            path: below the base.
            needs: what is asked of the request.
            answers: the shape of the answer.
            kind: the class of the answer, for its media type.
            status: of the answer.
            also: statuses that the verb itself may refuse with.
            described: what the answer is.
            base: what goes before the path.
        """

        def add(endpoint: Endpoint) -> Endpoint:
            empty = answers is None and status == 204  # noqa: PLR2004 - the status without content
            self.router.add_api_route(
                base + path,
                endpoint,
                methods=[method],
                operation_id=endpoint.__name__,
                status_code=status,
                response_model=answers,
                response_description=described,
                response_class=ProblemResponse if empty else kind,
                responses=_refusals(needs, also, model=empty),
                dependencies=() if needs.stranger else _SECURITY,
                route_class_override=_route_class(self._door, needs),
            )
            return endpoint

        return add


def answer(value: Any, *, status: int = 200, revision: int | None = None) -> Response:
    """
    A JSON answer; with the revision of the record that it shows as its entity tag.
    """
    headers = {} if revision is None else {"ETag": f'"{revision}"'}
    return JSONResponse(value, status, headers=headers)


def answer_made(request: Request, made: Made) -> Response:
    """
    Bytes that were made before, or 304 where the caller has them.
    """
    known = request.headers.get("if-none-match", "")
    if made.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Response(status_code=304, headers={"ETag": made.etag})
    return Response(made.body, media_type="application/json", headers={"ETag": made.etag})


def _route_class(door: Door, needs: Needs) -> type[APIRoute]:
    class GuardedRoute(APIRoute):
        """
        A route that the door stands before, and whose failures are problem documents.
        """

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    response = await handle(await door.admit(request, needs))
                except (ProblemError, HoneyhostError, Refusal, RequestValidationError) as failure:
                    response = response_to(failure)
                for name, value in _GUARDED.items():
                    response.headers.setdefault(name, value)
                return response

            return guarded

    return GuardedRoute


def _refusals(needs: Needs, also: Iterable[int], *, model: bool) -> dict[int | str, dict[str, Any]]:
    """
    What a verb may answer instead, as the API document says it. The shape is registered by verbs without content, whose media
    type is that of a problem; everywhere else it is referred to.
    """
    statuses = {401, 403, 422, 503, *also}
    statuses |= {404} if needs.plugin else set()
    statuses |= {429} if needs.changes else set()
    statuses |= {400, 408, 413, 415} if needs.body else set()
    said: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{HoneyhostProblem.__name__}"}}}}
    if model:
        said = {"model": HoneyhostProblem}
    return {status: {"description": TITLES[status], **said} for status in sorted(statuses)}
