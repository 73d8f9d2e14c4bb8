"""
Every row of the table of operations, over the services as they are: refused without its grant, done with it, limited, counted,
and taken back while it runs. Asked over the wire, as a plugin in another runtime asks.
"""

import base64
import os
import uuid
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from typing import Any

import pytest
from answering import answer, serving
from mailing import post_office
from plugin_databases import SqliteWorld, postgres_database, postgres_world

from honeyhost.errors import OperationLimitedError, OperationRefusedError, PermissionNotGrantedError
from honeyhost.manager.given import Facts, GivenHost
from honeyhost.manager.tasks import Tasks
from honeyhost.sdk.operations import OPERATIONS, Operation
from honeyhost.services import Services, ServiceSettings
from honeyhost.services.http import HttpClient
from honeyhost.services.published import Capabilities
from honeyhost.services.wire import perform

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
REQUIRED = os.environ.get("TEST_SERVICES") == "required"
SLUG = "acme"
LIMIT = 4
# By operation: what is granted, the arguments, and the answer as JSON has it.
CASES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "db_query": (
        "db:read:core_org",
        {"sql": "SELECT name FROM core_org WHERE id = :id", "params": {"id": 1}},
        [{"name": "Acme"}],
    ),
    "db_exec": (
        "db:readwrite:core_org",
        {"sql": "UPDATE core_org SET name = :name WHERE id = 2", "params": {"name": "Bolt"}},
        {"affected": 1},
    ),
    "cache_get": ("cache:read:beds", {"key": "beds", "default": 7}, {"value": 7, "found": True}),
    "cache_set": ("cache:write:beds", {"key": "beds", "value": {"free": [1, 2]}, "ttl": 60}, {"ok": True}),
    "cache_delete": ("cache:write:beds", {"key": "beds"}, {"ok": True}),
    "http_request": (
        "http:api.acme.example:{port}",
        {"method": "POST", "url": "http://api.acme.example:{port}/beds", "json": {"ward": 3}},
        {"status": 200, "body": base64.urlsafe_b64encode(b'{"beds": 12}').decode()},
    ),
    "send_email": (
        "email:acme.example",
        {"to": ["ada@acme.example"], "subject": "Beds", "body": "Three are free."},
        {"ok": True},
    ),
    "log": ("", {"level": "info", "message": "a bed is free", "fields": {"ward": 3}}, {"ok": True}),
    "config_get": ("", {"key": "mail.sender", "default": None}, {"value": "a@acme.example"}),
    "platform_config_get": ("config:org.name", {"key": "org.name"}, {"value": "Acme"}),
    "translate": ("", {"key": "greeting", "args": {"name": "Ada"}}, {"value": "greeting Ada"}),
    "plugin_call": (
        "plugin_call:rival.total",
        {"plugin": "rival", "function": "total", "args": {"of": 3}},
        ["acme", "rival", "total", {"of": 3}],
    ),
    "capability_run": ("plugin_call:rival", {"slug": "rival.note", "input": {"of": 3}}, ["acme", "rival.note", {"of": 3}]),
}
KINDS = [
    "sqlite-memory",
    pytest.param(
        "postgresql-redis", marks=pytest.mark.skipif(not (POSTGRES or REQUIRED), reason="TEST_POSTGRES_URL is not set")
    ),
]
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def server():
    """
    A database on PostgreSQL for the tests of this file.
    """
    with postgres_database(POSTGRES) as base:
        yield base


class Platform:
    """
    A platform of one test: its databases, its cache, a server and a mail server on this machine, and a plugin.
    """

    def __init__(self, world: Any, services: Services, port: int) -> None:
        self.world = world
        self.services = services
        self.port = port
        self.refusals = world.refusals
        self.host = GivenHost(
            SLUG,
            "1.0.0",
            facts=Facts(
                config=lambda _: {"mail": {"sender": "a@acme.example"}},
                defaults=lambda _: {},
                secrets=lambda _: frozenset(),
                grants=lambda slug: self.world.grants.get(slug, {}),
                call=lambda: self.answer,
                capabilities=lambda: Capabilities({"rival.note": "rival"}.get, self.answer),
                translate=lambda: lambda _, key, args, __: f"{key} {args['name']}",
            ),
            services=services,
            tasks=Tasks(SLUG),
            loop=lambda: None,
        )

    async def answer(self, *asked: Any) -> Any:
        return list(asked)

    def spelled(self, found: Any) -> Any:
        """
        The same with the server's port in it.
        """
        if isinstance(found, str):
            return found.replace("{port}", str(self.port))
        return {key: self.spelled(value) for key, value in found.items()} if isinstance(found, dict) else found

    async def ask(self, operation: Operation) -> Any:
        return await perform(self.host, operation.name, self.spelled(CASES[operation.name][1]))

    async def grant(self, operation: Operation) -> None:
        await self.world.grant(SLUG, *filter(None, [self.spelled(CASES[operation.name][0])]))

    def figures(self, operation: Operation) -> Any:
        return self.services.usage.figures()[SLUG][operation.name]


