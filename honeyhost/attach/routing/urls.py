"""
Names of routes: what ``url_for`` finds inside a plugin.
"""

from collections.abc import Mapping, Sequence
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

    ``outside`` is the path that applications round the host have mounted it at.
    """

    __slots__ = ("_host", "_outside", "_plugin")

    def __init__(self, plugin: Tabled, host: HostRouter, *, outside: str = "") -> None:
        self._plugin = plugin
        self._host = host
        self._outside = outside

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """
        The routes of the host; the one that stands for all plugins is among them.
        """
        return self._host.routes

    def below(self, outside: str) -> "PluginUrls":
        """
        The same where the host is mounted below another application.
        """
        return PluginUrls(self._plugin, self._host, outside=outside)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route by its name.
        """
        path = self._path(name, path_params)
        return URLPath(self._outside + path, protocol=path.protocol, host=path.host) if self._outside else path

    def _path(self, name: str, path_params: Mapping[str, Any]) -> URLPath:
        table = self._plugin.table
        if table is not None:
            try:
                return table.url_path_for(name, **path_params)
            except NoMatchFound:
                pass
        return self._host.url_path_for(name, **path_params)
