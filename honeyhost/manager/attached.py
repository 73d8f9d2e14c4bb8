"""
The attached plugin: one that may answer, as a small row, with its facts read when somebody asks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from honeyhost.attach.compiled import CompiledPlugin, Fragment
from honeyhost.attach.navigation import NavEntry
from honeyhost.attach.published import PublishedCapability
from honeyhost.manager.spec import PluginSpec

_NONE: Mapping[str, str | None] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginFacts:
    """
    Everything that was recorded of a plugin but its OpenAPI fragment.
    """

    spec: PluginSpec
    compiled: CompiledPlugin
    nav: Sequence[Mapping[str, Any]] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    """Display name, kind, labels, origin."""
    config_schema: Mapping[str, Any] | None = None
    """JSON Schema of the plugin's configuration; None admits any object."""
    capabilities: Mapping[str, PublishedCapability] = field(default_factory=dict)
    """What it publishes, by slug."""

    @property
    def nav_entries(self) -> tuple[NavEntry, ...]:
        """
        The entries of the sidebar.
        """
        return tuple(NavEntry(**entry) for entry in self.nav)


class AttachedPlugin:
    """
    One plugin that was attached. Facts and fragment are read once, when they are first asked for.
    """

    __slots__ = (
        "_facts",
        "_fragment",
        "_read",
        "_read_fragment",
        "capabilities",
        "lifespan",
        "public",
        "slug",
        "sort",
        "starts",
        "version",
    )

    def __init__(  # noqa: PLR0913 - a row of the snapshot
        self,
        *,
        slug: str,
        version: str,
        sort: int,
        lifespan: bool,
        public: bool,
        read: Callable[[], PluginFacts],
        read_fragment: Callable[[], Fragment],
        starts: bool | None = None,
        capabilities: Mapping[str, str | None] = _NONE,
    ) -> None:
        self.slug = slug
        self.version = version
        self.sort = sort
        self.lifespan = lifespan
        self.public = public
        self.starts = lifespan if starts is None else starts
        """Whether it is started with the host, and not at its first use."""
        self.capabilities = capabilities
        """The permission that each capability needs, by slug; the rest of it is in the facts."""
        self._read = read
        self._read_fragment = read_fragment
        self._facts: PluginFacts | None = None
        self._fragment: Fragment | None = None

    @property
    def facts(self) -> PluginFacts:
        """
        What was recorded.
        """
        if self._facts is None:
            self._facts = self._read()
        return self._facts

    @property
    def known_digest(self) -> str | None:
        """
        The plugin's digest; None where its facts were not asked for yet: they are not read for it.
        """
        return None if self._facts is None else self._facts.spec.digest

    @property
    def package(self) -> str | None:
        """
        The package that its code lies in; None where its facts were not asked for yet.
        """
        return None if self._facts is None else self._facts.spec.package

    @property
    def fragment(self) -> Fragment:
        """
        The plugin's part of the OpenAPI document.
        """
        if self._fragment is None:
            self._fragment = self._read_fragment()
        return self._fragment

    def whole(self) -> CompiledPlugin:
        """
        What compiling revealed, with the OpenAPI fragment in it.
        """
        fragment = self.fragment
        openapi = (fragment.paths.decode(), fragment.schemas.decode(), fragment.security.decode())
        return replace(self.facts.compiled, openapi=openapi)
