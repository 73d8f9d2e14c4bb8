from collections.abc import Callable
from pathlib import Path

import pytest

from honeyhost.manifest import FolderTree, PluginManifest, check_references

Told = Callable[..., list[str]]
Ask = Callable[..., list[str]]

FOLDERS = ("dbt", "marts", "migrations", "bundle", "i18n", "empty")
FILES = (
    "dbt/dbt_project.yml",
    "marts/dbt_project.yml",
    "migrations/env.py",
    "bundle/honeyhost.json",
    "index.tsx",
    "i18n/en.json",
    "a.html",
    "a.wasm",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """
    A folder with one of each thing that a path may name.
    """
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    for file in FILES:
        (tmp_path / file).touch()
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    return tmp_path


@pytest.fixture
def ask_files(root: Path, told: Told) -> Ask:
    """
    What is said about the paths of a plugin in that folder.
    """

    def ask_files(**fields: object) -> list[str]:
        manifest = PluginManifest.model_validate({"name": "demo", "version": "1", **fields})
        return told(check_references(manifest, FolderTree(root), "plugins.demo"))

    return ask_files


def test_paths_that_lead_to_what_their_field_needs(ask_files: Ask):
    assert (
        ask_files(
            config_schema="schema.json",
            migrations="migrations",
            frontend_entry="index.tsx",
            frontend_bundle="bundle/",
            dbt_workspace=["dbt/", "marts"],
            runtime={"type": "wasm", "path": "a.wasm"},
            routes=[{"method": "GET", "path": "/a", "handler": "f", "args": "schema.json"}],
            capabilities=[{"slug": "a", "handler": "f", "input_schema": "schema.json"}, {"slug": "b", "handler": "f"}],
            templates=[{"name": "a", "path": "a.html"}],
            i18n={"languages": ["en"], "directory": "i18n"},
        )
        == []
    )


def test_a_path_that_leads_nowhere_is_named_in_every_field(ask_files: Ask):
    lines = ask_files(
        config_schema="x",
        migrations="x",
        frontend_entry="x",
        frontend_bundle="x",
        dbt_workspace=["dbt", "x/"],
        runtime={"type": "wasm", "path": "x"},
        routes=[{"method": "GET", "path": "/a", "handler": "f", "args": "x"}],
        capabilities=[{"slug": "a", "handler": "f", "input_schema": "x"}],
        templates=[{"name": "a", "path": "x"}],
        i18n={"directory": "x"},
    )
    places = (
        "config_schema",
        "migrations",
        "frontend_entry",
        "frontend_bundle",
        "runtime.path",
        "dbt_workspace[1]",
        "routes[0].args",
        "capabilities[0].input_schema",
        "templates[0].path",
        "i18n.directory",
    )
    assert lines == [
        f"error[path-missing] {place}: '{'x/' if 'dbt' in place else 'x'}' does not exist below the plugin's root | "
        "paths are looked up beside plugin.yaml"
        for place in places
    ]


def test_a_folder_without_the_file_that_makes_it_one_is_named(ask_files: Ask):
    assert ask_files(dbt_workspace="empty/", migrations="empty", frontend_bundle="empty") == [
        "error[path-incomplete] migrations: the folder 'empty' has no env.py | add empty/env.py, or name the folder that has it",
        (
            "error[path-incomplete] frontend_bundle: the folder 'empty' has no honeyhost.json | "
            "add empty/honeyhost.json, or name the folder that has it"
        ),
        (
            "error[path-incomplete] dbt_workspace[0]: the folder 'empty/' has no dbt_project.yml | "
            "add empty/dbt_project.yml, or name the folder that has it"
        ),
    ]


def test_a_file_is_no_folder_and_a_folder_is_no_file(ask_files: Ask):
    assert ask_files(config_schema="dbt", frontend_entry="dbt", migrations="index.tsx", i18n={"directory": "a.html"}) == [
        "error[path-kind] config_schema: 'dbt' is a folder, and a file is wanted | None",
        "error[path-kind] migrations: 'index.tsx' is a file, and a folder is wanted | None",
        "error[path-kind] frontend_entry: 'dbt' is a folder, and a file is wanted | None",
        "error[path-kind] i18n.directory: 'a.html' is a file, and a folder is wanted | None",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "Expecting property name enclosed in double quotes in line 1, column 2"),
        (b"[]", "it is not an object"),
        (b"\xff\xff\xff", "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b" " * 300_000, "'schema.json' has 300,000 bytes, and at most 262,144 are read"),
    ],
)
def test_a_schema_is_a_json_object(ask_files: Ask, root: Path, content: bytes, fault: str):
    (root / "schema.json").write_bytes(content)
    assert ask_files(config_schema="schema.json") == [
        f"error[schema-file-invalid] config_schema: 'schema.json' is not a JSON Schema: {fault} | None"
    ]


def test_true_is_a_schema_too(ask_files: Ask, root: Path):
    (root / "schema.json").write_text("true")
    assert ask_files(config_schema="schema.json") == []


def test_a_language_without_texts_is_doubted(ask_files: Ask):
    spec = {"languages": ["en", "ar", "de"], "directory": "i18n/", "translations": {"de": {"a": "A"}}}
    assert ask_files(i18n=spec) == [
        "warning[language-empty] i18n.languages[1]: there are no texts in 'ar': i18n/ar.json does not exist | add i18n/ar.json"
    ]
