import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest

from honeyhost.errors import InvalidManifestError
from honeyhost.manifest import FolderTree, load_manifest, read, validate, validate_document
from honeyhost.manifest.validation import MAX_PROBLEMS

Check = Callable[[str | bytes], list[str]]
Told = Callable[..., list[str]]

WRONG = """\
nmae: healthcare
version: latest
display_name: {en: [a]}
dbt_workspce: dbt/
routers:
  - plugins.healthcare.backend
  - router: .a:b
    permision: note.read
    public: yes
nav:
  - path: /healthcare/x
  - label: a
    path: /healthcare/y
    order: one
permissions: [patient.read, Bad]
requires_plugins: {Bad Slug: '>=1', billing: ^1}
runtime: wams
routes:
  - {method: get, path: /x, handler: .f:f, public: true, permission: [x]}
jobs:
  - {id: a b, handler: .j:run, schedule: '* * * * *', timeout: 5x}
workflows: [{name: a, steps: []}]
error_codes: [{code: a, message: b, http_status: 99}, {code: B, message: b, http_status: 999}]
seed_groups: {}
author: [me]
i18n: text
landing_page:
homepage: javascript:alert(1)
"""


def test_the_seeds_manifest_is_valid_and_says_what_the_seed_says(seed: bytes, told: Told):
    manifest, problems = validate(seed)
    assert told(problems) == []
    assert manifest is not None
    assert (manifest.name, manifest.version, manifest.title()) == ("healthcare", "0.1.0", "Healthcare")
    assert [entry.router for entry in manifest.routers] == [
        "plugins.healthcare.backend.routers.patients:router",
        "plugins.healthcare.backend.routers.doctors:router",
    ]
    assert manifest.dbt_workspace == ("dbt/",)
    assert [(item.label, item.path, item.icon) for item in manifest.nav] == [
        ("Patient 360", "/healthcare/patients", "users"),
        ("Doctors", "/healthcare/doctors", "stethoscope"),
    ]
    assert manifest.seed_groups[1].permissions == ("patient.read", "doctor.read")


def test_all_problems_come_at_once_in_the_order_of_the_file(check: Check):
    assert check(WRONG) == [
        "warning[unknown-field] nmae 1:1: 'nmae' is not a field of plugin.yaml and is ignored | did you mean 'name'?",
        "error[missing-field] name 1:1: the field 'name' is missing | add 'name: …'",
        "error[version-invalid] version 2:10: 'latest' is not a version (PEP 440) | write a version such as 1.2.0 or 1.2.0rc1",
        "error[label-invalid] display_name 3:15: the text for 'en' is a list | write one text for each language",
        (
            "warning[unknown-field] dbt_workspce 4:1: 'dbt_workspce' is not a field of plugin.yaml and is ignored | "
            "did you mean 'dbt_workspace'?"
        ),
        (
            "error[reference-invalid] routers[0] 6:5: 'plugins.healthcare.backend' is not a reference | "
            "write 'package.module:attribute' or '.module:attribute'"
        ),
        (
            "warning[unknown-field] routers[1].permision 8:5: 'permision' is not a field of 'routers[1]' and is ignored | "
            "did you mean 'permission'?"
        ),
        "error[truth-expected] routers[1].public 9:13: expected true or false, found 'yes' | write true or false",
        "error[missing-field] nav[0].label 11:5: the field 'label' is missing | add 'label: …'",
        "error[integer-expected] nav[1].order 14:12: expected a whole number, found 'one' | None",
        (
            "error[permission-invalid] permissions[1] 15:29: 'Bad' is not a permission | "
            "write 'resource.action' in lower case: patient.read"
        ),
        (
            "error[slug-invalid] requires_plugins[\"Bad Slug\"] 16:20: 'Bad Slug' is not a slug | "
            "write lower-case letters a-z, digits and single hyphens, a letter first: my-plugin"
        ),
        (
            "error[specifier-invalid] requires_plugins.billing 16:46: '^1' is not a version specifier (PEP 440) | "
            "write '>=1.2,<2' for the npm range '^1.2'"
        ),
        "error[choice-invalid] runtime 17:10: 'wams' is none of python, process, wasm, grpc | did you mean 'wasm'?",
        "error[choice-invalid] routes[0].method 19:14: 'get' is none of GET, POST, PUT, PATCH, DELETE | did you mean 'GET'?",
        "error[text-expected] routes[0].permission 19:70: expected text, found a list | None",
        "error[id-invalid] jobs[0].id 21:10: 'a b' is not an id | write letters, digits and _ . / : - without spaces",
        "error[duration-invalid] jobs[0].timeout 21:64: '5x' is not a duration | write 30s, 5m or 1h30m",
        "error[list-empty] workflows[0].steps 22:30: the list is empty, and at least one entry is wanted | None",
        "error[number-out-of-range] error_codes[0].http_status 23:50: the number 99 is too small; the least is 400 | None",
        (
            "error[error-code-invalid] error_codes[1].code 23:62: 'B' is not an error code | "
            "write lower-case letters, digits, _ and -: export_failed"
        ),
        "error[number-out-of-range] error_codes[1].http_status 23:90: the number 999 is too large; the most is 599 | None",
        "error[list-expected] seed_groups 24:14: expected a list, found a mapping | write '- ' before each entry",
        "error[text-expected] author 25:9: expected text, found a list | None",
        "error[mapping-expected] i18n 26:7: expected 'key: value' lines, found 'text' | None",
        "error[url-invalid] homepage 28:11: 'javascript:alert(1)' is not the address of a web page | write 'https://…'",
    ]


