"""
The list of plugins as bytes, made once for each moment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from honeyhost.api.hosted import Hosted
from honeyhost.api.rows import plugin_rows
from honeyhost.manager.booting import Boot
from honeyhost.manager.live import Live
from honeyhost.store.records import PluginRecord


@dataclass(frozen=True, slots=True)
class Made:
    """
    A JSON document and its entity tag.
    """

    body: bytes
    etag: str

    @classmethod
    def of(cls, value: Any) -> "Made":
        """
        The document of a value.
        """
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return cls(body, f'"{blake2b(body, digest_size=12).hexdigest()}"')


@dataclass(frozen=True, slots=True)
class _Moment:
    """
    All that the list depends on, by identity: each of them is replaced and never changed.
    """

    live: Live
    boot: Boot
    records: Mapping[str, PluginRecord]
    loads: int

    def is_that_of(self, other: "_Moment") -> bool:
        same = self.live is other.live and self.boot is other.boot and self.records is other.records
        return same and self.loads == other.loads


class Listing:
    """
    The list of a host.
    """

    def __init__(self, host: Hosted) -> None:
        self._host = host
        self._made: tuple[_Moment, Made] | None = None

    def known(self) -> Made | None:
        """
        The list of this moment, where it was made already.
        """
        made = self._made
        return made[1] if made is not None and made[0].is_that_of(self._moment()) else None

    def __call__(self) -> Made:
        """
        The list of this moment. Making it may read what was recorded of every plugin.
        """
        moment, made = self._moment(), self.known()
        if made is None:
            made = Made.of(plugin_rows(self._host))
            self._made = (moment, made)
        return made

    def _moment(self) -> _Moment:
        host = self._host
        return _Moment(host.live, host.boot, host.records, host.manager.loads)
