"""
OpenAPI: the fragment of one plugin as bytes, and the document that joins them with the host's own.

A fragment is made once, when a plugin is compiled, and is three runs of JSON members: paths, schemas, security schemes. A
document is joined on demand, so that a toggle costs a copy and not the framework's work. Component names always carry the
slug (``healthcare.Patient``): if they did so only where two plugins clash, switching one plugin on would rename the types
of another.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.openapi.utils import get_openapi

from honeyhost.attach.routing.policy import RoutePolicy
from honeyhost.attach.routing.table import Table

BEARER = "honeyhost"
"""Name of the security scheme of the built-in identity."""
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_REFERENCE_HEAD = "#/components/"


@dataclass(frozen=True, slots=True)
class Fragment:
    """
    Members of ``paths``, ``components.schemas`` and ``components.securitySchemes``, each ``"key":value,...`` or empty.
    """

    paths: bytes = b""
    schemas: bytes = b""
    security: bytes = b""


def build_fragment(table: Table, *, slug: str, security: Mapping[str, list[str]] | None) -> Fragment:
    """
    The fragment of a plugin, made by the framework from its own routes and then named apart.

    ``security`` is what a caller has to present on routes that are not public (``{"honeyhost": []}``), or None.
    """
    policies = _policies(table)
    document = get_openapi(title=slug, version="0", routes=table.router.routes)
    paths: dict[str, dict[str, Any]] = document.get("paths", {})
    for path, item in paths.items():
        for method, operation in item.items():
            if method in _METHODS:
                _name_operation(operation, slug, policies.get((method.upper(), path)), security)
    components = document.get("components", {})
    renamed = _renamed({"paths": paths, "components": components}, slug)
    return Fragment(
        _members(renamed["paths"]),
        _members({f"{slug}.{name}": schema for name, schema in renamed["components"].get("schemas", {}).items()}),
        _members({f"{slug}.{name}": scheme for name, scheme in renamed["components"].get("securitySchemes", {}).items()}),
    )


def _policies(table: Table) -> dict[tuple[str, str], RoutePolicy]:
    found: dict[tuple[str, str], RoutePolicy] = {}
    for route in table:
        path = getattr(route.framework.get("effective_route_context"), "path_format", route.path)
        for method in route.methods:
            found.setdefault((method, path), route.policy)
    return found


def _name_operation(
    operation: dict[str, Any], slug: str, policy: RoutePolicy | None, security: Mapping[str, list[str]] | None
) -> None:
    word = slug.replace("-", "_")
    identifier = operation.get("operationId", "")
    if f"_{word}_" not in f"_{identifier}_":
        operation["operationId"] = f"{word}_{identifier}"
    if "security" in operation:
        operation["security"] = [{f"{slug}.{name}": scopes for name, scopes in each.items()} for each in operation["security"]]
    if policy is None or policy.public:
        return
    if security is not None:
        own: list[dict[str, list[str]]] = operation.get("security", [{}])
        operation["security"] = [{**{name: list(scopes) for name, scopes in security.items()}, **each} for each in own]
    responses = operation.setdefault("responses", {})
    responses.setdefault("401", {"description": "The caller is not known"})
    if policy.permissions:
        operation["x-permissions"] = sorted(policy.permissions)
        responses.setdefault("403", {"description": f"The caller lacks {policy}"})


def _renamed(value: Any, slug: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, slug) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, slug) for item in value]
    if isinstance(value, str) and value.startswith(_REFERENCE_HEAD):
        kind, slash, name = value.removeprefix(_REFERENCE_HEAD).partition("/")
        return f"{_REFERENCE_HEAD}{kind}/{slug}.{name}" if slash else value
    return value


def _members(mapping: Mapping[str, Any]) -> bytes:
    return _json(mapping)[1:-1]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class HostDocument:
    """
    The host's own document, cut open once so that fragments can be laid in.
    """

    def __init__(self, document: Mapping[str, Any], *, bearer: bool) -> None:
        self.document = document
        components = dict(document.get("components", {}))
        schemes = dict(components.pop("securitySchemes", {}))
        if bearer:
            schemes.setdefault(BEARER, {"type": "http", "scheme": "bearer"})
        self._paths = _members(document.get("paths", {}))
        self._schemas = _members(components.pop("schemas", {}))
        self._security = _members(schemes)
        self._components = _members(components)
        self._rest = {key: value for key, value in document.items() if key not in ("paths", "components")}

    def joined(self, fragments: Iterable[Fragment], *, root_path: str = "") -> bytes:
        """
        The whole document as JSON, served below ``root_path``.
        """
        every = tuple(fragments)
        rest = dict(self._rest)
        servers = rest.get("servers", [])
        if root_path and all(server.get("url") != root_path for server in servers):
            rest["servers"] = [{"url": root_path}, *servers]
        components = _object(
            self._components,
            b'"schemas":' + _object(self._schemas, *(fragment.schemas for fragment in every)),
            b'"securitySchemes":' + _object(self._security, *(fragment.security for fragment in every)),
        )
        paths = _object(self._paths, *(fragment.paths for fragment in every))
        return _object(_members(rest), b'"paths":' + paths, b'"components":' + components)


def _object(*members: bytes) -> bytes:
    return b"{" + b",".join(filter(None, members)) + b"}"
