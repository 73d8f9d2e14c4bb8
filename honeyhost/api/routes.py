"""
The routes of the host, put into an application and taken out again.
"""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from honeyhost.api.deferred import BASE, deferred_routes
from honeyhost.api.events import Feed
from honeyhost.api.fallback import FallbackRoute
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import Interface
from honeyhost.api.limits import Limits
from honeyhost.api.listing import Listing
from honeyhost.api.verbs.capabilities import add_capabilities
from honeyhost.api.verbs.events import add_events
from honeyhost.api.verbs.grants import add_audit, add_grants
from honeyhost.api.verbs.groups import add_groups
from honeyhost.api.verbs.logs import add_logs
from honeyhost.api.verbs.metrics import add_metrics
from honeyhost.api.verbs.navigation import add_navigation
from honeyhost.api.verbs.operations import add_health, add_operations
from honeyhost.api.verbs.plugins import add_changing, add_reading
from honeyhost.api.verbs.sessions import add_sessions
from honeyhost.api.verbs.tokens import add_tokens

Put = Callable[[FastAPI, BaseRoute], Callable[[], None]]
"""Puts routes in the place of one that an application has; what it returns takes them out."""


def host_routes(app: FastAPI, host: Hosted, limits: Limits | None = None) -> Callable[[], None]:
    """
    Put the host's routes into an application now; the result takes them out again.

    ``limits`` is what one caller may ask for; the host's setting ``control_rate`` when left out.
    """
    deferred = deferred_routes(app, host)
    deferred.put(made_routes(host, limits))
    return deferred.remove


def made_routes(host: Hosted, limits: Limits | None = None) -> Put:
    """
    The routes, built; they still have to be put somewhere.
    """
    feed = Feed(host)
    router = router_of(host, feed, limits)

    def put(app: FastAPI, instead: BaseRoute) -> Callable[[], None]:
        routes = app.router.routes
        end = len(routes)
        app.include_router(router)
        added = routes[end:]
        del routes[end:]
        added.append(FallbackRoute(BASE, added[0]))
        place = routes.index(instead)
        routes[place : place + 1] = added
        forget = host.manager.on_change(feed.tell)

        def remove() -> None:
            forget()
            for route in added:
                routes.remove(route)

        return remove

    return put


def router_of(host: Hosted, feed: Feed, limits: Limits | None = None) -> APIRouter:
    """
    The same as a router. The host is asked for nothing but its settings before somebody asks a route.
    """
    interface = Interface(host, limits if limits is not None else Limits(changes=host.settings.control_rate))
    _add_verbs(interface, feed)
    return interface.router


def _add_verbs(interface: Interface, feed: Feed) -> None:
    listing = Listing(interface.host)
    add_reading(interface, listing)
    add_changing(interface)
    add_grants(interface)
    add_navigation(interface, listing)
    add_capabilities(interface)
    add_operations(interface)
    add_events(interface, feed)
    add_logs(interface)
    add_groups(interface)
    add_tokens(interface)
    add_sessions(interface)
    add_audit(interface)
    add_health(interface)
    add_metrics(interface)
