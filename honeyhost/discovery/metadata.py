"""
Metadata: the name and the version of a distribution, from the head of its METADATA.

Source: the core metadata specification of packaging.python.org; both fields stand in the first lines.
"""

from typing import NamedTuple

NAME = "METADATA"


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
    found: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").splitlines():
        if not line:
            break
        key, separator, value = line.partition(":")
        if separator and key.lower() in ("name", "version"):
            found.setdefault(key.lower(), value.strip())
    if found.get("name") and found.get("version"):
        return Metadata(found["name"], found["version"])
    return None
