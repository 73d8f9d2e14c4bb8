"""
Described: the host's own part of an API document, recorded when something is applied.

Making it from the routes costs more than joining the parts of a thousand plugins. What was recorded says the same as the
routes would, or it is not used: it counts for the versions that it was made by, and where no name in it could be spelt in
another way beside those of the application.
"""

import json
import platform
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import fastapi
import pydantic
import starlette
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from honeyhost import __version__
from honeyhost.api.hosted import Hosted
from honeyhost.attach.files import write_with_undo
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.site import Site

FILE_NAME = "interface.json"
_ANY = Prefix.parse("/{slug}")
"""Where plugins answer changes nothing about how the host's own routes are described."""
_JOINTS = re.compile("__|-")
"""What stands between the parts of a name that is spelt out, because another one is the same without."""
_SPELT_OUT = frozenset({"Input", "Output"})


@dataclass(frozen=True, slots=True)
class Description:
    """
    Paths, schemas and security schemes of the host's routes, as an application without settings of its own describes them.
    """

    paths: Mapping[str, Any]
    schemas: Mapping[str, Any]
    security: Mapping[str, Any]

    def laid_into(self, document: Mapping[str, Any], before: Collection[str]) -> dict[str, Any] | None:
        """
        The document of an application with the host's part in it; None where both have a name.

        Args:
            document: of the application, without the host's routes.
            before: the paths of those routes that go before the host's.
        """
        paths, components = document.get("paths", {}), document.get("components", {})
        schemas, security = components.get("schemas", {}), components.get("securitySchemes", {})
        if paths.keys() & self.paths.keys() or security.keys() & self.security.keys() or _words(schemas) & _words(self.schemas):
            return None
        first = {path: item for path, item in paths.items() if path in before}
        joined = {
            **components,
            "schemas": dict(sorted({**schemas, **self.schemas}.items())),
            "securitySchemes": {**security, **self.security},
        }
        return {**document, "paths": {**first, **self.paths, **paths}, "components": joined}


def _words(names: Collection[str]) -> set[str]:
    return {word for name in names for word in _JOINTS.split(name)} - _SPELT_OUT


def recorded(folder: Path) -> Description | None:
    """
    The description that was recorded in a folder; None where there is none, or one of other versions.
    """
    try:
        found = json.loads((folder / FILE_NAME).read_bytes())
        return Description(**found["description"]) if found["key"] == _key() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def record(folder: Path, make: Callable[[], Hosted]) -> Callable[[], None]:
    """
    Record the description in a folder, unless it is there; the result takes it back. The host that is made need not be
    attached.

    Raises:
        NotWritableError: if the file cannot be written.
    """
    if recorded(folder) is not None:
        return lambda: None
    content = {"key": _key(), "description": asdict(_described(make()))}
    _, undo = write_with_undo(folder / FILE_NAME, json.dumps(content, ensure_ascii=False).encode())
    return undo


def completed(app: FastAPI, document: Mapping[str, Any], stand_in: BaseRoute, folder: Path) -> dict[str, Any] | None:
    """
    The document of an application in which a route stands for those of the host, with their part in it; None where only the
    routes themselves can say what that is.
    """
    description = recorded(folder) if Site(app=app, prefix=_ANY).plain else None
    if description is None:
        return None
    routes = app.router.routes
    before = iter_route_contexts(routes[: routes.index(stand_in)])
    described = {each.path_format for each in before if isinstance(each.original_route, APIRoute) and each.include_in_schema}
    return description.laid_into(document, {path for path in described if path is not None})


def _described(host: Hosted) -> Description:
    app = FastAPI()
    feed = import_module("honeyhost.api.events").Feed(host)
    app.include_router(import_module("honeyhost.api.routes").router_of(host, feed))
    document = app.openapi()
    components = document["components"]
    return Description(document["paths"], components["schemas"], components["securitySchemes"])


def _key() -> dict[str, Any]:
    """
    What the description depends on. The newest of the files that it is made from tells more than the version does, while
    they are being worked at.
    """
    files = Path(__file__).parent.rglob("*.py")
    return {
        "honeyhost": __version__,
        "python": platform.python_version(),
        "fastapi": fastapi.__version__,
        "starlette": starlette.__version__,
        "pydantic": pydantic.VERSION,
        "newest": max(file.stat().st_mtime_ns for file in files),
    }
