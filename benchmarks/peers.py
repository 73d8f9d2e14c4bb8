"""
Peers: which other programs are here, in which versions, and what each does not do.
"""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

LACKS = {
    "litestar": "no plugins, no enabling or disabling",
    "flask": "synchronous; no validation, no OpenAPI",
    "django": "synchronous; no validation, no OpenAPI",
    "starlette": "no validation, no OpenAPI",
    "stevedore": "no manifest, no versions, no validation; imports every plugin",
    "pluggy": "no manifest, no versions, no validation; imports every plugin",
    "npe2": "no compatibility check between plugins and host",
    "datasette": "knows no manifest; no plugins are installed for it here",
    "importlib.metadata": "names only: no manifest, no validation; one damaged distribution ends the look",
    "importlib_metadata": "names only: no manifest, no validation; one damaged distribution ends the look",
    "pip": "lists distributions; knows nothing of plugins",
    "include_router": "no gate, no toggle; more than 488 included routers need a higher recursion limit",
    "flat": "no gate, no toggle",
    "mount": "no gate, no toggle; the host's OpenAPI document does not show the routes",
}
"""One line for each peer; it stands beside its figures."""


def installed(distribution: str) -> str | None:
    """
    The version of a peer, or None where it is not here.
    """
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def missing(distributions: Iterable[str]) -> list[str]:
    """
    A notice for each peer that is not here.
    """
    return [f"{name} is not installed: not measured" for name in distributions if installed(name) is None]


def versions(distributions: Iterable[str]) -> str:
    """
    Names with their versions, in one line.
    """
    return ", ".join(f"{name} {found}" for name in distributions if (found := installed(name)) is not None)
