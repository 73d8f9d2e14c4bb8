"""
Plugins of installed distributions: found, refused, and why.
"""

import os
from pathlib import Path

import pytest

from honeyhost.discovery.entry_points import EntryPointSource
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure
from honeyhost.discovery.readings import digest


def look(*sites, **options):
    return EntryPointSource(tuple(str(site.folder) for site in sites), **options).look()


def plugins(result):
    return [item for item in result.found if isinstance(item, DiscoveredPlugin)]


def failures(result):
    return [item for item in result.found if isinstance(item, DiscoveryFailure)]


def refusal(result):
    """
    Name, code and message of the one problem of the one failure.
    """
    assert plugins(result) == []
    [failure] = failures(result)
    [problem] = failure.problems
    return failure.name, problem.code, problem.message


@pytest.mark.parametrize("copy", [True, False])
def test_installed_plugin_is_found_with_all_that_is_known_of_it(copy, site):
    dist_info = site.add("demo", "1.0", copy=copy)
    [plugin] = plugins(look(site))
    package = site.folder / "honeyframe_demo"
    assert (plugin.name, plugin.version, plugin.package, plugin.root) == ("demo", "1.0", "honeyframe_demo", package)
    assert plugin.manifest_file == str(package / "plugin.yaml")
    assert (plugin.origin.kind, plugin.origin.location) == ("entry-point", str(dist_info))
    assert (plugin.origin.distribution, plugin.origin.distribution_version) == ("honeyframe-demo", "1.0")
    assert not plugin.origin.editable
    assert plugin.problems == ()
    assert plugin.positions.of("routers[0]") == (3, 11)
    assert plugin.stamps == (str(dist_info / "RECORD"),)


def test_digest_covers_the_manifest_and_the_record(site):
    dist_info = site.add("demo")
    yaml = (site.folder / "honeyframe_demo" / "plugin.yaml").read_bytes()
    [plugin] = plugins(look(site))
    assert plugin.digest == digest(yaml, (dist_info / "RECORD").read_bytes())
    site.add("demo", files={"honeyframe_demo/more.py": b""})
    assert plugins(look(site))[0].digest != plugin.digest


def test_digest_depends_on_where_one_part_ends():
    assert digest(b"ab", b"c") != digest(b"a", b"bc")


def test_one_distribution_may_carry_several_plugins(site):
    one = {"two/plugin.yaml": b"name: two\nversion: '1.0'\n"}
    entries = "[honeyframe.plugins]\ndemo = honeyframe_demo:manifest\ntwo = two.deep.module:manifest\n"
    site.add("demo", entry_points=entries, files={**one, "two/deep/module.py": b""})
    assert [(plugin.name, plugin.package) for plugin in plugins(look(site))] == [("demo", "honeyframe_demo"), ("two", "two")]


def test_namespace_package_of_the_seed_is_found(site):
    site.add("healthcare", package="plugins.healthcare", distribution="honeyframe-healthcare", copy=True)
    [plugin] = plugins(look(site))
    assert (plugin.package, plugin.root) == ("plugins.healthcare", site.folder / "plugins" / "healthcare")


def test_torn_installation_is_refused(site):
    site.add("demo", without=["METADATA"])
    message = "'honeyframe_demo-1.0.dist-info' has no readable METADATA: its installation was interrupted"
    assert refusal(look(site)) == ("demo", "distribution-torn", message)
    [failure] = failures(look(site))
    assert (failure.origin.distribution, failure.origin.distribution_version) == ("honeyframe-demo", None)


def test_interrupted_upgrade_is_refused_and_both_are_named(site):
    site.add("demo", "1.0")
    site.add("demo", "2.0")
    name, code, message = refusal(look(site))
    assert (name, code) == ("demo", "distribution-conflict")
    assert message == (
        "'honeyframe_demo-1.0.dist-info' and 'honeyframe_demo-2.0.dist-info' stand beside each other: "
        "an upgrade of one distribution was interrupted"
    )


def test_two_distributions_may_claim_one_slug_and_both_stay(site):
    site.add("demo")
    site.add("demo", package="other_demo")
    assert [plugin.origin.distribution for plugin in plugins(look(site))] == ["honeyframe-demo", "other-demo"]


@pytest.mark.parametrize(
    "name", ["../../etc", "h\u0435althcare", "x y", "Demo", "a--b", "a" * 64, "démo", "\uff44emo", "de\u200bmo"]
)
def test_name_that_is_no_slug_is_refused(name, site):
    site.add("demo", entry_points=f"[honeyframe.plugins]\n{name} = honeyframe_demo:manifest\n")
    message = f"honeyframe-demo 1.0 declares a plugin '{name}', which is no slug"
    assert refusal(look(site)) == (None, "entry-point-name", message)


def test_value_that_names_no_module_is_refused(site):
    site.add("demo", entry_points="[honeyframe.plugins]\ndemo = ../evil\n")
    message = "honeyframe-demo 1.0 points plugin 'demo' at '../evil', which names no module"
    assert refusal(look(site)) == ("demo", "entry-point-value", message)


