"""
Records: what a distribution's RECORD says is its own, looked up without parsing the whole list.

The bytes are searched for one line at a time: a plugin of a thousand files costs one search, not a thousand rows.

Source: the "Recording installed projects" specification of packaging.python.org.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from honeyhost.discovery.files import read

NAME = "RECORD"
ALGORITHMS = ("sha256", "sha384", "sha512")
"""What may stand before a hash; weaker ones are refused by the specification."""
_LIMIT = 32 * 1024 * 1024


class Record:
    """
    A RECORD file as bytes.
    """

    __slots__ = ("_lines", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._lines = b"\n" + data

    @classmethod
    def at(cls, dist_info: str) -> "Record | None":
        """
        The RECORD of an installed distribution; None where it has none, as packages of operating systems have.

        Raises:
            OSError, OverflowError: if it cannot be read.
        """
        data = read(f"{dist_info}/{NAME}", _LIMIT)
        return None if data is None else cls(data)

    def hash_of(self, path: str) -> str | None:
        """
        What stands in the line of a file as its hash (``sha256=...``, or empty); None where it is not listed.
        """
        start = self._lines.find(b"\n" + path.encode() + b",")
        if start < 0:
            return None
        end = self._lines.find(b"\n", start + 1)
        line = self._lines[start + 1 : end if end >= 0 else None].decode("utf-8", "replace")
        return line[len(path) + 1 :].partition(",")[0].strip()

    def owns(self, module: str) -> bool:
        """
        Whether a dotted module name is the distribution's: a file of it, or a folder with files of it.
        """
        path = b"\n" + module.replace(".", "/").encode()
        return path + b"/" in self._lines or path + b"." in self._lines


def matches(data: bytes, expected: str) -> bool:
    """
    Whether the data has the hash that RECORD gives. A hash that is missing or weak matches nothing.
    """
    algorithm, _, digest = expected.partition("=")
    if algorithm not in ALGORITHMS:
        return False
    return encoded(getattr(hashlib, algorithm)(data).digest()) == digest.rstrip("=")


def encoded(digest: bytes) -> str:
    """
    A digest as RECORD writes it.
    """
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hexadecimal(expected: str) -> str | None:
    """
    The SHA-256 of a RECORD line in hexadecimal; None where the line has none.
    """
    algorithm, _, digest = expected.partition("=")
    if algorithm != "sha256":
        return None
    try:
        return urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except (Base64Error, ValueError):
        return None
