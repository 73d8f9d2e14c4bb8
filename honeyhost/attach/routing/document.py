"""
The document: what ``/openapi.json`` and ``app.openapi()`` answer, the host's own routes and those of the plugins.
"""

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.routing.dispatch import Fronts
from honeyhost.attach.routing.openapi import HostDocument

_WORTH_COMPRESSING = 64 * 1024


class Documented(Fronts, Protocol):
    """
    A snapshot that also knows the OpenAPI fragments of its plugins.
    """

    def fragments(self) -> Iterable[Fragment]:
        """
        The fragments of all plugins that answer, in the order of the slugs. May import plugins: never on the event loop.
        """
        ...


@dataclass(frozen=True)
class _Joined:
    """
    The document of one moment. The tag is a weak one: it stands for the compressed form too.
    """

    current: Documented
    host: HostDocument
    root_path: str
    body: bytes
    tag: str

    @cached_property
    def compressed(self) -> bytes:
        """
        Made once, and only where somebody takes it: this costs more than everything else about the document.
        """
        compressed: bytes = import_module("gzip").compress(self.body, 6, mtime=0)
        return compressed


class PluginDocument:
    """
    The OpenAPI document of host and plugins, joined at most once per snapshot.

    The host may override ``app.openapi`` before or after the plugins came: its override says what the document is, and the
    routes of the plugins are laid into it unless it has asked for them itself.
    """

    def __init__(
        self,
        app: FastAPI,
        current: Callable[[], Documented],
        scheme: Mapping[str, Any],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._current = current
        self._scheme = scheme
        self._prepare = prepare
        self._own = app.openapi
        """The host's way to its document at the time of attaching: the framework's, or an override."""
        self._host: HostDocument | None = None
        self._joined: _Joined | None = None
        self._parsed: tuple[bytes, dict[str, Any]] | None = None
        self._asked = threading.local()

    def openapi(self) -> dict[str, Any]:
        """
        The document as a value, for code that calls ``app.openapi()``.
        """
        self._asked.itself = True
        self._prepare()
        body = self._join(self._own(), self._current(), "").body
        if self._parsed is None or self._parsed[0] is not body:
            self._parsed = (body, json.loads(body))
        return self._parsed[1]

    async def respond(self, request: Request) -> Response:
        """
        The document over HTTP, with an entity tag.
        """
        root_path = request.scope.get("root_path", "").rstrip("/") if self._app.root_path_in_servers else ""
        # Not in the framework's pool of threads: where nothing else uses that one, loading it takes longer than the document.
        joined = await asyncio.to_thread(self._now, root_path)
        headers = {"ETag": joined.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if _knows(request, joined.tag):
            return Response(status_code=304, headers=headers)
        if len(joined.body) >= _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
            # Compressed here, once, and not by a middleware for every request.
            compressed = await asyncio.to_thread(lambda: joined.compressed)
            return Response(compressed, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"})
        return Response(joined.body, media_type="application/json", headers=headers)

    def replace_openapi(self) -> Callable[[], None]:
        """
        Let ``app.openapi()`` answer with the joined document; the result takes it back.
        """
        app, replaced = self._app, self.openapi
        before = app.__dict__.get("openapi")
        app.openapi = replaced  # type: ignore[method-assign] # the framework's documented way to extend the document

        def restore() -> None:
            if app.__dict__.get("openapi") == replaced:
                del app.__dict__["openapi"]
                if before is not None:
                    app.openapi = before  # type: ignore[method-assign] # as above

        return restore

    def _now(self, root_path: str) -> _Joined:
        self._prepare()
        current, later = self._current(), self._app.__dict__.get("openapi")
        if later is None or later == self.openapi:
            return self._join(self._own(), current, root_path)
        self._asked.itself = False
        document = later()
        return self._join(document, current, root_path, whole=self._asked.itself)

    def _join(self, own: Mapping[str, Any], current: Documented, root_path: str, *, whole: bool = False) -> _Joined:
        host, known = self._host, self._joined
        if host is None or host.document is not own:
            self._host = host = HostDocument(own, self._scheme)
        if known is not None and known.current is current and known.host is host and known.root_path == root_path:
            return known
        body = host.joined(() if whole else current.fragments(), root_path=root_path)
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._joined = made = _Joined(current, host, root_path, body, tag)
        return made


def _knows(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or any(one.strip().removeprefix("W/") == tag[2:] for one in known.split(","))