def test_group_that_stands_there_twice_is_refused_once_for_each_plugin(site):
    site.add("demo", entry_points="[honeyframe.plugins]\ndemo = a:m\ndemo = b:m\n")
    assert refusal(look(site)) == ("demo", "entry-point-repeated", "the entry point 'demo' stands there twice")


@pytest.mark.parametrize("value", ["os:system", "honeyframe_other:manifest"])
def test_module_of_somebody_else_is_refused_and_not_read(value, site):
    site.add("other", entry_points="")
    site.add("demo", entry_points=f"[honeyframe.plugins]\ndemo = {value}\n")
    module = value.partition(":")[0]
    message = f"honeyframe-demo 1.0 points at the module '{module}', which is not among its own files"
    assert refusal(look(site)) == ("demo", "entry-point-not-owned", message)


@pytest.mark.parametrize("copy", [True, False])
def test_entry_point_and_manifest_must_have_one_name(copy, site):
    site.add("demo", copy=copy, entry_points="[honeyframe.plugins]\nother = honeyframe_demo:manifest\n")
    name, code, message = refusal(look(site))
    assert (name, code) == ("demo", "entry-point-mismatch")
    assert message == "honeyframe-demo 1.0 declares plugin 'other', and its manifest is that of 'demo'"
    [failure] = failures(look(site))
    assert (failure.problems[0].line, failure.problems[0].column) == (1, 7)


def test_other_version_in_the_manifest_is_warned_of(site):
    site.add("demo", "1.0", manifest="name: demo\nversion: 1.1\n")
    [problem] = plugins(look(site))[0].problems
    assert (problem.severity, problem.code) == ("warning", "version-mismatch")
    assert problem.message == "the distribution honeyframe-demo is 1.0, its manifest says 1.1"
    assert (problem.line, problem.column) == (2, 10)


@pytest.mark.parametrize("spelling", ["1.0.0", "v1.0", "1"])
def test_other_spelling_of_the_version_is_the_same_version(spelling, site):
    site.add("demo", "1.0", manifest=f"name: demo\nversion: {spelling}\n")
    assert plugins(look(site))[0].problems == ()


def test_distribution_version_that_is_none_is_another_version(site):
    site.add("demo", "1.0", manifest="name: demo\nversion: 1.1\n")
    metadata = site.folder / "honeyframe_demo-1.0.dist-info" / "METADATA"
    metadata.write_text("Name: honeyframe-demo\nVersion: what\n")
    assert [problem.code for problem in plugins(look(site))[0].problems] == ["version-mismatch"]


def test_manifest_that_was_changed_after_installation_is_refused_and_never_shown(site):
    site.add("demo")
    (site.folder / "honeyframe_demo" / "plugin.yaml").write_text("root:x:0:0:secret\n")
    name, code, message = refusal(look(site))
    assert (name, code) == ("demo", "manifest-altered")
    assert "secret" not in message
    assert message == (
        "'honeyframe_demo/plugin.yaml' is not the file that honeyframe-demo 1.0 was installed with (its hash differs from RECORD)"
    )


def test_link_to_a_secret_is_refused_and_never_shown(site, tmp_path):
    site.add("demo")
    (tmp_path / "shadow").write_text("root:$6$secret:1\n")
    place = site.folder / "honeyframe_demo" / "plugin.yaml"
    place.unlink()
    place.symlink_to(tmp_path / "shadow")
    assert refusal(look(site))[1] == "manifest-altered"
    assert "$6$" not in repr(look(site))


def test_link_that_an_installer_made_is_followed(site, tmp_path):
    site.add("demo", copy=True)
    for path in [*site.folder.rglob("*.yaml"), *site.folder.rglob("*.json")]:
        cached = tmp_path / f"cache-{path.name}"
        path.rename(cached)
        path.symlink_to(cached)
    assert [plugin.name for plugin in plugins(look(site))] == ["demo"]


@pytest.mark.parametrize(
    ("kind", "code"), [("fifo", "file-kind"), ("folder", "file-kind"), ("device", "file-kind"), ("gone", "file-missing")]
)
def test_manifest_that_is_no_file_is_refused_at_once(kind, code, site):
    site.add("demo")
    place = site.folder / "honeyframe_demo" / "plugin.yaml"
    place.unlink()
    if kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "device":
        place.symlink_to("/dev/zero")
    assert refusal(look(site))[:2] == ("demo", code)


def test_manifest_of_megabytes_is_refused_by_its_size(site):
    site.add("demo", manifest=b"name: demo\nversion: 1.0\n" + b"#" * 12_000_000)
    assert refusal(look(site))[:2] == ("demo", "file-too-large")


def test_manifest_with_errors_is_a_failure_with_all_of_them_in_place(site):
    site.add("demo", manifest="name: demo\nversion: not a version\nnavv: []\n")
    [failure] = failures(look(site))
    place = str(site.folder / "honeyframe_demo" / "plugin.yaml")
    assert [(problem.code, problem.file, problem.line) for problem in failure.problems] == [
        ("version-invalid", place, 2),
        ("unknown-field", place, 3),
    ]


