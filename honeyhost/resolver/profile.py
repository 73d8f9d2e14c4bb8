"""
The profile and the policy: all that the resolver knows of the host and of the operator's wishes.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packaging.version import InvalidVersion, Version

from honeyhost.errors import SettingsError
from honeyhost.names import closest
from honeyhost.resolver.checks import HostCheck
from honeyhost.services.grants import Grant

Trust = Literal["off", "warn", "require"]

SLUG_FIELD = "{slug}"
"""What a prefix ends in."""
WAIVABLE = frozenset({"host-version", "python-version"})
"""The rules whose upper bound an operator may waive."""


def running_python() -> str:
    """
    The version of this interpreter as installers compare it: ``3.11.7``, without a pre-release or a vendor's mark.
    """
    return ".".join(str(part) for part in sys.version_info[:3])


@dataclass(frozen=True, kw_only=True, slots=True)
class HostProfile:
    """
    Facts of the running host. Nothing here is a wish.

    Raises:
        SettingsError: if a version is none, or the prefix does not end in ``{slug}``.
    """

    host_version: str
    host_version_source: str = "default"
    """Where the version came from, in words a person can follow (``HONEYHOST_HOST_VERSION``, ``honeyhost.toml``)."""
    python_version: str = field(default_factory=running_python)
    python_version_source: str = "this interpreter"
    runtimes: frozenset[str] = frozenset({"python"})
    catalog: Mapping[str, str] = field(default_factory=dict)
    """Permissions that exist without any plugin: permission -> owner (``host``)."""
    prefix: str = "/api/plugins/{slug}"
    reserved_paths: frozenset[str] = frozenset()
    """Paths that the host answers itself (``/api/users``); one below the prefix takes that slug from the plugins."""
    frontend_packages: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_version("host version", self.host_version, self.host_version_source)
        _require_version("Python version", self.python_version, self.python_version_source)
        if not (self.prefix.startswith("/") and self.prefix.endswith(SLUG_FIELD) and self.prefix.count("{") == 1):
            raise SettingsError(
                f"the prefix '{self.prefix}' is no path that ends in {SLUG_FIELD}",
                hint="write it as '/api/plugins/{slug}'",
                prefix=self.prefix,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """
    What an operator granted to one plugin, and the digest of the request that was answered with it.
    """

    grants: tuple[Grant, ...] = ()
    digest: str | None = None


NO_CONSENT = Consent()
"""An operator who was never asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    What the operator decided.

    Raises:
        SettingsError: if an override waives a rule that cannot be waived.
    """

    trust: Trust = "warn"
    overrides: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """slug -> rules whose upper bound is waived (``host-version``, ``python-version``); every use is shown."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """slug -> the distribution (for a folder: the location) that may have it; binds also where no other claims it."""
    consents: Mapping[str, Consent] | None = None
    """slug -> the operator's answer to what the plugin asks of the host; None where nobody can say, and nobody is asked."""
    checks: tuple[HostCheck, ...] = ()
    """The host's own rules, asked after the built-in ones."""

    def __post_init__(self) -> None:
        for slug, rules in self.overrides.items():
            for rule in sorted(frozenset(rules) - WAIVABLE):
                meant = closest(rule, WAIVABLE)
                raise SettingsError(
                    f"the override for plugin '{slug}' waives '{rule}'; these can be waived: {', '.join(sorted(WAIVABLE))}",
                    hint=f"did you mean '{meant}'?" if meant else None,
                    slug=slug,
                    rule=rule,
                )

    def waives(self, slug: str, rule: str) -> bool:
        """
        Whether the operator waived the rule's upper bound for the plugin.
        """
        return rule in self.overrides.get(slug, ())


NO_WISHES = Policy()
"""The policy of an operator who decided nothing."""


def _require_version(what: str, version: str, source: str) -> None:
    try:
        Version(version)
    except InvalidVersion:
        raise SettingsError(
            f"the {what} '{version}' is not a version (PEP 440)", hint=f"it comes from: {source}", version=version
        ) from None
