"""
A whole look: sources beside each other, and who wins.
"""

import sys
from pathlib import Path

import pytest

import honeyhost.discovery
from honeyhost.discovery import DiscoveryOptions, discover


@pytest.fixture
def roots(tmp_path):
    for name in ("bundled", "customer"):
        (tmp_path / name).mkdir()
    return tmp_path / "bundled", tmp_path / "customer"


def put(root, slug, version="1.0"):
    (root / slug).mkdir()
    (root / slug / "plugin.yaml").write_text(f"name: {slug}\nversion: '{version}'\n")
    return root / slug


def look(site, roots, **options):
    bundled, customer = roots
    path = (str(site.folder),) if site is not None else ()
    return discover(DiscoveryOptions(path=path, bundled_root=bundled, customer_root=customer, **options))


def test_everything_stands_in_one_order_on_every_machine(site, roots, wheel_of):
    site.add("zeta")
    site.add("alpha", package="first_alpha", distribution="zz")
    site.add("alpha", package="second_alpha", distribution="aa")
    put(roots[0], "middle")
    wheel = wheel_of()
    inventory = look(site, roots, archives=(wheel,))
    assert [(plugin.name, plugin.origin.kind, Path(plugin.origin.location).name) for plugin in inventory] == [
        ("alpha", "entry-point", "aa-1.0.dist-info"),
        ("alpha", "entry-point", "zz-1.0.dist-info"),
        ("demo", "archive", wheel.name),
        ("middle", "directory", "middle"),
        ("zeta", "entry-point", "honeyframe_zeta-1.0.dist-info"),
    ]
    assert inventory.findings == ()


def test_customers_folder_wins_over_the_bundled_one_with_a_finding(roots):
    bundled = put(roots[0], "demo", "1.0")
    customer = put(roots[1], "demo", "2.0")
    inventory = look(None, roots)
    assert [plugin.version for plugin in inventory] == ["2.0"]
    [finding] = inventory.findings
    assert (finding.severity, finding.code, finding.file) == ("warning", "plugin-shadowed", str(bundled / "plugin.yaml"))
    assert finding.message == f"plugin 'demo' in directory {bundled} is not used, because directory {customer} wins"
    assert finding.params == {"plugin": "demo", "used": str(customer), "unused": str(bundled)}


def test_distribution_wins_over_both_folders(site, roots):
    dist_info = site.add("demo")
    put(roots[0], "demo")
    put(roots[1], "demo")
    inventory = look(site, roots)
    assert [plugin.origin.kind for plugin in inventory] == ["entry-point"]
    assert len(inventory.findings) == 2
    assert all(f"distribution honeyframe-demo 1.0 ({dist_info}) wins" in finding.message for finding in inventory.findings)


def test_two_distributions_of_one_slug_both_stay(site, roots):
    site.add("demo")
    site.add("demo", package="other_demo")
    inventory = look(site, roots)
    assert [plugin.origin.distribution for plugin in inventory.named("demo")] == ["honeyframe-demo", "other-demo"]
    assert inventory.findings == ()


def test_archive_neither_wins_nor_loses(site, roots, wheel_of):
    site.add("demo")
    inventory = look(site, roots, archives=(wheel_of(),))
    assert [plugin.origin.kind for plugin in inventory] == ["archive", "entry-point"]
    assert inventory.findings == ()


def test_broken_plugin_does_not_shut_a_working_one_out(site, roots):
    site.add("demo", entry_points="[honeyframe.plugins]\ndemo = os:system\n")
    put(roots[0], "demo")
    inventory = look(site, roots)
    assert [plugin.origin.kind for plugin in inventory] == ["directory"]
    assert [failure.name for failure in inventory.failures] == ["demo"]


def test_editable_of_a_folder_in_the_root_is_one_plugin_and_a_remark(site, roots):
    folder = put(roots[0], "demo")
    site.add("demo", editable=folder)
    inventory = look(site, roots)
    assert [plugin.origin.editable for plugin in inventory] == [True]
    [finding] = inventory.findings
    assert (finding.severity, finding.code) == ("info", "plugin-shadowed")


