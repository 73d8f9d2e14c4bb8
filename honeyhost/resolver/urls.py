"""
URLs: which paths answer the same requests, and which slugs the host's own paths have taken.

Paths are compared as the router matches them: names of parameters do not matter, their converters do.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from honeyhost.resolver.profile import SLUG_FIELD

_PARAMETER = re.compile(r"\{[A-Za-z_]\w*(?::(?P<converter>[A-Za-z_]\w*))?\}")


@lru_cache(maxsize=4096)
def matched(path: str) -> str:
    """
    What two paths share when they answer exactly the same URLs.

    >>> matched("/items/{id}") == matched("/items/{name:str}")
    True
    """
    return _PARAMETER.sub(lambda match: f"{{{match['converter'] or 'str'}}}", path)


def taken_slugs(prefix: str, host_paths: Iterable[str]) -> dict[str, str]:
    """
    The slugs that cannot be served below the prefix, each with the path of the host that has it.

    Only what stands literally in the host's path counts: below ``/api/{slug}`` the path ``/api/users/{id}`` takes ``users``,
    ``/api/{tenant}/users`` takes none, because a plugin's own head is the more special of the two.
    """
    head = prefix.removesuffix(SLUG_FIELD)
    taken: dict[str, str] = {}
    for path in sorted(host_paths):
        if path.startswith(head):
            taken.setdefault(path.removeprefix(head).split("/", 1)[0], path)
    return taken
