"""
Reasons that lie in what two plugins claim and only one can have: permissions, entries, capabilities, templates.

Claims are equal: whoever came first is not known and would be a silent winner, so each side is refused and names the other.
"""

from dataclasses import dataclass
from typing import ClassVar

from honeyhost.resolver.reasons.base import Reason

HOST = "host"
"""The owner of a permission that no plugin declares."""
_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimReason(Reason):
    """
    What they share: the others who claim the same.
    """

    others: tuple[str, ...]
    """Slugs, sorted."""

    @property
    def rivals(self) -> str:
        """
        The others as messages name them, a few of many.
        """
        shown = ", ".join(f"'{slug}'" for slug in self.others[:_SHOWN])
        more = f" and {len(self.others) - _SHOWN} more" if len(self.others) > _SHOWN else ""
        return f"plugin{'s' if len(self.others) > 1 else ''} {shown}{more}"

    @property
    def so_do_they(self) -> str:
        """
        The end of a sentence that says what the others do too.
        """
        return f"so {'do' if len(self.others) > 1 else 'does'} {self.rivals}"

    @property
    def without(self) -> str:
        """
        The change that does without the others.
        """
        more = f" and {len(self.others) - _SHOWN} more" if len(self.others) > _SHOWN else ""
        return f"uninstall {', '.join(self.others[:_SHOWN])}{more}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionConflict(ClaimReason):
    """
    The host or another plugin has a permission of this name.
    """

    code: ClassVar[str] = "permission-conflict"
    rule: ClassVar[str] = "permission-owners"

    permission: str

    @property
    def message(self) -> str:
        """
        The permission and who else has it.
        """
        if self._of_host:
            return f"{self.subject} declares permission '{self.permission}', which is in the host's own catalog"
        return f"{self.subject} declares permission '{self.permission}', and {self.so_do_they}"

    @property
    def hint(self) -> str:
        """
        What the author can do, and what the operator can.
        """
        if self._of_host:
            return "use it without declaring it, or choose a name of your own"
        return f"rename it in one of them, or {self.without}"

    @property
    def wanted(self) -> str:
        """
        The permission for itself.
        """
        return f"permission {self.permission} of its own"

    @property
    def found(self) -> str:
        """
        Who else has it.
        """
        return "in the host's catalog" if self._of_host else f"declared by {self.rivals}"

    @property
    def change(self) -> str:
        """
        To use it only, to rename it, or to do without the others.
        """
        if self._of_host:
            return f"take {self.permission} out of permissions"
        return f"rename permission {self.permission} or {self.without}"

    @property
    def _of_host(self) -> bool:
        return self.others == (HOST,)


@dataclass(frozen=True, kw_only=True, slots=True)
class NavConflict(ClaimReason):
    """
    Two entries of navigation or menus have one id.
    """

    code: ClassVar[str] = "nav-conflict"
    rule: ClassVar[str] = "navigation"

    id: str
    """``others`` is the plugin itself where both entries are its own."""

    @property
    def message(self) -> str:
        """
        The id and who has it too.
        """
        if self._alone:
            return f"{self.subject} has two entries with the id '{self.id}' in nav and menu_items"
        return f"{self.subject} uses the id '{self.id}' for an entry of its navigation, and {self.so_do_they}"

    @property
    def hint(self) -> str:
        """
        The id to change.
        """
        return "give one of them another id" if self._alone else f"give one of them another id, or {self.without}"

    @property
    def wanted(self) -> str:
        """
        The id for itself.
        """
        return f"entry {self.id}"

    @property
    def found(self) -> str:
        """
        Who has it too.
        """
        return "there twice" if self._alone else f"also an entry of {self.rivals}"

    @property
    def change(self) -> str:
        """
        The id to change.
        """
        return f"another id for entry {self.id}" + ("" if self._alone else f" or {self.without}")

    @property
    def _alone(self) -> bool:
        return self.others == (self.plugin,)


@dataclass(frozen=True, kw_only=True, slots=True)
class CapabilityConflict(ClaimReason):
    """
    A capability bears another plugin's name, or another plugin has one of the same slug.
    """

    code: ClassVar[str] = "capability-conflict"
    rule: ClassVar[str] = "capabilities"

    capability: str
    owned: bool = False
    """Whether the name belongs to the other plugin, because it begins with its slug."""

    @property
    def message(self) -> str:
        """
        The capability and whose it is.
        """
        if self.owned:
            return f"{self.subject} declares capability '{self.capability}', and that name belongs to {self.rivals}"
        return f"{self.subject} declares capability '{self.capability}', and {self.so_do_they}"

    @property
    def hint(self) -> str:
        """
        A name that nobody can contest.
        """
        return f"begin its name with the plugin's own: '{self.plugin}.{self.capability.rpartition('.')[2]}'"

    @property
    def wanted(self) -> str:
        """
        The capability for itself.
        """
        return f"capability {self.capability}"

    @property
    def found(self) -> str:
        """
        Whose it is.
        """
        return f"a name of {self.rivals}" if self.owned else f"declared by {self.rivals}"

    @property
    def change(self) -> str:
        """
        To rename it, or to do without the others.
        """
        return f"rename capability {self.capability} or {self.without}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateConflict(ClaimReason):
    """
    Two plugins replace one template with equal priority.
    """

    code: ClassVar[str] = "template-conflict"
    rule: ClassVar[str] = "templates"

    template: str
    priority: int

    @property
    def message(self) -> str:
        """
        The template and who else replaces it.
        """
        return f"{self.subject} {self.wanted}, and {self.so_do_they}"

    @property
    def hint(self) -> str:
        """
        The higher priority wins.
        """
        return f"give one of them a higher priority, or {self.without}"

    @property
    def wanted(self) -> str:
        """
        The template for itself.
        """
        return f"overrides template '{self.template}' with priority {self.priority}"

    @property
    def found(self) -> str:
        """
        Who else replaces it.
        """
        return f"overridden by {self.rivals}"

    @property
    def change(self) -> str:
        """
        Another priority, or to do without the others.
        """
        return f"another priority for template {self.template} or {self.without}"