def test_distribution_without_a_manifest_is_refused(site):
    site.add("demo", without=["plugin.yaml"])
    message = "honeyframe-demo 1.0 carries no plugin.yaml in the package of 'honeyframe_demo'"
    assert refusal(look(site)) == ("demo", "manifest-missing", message)


def test_distribution_without_a_record_is_used_with_a_warning(site):
    site.add("demo", record=False)
    [plugin] = plugins(look(site))
    assert [(problem.severity, problem.code) for problem in plugin.problems] == [("warning", "record-missing")]
    assert plugin.stamps == (str(site.folder / "honeyframe_demo" / "plugin.yaml"),)


def test_without_a_record_links_out_of_the_package_are_not_followed(site, tmp_path):
    site.add("demo", record=False)
    (tmp_path / "shadow").write_text("root: secret\n")
    place = site.folder / "honeyframe_demo" / "plugin.yaml"
    place.unlink()
    place.symlink_to(tmp_path / "shadow")
    [failure] = failures(look(site))
    assert [problem.code for problem in failure.problems] == ["record-missing", "path-escapes"]
    assert "secret" not in repr(failure)


def test_without_record_and_manifest_both_are_said(site):
    site.add("demo", record=False, without=["plugin.yaml"])
    [failure] = failures(look(site))
    assert [problem.code for problem in failure.problems] == ["record-missing", "manifest-missing"]


def test_group_without_a_plugin_is_a_finding(site):
    site.add("demo", entry_points="[honeyframe.plugins]\n")
    [finding] = look(site).findings
    assert (finding.code, finding.severity) == ("distribution-empty", "warning")
    assert finding.message == "'honeyframe_demo-1.0.dist-info' has the group [honeyframe.plugins] and no plugin in it"


def test_misspelt_group_is_a_finding_with_its_place(site):
    dist_info = site.add("demo", entry_points="[Honeyframe.Plugins]\ndemo = honeyframe_demo:manifest\n")
    [finding] = look(site).findings
    assert (finding.code, finding.file, finding.line) == ("entry-point-group-misspelt", str(dist_info / "entry_points.txt"), 1)


def test_own_program_named_after_the_platform_is_no_finding(site):
    site.add("demo", entry_points="[console_scripts]\nhoneyframe = honeyframe_cli:main\n")
    result = look(site)
    assert (result.found, result.findings) == ((), ())


def test_warnings_of_the_file_stay_findings_when_the_distribution_is_refused(site):
    entries = "[x]\nbroken\n[honeyframe.plugins]\ndemo = a:m\ndemo = a:m\n"
    site.add("demo", entry_points=entries)
    result = look(site)
    assert [finding.code for finding in result.findings] == ["entry-points-damaged"]
    assert refusal(result)[1] == "entry-point-repeated"


def test_record_that_cannot_be_read_is_the_failure_of_that_distribution_alone(site):
    dist_info = site.add("demo")
    site.add("other")
    (dist_info / "RECORD").unlink()
    (dist_info / "RECORD").mkdir()
    result = look(site)
    assert [plugin.name for plugin in plugins(result)] == ["other"]
    [failure] = failures(result)
    assert failure.name == "demo"
    assert failure.problems[0].message == f"'{dist_info.name}' cannot be read: {os.strerror(21)}"


def test_notes_of_the_scan_are_findings(site, other_site):
    first, second = site.add("demo"), other_site.add("demo")
    [finding] = look(site, other_site).findings
    assert (finding.code, finding.file) == ("distribution-shadowed", str(second))
    assert finding.message == f"the distribution in '{second}' is not used, because '{first}' comes earlier on the path"


def test_object_is_read_only_where_that_is_allowed_and_no_file_is_there(site, tmp_path):
    code = b"manifest = {'name': 'demo', 'version': '1.0'}\n"
    site.add("demo", without=["plugin.yaml", "__init__.py"], files={"honeyframe_demo/__init__.py ": b""})
    (site.folder / "honeyframe_demo" / "__init__.py").write_bytes(code)
    assert refusal(look(site))[1] == "manifest-missing"
    [plugin] = plugins(look(site, object_manifests=True))
    assert (plugin.name, plugin.package, plugin.root) == ("demo", "honeyframe_demo", site.folder / "honeyframe_demo")
    assert plugin.manifest_file == "honeyframe_demo:manifest"


def test_object_that_cannot_be_read_is_said_beside_the_missing_file(site):
    site.add("demo", without=["plugin.yaml"])
    [failure] = failures(look(site, object_manifests=True))
    assert [problem.code for problem in failure.problems] == ["manifest-missing", "object-manifest-unreadable"]


def test_altered_manifest_does_not_make_code_run(site):
    site.add("demo")
    (site.folder / "honeyframe_demo" / "plugin.yaml").write_text("changed")
    assert refusal(look(site, object_manifests=True))[1] == "manifest-altered"


def test_nothing_of_a_plugin_is_imported(site):
    site.add("demo", package="plugins.demo", distribution="honeyframe-demo")
    site.write({"plugins/__init__.py": "raise SystemExit('parent imported')\n"})
    assert [plugin.name for plugin in plugins(look(site))] == ["demo"]
    assert not list(Path(site.folder).rglob("__pycache__"))
