"""
Reasons that lie in the names of permissions.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from honeyhost.names import RESERVED_PERMISSION_PREFIXES
from honeyhost.resolver.reasons.base import Reason, near_miss


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionUnknown(Reason):
    """
    Something is guarded by a permission that does not exist for this plugin.
    """

    code: ClassVar[str] = "permission-unknown"
    rule: ClassVar[str] = "permission-names"

    permission: str
    places: tuple[str, ...]
    """Every place in the manifest that names it."""
    owner: str | None = None
    """Another plugin that declares it, and that this one does not require."""
    known: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def near(self) -> str | None:
        """
        The permission that was probably meant.
        """
        return near_miss(self.permission, self.known)

    @property
    def message(self) -> str:
        """
        The permission and where it is named.
        """
        more = f" and {len(self.places) - 1} more" if len(self.places) > 1 else ""
        return (
            f"{self.subject} names permission '{self.permission}' in {self.places[0]}{more}, "
            "and neither the plugin declares it nor the catalog has it"
        )

    @property
    def hint(self) -> str:
        """
        The near miss, the owner, or the declaration that is missing.
        """
        if self.owner is not None:
            return f"plugin '{self.owner}' declares it: add {self.owner} to requires_plugins"
        if self.near is not None:
            return f"did you mean '{self.near}'?"
        return f"declare '{self.permission}' under permissions"

    @property
    def wanted(self) -> str:
        """
        The permission.
        """
        return f"permission {self.permission}"

    @property
    def found(self) -> str:
        """
        The nearest thing to it.
        """
        if self.owner is not None:
            return f"declared by {self.owner}, which is not required"
        return f"not declared; {self.near} is" if self.near is not None else "not declared"

    @property
    def change(self) -> str:
        """
        To declare it, or to use the one that was meant.
        """
        if self.owner is not None:
            return f"require plugin {self.owner}"
        instead = f" or use {self.near}" if self.near is not None else ""
        return f"declare permission {self.permission}{instead}"

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {"permission": self.permission, "places": self.places, "owner": self.owner, "near": self.near}


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionForeign(Reason):
    """
    A seed group holds a permission that the plugin does not declare, so it would grant what is not its own.
    """

    code: ClassVar[str] = "permission-foreign"
    rule: ClassVar[str] = "permission-names"

    permission: str
    group: str
    known: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def near(self) -> str | None:
        """
        The plugin's own permission that was probably meant.
        """
        return near_miss(self.permission, self.known)

    @property
    def message(self) -> str:
        """
        The permission and the group.
        """
        return (
            f"{self.subject} puts permission '{self.permission}' into its group '{self.group}', and does not declare it; "
            "a seed group holds a plugin's own permissions only"
        )

    @property
    def hint(self) -> str:
        """
        The near miss, or the two ways out.
        """
        if self.near is not None:
            return f"did you mean '{self.near}'?"
        return f"declare '{self.permission}' under permissions, or take it out of the group"

    @property
    def wanted(self) -> str:
        """
        A permission of its own.
        """
        return f"permission {self.permission} in group {self.group}"

    @property
    def found(self) -> str:
        """
        That it is not its own.
        """
        return "not declared by the plugin"

    @property
    def change(self) -> str:
        """
        To take it out.
        """
        return f"take permission {self.permission} out of group {self.group}"

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {"permission": self.permission, "group": self.group, "near": self.near}


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionReserved(Reason):
    """
    The plugin declares a permission in the host's own name space.
    """

    code: ClassVar[str] = "permission-reserved"
    rule: ClassVar[str] = "permission-declarations"

    permission: str

    @property
    def message(self) -> str:
        """
        The permission and whose name it bears.
        """
        return f"{self.subject} declares permission '{self.permission}', and names under '{self._prefix}' are the host's"

    @property
    def hint(self) -> str:
        """
        A name that would do.
        """
        return f"call it '{self._own}'"

    @property
    def wanted(self) -> str:
        """
        The permission.
        """
        return f"permission {self.permission}"

    @property
    def found(self) -> str:
        """
        Whose name it bears.
        """
        return f"names under '{self._prefix}' are the host's"

    @property
    def change(self) -> str:
        """
        To rename it.
        """
        return f"rename permission {self.permission}"

    @property
    def _prefix(self) -> str:
        return next(prefix for prefix in RESERVED_PERMISSION_PREFIXES if self.permission.startswith(prefix))

    @property
    def _own(self) -> str:
        head = self.plugin.strip("_").replace("-", "_")
        return f"{head}.{self.permission.removeprefix(self._prefix)}"
