"""
Names: the rules for slugs, permissions and references, near misses, and how foreign text is shown.

Everything that turns text of a plugin into a path, an identifier or a line on a screen goes through here.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

SLUG_MAX_LENGTH = 63
SLUG_PATTERN = r"^_?[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
"""One leading underscore is for bundled samples; the same text works in JavaScript and JSON Schema."""
PERMISSION_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
RESERVED_PERMISSION_PREFIXES = ("host.", "plugins.", "admin.")
RESERVED_SLUGS = frozenset(
    {
        *("api", "admin", "static", "assets", "docs", "plugins", "plugin-host", "plugin-assets"),
        *("con", "nul", "aux", "prn", "host", "honeyhost"),
    }
)

MASK = "********"
"""What is shown in the place of every secret, whatever its length."""

_SLUG = re.compile(SLUG_PATTERN)
_PERMISSION = re.compile(PERMISSION_PATTERN)
_REFERENCE = re.compile(
    r"(?P<dots>\.?)(?P<module>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*):(?P<attribute>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
)
_CALLED_SECRET = re.compile(
    r"(?:^|[a-z0-9_.-])(?:password|passwd|passphrase|secret|token|credentials?|(?:api|access|private|secret|signing)[_-]?key)s?$",
    re.IGNORECASE,
)
_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
_HARMLESS_FORMAT = {"\u200c", "\u200d"}  # joiners: Persian and Indic words and emoji need them, and they reorder nothing


def is_slug(text: str) -> bool:
    """
    Whether the text has the form of a slug; reserved words are the next question (:func:`slug_reserved`).
    """
    return len(text) <= SLUG_MAX_LENGTH and _SLUG.fullmatch(text) is not None


def slug_reserved(slug: str) -> str | None:
    """
    Why a well-formed slug may not be used, or None.
    """
    if slug in RESERVED_SLUGS:
        return "a word that the host keeps for itself"
    if slug.replace("-", "_") in sys.stdlib_module_names:
        return "a name of Python's standard library"
    return None


def is_permission(text: str) -> bool:
    """
    Whether the text has the form of a permission (``patient.read``).
    """
    return _PERMISSION.fullmatch(text) is not None


def permission_reserved(permission: str) -> bool:
    """
    Whether the permission lies in the host's own name space.
    """
    return permission.startswith(RESERVED_PERMISSION_PREFIXES)


def distribution_key(name: str) -> str:
    """
    The comparable form of a distribution's name (PEP 503).
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def is_reference(text: str) -> bool:
    """
    Whether the text spells a :class:`Reference`.
    """
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """
    ``pkg.module:attr``, or ``.module:attr`` relative to the plugin's own package.
    """

    module: str
    attribute: str
    relative: bool

    @classmethod
    def parse(cls, text: str) -> "Reference | None":
        """
        The reference that the text spells, or None where it is none.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None:
            return None
        return cls(match["module"], match["attribute"], bool(match["dots"]))

    def in_package(self, package: str) -> str:
        """
        The absolute name of the module for a plugin whose code lives in ``package``.
        """
        return f"{package}.{self.module}" if self.relative else self.module

    def __str__(self) -> str:
        return f"{'.' if self.relative else ''}{self.module}:{self.attribute}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """
    The known word that was most probably meant, or None.
    """
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.7)
    return found[0] if found else None


def label_text(label: str | Mapping[str, str] | None, language: str = "en") -> str | None:
    """
    One text of a label: in the language, its base language, English, or the first given.
    """
    if label is None or isinstance(label, str):
        return label
    for tag in (language, language.split("-", 1)[0], "en"):
        if tag in label:
            return label[tag]
    return next(iter(label.values()), None)


def called_secret(name: str) -> bool:
    """
    Whether something of this name is taken for a secret (``smtp_password``, ``api-key``) where nothing else is said of it.
    """
    return _CALLED_SECRET.search(name) is not None


def visible(text: str) -> str:
    r"""
    Foreign text made safe for a terminal, a log or a page: controls, escapes and bidi overrides become visible.

    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def hidden_characters(text: str) -> tuple[str, ...]:
    """
    The characters that :func:`visible` would replace, in order, each once, written visibly.
    """
    return tuple(dict.fromkeys(_shown(character) for character in text if _is_hidden(character)))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character not in _HARMLESS_FORMAT


def _shown(character: str) -> str:
    if not _is_hidden(character):
        return character
    if character in "\n\r\t":
        return " "
    number = ord(character)
    if number <= 0xFF:  # noqa: PLR2004 - the width of the escape
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004