@contextmanager
def databases(kind, folder, request):
    if kind == "sqlite-memory":
        yield SqliteWorld(folder)
    else:
        with postgres_world(request.getfixturevalue("server")) as world:
            yield world


@pytest.fixture(params=KINDS)
async def platform(request, tmp_path):
    with databases(request.param, tmp_path, request) as world:
        async with serving(reply) as server, post_office() as post, provided(world, request.param, server, post) as made:
            yield made
    await world.databases.close()


@asynccontextmanager
async def provided(world, kind, server, post):
    settings = ServiceSettings(
        databases=world.urls,
        database_roles=world.roles,
        cache_url="mem://" if kind == "sqlite-memory" else REDIS,
        internal_hosts=("api.acme.example",),
        mail_url=f"smtp://127.0.0.1:{post.port}",
        mail_sender="platform@acme.example",
        platform_config={"org": {"name": "Acme"}},
        operation_limits=dict.fromkeys(OPERATIONS, LIMIT),
    )
    services = Services(settings, refused=world.refusals.append, plugins=lambda: world.plugins)
    services.__dict__["http"] = HttpClient(settings, resolve=local)
    made = Platform(world, services, server.port)
    slug = f"t{uuid.uuid4().hex[:10]}"  # whatever else uses the Redis of this machine
    made.space = slug
    yield made
    if "cache" in services.__dict__:
        await services.cache.forget(SLUG)
    await services.close()


async def reply(asked, _writer):
    assert (asked.method, asked.target, asked.body) == ("POST", "/beds", b'{"ward":3}')
    return answer(b'{"beds": 12}')


async def local(_host, _port):
    """
    The resolver: every name is this machine.
    """
    return ["127.0.0.1"]


def matches(found, wanted):
    return all(found[key] == value for key, value in wanted.items()) if isinstance(wanted, dict) else found == wanted


def guarded(operation):
    return operation.permission is not None


LIMITED = pytest.mark.parametrize(
    "operation",
    [operation for operation in OPERATIONS.values() if operation.per_minute is not None],
    ids=lambda operation: operation.name,
)
EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


def test_every_row_has_a_case():
    assert CASES.keys() == OPERATIONS.keys()
    assert {name for name, (grant, _, _) in CASES.items() if grant} == {
        operation.name for operation in OPERATIONS.values() if guarded(operation)
    }


@EVERY
async def test_an_operation_is_refused_done_counted_and_taken_back(platform, operation):
    await platform.world.grant(SLUG)
    if guarded(operation):
        with pytest.raises(PermissionNotGrantedError) as caught:
            await platform.ask(operation)
        assert (caught.value.params["plugin"], caught.value.params["operation"]) == (SLUG, operation.name)
        assert caught.value.params["grant"].startswith(operation.wanted)
        assert (platform.figures(operation).refused, platform.figures(operation).done) == (1, 0)
        assert [(refusal.plugin, refusal.operation) for refusal in platform.refusals] == [(SLUG, operation.name)]

    await platform.grant(operation)
    answered = await platform.ask(operation)
    assert matches(answered, CASES[operation.name][2])
    assert platform.figures(operation).done == 1

    if guarded(operation):
        platform.world.record(SLUG)  # the operator takes it back; on PostgreSQL the role itself may still do more
        with pytest.raises((PermissionNotGrantedError, OperationRefusedError)):
            await platform.ask(operation)
        assert platform.figures(operation).done == 1


@LIMITED
async def test_an_operation_is_limited_where_the_operator_says_so(platform, operation):
    await platform.grant(operation)
    for _ in range(LIMIT):
        await platform.ask(operation)
    with pytest.raises(OperationLimitedError) as caught:
        await platform.ask(operation)
    assert caught.value.params["per_minute"] == LIMIT
    assert caught.value.params["retry_after"] > 0
    assert (platform.figures(operation).limited, platform.figures(operation).done) == (1, LIMIT)
    assert [refusal.reason for refusal in platform.refusals] == ["operation-limited"]


@pytest.mark.parametrize("kind", ["sqlite-memory"])
async def test_what_no_bridge_may_say_is_refused(kind, tmp_path, request):
    with databases(kind, tmp_path, request) as world:
        platform = Platform(world, Services(), 0)
        for name, args, said in (
            ("db_qeury", {}, "the host has no operation 'db_qeury'"),
            ("db_query", {}, "sql: field required"),
            ("db_query", {"sql": "SELECT 1", "password": "x"}, "password: extra inputs are not permitted"),
            ("cache_set", {"key": "beds", "value": 1, "ttl": -1}, "ttl: input should be greater than 0"),
            ("http_request", {"method": "BREW", "url": "https://x.example"}, "method: input should be 'GET'"),
        ):
            with pytest.raises(OperationRefusedError, match=said) as caught:
                await perform(platform.host, name, args)
            assert caught.value.params["operation"] == name
    await world.databases.close()
