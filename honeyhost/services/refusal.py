"""
The refusal: an operation that a plugin was not allowed, as those who keep account of it are told.
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """
    ``operation`` is its name on the wire, ``grant`` the one that is wanted, ``reason`` the code of the error that it was told.
    """

    plugin: str
    operation: str
    grant: str
    reason: str
