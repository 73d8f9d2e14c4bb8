"""
Reasons that lie in the plugin's name and in its URLs.
"""

from dataclasses import dataclass
from typing import ClassVar

from honeyhost.resolver.reasons.base import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class SlugConflict(Reason):
    """
    More than one claims the slug, or it is pinned to another one.
    """

    code: ClassVar[str] = "slug-conflict"
    rule: ClassVar[str] = "slug"

    carrier: str
    """The distribution or the folder that this plugin comes from."""
    others: tuple[str, ...] = ()
    """Version and carrier of the others that claim the slug."""
    pin: str | None = None
    """Whom the operator gave the slug to."""

    @property
    def message(self) -> str:
        """
        Everybody who claims the slug.
        """
        if self.pin is not None:
            return f"{self.subject} comes from {self.carrier}, and its name is pinned to {self.pin}"
        return f"{self.subject} from {self.carrier} shares its name with {self.found}"

    @property
    def hint(self) -> str:
        """
        To do without one, or to say which one is meant.
        """
        if self.pin is not None:
            return f"uninstall {self.carrier}, or change the pin in honeyhost.toml: pins.{self.plugin}"
        return f'uninstall one of them, or pin one in honeyhost.toml: pins.{self.plugin} = "{self.carrier}"'

    @property
    def wanted(self) -> str:
        """
        The slug for itself.
        """
        return f"name {self.plugin} for {self.carrier}"

    @property
    def found(self) -> str:
        """
        Who else claims it.
        """
        return ", ".join(self.others) if self.pin is None else f"pinned to {self.pin}"

    @property
    def change(self) -> str:
        """
        To say which one is meant.
        """
        return f"pin {self.plugin} to {self.carrier}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PathConflict(Reason):
    """
    URLs of the plugin would be answered by something else: the host, or another of its own routes.
    """

    code: ClassVar[str] = "path-conflict"
    rule: ClassVar[str] = "paths"

    path: str
    other: str
    """The path that has the URLs already."""
    method: str | None = None
    """The method of two function routes; None where the host has the path."""

    @property
    def message(self) -> str:
        """
        The two paths that mean the same.
        """
        if self.method is None:
            return f"{self.subject} would be served under {self.path}, and the host answers {self.other} itself"
        return f"{self.subject} has two routes for the same URLs: {self.method} {self.other} and {self.method} {self.path}"

    @property
    def hint(self) -> str:
        """
        What has to move.
        """
        if self.method is None:
            return "serve plugins under a prefix of their own, or rename the plugin"
        return "remove one of them; names of parameters do not tell routes apart"

    @property
    def wanted(self) -> str:
        """
        The path for itself.
        """
        return f"{self.method} {self.path}" if self.method else f"path {self.path}"

    @property
    def found(self) -> str:
        """
        What has it already.
        """
        return f"{self.method} {self.other}" if self.method else f"{self.other} of the host"

    @property
    def change(self) -> str:
        """
        What has to move.
        """
        return f"remove route {self.method} {self.path}" if self.method else "another prefix for plugins"
