"""
Mailboxes: an address, with or without a name before it, and never two in one.
"""

import re
from email.headerregistry import Address

from honeyhost.services.hostnames import host_name, is_numeric
from honeyhost.services.unmeant import UnmeantError

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_SPEC = rf"(?P<local>{_LOCAL})@(?P<domain>[^@<>,;:\s]+)"
_BARE = re.compile(_SPEC)
_NAMED = re.compile(rf"(?P<name>[^@<>,;:\\\"()\[\]]*?) *<{_SPEC}>")
_LONGEST = 320
_LONGEST_LOCAL = 64


def read_mailbox(text: str) -> Address:
    """
    The one mailbox that the text spells: ``ada@acme.example`` or ``Ada Lovelace <ada@acme.example>``. Its domain is in lower
    case and ASCII.

    Raises:
        UnmeantError: if it spells none, or more.
    """
    short = isinstance(text, str) and len(text) <= _LONGEST and text.isprintable()
    found = (_BARE.fullmatch(text) or _NAMED.fullmatch(text)) if short else None
    if found is None or len(found["local"]) > _LONGEST_LOCAL:
        hint = "write 'ada@acme.example' or 'Ada Lovelace <ada@acme.example>', each address on its own"
        raise UnmeantError(f"{str(text)[:_LONGEST]!r} is not one e-mail address", hint=hint)
    name = found.groupdict().get("name") or ""
    return Address(display_name=name.strip(), username=found["local"], domain=_domain(found["domain"]))


def _domain(text: str) -> str:
    name = host_name(text)
    if is_numeric(name):
        raise UnmeantError(f"'{name}' is no domain")
    return name
