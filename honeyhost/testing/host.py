"""
The fake host: the host as a plugin's code sees it, with answers that a test gives and the guard that a platform has.

::

    host = FakeHost("clinic", grants=["http:fhir.acme.example"])
    host.answers("http.request", FakeResponse(200, b'{"beds": 12}'))
    plugin = Clinic()
    await plugin.init(host)
    assert host.asked("http.request")[0].args["url"] == "https://fhir.acme.example/beds"

Grants are the operator's: what is not granted is refused as a platform refuses it. Answers are values, exceptions, or functions
of the arguments; the cache, the log, the configuration and e-mail work without any.
"""

import asyncio
import json as json_module
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from honeyhost.errors import OperationRefusedError
from honeyhost.sdk import Caller
from honeyhost.sdk.operations import (
    CACHE_DELETE,
    CACHE_GET,
    CACHE_SET,
    CAPABILITY_RUN,
    DB_EXECUTE,
    DB_QUERY,
    HTTP_REQUEST,
    LOG,
    OPERATIONS,
    PLUGIN_CALL,
    SEND_EMAIL,
    TRANSLATE,
    Operation,
)
from honeyhost.sdk.requires import passage
from honeyhost.services.blocking import BlockingHost
from honeyhost.services.cache.values import read_value
from honeyhost.services.configuration import PluginConfig, schema_defaults
from honeyhost.services.grants import parse_grant
from honeyhost.services.guard import Guard, Scope
from honeyhost.services.http.urls import read_url
from honeyhost.services.refusal import Refusal
from honeyhost.services.unmeant import UnmeantError, refused
from honeyhost.services.usage import Usage

_PATHS = {operation.path: operation for operation in OPERATIONS.values()}


class Asked(NamedTuple):
    """
    One operation that the plugin asked for and was allowed: its name in Python, and the arguments by name.
    """

    operation: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FakeResponse:
    """
    What another server answers in a test.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """
        The body as UTF-8.
        """
        return self.body.decode()

    def json(self) -> Any:
        """
        The body read as JSON.
        """
        return json_module.loads(self.body)


class Desk:
    """
    Where every operation of a fake host goes through: guarded, written down, answered.
    """

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.asked: list[Asked] = []
        self.answers: dict[str, Any] = {}
        self.silent = frozenset({"db.query", "db.execute", "http.request", "plugins.call", "capabilities.run"})
        """What only the test can answer."""

    async def done(
        self, operation: Operation, scopes: Iterable[Scope] | None, args: Mapping[str, Any], usual: Callable[[], Any]
    ) -> Any:
        """
        The answer to an operation that waits for one; without ``scopes`` it needs no grant.
        """
        return await self.guard.observe(operation, self._answered(self.begun(operation, scopes, args), args, usual))

    def begun(self, operation: Operation, scopes: Iterable[Scope] | None, args: Mapping[str, Any]) -> Operation:
        """
        The operation, once it is admitted and written down.
        """
        if operation.path in self.silent and operation.path not in self.answers:
            raise AssertionError(f"the test has no answer to {operation.path}; give one: host.answers('{operation.path}', ...)")
        if scopes is None:
            self.guard.passing(operation)
        else:
            self.guard.admit(operation, *scopes)
        self.asked.append(Asked(operation.path, dict(args)))
        return operation

    async def _answered(self, operation: Operation, args: Mapping[str, Any], usual: Callable[[], Any]) -> Any:
        if operation.path not in self.answers:
            return usual()
        answer = self.answers[operation.path]
        if isinstance(answer, BaseException):
            raise answer
        return answer(**args) if callable(answer) else answer


def _nothing() -> None:
    """
    The answer where there is none to give.
    """


class FakeDatabase:
    """
    ``host.db``: rows and counts that the test gives. Which tables a statement reaches only a database can say, so none is
    refused here; a test refuses one by the answer ``PermissionNotGrantedError``.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def query(
        self, sql: str, params: Mapping[str, Any] | None = None, *, database: str = "default"
    ) -> list[dict[str, Any]]:
        """
        The rows that the test gives.
        """
        args = {"sql": sql, "params": params, "database": database}
        rows: list[dict[str, Any]] = await self._desk.done(DB_QUERY, None, args, _nothing)
        return rows

    async def execute(self, sql: str, params: Mapping[str, Any] | None = None, *, database: str = "default") -> int:
        """
        The count that the test gives.
        """
        args = {"sql": sql, "params": params, "database": database}
        affected: int = await self._desk.done(DB_EXECUTE, None, args, _nothing)
        return affected


