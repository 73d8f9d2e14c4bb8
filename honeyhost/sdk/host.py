"""
The host as a plugin's code sees it: one object that knows whose it is, refuses by default and counts.

What another thread than the event loop's needs (a handler that is a plain ``def``) lies under :attr:`HostAPI.blocking`: the
same groups and names, each waiting for its answer.
"""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol


class Task(Protocol):
    """
    Background work that the host keeps for a plugin: an ``asyncio.Task``.
    """

    def cancel(self) -> bool:
        """
        Ask it to end.
        """
        ...

    def done(self) -> bool:
        """
        Whether it has ended.
        """
        ...


class HttpResponse(Protocol):
    """
    What another server answered, read to its end.
    """

    @property
    def status(self) -> int:
        """
        The HTTP status.
        """
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """
        The headers; names in lower case.
        """
        ...

    @property
    def body(self) -> bytes:
        """
        The body, decompressed.
        """
        ...

    @property
    def text(self) -> str:
        """
        The body as text, in the character set that the answer names, else UTF-8.
        """
        ...

    def json(self) -> Any:
        """
        The body read as JSON.

        Raises:
            ValueError: if it is none.
        """
        ...


class DatabaseAPI(Protocol):
    """
    ``host.db``: the named databases of the platform. Tables that the plugin's own migrations make are its own; others need
    grants, which the database itself enforces.
    """

    async def query(
        self, sql: str, params: Mapping[str, Any] | None = None, *, database: str = "default"
    ) -> list[dict[str, Any]]:
        """
        The rows of one statement that reads.

        Args:
            sql: with named parameters: ``SELECT name FROM core_org WHERE id = :id``.
            params: the values, by name.
            database: as the platform calls it.

        Raises:
            PermissionNotGrantedError: if it reads what was not granted.
            OperationRefusedError: if it is no single statement that reads.
            OperationTimeoutError: if it takes too long.
            OperationFailedError: if the database says no, or there are too many rows; ``params["reason"]`` is constraint, busy,
                limit, privilege, unavailable or statement.
        """
        ...

    async def execute(self, sql: str, params: Mapping[str, Any] | None = None, *, database: str = "default") -> int:
        """
        How many rows one statement has written; committed when this returns. It gives no rows: ``RETURNING`` is refused. Raises
        as :meth:`query`.
        """
        ...


class CacheAPI(Protocol):
    """
    ``host.cache``: JSON values under keys that only this plugin has.
    """

    async def get(self, key: str, default: Any = None) -> Any:
        """
        The value, or the default where there is none.
        """
        ...

    async def set(self, key: str, value: Any, ttl: float | None = None) -> None:
        """
        Keep a JSON value, for so many seconds.

        Raises:
            OperationRefusedError: if it is no JSON value, or too large.
        """
        ...

    async def delete(self, key: str) -> None:
        """
        Forget the value, if there is one.
        """
        ...


class HttpAPI(Protocol):
    """
    ``host.http``: requests to other servers, by their granted names and to public addresses only.
    """

    async def request(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the host's own limit, and never a longer one
    ) -> HttpResponse:
        """
        What the other server answers, whatever its status; redirects are followed where they lead to what is granted too.

        Args:
            method: ``GET``.
            url: absolute, ``https`` or ``http``.
            params: added to the query of the URL.
            headers: of the request.
            content: its body.
            json: a body that is written as JSON.
            timeout: seconds for all of it; not more than the host allows.

        Raises:
            PermissionNotGrantedError: if the host of the URL, or of a redirect, was not granted.
            OperationRefusedError: if the URL cannot be meant, or leads to an address that is not public.
            OperationTimeoutError: if it takes too long.
            OperationFailedError: if no answer came, or too large a one.
        """
        ...


