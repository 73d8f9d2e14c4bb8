"""
Reasons that lie in other plugins which this one needs.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from honeyhost.resolver.reasons.base import Reason, near_miss
from honeyhost.resolver.versions import phrase

_LONGEST_WAY = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginMissing(Reason):
    """
    A plugin that this one needs is not installed.
    """

    code: ClassVar[str] = "plugin-missing"
    rule: ClassVar[str] = "required-plugins"

    dependency: str
    required: str
    unreadable: str | None = None
    """Where a plugin of that name was found that cannot be read."""
    archive: str | None = None
    """Where a plugin of that name lies packed, not installed."""
    known: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def near(self) -> str | None:
        """
        The installed plugin whose name was probably meant.
        """
        return near_miss(self.dependency, self.known)

    @property
    def message(self) -> str:
        """
        The plugin that is needed, and what there is of it.
        """
        return f"{self.subject} needs {self.wanted}, which is {self.found}"

    @property
    def hint(self) -> str:
        """
        Where to look first: a broken one, a packed one, a misspelt one.
        """
        if self.unreadable is not None:
            return f"honeyhost check {self.dependency}"
        if self.archive is not None:
            return f"install it from {self.archive}"
        if self.near is not None:
            return f"did you mean '{self.near}'?"
        return f"install {self.dependency}{_spaced(self.required)}"

    @property
    def wanted(self) -> str:
        """
        The plugin that is needed.
        """
        return f"plugin '{self.dependency}'{_spaced(self.required)}"

    @property
    def found(self) -> str:
        """
        What there is of it.
        """
        if self.unreadable is not None:
            return f"found in {self.unreadable} and cannot be read"
        return "not installed" if self.archive is None else "only there as an archive"

    @property
    def change(self) -> str:
        """
        The plugin to have.
        """
        if self.unreadable is not None:
            return f"mend plugin {self.dependency}"
        return f"install plugin {self.dependency}{_spaced(self.required)}"

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {
            "dependency": self.dependency,
            "required": self.required,
            "unreadable": self.unreadable,
            "archive": self.archive,
            "near": self.near,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginVersionMismatch(Reason):
    """
    A plugin that this one needs is there in another version.
    """

    code: ClassVar[str] = "plugin-version-mismatch"
    rule: ClassVar[str] = "required-plugins"

    dependency: str
    required: str
    actual: str

    @property
    def message(self) -> str:
        """
        The version that is needed, and the one that is installed.
        """
        return f"{self.subject} needs {self.wanted}, found {self.found}"

    @property
    def hint(self) -> str:
        """
        The version to install.
        """
        return f"install {self.dependency} {phrase(self.required)}"

    @property
    def wanted(self) -> str:
        """
        The plugin with its versions.
        """
        return f"plugin '{self.dependency}' {self.required}"

    @property
    def found(self) -> str:
        """
        The installed version.
        """
        return self.actual

    @property
    def change(self) -> str:
        """
        The version to have.
        """
        return f"plugin {self.dependency} {phrase(self.required)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyRejected(Reason):
    """
    A plugin that this one needs is rejected itself, or needs one that is.
    """

    code: ClassVar[str] = "dependency-rejected"
    rule: ClassVar[str] = "dependencies"

    dependency: str
    chain: tuple[str, ...]
    """From this plugin to the one where it began."""
    cause: Reason
    """The first reason of the last plugin in the chain."""

    @property
    def message(self) -> str:
        """
        The plugin that is needed, the way to the root, and what is wrong there.
        """
        way = "" if len(self.chain) <= 2 else f" ({_way(self.chain)})"  # noqa: PLR2004 - the plugin and its own need
        return f"{self.subject} needs plugin '{self.dependency}', which is rejected{way}: {self.cause.message}"

    @property
    def hint(self) -> str:
        """
        Mend the root, and the rest follows.
        """
        return self.cause.hint or f"honeyhost why {self.chain[-1]}"

    @property
    def wanted(self) -> str:
        """
        The plugin that is needed.
        """
        return f"plugin '{self.dependency}'"

    @property
    def found(self) -> str:
        """
        That it is rejected, and what for.
        """
        return f"rejected ({self.cause.code})"

    @property
    def change(self) -> str:
        """
        What the root needs.
        """
        return f"{self.cause.change} (for {self.chain[-1]})"

    @property
    def params(self) -> dict[str, Any]:
        """
        The facts by name.
        """
        return {"dependency": self.dependency, "chain": self.chain, "cause": self.cause.to_json()}


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyCycle(Reason):
    """
    The plugin needs itself, directly or through others.
    """

    code: ClassVar[str] = "dependency-cycle"
    rule: ClassVar[str] = "dependency-cycles"

    cycle: tuple[str, ...]
    """The way round, each plugin once, beginning with this one."""

    @property
    def message(self) -> str:
        """
        The cycle, drawn.
        """
        return f"{self.subject} needs itself: {self.found}"

    @property
    def hint(self) -> str:
        """
        Any arrow can go.
        """
        following = self.cycle[1] if len(self.cycle) > 1 else self.plugin
        return f"take one step out of requires_plugins, as '{following}' in {self.plugin}"

    @property
    def wanted(self) -> str:
        """
        An order in which plugins can start.
        """
        return "no way back to itself"

    @property
    def found(self) -> str:
        """
        The cycle as a path.
        """
        return _way((*self.cycle, self.cycle[0]))

    @property
    def change(self) -> str:
        """
        The cycle to break, written alike for each of its members.
        """
        start = self.cycle.index(min(self.cycle))
        return f"break the cycle {_way((*self.cycle[start:], *self.cycle[: start + 1]))}"


def shortened(steps: tuple[str, ...]) -> tuple[str, ...]:
    """
    The steps of a way; of a long one the two ends, and how many lie between them.
    """
    if len(steps) <= _LONGEST_WAY:
        return steps
    return (*steps[: _LONGEST_WAY - 3], f"({len(steps) - _LONGEST_WAY + 1} more)", *steps[-2:])


def _way(slugs: tuple[str, ...]) -> str:
    return " -> ".join(shortened(slugs))


def _spaced(required: str) -> str:
    return f" {required}" if required else ""
