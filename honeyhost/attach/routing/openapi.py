"""
OpenAPI: the fragment of one plugin as bytes, and the document that joins them with the host's own.

A fragment is made once, when a plugin is compiled, and is three runs of JSON members: paths, schemas, security schemes. A
document is joined on demand, so that a toggle costs a copy and not the framework's work. Component names always carry the
slug (``healthcare.Patient``): if they did so only where two plugins clash, switching one plugin on would rename the types
of another.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from fastapi.openapi.utils import get_openapi

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.routing.policy import AUTHENTICATED, RoutePolicy
from honeyhost.attach.routing.table import Table

SCHEME = "honeyhost"
"""Name of the security scheme that every route of a plugin asks for unless it is public."""
BEARER_SCHEME: Mapping[str, Any] = {"type": "http", "scheme": "bearer"}
"""What the built-in identity reads; a platform with an identity of its own says its own scheme."""
_REFERENCE_HEAD = "#/components/"
_NO_WORD = re.compile(r"\W")


def build_fragment(table: Table, *, slug: str, separate_schemas: bool = True) -> Fragment:
    """
    The fragment of a plugin, made by the framework from its own routes and then named apart.

    Args:
        table: the finished routes.
        slug: of the plugin.
        separate_schemas: whether models have one schema for what comes in and one for what goes out, as the host has it.
    """
    document = get_openapi(title=slug, version="0", routes=table.router.routes, separate_input_output_schemas=separate_schemas)
    names = _Names(slug, table.prefix)
    policies = _policies(table)
    paths: dict[str, dict[str, Any]] = document.get("paths", {})
    for path, item in paths.items():
        for method, operation in sorted(item.items()):
            names.name_operation(operation, path, method)
            _demand(operation, policies.get((method.upper(), path), AUTHENTICATED))
    components = document.get("components", {})
    return Fragment(
        _members(names.renamed(paths)),
        _members({names.of(name): names.renamed(schema) for name, schema in components.get("schemas", {}).items()}),
        _members({names.of(name): scheme for name, scheme in components.get("securitySchemes", {}).items()}),
    )


def _policies(table: Table) -> dict[tuple[str, str], RoutePolicy]:
    found: dict[tuple[str, str], RoutePolicy] = {}
    for route in table:
        for method in route.methods:
            found.setdefault((method, route.label or route.path), route.policy)
    return found


class _Names:
    """
    The names of one plugin in a document that it shares with others.
    """

    def __init__(self, slug: str, prefix: str) -> None:
        self._slug = slug
        self._head = prefix
        self._word = slug.replace("-", "_")
        self._identifiers: dict[str, str] = {}
        self._given: set[str] = set()

    def of(self, component: str) -> str:
        """
        The name of a component.
        """
        return f"{self._slug}.{component}"

    def name_operation(self, operation: dict[str, Any], path: str, method: str) -> None:
        """
        Give the operation an identifier that no other plugin has, and its own security schemes their names.
        """
        own = operation["operationId"]
        base = self._identifier(own, path)
        # A route of several methods has one identifier for all of them, and an author may choose one twice.
        spares = (f"{base}_{method}{number}" for number in chain([""], count(2)))
        identifier = next(name for name in chain([base], spares) if name not in self._given)
        self._given.add(identifier)
        self._identifiers.setdefault(own, identifier)
        operation["operationId"] = identifier
        if "security" in operation:
            operation["security"] = [{self.of(name): scopes for name, scopes in each.items()} for each in operation["security"]]
        for callback in operation.get("callbacks", {}).values():
            for where, item in callback.items():
                for verb, inner in sorted(item.items()):
                    self.name_operation(inner, where, verb)

    def _identifier(self, own: str, path: str) -> str:
        # One that the framework made from the path holds the slug already; only a hyphen is lost in it. Two underscores part
        # what an author chose from the slug, which has none of its own inside.
        made = path.startswith(self._head) and _NO_WORD.sub("_", path) in own
        return own if made and "-" not in self._slug else f"{self._word}__{own}"

    def renamed(self, value: Any) -> Any:
        """
        The value with every reference to a component or an operation by its new name.
        """
        if isinstance(value, list):
            return [self.renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: self._member(key, item) for key, item in value.items()}

    def _member(self, key: str, item: Any) -> Any:
        if key == "$ref" and isinstance(item, str):
            return self._reference(item)
        if key == "mapping" and isinstance(item, dict):  # of a discriminator
            return {tag: self._reference(target) if isinstance(target, str) else target for tag, target in item.items()}
        if key == "links" and isinstance(item, dict):
            return {name: self._link(link) for name, link in item.items()}
        return self.renamed(item)

    def _reference(self, target: str) -> str:
        kind, slash, name = target.removeprefix(_REFERENCE_HEAD).partition("/")
        return f"{_REFERENCE_HEAD}{kind}/{self.of(name)}" if target.startswith(_REFERENCE_HEAD) and slash else target

    def _link(self, link: Any) -> Any:
        own = link.get("operationId") if isinstance(link, dict) else None
        return {**link, "operationId": self._identifiers.get(own, own)} if isinstance(own, str) else link


def _demand(operation: dict[str, Any], policy: RoutePolicy) -> None:
    if policy.public:
        return
    own: list[dict[str, list[str]]] = operation.get("security", [{}])
    operation["security"] = [{SCHEME: [], **each} for each in own]
    responses = operation.setdefault("responses", {})
    responses.setdefault("401", {"description": "The caller is not known"})
    if policy.permissions:
        operation["x-permissions"] = sorted(policy.permissions)
        responses.setdefault("403", {"description": f"The caller lacks {policy}"})


def _members(mapping: Mapping[str, Any]) -> bytes:
    return _json(mapping)[1:-1]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class HostDocument:
    """
    The host's own document, cut open once so that fragments can be laid in.
    """

    def __init__(self, document: Mapping[str, Any], scheme: Mapping[str, Any]) -> None:
        self.document = document
        components = dict(document.get("components", {}))
        schemes = dict(components.pop("securitySchemes", {}))
        schemes[SCHEME] = dict(scheme)
        self._paths = _members(document.get("paths", {}))
        self._schemas = _members(components.pop("schemas", {}))
        self._security = _members(dict(sorted(schemes.items())))
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
        schemas = _object(*_runs(self._schemas, *(fragment.schemas for fragment in every)))
        security = _object(*_runs(self._security, *(fragment.security for fragment in every)))
        paths = _object(*_runs(self._paths, *(fragment.paths for fragment in every)))
        components = _object(*_runs(self._components), (b'"schemas":', *schemas), (b'"securitySchemes":', *security))
        return b"".join(_object(*_runs(_members(rest)), (b'"paths":', *paths), (b'"components":', *components)))


def _object(*members: Sequence[bytes]) -> Sequence[bytes]:
    """
    An object of members, in pieces that are put together once at the end: each copy of a document of a thousand plugins
    costs more than all the rest.
    """
    pieces: list[bytes] = []
    for member in members:
        pieces += (b",", *member)
    return (b"{", *pieces[1:], b"}")


def _runs(*runs: bytes) -> Iterator[Sequence[bytes]]:
    """
    Runs of members that are bytes already; an empty one is none.
    """
    return ((run,) for run in runs if run)
