"""
The letter: one message of a plugin, with what the platform says about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid

from honeyhost.services.mail.mailboxes import read_mailbox
from honeyhost.services.unmeant import UnmeantError

Boxes = tuple[Address, ...]

RECIPIENTS = 50
"""Recipients that one message may have."""
LARGEST = 1024 * 1024
"""Bytes that one message may have, as it is sent."""
_SUBJECT = 900
_POLICY = SMTP.clone(cte_type="7bit")  # any mail server takes it


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """
    One message, read.
    """

    to: Boxes
    cc: Boxes
    reply_to: Address | None
    subject: str
    body: str
    html: str | None

    @property
    def recipients(self) -> tuple[str, ...]:
        """
        All addresses that it goes to, each once.
        """
        return tuple(dict.fromkeys(box.addr_spec for box in (*self.to, *self.cc)))

    def written(self, sender: Address, slug: str) -> bytes:
        """
        The bytes of the message, which say the platform as the sender and the plugin beside it.

        Raises:
            UnmeantError: if they are too many.
        """
        message = EmailMessage(policy=_POLICY)
        message["From"] = sender
        message["To"] = self.to
        if self.cc:
            message["Cc"] = self.cc
        if self.reply_to is not None:
            message["Reply-To"] = self.reply_to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = make_msgid(domain=sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Honeyhost-Plugin"] = slug
        message.set_content(self.body)
        if self.html is not None:
            message.add_alternative(self.html, subtype="html")
        data = message.as_bytes()
        if len(data) > LARGEST:
            raise UnmeantError(f"the message has {len(data)} bytes; the most is {LARGEST}")
        return data


def read_letter(  # noqa: PLR0913 - what a message is made of
    to: str | Sequence[str], subject: str, body: str, *, html: str | None, cc: str | Sequence[str], reply_to: str | None
) -> Letter:
    """
    The message that a plugin asks for.

    Raises:
        UnmeantError: if a part of it cannot be meant.
    """
    receivers, copied = read_recipients(to, cc)
    return Letter(
        to=receivers,
        cc=copied,
        reply_to=None if reply_to is None else read_mailbox(reply_to),
        subject=_line(subject),
        body=_text(body, "body"),
        html=None if html is None else _text(html, "html"),
    )


def read_recipients(to: str | Sequence[str], cc: str | Sequence[str]) -> tuple[Boxes, Boxes]:
    """
    Whom a message goes to, and who gets a copy.

    Raises:
        UnmeantError: if there is nobody, too many, or one that is no address.
    """
    texts, copies = _several(to), _several(cc)
    if not texts:
        raise UnmeantError("the message has no recipient")
    if len(texts) + len(copies) > RECIPIENTS:
        raise UnmeantError(f"{len(texts) + len(copies)} recipients are too many; the most is {RECIPIENTS}")
    return tuple(map(read_mailbox, texts)), tuple(map(read_mailbox, copies))


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _line(text: str) -> str:
    if not isinstance(text, str) or len(text) > _SUBJECT or not text.isprintable():
        raise UnmeantError(f"a subject is one printable line of at most {_SUBJECT} characters")
    return text


def _text(text: str, part: str) -> str:
    try:
        size = len(text.encode())
    except (AttributeError, UnicodeEncodeError) as error:
        raise UnmeantError(f"'{part}' is no text") from error
    if size > LARGEST:
        raise UnmeantError(f"'{part}' has {size} bytes; the most is {LARGEST} for all of the message")
    return text
