"""
The compiled plugin: what importing an accepted plugin revealed, as data.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self


class Stamp(NamedTuple):
    """
    A file as it was when it was read; ``mtime_ns`` in nanoseconds, ``size`` in bytes.
    """

    path: str
    mtime_ns: int
    size: int

    def fits(self) -> bool:
        """
        Whether the file is still the same, as far as its stamp tells.
        """
        try:
            found = os.stat(self.path)  # noqa: PTH116 - asked a thousand times at start
        except OSError:
            return False
        return found.st_mtime_ns == self.mtime_ns and found.st_size == self.size


def stamped(paths: Iterable[str]) -> tuple[Stamp, ...]:
    """
    The stamps of the files that are there, by path.
    """
    found = []
    for path in sorted(set(paths)):
        try:
            status = os.stat(path)  # noqa: PTH116 - as above
        except OSError:
            continue
        found.append(Stamp(path, status.st_mtime_ns, status.st_size))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class CompiledRoute:
    """
    One route of a plugin with its full path and its policy.
    """

    kind: Literal["http", "websocket", "mount"]
    path: str
    name: str
    methods: tuple[str, ...] = ()
    public: bool = False
    permissions: tuple[str, ...] = ()
    source: str = ""

    @property
    def policy(self) -> str:
        """
        Who may reach it, as a plan says it.
        """
        return " + ".join(self.permissions) or ("public" if self.public else "authenticated")

    def to_json(self) -> list[Any]:
        """
        A row; shorter than an object, and a snapshot holds ten thousand of them.
        """
        return [self.kind, self.path, self.name, list(self.methods), self.public, list(self.permissions), self.source]

    @classmethod
    def from_json(cls, row: list[Any]) -> Self:
        """
        The route that a row spells.
        """
        kind, path, name, methods, public, permissions, source = row
        return cls(
            kind=kind,
            path=path,
            name=name,
            methods=tuple(methods),
            public=public,
            permissions=tuple(permissions),
            source=source,
        )


@dataclass(frozen=True, slots=True)
class Fragment:
    """
    Members of ``paths``, ``components.schemas`` and ``components.securitySchemes``, each ``"key":value,...`` or empty.
    """

    paths: bytes = b""
    schemas: bytes = b""
    security: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompiledPlugin:
    """
    What a plugin of this digest brings: routes, the parts of its OpenAPI document, whether it has a lifespan.

    ``stamps`` are the files that were read to find out; while they fit, so does this value. ``import_ms`` is the time that
    importing took, in milliseconds, with the framework already imported.
    """

    slug: str
    version: str
    digest: str
    routes: tuple[CompiledRoute, ...] = ()
    openapi: tuple[str, str, str] = ("", "", "")
    """Members of paths, schemas and security schemes, as :class:`Fragment` has them."""
    lifespan: bool = False
    functions: tuple[str, ...] = ()
    """The names that its functions are called by."""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    """The function that answers each capability, by slug: declared ones, and those of marked methods."""
    starts: bool = False
    """Whether it has anything to do at start: a lifespan, or an init of its object."""
    import_ms: float = 0.0
    stamps: tuple[Stamp, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        """
        Whether a stranger may reach any route.
        """
        return any(route.public for route in self.routes)

    def fits(self, digest: str) -> bool:
        """
        Whether this is still what a plugin with the digest brings.
        """
        return self.digest == digest and all(stamp.fits() for stamp in self.stamps)

    def to_json(self) -> dict[str, Any]:
        """
        All of it, for a pipe or a file.
        """
        return {
            "slug": self.slug,
            "version": self.version,
            "digest": self.digest,
            "routes": [route.to_json() for route in self.routes],
            "openapi": list(self.openapi),
            "lifespan": self.lifespan,
            "functions": list(self.functions),
            "capabilities": dict(self.capabilities),
            "starts": self.starts,
            "import_ms": self.import_ms,
            "stamps": [list(stamp) for stamp in self.stamps],
            "details": dict(self.details),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """
        The value that :meth:`to_json` made.
        """
        paths, schemas, security = document["openapi"]
        return cls(
            slug=document["slug"],
            version=document["version"],
            digest=document["digest"],
            routes=tuple(CompiledRoute.from_json(row) for row in document["routes"]),
            openapi=(paths, schemas, security),
            lifespan=document["lifespan"],
            functions=tuple(document["functions"]),
            capabilities=document["capabilities"],
            starts=document["starts"],
            import_ms=document["import_ms"],
            stamps=tuple(Stamp(*stamp) for stamp in document["stamps"]),
            details=document["details"],
        )