class EmailAPI(Protocol):
    """
    ``host.email``: messages in the platform's name, to granted domains.
    """

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
        Hand one message to the platform's mail server.

        Raises:
            PermissionNotGrantedError: if the domain of a recipient was not granted; nothing is sent then.
            OperationRefusedError: if an address or a header cannot be meant.
            OperationFailedError: if the mail server does not take it.
        """
        ...


class LogAPI(Protocol):
    """
    ``host.log``: the plugin's log, in the platform's. Secrets of the plugin's configuration are masked in it.
    """

    def write(self, level: str, message: str, fields: Mapping[str, Any] | None = None) -> None:
        """
        One record; ``level`` is debug, info, warning or error.
        """
        ...

    def debug(self, message: str, **fields: Any) -> None:
        """
        A record for whoever looks closely.
        """
        ...

    def info(self, message: str, **fields: Any) -> None:
        """
        A record of what happened.
        """
        ...

    def warning(self, message: str, **fields: Any) -> None:
        """
        A record of what somebody should look at.
        """
        ...

    def error(self, message: str, **fields: Any) -> None:
        """
        A record of what went wrong.
        """
        ...


class ConfigAPI(Protocol):
    """
    ``host.config``: what the operator has written down.
    """

    def get(self, key: str = "", default: Any = None) -> Any:
        """
        A value of the plugin's own configuration as it is now.

        Args:
            key: dotted (``mail.sender``); the whole configuration where it is empty.
            default: where there is no such value, and the plugin's schema has no default for it either.
        """
        ...

    def platform(self, key: str, default: Any = None) -> Any:
        """
        A value that the operator lets plugins know of the platform (setting ``platform_config``).

        Raises:
            PermissionNotGrantedError: if the key was not granted.
        """
        ...


class PluginsAPI(Protocol):
    """
    ``host.plugins``: the other plugins.
    """

    async def call(self, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        What a function of another plugin answers.

        Args:
            plugin: its slug.
            function: the function's name, or its reference.
            args: its arguments by name.

        Raises:
            PermissionNotGrantedError: if the function was not granted.
            CallError: if there is no such plugin or function, or it does not answer; a subclass says which.
        """
        ...


class CapabilitiesAPI(Protocol):
    """
    ``host.capabilities``: what plugins publish under slugs of their own.
    """

    async def run(self, slug: str, input: Mapping[str, Any] | None = None) -> Any:  # noqa: A002 - the manifest's word
        """
        What a capability answers. One's own needs no grant, another plugin's the grant ``plugin_call`` of it.

        Raises:
            PermissionNotGrantedError: if it was not granted.
            CallError: if there is no such capability, its plugin is switched off, or it does not answer.
            ArgumentsInvalidError: if the input is not what its schema says.
        """
        ...


class BlockingGroup(Protocol):
    """
    A group whose operations wait for their answer: ``host.blocking.db.query(...)``.
    """

    def __getattr__(self, operation: str) -> Any:
        """
        The operation of that name.
        """
        ...


class Blocking(Protocol):
    """
    The host for threads: plain ``def`` handlers and functions, which the platform runs in threads.

    Every operation raises UsageError where it is called on the event loop, which it would stop.
    """

    @property
    def db(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.db`.
        """
        ...

    @property
    def cache(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.cache`.
        """
        ...

    @property
    def http(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.http`.
        """
        ...

    @property
    def email(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.email`.
        """
        ...

    @property
    def plugins(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.plugins`.
        """
        ...

    @property
    def capabilities(self) -> BlockingGroup:
        """
        As :attr:`HostAPI.capabilities`.
        """
        ...


class HostAPI(Protocol):
    """
    What a plugin is given by the host that it runs in. A plugin object has it in ``init`` and as ``self.host``, an endpoint by
    :func:`honeyhost.sdk.current_host`.
    """

    @property
    def slug(self) -> str:
        """
        The plugin's slug.
        """
        ...

    @property
    def version(self) -> str:
        """
        The plugin's version.
        """
        ...

    @property
    def db(self) -> DatabaseAPI:
        """
        Databases.
        """
        ...

    @property
    def cache(self) -> CacheAPI:
        """
        The cache.
        """
        ...

    @property
    def http(self) -> HttpAPI:
        """
        Other servers.
        """
        ...

    @property
    def email(self) -> EmailAPI:
        """
        E-mail.
        """
        ...

    @property
    def log(self) -> LogAPI:
        """
        The log.
        """
        ...

    @property
    def config(self) -> ConfigAPI:
        """
        The configuration.
        """
        ...

    @property
    def plugins(self) -> PluginsAPI:
        """
        Other plugins.
        """
        ...

    @property
    def capabilities(self) -> CapabilitiesAPI:
        """
        Capabilities of all plugins.
        """
        ...

    @property
    def blocking(self) -> Blocking:
        """
        The same for threads.
        """
        ...

    def translate(self, key: str, args: Mapping[str, Any] | None = None, *, language: str | None = None) -> str:
        """
        A text of the plugin in a language, with the arguments put into it; the key itself where there is no such text.

        Args:
            key: of the plugin's texts.
            args: what stands in braces in the text (``{name}``).
            language: a BCP 47 tag; the caller's, or the platform's, where left out.
        """
        ...

    def create_task(self, work: Coroutine[Any, Any, Any], *, name: str | None = None) -> Task:
        """
        Background work that ends with this generation of the plugin, at the latest.
        """
        ...
