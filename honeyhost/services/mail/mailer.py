"""
The mailer: the one connection to the platform's mail server, opened when it is needed and again when it has gone.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

from honeyhost.errors import MissingExtraError, SettingsError
from honeyhost.services.loops import PerLoop
from honeyhost.services.mail.letter import Letter
from honeyhost.services.mail.mailboxes import read_mailbox
from honeyhost.services.unmeant import UnmeantError

try:
    from aiosmtplib import SMTP, SMTPException
except ModuleNotFoundError as missing:
    raise MissingExtraError("mail", needed_for="e-mail", module="aiosmtplib") from missing

_WAYS = {"smtp": (25, False, False), "smtps": (465, True, False), "smtp+starttls": (587, False, True)}
_SECONDS = 30.0
_FORM = "write smtp://user:password@host:25, smtps://… or smtp+starttls://…"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """
    Where the platform's mail server is, and who it knows us as.
    """

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None
    password: str | None = field(repr=False)

    def connection(self, seconds: float) -> SMTP:
        """
        A connection to it, still to be opened.
        """
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            start_tls=self.starttls,
            timeout=seconds,
        )


class Line:
    """
    The connection, and whose turn it is.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.open: SMTP | None = None


class Mailer:
    """
    The way to the platform's mail server. Messages go one after the other over one connection.

    Args:
        url: ``smtp://user:password@host:25``, ``smtps://…`` (TLS) or ``smtp+starttls://…``; None where there is none.
        sender: the address that messages come from.
        seconds: for one message, with the wait for its turn.

    Raises:
        SettingsError: if the URL or the sender is none.
    """

    def __init__(self, url: str | None, sender: str | None, *, seconds: float = _SECONDS) -> None:
        self.seconds = seconds
        self._sender = _sender(sender) if sender else None
        self._server = read_server(url) if url else None
        self._line = PerLoop(Line)

    async def deliver(self, slug: str, letter: Letter) -> None:
        """
        Hand a message of a plugin to the server, for all recipients or for none.

        Raises:
            UnmeantError: if there is no server, or the message is too large.
            SMTPException: if the server is not there, or does not take it.
            TimeoutError: if that takes too long.
        """
        if self._server is None or self._sender is None:
            hint = "the operator sets 'mail_url' and 'mail_sender'"
            raise UnmeantError("the platform has no mail server, or no address to write from", hint=hint)
        data, line = letter.written(self._sender, slug), self._line.get()
        async with asyncio.timeout(self.seconds), line.turn:
            connection = await self._connected(self._server, line)
            try:
                await connection.mail(self._sender.addr_spec)
                for recipient in letter.recipients:
                    await connection.rcpt(recipient)
                await connection.data(data)
            except BaseException:
                connection.close()  # what it would say next is said to this message
                raise

    async def close(self) -> None:
        """
        End the connection; it is opened again for the next message.
        """
        line = self._line.take()
        if line is not None and line.open is not None and line.open.is_connected:
            with suppress(SMTPException, OSError):
                await line.open.quit(timeout=1)
            line.open.close()

    async def _connected(self, server: MailServer, line: Line) -> SMTP:
        """
        The connection, if the server still answers on it, else another. It is asked beforehand: once a message is under way,
        nobody could say whether it was taken.
        """
        if line.open is not None and line.open.is_connected:
            with suppress(SMTPException, OSError):
                await line.open.noop()
                return line.open
            line.open.close()
        line.open = server.connection(self.seconds)
        await line.open.connect()
        return line.open


def read_server(url: str) -> MailServer:
    """
    The server that the URL names.

    Raises:
        SettingsError: if it names none; what it says instead may have a password in it and is not quoted.
    """
    try:
        parts = urlsplit(url)
        port, tls, starttls = _WAYS[parts.scheme]
        rest = parts.path.strip("/") or parts.query or parts.fragment
        if not parts.hostname or rest:
            raise ValueError(rest)  # noqa: TRY301 - all that is wrong with it is said in one way
        return MailServer(
            host=parts.hostname,
            port=parts.port or port,
            tls=tls,
            starttls=starttls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
    except (KeyError, ValueError):
        raise SettingsError("the setting 'mail_url' is no address of a mail server", hint=_FORM, setting="mail_url") from None


def _sender(text: str) -> Address:
    try:
        return read_mailbox(text)
    except UnmeantError as error:
        raise SettingsError(
            f"the setting 'mail_sender' cannot be meant: {error.message}", hint=error.hint, setting="mail_sender"
        ) from error
