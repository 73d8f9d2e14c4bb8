"""
A host for tests of the control interface: the protocol over a real manager, with records that lie in memory.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI
from hosting import Hosting, Plugin, by_header, hosting
from pydantic import SecretStr

from honeyhost.api.limits import Limits
from honeyhost.api.routes import host_routes
from honeyhost.errors import ConflictError
from honeyhost.fastapi import create_app
from honeyhost.manager.booting import Boot
from honeyhost.manager.configuration import configured
from honeyhost.propagation.drift import Status
from honeyhost.settings import Settings
from honeyhost.store.records import InstanceReport, PluginRecord
from honeyhost.wiring import administrator_token

BASE = "/api/plugin-host"


class FakeSettings:
    control_rate = 60
    session_hours = 12.0


class FakeHost:
    """
    Keeps the promises of ``honeyhost.api.hosted.Hosted``; what each verb was asked is in ``asked``.
    """

    def __init__(self, made: Hosting, identity: Any, listing: Mapping[str, Any], stores: Any = None) -> None:
        self.manager = made.manager
        self.identity = identity
        self.settings = FakeSettings()
        self.boot = Boot(plugins=made.plugins, listing=lambda: listing)
        self.records: Mapping[str, PluginRecord] = {}
        self.reports: tuple[InstanceReport, ...] = ()
        self.state = Status(instance="one", wanted=1, running=1, snapshot=None)
        self.asked: list[tuple[Any, ...]] = []
        self.made_stores = stores

    @property
    def live(self) -> Any:
        return self.manager.live

    @property
    def stores(self) -> Any:
        if isinstance(self.made_stores, Exception):
            raise self.made_stores
        return self.made_stores

    def status(self) -> Status:
        return self.state

    def instances(self) -> tuple[InstanceReport, ...]:
        return self.reports

    def figures(self) -> Mapping[str, Any]:
        return {}

    def explain(self, slug: str) -> Mapping[str, Any] | None:
        return {"name": slug, "verdict": "accepted", "checks": [], "smallest_change": None}

    def examine(self) -> list[Mapping[str, Any]]:
        return [{"id": "database", "status": "ok", "message": "it answers", "fix": None}]

    async def set_enabled(self, slug: str, *, enabled: bool, actor: str = "host", revision: int | None = None) -> PluginRecord:
        self.asked.append(("set_enabled", slug, enabled, actor, revision))
        return self._keep(slug, revision, enabled=enabled)

    async def toggle(self, slug: str, *, actor: str = "host") -> PluginRecord:
        self.asked.append(("toggle", slug, actor))
        return self._keep(slug, None, enabled=not self._record(slug).enabled)

    async def configure(
        self, slug: str, patch: Mapping[str, Any], *, actor: str = "host", revision: int | None = None
    ) -> PluginRecord:
        self.asked.append(("configure", slug, actor, revision))
        schema = next(plugin.facts.config_schema for plugin in self.manager.plugins if plugin.slug == slug)
        return self._keep(slug, revision, config=configured(slug, schema, self._record(slug).config, patch))

    async def arrange(self, slug: str, *, actor: str = "host", revision: int | None = None, **wishes: Any) -> PluginRecord:
        self.asked.append(("arrange", slug, wishes, actor, revision))
        return self._keep(slug, revision, **wishes)

    async def reload(self, slug: str, *, actor: str = "host") -> PluginRecord:
        self.asked.append(("reload", slug, actor))
        return self._keep(slug, None, reloads=self._record(slug).reloads + 1)

    async def release(self, slug: str, *, actor: str = "host") -> PluginRecord:
        self.asked.append(("release", slug, actor))
        return self._keep(slug, None, quarantine=None)

    async def grant(self, slug: str, grants: Mapping[str, Any], digest: str | None, *, actor: str = "host") -> PluginRecord:
        self.asked.append(("grant", slug, actor))
        return self._keep(slug, None, grants=dict(grants), grants_digest=digest)

    def _record(self, slug: str) -> PluginRecord:
        return self.records.get(slug) or PluginRecord(slug=slug)

    def _keep(self, slug: str, revision: int | None, **changes: Any) -> PluginRecord:
        before = self._record(slug)
        if revision is not None and revision != before.revision:
            raise ConflictError(f"revision {before.revision} is stored, {revision} was read", stored=before.revision)
        record = replace(before, **changes, revision=before.revision + 1)
        self.records = {**self.records, slug: record}
        self.state = replace(self.state, running=self.state.running + 1)
        return record


LISTING: Mapping[str, Any] = {
    "plugins": [
        {
            "name": "legacy",
            "version": "0.1.0",
            "display_name": "Legacy",
            "origin": {"kind": "directory", "location": "/srv/plugins/legacy", "distribution": None},
            "state": "rejected",
            "reasons": [
                {"code": "host-too-old", "params": {"required": ">=2"}, "message": "needs host >=2", "hint": "upgrade"}
            ],
            "problems": [],
        }
    ],
    "failures": [],
    "findings": [],
}


def serve(
    *plugins: Plugin,
    identity: Any = None,
    limits: Limits | None = None,
    listing: Mapping[str, Any] = LISTING,
    stores: Any = None,
    schemas: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[FastAPI, FakeHost]:
    """
    An application with the control interface of a fake host, and that host.
    """
    app = FastAPI()
    made = hosting(*plugins, app=app, identity=identity or by_header)
    for plugin in made.plugins:
        about = {
            "kind": "vertical",
            "labels": "Title",
            "display_name": "Title",
            "origin": {"kind": "directory", "location": "/x"},
        }
        facts = replace(plugin.facts, about=about, config_schema=(schemas or {}).get(plugin.slug))
        plugin._facts = facts
    host = FakeHost(made, identity or by_header, listing, stores)
    host_routes(app, host, limits)
    return app, host


def ask(app: FastAPI, method: str, path: str, caller: str | None = "admin", **options: Any) -> httpx.Response:
    """
    The answer of the application to one request.
    """

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        headers = {**({} if caller is None else {"x-caller": caller}), **options.pop("headers", {})}
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return await client.request(method, path, headers=headers, **options)

    return asyncio.run(asked())


TOKEN = "hht_administrator_of-a-test"


class Steering:
    """
    A real host that serves, and clients of it in this process.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.host = app.state.host

    async def ask(self, method: str, path: str, token: str | None = TOKEN, **options: Any) -> httpx.Response:
        """
        The answer to one request below the base; to a path of the platform where it begins with two slashes.
        """
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers.update(options.pop("headers", {}))
        where = path[1:] if path.startswith("//") else BASE + path
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://platform") as client:
            return await client.request(method, where, headers=headers, **options)

    async def token(self, **wishes: Any) -> dict[str, Any]:
        """
        A new token with its secret.
        """
        answer = await self.ask("POST", "/tokens", json={"name": "made for a test", **wishes})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def token_of_the_store(self, **wishes: Any) -> str:
        """
        The secret of a token that was made without asking the host.
        """
        issued = self.host.stores.changes("a test").create_token("made for a test", **wishes)
        return str(issued.secret)


@asynccontextmanager
async def steering(*, lifespan: bool = True, **changes: Any) -> AsyncIterator[Steering]:
    """
    The host of the platform that the environment names, with TOKEN for its administrator; ``changes`` are settings.
    """
    settings = Settings.load().model_copy(update={"admin_token": SecretStr(TOKEN), **changes})
    administrator_token(settings)
    app = create_app(settings)
    if not lifespan:
        yield Steering(app)
        return
    async with app.router.lifespan_context(app):
        yield Steering(app)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """
    The problem document of an answer, which has to be one.
    """
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= document.keys()
    assert (document["status"], document["code"]) == (status, code), document
    return document
