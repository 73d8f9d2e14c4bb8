"""
Names of routes: what ``url_for`` finds inside a plugin.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, NoMatchFound


class Names(Protocol):
    """
    Named routes.
    """

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route by its name.
        """
        ...


class HostRouter(Names, Protocol):
    """
    What stands in the scope under ``router``: the framework asks it for the path of a named route, tools for its routes.
    """

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """
        All routes.
        """
        ...


class Tabled(Protocol):
    """
    What has a table, once it was built.
    """

    @property
    def table(self) -> Names | None:
        """
        The routes of the plugin.
        """
        ...


class PluginUrls:
    """
    The plugin's own routes by their bare names first, then everything the host knows: its own routes, and ``slug:name``.
    """

    def __init__(self, plugin: Tabled, host: HostRouter) -> None:
        self._plugin = plugin
        self._host = host

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """
        The routes of the host; the one that stands for all plugins is among them.
        """
        return self._host.routes

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route by its name.
        """
        table = self._plugin.table
        if table is not None:
            try:
                return table.url_path_for(name, **path_params)
            except NoMatchFound:
                pass
        return self._host.url_path_for(name, **path_params)
