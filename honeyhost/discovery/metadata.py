"""
Metadata: the name and the version of a distribution, from the head of its METADATA.

Source: the core metadata specification of packaging.python.org; both fields stand in the first lines.
"""

import re
from typing import NamedTuple

NAME = "METADATA"

_FIELD = re.compile(rb"^(name|version):([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\n\r?\n|\A\r?\n")


class Metadata(NamedTuple):
    """
    What the distribution calls itself.
    """

    name: str
    version: str


def parse(head: bytes) -> Metadata | None:
    r"""
    Name and version, or None where one is missing.

    >>> parse(b"Metadata-Version: 2.4\nName: honeyframe-x\nVersion: 1.0\n")
    Metadata(name='honeyframe-x', version='1.0')
    """
    end = _END.search(head)
    found: dict[bytes, str] = {}
    for key, value in _FIELD.findall(head, 0, end.start() + 1 if end else len(head)):
        found.setdefault(key.lower(), value.decode("utf-8", "replace").strip())
    name, version = found.get(b"name"), found.get(b"version")
    return Metadata(name, version) if name and version else None
