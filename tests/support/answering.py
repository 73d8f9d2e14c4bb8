"""
A server on this machine that answers what the test says, byte by byte, and remembers what it was asked.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Asked:
    """
    One request as it came; names of headers in lower case.
    """

    method: str
    target: str
    lines: list[tuple[str, str]]
    body: bytes
    connection: int

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.lines)


@dataclass
class Server:
    """
    A server that listens, the requests that it has seen, and how many connections there were.
    """

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0


def answer(body: bytes = b"", *headers: str, status: int = 200) -> bytes:
    """
    The bytes of an answer.
    """
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    """
    The bytes of an answer that leads elsewhere.
    """
    return answer(b"moved", f"Location: {location}", status=status)


Reply = Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes]]


@asynccontextmanager
async def serving(reply: Reply, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """
    A server whose answers are what ``reply`` gives; where that is nothing, the connection ends.
    """
    seen = Server()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.current_task())
        seen.connections += 1
        number = seen.connections
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _read(reader, number)
                seen.asked.append(asked)
                writer.write(given := await reply(asked, writer))
                await writer.drain()
                if not given:
                    break
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _read(reader: asyncio.StreamReader, connection: int) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    lines = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in rest)]
    body = await reader.readexactly(int(dict(lines).get("content-length", "0")))
    return Asked(method=method, target=target, lines=lines, body=body, connection=connection)
