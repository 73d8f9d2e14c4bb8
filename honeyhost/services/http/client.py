"""
The client: connections to other servers. It follows nothing, keeps no cookies, and reads no proxies and no passwords out of its
environment; only the certificates that it trusts may be named there (``SSL_CERT_FILE``).
"""

import asyncio
from ipaddress import ip_address
from ssl import SSLContext

from honeyhost.errors import MissingExtraError, SettingsError
from honeyhost.services.hostnames import host_name
from honeyhost.services.http.answer import HttpAnswer, read_body, read_headers, redirection
from honeyhost.services.http.message import Message
from honeyhost.services.loops import PerLoop
from honeyhost.services.services import ServiceSettings
from honeyhost.services.unmeant import UnmeantError

try:
    import httpcore

    from honeyhost.services.http.backend import CheckedBackend, Resolve, resolved
except ModuleNotFoundError as missing:
    raise MissingExtraError("http", needed_for="a request to another server", module="httpcore") from missing

_CONNECTIONS = 20
"""Connections that one plugin may have open."""
_IDLE = 5.0
"""Seconds that a connection waits for the next request."""


class HttpClient:
    """
    The client of one process. Each plugin has connections of its own: what one does to a connection, by wearing it out or by
    what it says in it, is never another's.

    Args:
        settings: ``http_seconds``, ``http_size`` and ``internal_hosts``.
        resolve: the addresses of a name.
        network: makes connections to addresses.
        trust: the certificates that are trusted.

    Raises:
        SettingsError: if an internal host is none.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        resolve: Resolve = resolved,
        network: httpcore.AsyncNetworkBackend | None = None,
        trust: SSLContext | None = None,
    ) -> None:
        self.seconds = settings.http_seconds
        self.size = settings.http_size
        internal = frozenset(map(_host, settings.internal_hosts))
        self._backend = CheckedBackend(resolve, internal, network or httpcore.AnyIOBackend())
        self._trust = trust
        self._pools: PerLoop[dict[str, httpcore.AsyncConnectionPool]] = PerLoop(dict)

    async def send(self, slug: str, message: Message) -> HttpAnswer:
        """
        What the other server answers to one request of a plugin; of an answer that redirects, the body is not read.

        Raises:
            UnmeantError: if the host has an address that may not be reached.
            AnswerError: if the answer is too large, or broken.
            httpcore.NetworkError: if there is no connection, or it broke.
            httpcore.ProtocolError: if what answers does not speak HTTP.
            OSError: if the name has no address.
        """
        url = message.url
        place = httpcore.URL(scheme=url.scheme, host=url.host.strip("[]"), port=url.port, target=url.target)
        pool = await self._pool(slug)
        sent = pool.stream(message.method, place, headers=message.lines(), content=message.content or None)
        async with sent as response:
            headers = read_headers(response.headers)
            if redirection(response.status, headers) is not None:
                return HttpAnswer(status=response.status, headers=headers, body=b"")
            body = await read_body(response.aiter_stream(), headers.get("content-encoding", ""), self.size)
            return HttpAnswer(status=response.status, headers=headers, body=body)

    async def close(self) -> None:
        """
        End all connections; who asks again gets new ones.
        """
        for pool in (self._pools.take() or {}).values():
            await pool.aclose()

    async def _pool(self, slug: str) -> httpcore.AsyncConnectionPool:
        if self._trust is None:  # reading all the certificates takes a while
            self._trust = await asyncio.to_thread(httpcore.default_ssl_context)
        pools = self._pools.get()
        if slug not in pools:
            pools[slug] = httpcore.AsyncConnectionPool(
                ssl_context=self._trust,
                max_connections=_CONNECTIONS,
                max_keepalive_connections=_CONNECTIONS // 2,
                keepalive_expiry=_IDLE,
                network_backend=self._backend,
            )
        return pools[slug]


def _host(text: str) -> str:
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        return host_name(text)
    except UnmeantError as error:
        raise SettingsError(
            f"the setting 'internal_hosts' cannot be meant: {error.message}", hint=error.hint, setting="internal_hosts"
        ) from error