class FakeCache:
    """
    ``host.cache``: a dictionary of JSON texts; nothing in it grows old.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.values: dict[str, str] = {}
        """JSON by key."""

    async def get(self, key: str, default: Any = None) -> Any:
        """
        The value, or the default.
        """

        def usual() -> Any:
            return json_module.loads(self.values[key]) if key in self.values else default

        return await self._desk.done(CACHE_GET, (key,), {"key": key, "default": default}, usual)

    async def set(self, key: str, value: Any, ttl: float | None = None) -> None:
        """
        Keep a JSON value.
        """

        def usual() -> None:
            try:
                kept, _ = read_value(value)
            except UnmeantError as error:
                raise refused(self._desk.guard, CACHE_SET, error) from None
            self.values[key] = json_module.dumps(kept)

        await self._desk.done(CACHE_SET, (key,), {"key": key, "value": value, "ttl": ttl}, usual)

    async def delete(self, key: str) -> None:
        """
        Forget the value.
        """
        await self._desk.done(CACHE_DELETE, (key,), {"key": key}, lambda: self.values.pop(key, None))


class FakeHttp:
    """
    ``host.http``: the responses that the test gives; nothing leaves the machine.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def request(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as the host's
    ) -> Any:
        """
        The response that the test gives.
        """
        args = {
            "method": method,
            "url": url,
            "params": params,
            "headers": headers,
            "content": content,
            "json": json,
            "timeout": timeout,
        }
        return await self._desk.done(HTTP_REQUEST, self._scopes(url), args, _nothing)

    def _scopes(self, url: str) -> tuple[Scope, ...]:
        try:
            return (read_url(url).scopes,)
        except UnmeantError as error:
            raise refused(self._desk.guard, HTTP_REQUEST, error) from None


