"""
``host.email``: what a plugin may send.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from honeyhost.errors import OperationTimeoutError
from honeyhost.sdk.operations import SEND_EMAIL
from honeyhost.services.guard import Guard
from honeyhost.services.mail.letter import read_letter, read_recipients
from honeyhost.services.mail.mailer import Mailer
from honeyhost.services.unmeant import UnmeantError, refused


class PluginEmail:
    """
    ``host.email`` of one plugin.
    """

    def __init__(self, guard: Guard, mailer: Mailer) -> None:
        self._guard = guard
        self._mailer = mailer

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
        Hand one message to the platform's mail server. It comes from the platform's own address (``mail_sender``), and its
        header ``X-Honeyhost-Plugin`` says which plugin wrote it. It goes to all its recipients or, where this raises, to none.

        Args:
            to: an address (``ada@acme.example``, ``Ada Lovelace <ada@acme.example>``), or several.
            subject: one line.
            body: plain text.
            html: the same as HTML, for those who would rather read that.
            cc: further addresses; 50 recipients are the most.
            reply_to: the address for answers, which needs no grant.

        Raises:
            PermissionNotGrantedError: if the domain of a recipient was not granted; nothing is sent then.
            OperationRefusedError: if an address or the subject cannot be meant, the message is larger than 1 MiB, or there is
                no mail server.
            OperationTimeoutError: if the mail server takes too long.
            OperationFailedError: if it is not there, or does not take the message.
        """
        self._guard.admit(SEND_EMAIL, *_domains(to, cc))
        given = {"html": html, "cc": cc, "reply_to": reply_to}
        await self._guard.observe(SEND_EMAIL, self._send(to, subject, body, **given))

    async def _send(self, to: str | Sequence[str], subject: str, body: str, **given: Any) -> None:
        try:
            letter = read_letter(to, subject, body, **given)
            await self._mailer.deliver(self._guard.slug, letter)
        except UnmeantError as error:
            raise refused(self._guard, SEND_EMAIL, error) from error
        except TimeoutError as error:
            raise OperationTimeoutError(
                f"{SEND_EMAIL.path} of plugin '{self._guard.slug}' took longer than {self._mailer.seconds:g} s",
                hint="is the mail server well?",
                plugin=self._guard.slug,
                operation=SEND_EMAIL.name,
            ) from error


def _domains(to: str | Sequence[str], cc: Sequence[str]) -> Iterable[str]:
    """
    What grants have to cover; nothing in particular where an address cannot be read, which is said later.
    """
    try:
        return dict.fromkeys(box.domain for boxes in read_recipients(to, cc) for box in boxes)
    except UnmeantError:
        return ()
