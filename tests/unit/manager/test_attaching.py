from pathlib import Path

import pytest

from honeyhost.discovery import DiscoveredPlugin, DiscoveryOptions, Origin, discover
from honeyhost.manager.attaching import specify
from honeyhost.manager.spec import PluginSpec, RouterSpec
from honeyhost.manifest import PluginManifest
from honeyhost.manifest.positions import Positions


def discovered(package, **manifest):
    document = {"name": "night-shift", "version": "1.0", "permissions": ["shift.read"], **manifest}
    return DiscoveredPlugin(
        manifest=PluginManifest.model_validate(document),
        origin=Origin(kind="entry-point", location="/site/x.dist-info", distribution="x"),
        root=Path("/site/x"),
        package=package,
        digest="sha256:1",
        manifest_file="plugin.yaml",
        positions=Positions(),
        stamps=("/site/x.dist-info/RECORD",),
    )


@pytest.mark.parametrize(
    ("package", "written", "importable"),
    [
        ("honeyframe_night_shift", "plugins.night-shift.backend.shifts:router", "honeyframe_night_shift.backend.shifts:router"),
        ("honeyframe_night_shift", "plugins.night-shift:router", "honeyframe_night_shift:router"),
        ("honeyframe_night_shift", ".backend.shifts:router", ".backend.shifts:router"),
        ("honeyframe_night_shift", "honeyframe_night_shift.backend:router", "honeyframe_night_shift.backend:router"),
        ("plugins.night-shift", "plugins.night-shift.backend.shifts:router", "plugins.night-shift.backend.shifts:router"),
        ("honeyframe_night_shift", "elsewhere.backend:router", "elsewhere.backend:router"),
    ],
)
def test_the_seeds_references_lead_into_the_package_that_carries_the_plugin(package, written, importable):
    spec = specify(discovered(package, routers=[written], middleware=[written]))
    assert [router.reference for router in spec.routers] == [importable]
    assert spec.middleware == (importable,)


def test_guards_of_whole_routers_count_as_declared():
    routers = [{"router": ".a:router", "permission": "users.read"}, {"router": ".b:router", "public": "true"}]
    assert specify(discovered("x", routers=routers)).permissions == ("shift.read", "users.read")


def test_a_specification_survives_json():
    spec = specify(discovered("x", routers=[{"router": ".a:router", "permission": "shift.read"}]))
    assert PluginSpec.from_json(spec.to_json()) == spec
    assert spec.routers == (RouterSpec(".a:router", "shift.read", False),)


def test_the_schema_of_the_configuration_stands_for_the_plugin_too(platform):
    root = platform.add("clinic", {"config_schema": "config.schema.json"}, files={"config.schema.json": "{}"})
    (plugin,) = discover(DiscoveryOptions(bundled_root=root.parent, entry_points=False))
    assert str(root / "config.schema.json") in specify(plugin).stamps