class FakeEmail:
    """
    ``host.email``: an outbox.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(  # noqa: PLR0913 - what a message is made of
        self,
        to: str | Sequence[str],
        subject: str,
        body: str,
        *,
        html: str | None = None,
        cc: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> None:
        """
        Write one message down; see :meth:`FakeHost.asked`.
        """
        addresses = [to] if isinstance(to, str) else list(to)
        args = {"to": addresses, "subject": subject, "body": body, "html": html, "cc": list(cc), "reply_to": reply_to}
        domains = [address.rpartition("@")[2].lower() for address in (*addresses, *cc)]
        await self._desk.done(SEND_EMAIL, domains, args, lambda: None)


class FakeLog:
    """
    ``host.log``: a list.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def write(self, level: str, message: str, fields: Mapping[str, Any] | None = None) -> None:
        """
        One record.
        """
        if level not in ("debug", "info", "warning", "error"):
            said = f"plugin '{self._desk.guard.slug}' logs at the level '{level}', and there is none of that name"
            raise OperationRefusedError(said, plugin=self._desk.guard.slug, operation=LOG.name)
        self._desk.begun(LOG, (), {"level": level, "message": message, "fields": dict(fields or {})})

    def debug(self, message: str, **fields: Any) -> None:
        """
        A record for whoever looks closely.
        """
        self.write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """
        A record of what happened.
        """
        self.write("info", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """
        A record of what somebody should look at.
        """
        self.write("warning", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """
        A record of what went wrong.
        """
        self.write("error", message, fields)


class FakePlugins:
    """
    ``host.plugins``: what the test lets other plugins answer.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def call(self, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        The answer that the test gives.
        """
        scopes = None if plugin == self._desk.guard.slug else (f"{plugin}.{function}",)
        given = {"plugin": plugin, "function": function, "args": args}
        return await self._desk.done(PLUGIN_CALL, scopes, given, _nothing)


class FakeCapabilities:
    """
    ``host.capabilities``: what the test lets them answer. Whose they are it does not know: any grant of plugin_call will do.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, slug: str, input: Mapping[str, Any] | None = None) -> Any:  # noqa: A002 - the manifest's word
        """
        The answer that the test gives.
        """
        return await self._desk.done(CAPABILITY_RUN, (), {"slug": slug, "input": input}, _nothing)


class FakeHost:
    """
    A host for the tests of one plugin.

    Args:
        slug: of the plugin.
        version: of the plugin.
        grants: what an operator granted: ``["cache:readwrite", "http:api.example.com"]``. May be changed meanwhile.
        config: the plugin's configuration. May be changed meanwhile.
        platform: what the platform shares with plugins.
        schema: the plugin's ``config_schema``: its defaults count where nothing is configured.
        texts: texts by key, for :meth:`translate`.
        limits: operations per minute, by name on the wire.
    """

    def __init__(  # noqa: PLR0913 - what a test may say
        self,
        slug: str,
        version: str = "1.0.0",
        *,
        grants: Collection[str] = (),
        config: Mapping[str, Any] | None = None,
        platform: Mapping[str, Any] | None = None,
        schema: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.slug = slug
        self.version = version
        self.grants = list(grants)
        self.configuration: dict[str, Any] = dict(config or {})
        self.texts = dict(texts or {})
        self.refusals: list[Refusal] = []
        """What the plugin was not allowed."""
        self.usage = Usage()
        guard = Guard(
            slug,
            grants=self._granted,
            usage=self.usage,
            limits=limits or {},
            refused=self.refusals.append,
        )
        self._granted()  # a grant that is none is a mistake of the test
        self._desk = Desk(guard)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.db = FakeDatabase(self._desk)
        self.cache = FakeCache(self._desk)
        self.http = FakeHttp(self._desk)
        self.email = FakeEmail(self._desk)
        self.log = FakeLog(self._desk)
        self.config = PluginConfig(
            guard, own=lambda: self.configuration, defaults=lambda: schema_defaults(schema), platform=platform or {}
        )
        self.plugins = FakePlugins(self._desk)
        self.capabilities = FakeCapabilities(self._desk)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _granted(self) -> dict[str, Any]:
        """
        The grants, each of which has to be one.

        Raises:
            UsageError: if one is none.
        """
        return {str(piece): {} for text in self.grants for piece in parse_grant(text)}

    @contextmanager
    def running(self, caller: Caller | None = None) -> Iterator[None]:
        """
        Let the plugin's code run as if a platform ran it: ``current_host()`` is this host, ``current_caller()`` the caller. On
        an event loop threads may wait for it meanwhile.
        """
        with suppress(RuntimeError):
            self.serve()
        before = passage.set((self.slug, caller, caller.permissions if caller else frozenset(), None, lambda: self))
        try:
            yield
        finally:
            passage.reset(before)

    @property
    def blocking(self) -> BlockingHost:
        """
        The same for threads, inside of :meth:`running` or once :meth:`serve` was called on the event loop.
        """
        return BlockingHost(self, lambda: self._loop)

    def serve(self) -> None:
        """
        Let threads wait for the event loop that runs now.
        """
        self._loop = asyncio.get_running_loop()

    def answers(self, operation: str, answer: Any) -> None:
        """
        Let an operation answer so from now on: a value, an exception that it raises, or a function of its arguments.
        """
        if operation not in _PATHS:
            raise AssertionError(f"the host has no operation {operation}; it has {', '.join(_PATHS)}")
        self._desk.answers[operation] = answer

    def asked(self, operation: str | None = None) -> list[Asked]:
        """
        What the plugin asked for and was allowed, in order; of one operation or of all.
        """
        return [asked for asked in self._desk.asked if operation in (None, asked.operation)]

    def translate(self, key: str, args: Mapping[str, Any] | None = None, *, language: str | None = None) -> str:
        """
        The text that the test gives for the key; the key itself where it gives none.
        """
        self._desk.begun(TRANSLATE, (), {"key": key, "args": dict(args or {}), "language": language})
        return self.texts[key].format_map(dict(args or {})) if key in self.texts else key

    def create_task(self, work: Coroutine[Any, Any, Any], *, name: str | None = None) -> asyncio.Task[Any]:
        """
        Background work, on the event loop of the test.
        """
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def end(self) -> None:
        """
        End the background work, as a host does when a plugin ends.
        """
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
