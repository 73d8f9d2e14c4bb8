"""
The fallback: what answers below the control interface where no verb does.
"""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts
from starlette._utils import get_route_path
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send

from honeyhost.api.problems import ProblemError


class FallbackRoute(BaseRoute):
    """
    404 for an unknown path and 405 for a method that a path does not have, as problem documents; HEAD where there is GET.
    """

    def __init__(self, base: str, verbs: BaseRoute) -> None:
        self.path = base
        self.name = "honeyhost-fallback"
        self.include_in_schema = False
        self._verbs = verbs

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """
        A full match for all below the base, and for the host's own paths beside it.
        """
        if scope["type"] != "http":
            return Match.NONE, {}
        path = get_route_path(scope)
        below = path == self.path or path.startswith(f"{self.path}/")
        return (Match.FULL, {}) if below or any(self._methods(path)) else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        The refusal, or the head of the answer to GET.
        """
        path = get_route_path(scope)
        methods = set(self._methods(path))
        if scope["method"] == "HEAD" and "GET" in methods:
            await self._verbs.handle({**scope, "method": "GET"}, receive, _headless(send))
            return
        refusal = ProblemError(404, "not-found", f"there is nothing at {path[:200]}")
        if methods:
            allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
            detail = f"{scope['method']} is no method of this; there are {allowed}"
            refusal = ProblemError(405, "method-not-allowed", detail, headers={"Allow": allowed})
        await refusal.response()(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        No name leads here.
        """
        raise NoMatchFound(name, path_params)

    def _methods(self, path: str) -> Iterator[str]:
        for context in iter_route_contexts([self._verbs]):
            route = context.original_route
            if isinstance(route, APIRoute) and route.path_regex.match(path):
                yield from route.methods or ()


def _headless(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
