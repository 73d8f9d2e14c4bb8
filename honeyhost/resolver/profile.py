"""
The profile and the policy: all that the resolver knows of the host and of the operator's wishes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from honeyhost.resolver.checks import HostCheck

Trust = Literal["off", "warn", "require"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HostProfile:
    """
    Facts of the running host. Nothing here is a wish.
    """

    host_version: str
    host_version_source: str = "default"
    """Where the version came from, in words a person can follow (``HONEYHOST_HOST_VERSION``, ``honeyhost.toml``)."""
    python_version: str
    runtimes: frozenset[str] = frozenset({"python"})
    catalog: Mapping[str, str] = field(default_factory=dict)
    """Permissions that exist without any plugin: permission -> owner (``host``)."""
    prefix: str = "/api/plugins/{slug}"
    reserved_paths: frozenset[str] = frozenset()
    """Path heads that the host answers itself (``/api/users``), asked only where the prefix is shared with the host."""
    frontend_packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    What the operator decided.
    """

    trust: Trust = "warn"
    overrides: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """slug -> rules whose upper bound is waived (``host-version``, ``python-version``); every use is shown."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """slug -> distribution that may have it, where two claim it."""
    checks: tuple[HostCheck, ...] = ()
    """The host's own rules, asked after the built-in ones."""
