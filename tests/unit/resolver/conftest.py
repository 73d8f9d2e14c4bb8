"""
Plugins as discovery would hand them over, made from the fields of a manifest, and what the resolver says of them.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Inventory, Origin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.resolver import HostProfile, Policy, Reason, Resolution, resolve

Find = Callable[..., DiscoveredPlugin]
Decide = Callable[..., Resolution]
Refuse = Callable[..., tuple[Reason, ...]]


def found_plugin(
    name: str = "healthcare",
    version: str = "0.3.0",
    *,
    kind: Any = "directory",
    location: str | None = None,
    distribution: str | None = None,
    lines: Mapping[str, tuple[int, int]] | None = None,
    **fields: Any,
) -> DiscoveredPlugin:
    file = f"plugins/{name}/plugin.yaml"
    return DiscoveredPlugin(
        manifest=PluginManifest.model_validate({"name": name, "version": version, **fields}),
        origin=Origin(
            kind=kind,
            location=location or f"/srv/plugins/{name}",
            distribution=distribution,
            distribution_version=version if distribution else None,
        ),
        root=Path(f"/srv/plugins/{name}"),
        package=f"plugins.{name}",
        digest="sha256:0",
        manifest_file=file,
        positions=Positions(file=file, values=lines or {}),
    )


@pytest.fixture
def found() -> Find:
    """
    Makes a found plugin: ``found("healthcare", requires_host=">=2")``.
    """
    return found_plugin


@pytest.fixture
def decide() -> Decide:
    """
    Resolves plugins on a host of version 1.9.4 with Python 3.11.7.
    """

    def resolution(*plugins: DiscoveredPlugin, failures: Iterable[DiscoveryFailure] = (), **wishes: Any) -> Resolution:
        policy = Policy(**{key: wishes.pop(key) for key in ("overrides", "pins", "consents", "checks") if key in wishes})
        profile = HostProfile(
            **{
                "host_version": "1.9.4",
                "host_version_source": "HONEYHOST_HOST_VERSION",
                "python_version": "3.11.7",
                **wishes,
            }
        )
        return resolve(Inventory(plugins=plugins, failures=tuple(failures)), profile, policy)

    return resolution


@pytest.fixture
def refuse(decide: Decide) -> Refuse:
    """
    The reasons against the first of the plugins.
    """

    def reasons(*plugins: DiscoveredPlugin, **wishes: Any) -> tuple[Reason, ...]:
        return decide(*plugins, **wishes).reasons_of(plugins[0])

    return reasons


@pytest.fixture
def only(refuse: Refuse) -> Callable[..., Reason]:
    """
    The one reason against the first of the plugins.
    """

    def reason(*plugins: DiscoveredPlugin, **wishes: Any) -> Reason:
        (single,) = refuse(*plugins, **wishes)
        return single

    return reason