def test_rules_speak_in_the_same_breath_about_fields_that_have_their_shape(check: Check):
    text = "version: latest\nhomepage: ftp://x\npermissions: [note.read]\nseed_groups: [{name: a, permissions: [note.raed]}]\nnav: [{label: x, path: //evil}]"
    assert check(text) == [
        "error[missing-field] name 1:1: the field 'name' is missing | add 'name: …'",
        "error[version-invalid] version 1:10: 'latest' is not a version (PEP 440) | write a version such as 1.2.0 or 1.2.0rc1",
        "error[url-invalid] homepage 2:11: 'ftp://x' is not the address of a web page | write 'https://…'",
        (
            "error[permission-foreign] seed_groups[0].permissions[0] 4:39: seed group 'a' grants 'note.raed', which plugin 'unnamed' "
            "does not declare | did you mean 'note.read'?"
        ),
    ]


def test_a_field_that_says_nothing_has_its_default(check: Check):
    text = "name: demo\nversion: 1.0\nrouters:\nnav:\n  - label: x\n    path: /demo\n    icon:\ndescription: # later\n"
    assert check(text) == []
    manifest, _ = validate(text)
    assert manifest is not None
    assert (manifest.routers, manifest.description, manifest.nav[0].icon) == ((), None, None)


def test_a_required_field_that_says_nothing_is_missing_at_its_place(check: Check):
    assert check("version: 1.0\nname:\n") == ["error[missing-field] name 2:6: the field 'name' is missing | add 'name: …'"]


def test_a_requirement_without_versions_means_any_version():
    manifest, problems = validate("name: demo\nversion: 1.0\nrequires_plugins:\n  billing:\n")
    assert problems == ()
    assert manifest is not None
    assert manifest.requires_plugins == {"billing": ""}


def test_a_mapping_of_another_reader_is_validated_like_text(told: Told):
    manifest, problems = validate({"name": "demo", "version": "1.0", "sort": 3, "nav": None}, file="plugin.json")
    assert problems == ()
    assert manifest is not None
    assert manifest.sort == 3
    _, problems = validate({"name": "demo", "version": 1.1, "sort": True, "i18n": {"directory": 1.5}}, file="plugin.json")
    assert told(problems) == [
        "error[text-expected] version: expected text, found the number 1.1 | put quotes round it",
        "error[integer-expected] sort: expected a whole number, found true | None",
        "error[text-expected] i18n.directory: expected text, found the number 1.5 | put quotes round it",
    ]
    assert {problem.file for problem in problems} == {"plugin.json"}


def test_a_value_that_no_manifest_can_hold_is_a_problem(told: Told):
    assert told(validate({"name": "demo", "version": {1, 2}})[1]) == [
        "error[value-invalid] version: expected text, a number, a list or a mapping, found set | None"
    ]


def test_text_that_cannot_be_encoded_is_a_problem(told: Told):
    assert told(validate("name: \ud800")[1]) == ["error[not-utf8] - 1:7: the byte 0xed is not UTF-8 | save the file as UTF-8"]


def test_more_problems_than_anyone_reads_are_counted_errors_first(told: Told):
    unknown = "\n".join(f"x{number}: 1" for number in range(MAX_PROBLEMS + 20))
    manifest, problems = validate(f"{unknown}\nname: demo\n")
    assert manifest is None
    assert len(problems) == MAX_PROBLEMS + 1
    assert told(problems[-1:]) == ["info[more-problems] -: 21 more problems are not shown | mend these first"]
    assert [problem.code for problem in problems if problem.severity == "error"] == ["missing-field"]
    _, problems = validate("\n".join(f"x{number}: 1" for number in range(100)) + "\nname: demo\nversion: 1.0")
    assert {problem.code for problem in problems} == {"unknown-field"}