def test_same_root_is_visited_once(roots):
    put(roots[0], "demo")
    inventory = discover(DiscoveryOptions(path=(), bundled_root=roots[0], customer_root=roots[0]))
    assert (len(inventory), inventory.findings) == (1, ())


def test_sources_can_be_left_out(site, roots):
    site.add("demo")
    put(roots[0], "folder")
    assert [plugin.name for plugin in look(site, roots, directories=False)] == ["demo"]
    assert [plugin.name for plugin in look(site, roots, entry_points=False)] == ["folder"]
    assert len(discover(DiscoveryOptions(path=()))) == 0


def test_wheel_on_the_path_is_an_archive_and_other_files_are_nothing(wheel_of, tmp_path):
    wheel = wheel_of()
    for name in ("other-1.0-py3-none-any.whl", "python311.zip"):
        (tmp_path / name).write_bytes(b"no zip")
    plain = wheel_of(
        name="honeyframe_demo-1.0-1-py3-none-any.whl", changed={"honeyframe_demo-1.0.dist-info/entry_points.txt": None}
    )
    path = (str(wheel), str(tmp_path / "python311.zip"), str(plain))
    inventory = discover(DiscoveryOptions(path=path))
    assert [plugin.origin.kind for plugin in inventory] == ["archive"]
    assert (inventory.failures, inventory.findings) == ((), ())
    assert len(discover(DiscoveryOptions(path=path, archives=(wheel,)))) == 1


def test_unreadable_wheel_on_the_path_is_a_failure(tmp_path):
    wheel = tmp_path / "other-1.0-py3-none-any.whl"
    wheel.write_bytes(b"no zip")
    [failure] = discover(DiscoveryOptions(path=(str(wheel),))).failures
    assert [problem.code for problem in failure.problems] == ["archive-not-zip"]


def test_failures_stand_in_order(site, roots):
    for slug in ("zz", "aa"):
        site.add(slug, without=["plugin.yaml"])
    (roots[0] / "mm").mkdir()
    (roots[0] / "mm" / "plugin.yaml").write_text("[")
    assert [failure.name for failure in look(site, roots).failures] == ["aa", "mm", "zz"]


def test_path_of_this_process_is_the_default():
    assert DiscoveryOptions().path == tuple(sys.path)


@pytest.mark.parametrize(
    ("variables", "bundled", "customer"),
    [
        ({}, "plugins", ".honeyhost/plugins"),
        ({"INSTALL_DIR": "/srv/app"}, "/srv/app/plugins", "/srv/app/.honeyhost/plugins"),
        ({"INSTALL_DIR": "/srv/app", "DATA_DIR": "/var/app"}, "/srv/app/plugins", "/var/app/plugins"),
        ({"INSTALL_DIR": "/a", "HONEYHOST_INSTALL_DIR": "/b", "HONEYHOST_DATA_DIR": "/c"}, "/b/plugins", "/c/plugins"),
    ],
)
def test_roots_come_from_the_environment(variables, bundled, customer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = DiscoveryOptions.from_environment(variables)
    assert (options.bundled_root, options.customer_root) == (tmp_path / bundled, tmp_path / customer)


def test_look_without_options_asks_the_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setenv("HONEYHOST_INSTALL_DIR", str(tmp_path))
    (tmp_path / "plugins").mkdir()
    put(tmp_path / "plugins", "demo")
    assert [plugin.name for plugin in discover()] == ["demo"]


def test_room_offers_its_public_names_and_no_others():
    assert dir(honeyhost.discovery) == sorted(honeyhost.discovery.__all__)
    for name in honeyhost.discovery.__all__:
        assert getattr(honeyhost.discovery, name) is not None
    with pytest.raises(AttributeError, match=r"module 'honeyhost\.discovery' has no attribute 'nothing'"):
        _ = honeyhost.discovery.nothing
