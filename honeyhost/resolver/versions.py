"""
Versions: demands for versions, parsed once each, and what a version lacks to meet them.

The order is PEP 440's, with pre-releases in it: host 2.1.0rc1 meets ``>=2.0`` and does not meet ``>=2.1``, because a
release candidate comes before its release. Nothing is left out for being a pre-release: whoever runs one means it.
"""

from functools import lru_cache
from typing import Literal

from packaging.specifiers import Specifier
from packaging.version import InvalidVersion, Version

Side = Literal["below", "above", "excluded"]

_KEPT = 8192
"""Distinct texts remembered: more than the plugins of one host ask for."""


@lru_cache(maxsize=_KEPT)
def parsed(version: str) -> Version:
    """
    The comparable form of a version.
    """
    return Version(version)


@lru_cache(maxsize=_KEPT)
def specifiers(demand: str) -> tuple[Specifier, ...]:
    """
    The single demands of a specifier set, in the order in which they are written.
    """
    return tuple(Specifier(part) for part in demand.split(",") if part.strip())


@lru_cache(maxsize=_KEPT)
def unmet(demand: str, actual: str) -> tuple[Specifier, ...]:
    """
    The parts of a demand that the version does not meet.
    """
    version = parsed(actual)
    return tuple(specifier for specifier in specifiers(demand) if not specifier.contains(version, prereleases=True))


@lru_cache(maxsize=_KEPT)
def intersection(minimum: str | None, demand: str | None) -> str:
    """
    A lowest version and a specifier set as one demand, as written, each part once.

    A local part (``2.1+acme``) is dropped from the lowest version: no order is defined for it.
    """
    lowest = (f">={parsed(minimum).public}",) if minimum else ()
    parts = (str(specifier) for specifier in specifiers(demand or ""))
    return ",".join(dict.fromkeys((*lowest, *parts)))


def side(specifier: Specifier, actual: str) -> Side:
    """
    Where a version that does not meet the specifier stands: below it, above it, or taken out of the middle.
    """
    if specifier.operator in (">", ">="):
        return "below"
    if specifier.operator in ("<", "<="):
        return "above"
    if specifier.operator == "!=":
        return "excluded"
    try:
        wanted = parsed(specifier.version.removesuffix(".*"))
    except InvalidVersion:  # ``===`` compares text that need be no version
        return "excluded"
    if parsed(actual) == wanted:
        return "excluded"
    return "above" if parsed(actual) > wanted else "below"


@lru_cache(maxsize=_KEPT)
def exceeds(actual: str, prefix: str) -> bool:
    """
    Whether a version is newer than all that a prefix covers; ``1.6`` and ``1.6.*`` cover every 1.6 release.
    """
    tested, version = parsed(prefix.removesuffix(".*")), parsed(actual)
    length = len(tested.release)
    release = (*version.release, *(0,) * length)[:length]
    return (version.epoch, release) > (tested.epoch, tested.release)


def phrase(demand: str) -> str:
    """
    A demand in words.

    >>> phrase(">=2.1,<3")
    '2.1 or newer and older than 3'
    """
    return " and ".join(_words(specifier) for specifier in specifiers(demand)) or "any version"


_WORDS = {
    ">=": "{} or newer",
    ">": "newer than {}",
    "<=": "{} or older",
    "<": "older than {}",
    "!=": "other than {}",
    "==": "{}",
    "===": "exactly {}",
    "~=": "compatible with {}",
}


def _words(specifier: Specifier) -> str:
    return _WORDS[specifier.operator].format(specifier.version)
