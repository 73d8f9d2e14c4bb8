"""
Hosts: honeyhost and every peer with the same plugins, all in this process, built when a headline first asks.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import fixtures
from asgi import TOKEN
from fastapi import FastAPI
from ground import Ground
from starlette.requests import HTTPConnection
from web_peers import PEERS, Served, routers_of

from honeyhost import Host
from honeyhost.sdk import Caller
from honeyhost.settings import Settings

STATIC = "records/list"
PARAMETRISED = "reports/items/7/history"
"""The last of the ten routes."""
STRANGER = b"Bearer stranger"
"""A caller who is known and may nothing."""


class Hosts:
    """
    The applications of one run.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.honeyhost = cache(self._honeyhost)
        self.peer = cache(self._peer)

    def _honeyhost(self, count: int) -> Served:
        platform = self._ground.folders(count)
        app = FastAPI()
        Host(Settings(install_dir=platform.folder), identity=_identity(count)).attach(app)
        return Served(app)

    @staticmethod
    def _peer(name: str, count: int) -> Served:
        (peer,) = (peer for peer in PEERS if peer.name == name)
        return peer.build(count)


def _identity(count: int) -> Callable[[HTTPConnection], Any]:
    permissions = frozenset(f"{fixtures.slug_of(number).replace('-', '_')}.read" for number in range(count))
    known = {TOKEN: Caller(id="measured", permissions=permissions), STRANGER: Caller(id="stranger", permissions=frozenset())}

    async def identity(connection: HTTPConnection) -> Caller | None:
        for name, value in connection.scope["headers"]:
            if name == b"authorization":
                return known.get(value)
        return None

    return identity


def one_route(path: str) -> Served:
    """
    FastAPI with nothing but one route of a plugin: the floor.
    """
    app = FastAPI()
    (route,) = (route for router in routers_of(0) for route in router.routes if route.path == path)
    app.add_api_route(path, route.endpoint)
    return Served(app)
