"""
The front: what stands before the routes of one plugin, from the gate to its own middleware.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from honeyhost.attach.routing import refusal
from honeyhost.attach.routing.flights import Flights, Traffic
from honeyhost.attach.routing.gate import Gate, time_limited
from honeyhost.attach.routing.table import Selected, Table
from honeyhost.attach.routing.urls import HostRouter, PluginUrls
from honeyhost.sdk import Caller, HostAPI

ENTRY = "honeyhost.entry"
"""
Key in the scope: the front of the snapshot that the request started with (None where no plugin answers), the path below the
host's root path, and what the table has for exactly this path; behind the gate, where something of the plugin's wraps all its
routes, the app of the route that was found.
"""

Middleware = Callable[[ASGIApp], ASGIApp]


def wrapped(middleware: Sequence[Middleware]) -> ASGIApp | None:
    """
    What stands round all routes of a plugin: its own middleware, outermost first. None where it has none.
    """
    app: ASGIApp = _answer
    for wrap in reversed(middleware):
        app = wrap(app)
    return app if middleware else None


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await scope[ENTRY](scope, receive, send)


class LoadedTable(Protocol):
    """
    What a loader brings: the table, and what :func:`wrapped` made of the plugin's middleware.
    """

    @property
    def table(self) -> Table:
        """
        The finished routes.
        """
        ...

    @property
    def around(self) -> ASGIApp | None:
        """
        What wraps them.
        """
        ...


class Front:
    """
    What stands before the router of one plugin in one generation.

    Args:
        slug: of the plugin.
        gate: the host's rules.
        load: imports the plugin and builds its table; called at the first request that the gate lets that far.
        host: resolves the names of routes that are not the plugin's.
        public: whether any route is for everyone: only then is a plugin loaded for a stranger.
        lifespan: whether the plugin may have state for its requests.
        traffic: the plugin's figures, which every generation adds to.
        given: gives the host that the plugin's code may ask.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of its own
        self,
        slug: str,
        gate: Gate,
        load: Callable[[], Awaitable[LoadedTable]],
        *,
        host: HostRouter,
        public: bool = False,
        lifespan: bool = False,
        traffic: Traffic | None = None,
        given: Callable[[], HostAPI] | None = None,
    ) -> None:
        self.slug = slug
        self.gate = gate
        self.identity = gate.identity
        self.limit = gate.max_body_size
        self.public = public
        self.given = given
        self.urls = PluginUrls(self, host)
        self.state: Mapping[str, Any] = {}
        """What the plugin's lifespan yielded."""
        self.table: Table | None = None
        """The routes, once they were built."""
        self.around: ASGIApp | None = None
        """What wraps all of them: time limit, state, the plugin's own middleware."""
        self._load = load
        self._lifespan = lifespan
        self.flights = Flights()
        """What is under way here."""
        self.traffic = traffic if traffic is not None else Traffic()

    @property
    def requests(self) -> int:
        """
        How many requests and websockets have reached the plugin in this process.
        """
        return self.traffic.requests

    @property
    def errors(self) -> int:
        """
        How many of them its code ended with an exception.
        """
        return self.traffic.errors

    @property
    def seconds(self) -> float:
        """
        How long its requests took, all together.
        """
        return self.traffic.nanoseconds / 1e9

    async def loaded(self, scope: Scope) -> Table:
        """
        The table, built now if it was not yet.

        Raises:
            HTTPException: 503, if the plugin cannot be imported or built.
        """
        try:
            brought = await self._load()
        except Exception as error:
            raise refusal.unavailable(scope, self.slug) from error
        self.around = self._wrapped(brought.around)
        self.table = brought.table
        return brought.table

    def unmatched(self, table: Table, caller: Caller | None, scope: Scope, path: str) -> Selected:
        """
        What answers where no route matches path and method: a redirect or a frontend.

        Raises:
            HTTPException: 405 for another method, 404 for another path; 401 and 403 go before the 405.
        """
        found = table.partial(scope, path)
        if found is not None:
            route, _ = found
            if route.foreign:
                return found  # its own code says what it makes of another method
            self.gate.admit(scope, caller, route.policy, self.slug)
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(route.methods))})
        redirected = table.redirected(scope, path)
        if redirected is not None:
            route, target = redirected
            return replace(route, app=RedirectResponse(url=str(URL(scope=target))), framework={}), {}
        low = table.low_priority(scope)
        if low is None:
            raise refusal.not_found(scope)
        return low

    def _wrapped(self, around: ASGIApp | None) -> ASGIApp | None:
        if self._lifespan:
            around = self._living(around or _answer)
        if self.gate.timeout is not None:
            around = time_limited(around or _answer, self.gate.timeout, self.slug)
        return around

    def _living(self, app: ASGIApp) -> ASGIApp:
        async def living(scope: Scope, receive: Receive, send: Send) -> None:
            # Into the same dictionary: the host's middleware may hold it already, and what it has set stays.
            state = scope.setdefault("state", {})
            for key, value in self.state.items():
                state.setdefault(key, value)
            await app(scope, receive, send)

        return living
