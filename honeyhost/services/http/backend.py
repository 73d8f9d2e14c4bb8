"""
The backend: how the client's connections are made. A name is resolved once, all its addresses are looked at, and the connection
goes to an address that was looked at: there is no second question that could be answered differently.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from honeyhost.services.http.addresses import is_internal, is_public, read_address
from honeyhost.services.unmeant import UnmeantError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""``async (host, port)``: the addresses of a name."""
_PATIENCE = 3.0
"""Seconds for an address, while there is another one to try."""
_MOST = 8
"""Addresses that are tried."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """
    The addresses that the system knows for a name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """
    Connections to addresses that were looked at.

    Args:
        resolve: the addresses of a name.
        internal: hosts that may have addresses which are not public.
        network: makes the connections.
    """

    def __init__(self, resolve: Resolve, internal: frozenset[str], network: httpcore.AsyncNetworkBackend) -> None:
        self._resolve = resolve
        self._internal = internal
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's word
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """
        A connection to the host.

        Raises:
            UnmeantError: if any of its addresses is not one that may be reached.
            OSError: if it has none.
            httpcore.ConnectError: if none of them answers.
        """
        *others, last = (await self._addresses(host, port))[:_MOST]
        for address in others:
            try:
                return await self._network.connect_tcp(address, port, _PATIENCE, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            read_address(host)
        except ValueError:
            found = list(dict.fromkeys(await self._resolve(host, port)))
        else:
            found = [host]
        if not found:
            raise OSError(f"'{host}' has no address")
        for address in found:
            self._look_at(address, host)
        return found

    def _look_at(self, address: str, host: str) -> None:
        """
        One address that may not be reached is enough: a name that has both kinds is there to get around this.
        """
        internal = host in self._internal
        try:
            allowed = (is_internal if internal else is_public)(read_address(address))
        except ValueError:
            allowed = False
        if not allowed:
            kind = "no host may have" if internal else "is not public"
            hint = None if internal else "if the host is one of yours, name it in the setting 'internal_hosts'"
            leads = f"'{host}' leads to {address}, which" if address != host else address
            raise UnmeantError(f"{leads} {kind}", hint=hint)