def test_a_path_names_the_file_in_every_problem(tmp_path: Path, told: Told):
    file = tmp_path / "plugin.yaml"
    file.write_text("name: demo\nversion: x\n")
    _, problems = validate(file)
    assert [problem.file for problem in problems] == [str(file)]
    _, problems = validate(file, file="plugins/demo/plugin.yaml")
    assert [problem.file for problem in problems] == ["plugins/demo/plugin.yaml"]
    assert [problem.file for problem in validate(tmp_path / "absent", file="shown")[1]] == ["shown"]
    assert [problem.file for problem in validate(tmp_path / "absent")[1]] == [str(tmp_path / "absent")]
    assert told(validate(tmp_path / "absent")[1]) == [f"error[file-missing] -: '{tmp_path / 'absent'}' does not exist | None"]


def test_with_a_tree_what_the_manifest_points_at_is_checked_in_the_same_breath(tmp_path: Path, told: Told):
    document, _ = read(b"name: demo\nversion: x\nplugin: .code:Demo\nconfig_schema: config.json\n")
    assert document is not None
    _, problems = validate_document(document, tree=FolderTree(tmp_path), package="plugins.demo")
    assert told(problems) == [
        "error[version-invalid] version 2:10: 'x' is not a version (PEP 440) | write a version such as 1.2.0 or 1.2.0rc1",
        (
            "error[reference-module-missing] plugin 3:9: '.code:Demo' names code.py, which does not exist below the plugin's root | "
            "references are looked up beside plugin.yaml"
        ),
        (
            "error[path-missing] config_schema 4:16: 'config.json' does not exist below the plugin's root | "
            "paths are looked up beside plugin.yaml"
        ),
    ]


def test_loading_gives_the_manifest(seed: bytes, tmp_path: Path):
    assert load_manifest(seed).name == "healthcare"
    (tmp_path / "plugin.yaml").write_bytes(seed)
    assert load_manifest(tmp_path / "plugin.yaml").name == "healthcare"
    assert load_manifest({"name": "demo", "version": "1"}).version == "1"


def test_loading_a_wrong_manifest_raises_with_all_problems():
    with pytest.raises(InvalidManifestError) as caught:
        load_manifest("name: Demo\nversion: x\nauthr: me\n")
    assert str(caught.value) == "plugin.yaml:1:7: 'Demo' is not a slug, and 1 more"
    assert caught.value.hint == "write lower-case letters a-z, digits and single hyphens, a letter first: my-plugin"
    assert [problem.code for problem in caught.value.problems] == ["slug-invalid", "version-invalid", "unknown-field"]


def test_loading_what_is_no_document_raises_with_its_place():
    with pytest.raises(InvalidManifestError, match=r"^plugin\.yaml:1:7: the tag '!x' is not read$"):
        load_manifest("name: !x a")


@pytest.fixture
def package(tmp_path: Path, seed: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """
    A package that can be imported, with a plugin.yaml beside its code, which loads its manifest as the seed shows.
    """
    folder = tmp_path / "honeyframe_seedling"
    folder.mkdir()
    (folder / "plugin.yaml").write_bytes(seed)
    (folder / "__init__.py").write_text("from honeyhost.manifest import load_manifest\nmanifest = load_manifest(__package__)\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder.name
    sys.modules.pop(folder.name, None)


def test_a_package_loads_the_manifest_beside_its_code_while_it_is_imported(package: str):
    assert import_module(package).manifest.name == "healthcare"


def test_a_folder_without_init_is_a_package_too(tmp_path: Path, seed: bytes, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "seedling_namespace"
    folder.mkdir()
    (folder / "plugin.yaml").write_bytes(seed)
    monkeypatch.syspath_prepend(tmp_path)
    import_module(folder.name)
    assert load_manifest(folder.name).name == "healthcare"


def test_a_package_in_an_archive_loads_its_manifest(tmp_path: Path, seed: bytes, monkeypatch: pytest.MonkeyPatch):
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("seedling_zipped/plugin.yaml", seed)
        writer.writestr("seedling_zipped/__init__.py", "")
    monkeypatch.syspath_prepend(archive)
    invalidate_caches()
    import_module("seedling_zipped")
    assert load_manifest("seedling_zipped").name == "healthcare"


def test_a_package_without_a_manifest_is_said_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "seedling_bare").mkdir()
    (tmp_path / "seedling_bare" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    import_module("seedling_bare")
    with pytest.raises(InvalidManifestError, match=r"no plugin\.yaml stands beside the code of 'seedling_bare'"):
        load_manifest("seedling_bare")


def test_a_name_that_was_not_imported_is_never_imported(package: str):
    with pytest.raises(InvalidManifestError) as caught:
        load_manifest(package)
    assert (
        str(caught.value) == f"plugin.yaml: '{package}' is not an imported package, so no plugin.yaml can stand beside its code"
    )
    assert caught.value.hint == "pass __package__, a Path, or the YAML itself"
    assert package not in sys.modules


def test_a_module_that_is_no_package_has_nothing_beside_it():
    with pytest.raises(InvalidManifestError, match=r"'honeyhost\.names' is not an imported package"):
        load_manifest("honeyhost.names")
