"""
A mail server on this machine that keeps what it is given.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult


class Post:
    """
    What came, and who is not taken in. ``hold`` is awaited before a message is taken.
    """

    def __init__(self) -> None:
        self.port = 0
        self.envelopes = []
        self.sessions = []
        self.unknown = set()
        self.verdict = "250 OK"
        self.hold = None
        self.reached = asyncio.Event()
        self.protocols = []
        self.logins = []
        self.leaving = False
        self.noops = 0

    @property
    def messages(self):
        return [message_from_bytes(envelope.original_content, policy=policy.default) for envelope in self.envelopes]

    def hang_up(self) -> None:
        """
        End every connection.
        """
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.close()

    async def handle_NOOP(self, server, session, envelope, argument):  # noqa: N802 - aiosmtpd's word
        self.noops += 1
        if self.leaving:
            server.transport.close()
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's word
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's word
        self.reached.set()
        if self.hold is not None:
            await self.hold.wait()
        self.envelopes.append(envelope)
        if session not in self.sessions:
            self.sessions.append(session)
        return self.verdict

    def authenticate(self, server, session, envelope, mechanism, data):
        """
        Only Ada.
        """
        self.logins.append((data.login, data.password))
        known = data.login == b"ada@acme"
        return AuthResult(success=known, handled=known)


@asynccontextmanager
async def post_office(*, tls=None, **given) -> AsyncIterator[Post]:
    """
    A mail server that listens.
    """
    post = Post()

    def protocol():
        made = SMTP(post, hostname="sink.example", authenticator=post.authenticate, **given)
        post.protocols.append(made)
        return made

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        post.hang_up()
        await server.wait_closed()
