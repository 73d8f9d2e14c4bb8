"""
Positions: where in a file each value of a manifest stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Positions:
    """
    Line and column (from one) of each path of a document; ``file`` is how the file is named to people.

    Paths are written as problems write them: ``nav[2].icon``. The key of a mapping has its own position under
    ``<path>`` in ``keys``, its value under ``<path>`` in ``values``.
    """

    file: str | None = None
    values: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    keys: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: str) -> tuple[int, int] | None:
        """
        The position of a value, else of the nearest thing around it that has one.
        """
        while path:
            if path in self.values:
                return self.values[path]
            path = _parent(path)
        return self.values.get("")

    def of_key(self, path: str) -> tuple[int, int] | None:
        """
        The position of a key, else that of its value.
        """
        return self.keys.get(path) or self.of(path)


def _parent(path: str) -> str:
    cut = max(path.rfind("."), path.rfind("["))
    return path[:cut] if cut > 0 else ""
