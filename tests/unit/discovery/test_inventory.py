"""
The inventory and what is in it, as callers read them.
"""

from honeyhost.discovery import DiscoveryOptions, Inventory, Origin, discover


def test_plugin_answers_what_its_manifest_says(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "plugin.yaml").write_text(
        "name: demo\nversion: 1.10\ndisplay_name: {ar: X, en: Demo}\npermissions: [demo.read]\nrouters: [.a:router, .b:router]\n"
    )
    inventory = discover(DiscoveryOptions(path=(), bundled_root=tmp_path))
    [plugin] = inventory
    assert (plugin.name, plugin.version, plugin.display_name) == ("demo", "1.10", "Demo")
    assert plugin.permissions == ("demo.read",)
    assert [entry.router for entry in plugin.routers] == [".a:router", ".b:router"]
    assert inventory.named("demo") == (plugin,)
    assert inventory.named("other") == ()


def test_failure_is_a_document(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "plugin.yaml").write_text("name: demo\n")
    [failure] = discover(DiscoveryOptions(path=(), bundled_root=tmp_path)).failures
    document = failure.to_json()
    assert (document["name"], document["origin"]["kind"]) == ("demo", "directory")
    assert document["origin"] == {"kind": "directory", "location": str(tmp_path / "demo"), "distribution": None}
    assert [problem["code"] for problem in document["problems"]] == ["missing-field"]


def test_origin_is_worded():
    assert str(Origin(kind="directory", location="/plugins/demo")) == "directory /plugins/demo"
    named = Origin(kind="entry-point", location="/site/x", distribution="honeyframe-demo")
    assert str(named) == "distribution honeyframe-demo (/site/x)"


def test_empty_inventory_has_nothing():
    assert (len(Inventory()), list(Inventory())) == (0, [])
