"""
Navigation: entries of the platform's sidebar as values, in one order, filtered for a caller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from honeyhost.names import label_text
from honeyhost.sdk import Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class NavEntry:
    """
    One entry; ``path`` is the page's full path below the shell (``/plugins/<slug>/...``).
    """

    plugin: str
    id: str
    label: str | Mapping[str, str]
    path: str
    icon: str | None = None
    order: int = 0
    permission: str | None = None

    def visible_to(self, caller: Caller) -> bool:
        """
        Whether the caller may see it.
        """
        return self.permission is None or caller.may(self.permission)

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """
        The entry for a page in a language; without one the label is given as declared.
        """
        label = self.label if language is None else label_text(self.label, language)
        return {
            "id": self.id,
            "plugin": self.plugin,
            "label": label,
            "path": self.path,
            "icon": self.icon,
            "order": self.order,
            "permission": self.permission,
        }


def sorted_nav(entries: Iterable[NavEntry], sort: Mapping[str, int]) -> tuple[NavEntry, ...]:
    """
    Entries of many plugins in the order of the sidebar: by the plugin's sort and slug, then by order and path.
    """
    return tuple(sorted(entries, key=lambda entry: (sort.get(entry.plugin, 0), entry.plugin, entry.order, entry.path)))
