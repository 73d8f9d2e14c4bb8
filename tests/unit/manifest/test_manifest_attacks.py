"""
The rows about manifests in the list of hostile and broken input, one test for each, named after what it guards against.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from honeyhost.manifest import FolderTree, read, validate, validate_document

Check = Callable[[str | bytes], list[str]]
Told = Callable[..., list[str]]

LAUGHS = b"""\
a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
"""


@pytest.mark.parametrize(
    "slug",
    [
        "h\u0435althcare",
        "\uff48ealth",
        "he\u200balth",
        "Health",
        "a--b",
        "a-",
        "-a",
        "a_b",
        "1a",
        "a b",
        "a.b",
        "__a",
        "a\n",
        "é",
        "../../escaped",
    ],
)
def test_row_8_a_slug_that_looks_like_another_one_is_refused(slug: str):
    manifest, problems = validate({"name": slug, "version": "1.0"})
    assert manifest is None
    assert [(problem.code, problem.path) for problem in problems] == [("slug-invalid", "name")]


def test_row_8_a_slug_of_64_characters_is_refused(check: Check):
    assert check(f"name: {'a' * 64}\nversion: 1.0") == [
        "error[text-too-long] name 1:7: the text has 64 characters, and at most 63 are allowed | None"
    ]


@pytest.mark.parametrize("slug", ["con", "api", "admin", "static", "docs", "plugins", "plugin-host", "honeyhost"])
def test_row_9_a_slug_that_the_host_needs_itself_is_refused(slug: str, check: Check):
    assert check(f"name: {slug}\nversion: 1.0") == [
        f"error[slug-reserved] name 1:7: the name '{slug}' is a word that the host keeps for itself | choose another name"
    ]


def test_row_9_a_slug_that_shadows_the_standard_library_is_refused(check: Check):
    assert check("name: json\nversion: 1.0") == [
        "error[slug-reserved] name 1:7: the name 'json' is a name of Python's standard library | choose another name"
    ]


def test_row_15_a_pipe_a_socket_a_device_and_a_folder_are_refused_without_waiting(tmp_path: Path, told: Told):
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    assert told(validate(pipe)[1]) == [f"error[file-kind] -: '{pipe}' is a named pipe, and a plain file is wanted | None"]
    assert told(validate(folder)[1]) == [f"error[file-kind] -: '{folder}' is a folder, and a plain file is wanted | None"]
    assert told(validate(Path("/dev/zero"))[1]) == [
        "error[file-kind] -: '/dev/zero' is a device, and a plain file is wanted | None"
    ]


def test_row_15_a_socket_is_refused_without_waiting(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert told(validate(Path("s"))[1]) == ["error[file-kind] -: 's' is a socket, and a plain file is wanted | None"]


def test_row_16_a_file_of_twelve_megabytes_is_refused_by_its_size(tmp_path: Path, told: Told):
    large = tmp_path / "plugin.yaml"
    with large.open("wb") as file:
        file.truncate(12 * 1024 * 1024)
    assert told(validate(large)[1]) == [
        f"error[file-too-large] -: '{large}' has 12,582,912 bytes, and at most 262,144 are read | None"
    ]


def test_row_16_a_file_that_says_it_is_empty_and_is_not_is_read_no_further_than_the_limit():
    manifest, (problem,) = validate(Path("/proc/kallsyms"))  # its size is 0, its content megabytes
    assert manifest is None
    assert problem.code in {"file-too-large", "file-unreadable", "file-missing"}


def test_row_17_a_billion_laughs_are_refused_before_the_first_is_expanded(check: Check):
    assert check(LAUGHS) == ["error[yaml-anchor] a 1:4: the anchor '&a' is not read | write the value out where it is used"]


def test_row_18_a_hundred_thousand_open_brackets_are_refused_and_the_process_lives():
    for data in (b"[" * 100_000, b"name: " + b"[" * 100_000, b"name: " + b"{a: " * 50_000):
        manifest, (problem,) = validate(data)
        assert manifest is None
        assert problem.line == 1


def test_row_19_tags_anchors_second_documents_duplicates_nul_and_tabs_are_refused_with_their_place():
    rows = {
        b"name: !!python/object/apply:os.system [ls]": ("yaml-tag", 1, 7),
        b"name: &a x": ("yaml-anchor", 1, 7),
        b"name: *a": ("yaml-anchor", 1, 7),
        b"name: a\n--- \nname: b": ("second-document", 2, 1),
        b"name: a\nname: b": ("duplicate-key", 2, 1),
        b"name: a\x00b": ("control-character", 1, 8),
        b"name:\ta": ("tab-character", 1, 6),
    }
    for data, place in rows.items():
        manifest, (problem,) = validate(data)
        assert manifest is None
        assert (problem.code, problem.line, problem.column) == place


def test_row_19_a_byte_order_mark_is_accepted():
    manifest, problems = validate(b"\xef\xbb\xbfname: demo\nversion: 1.0")
    assert problems == ()
    assert manifest is not None


def test_row_20_a_version_and_a_name_without_quotes_stay_what_was_written():
    manifest, problems = validate("name: no\nversion: 1.10\nmin_host_version: 1.10\nauthor: 0123")
    assert problems == ()
    assert manifest is not None
    assert (manifest.name, manifest.version, manifest.min_host_version, manifest.author) == ("no", "1.10", "1.10", "0123")


@pytest.mark.parametrize("path", ["../../etc", "/etc/passwd", "C:\\x", "C:x", "dbt\\x", "dbt/..%2f", "dbt/../x", "..", '""'])
def test_row_21_a_path_that_leaves_the_plugin_is_refused_by_its_text(path: str, check: Check):
    shown = path.strip('"')
    shown = f"'{shown}'"
    assert check(f"name: demo\nversion: 1.0\nfrontend_entry: {path}") == [
        (
            f"error[path-escapes] frontend_entry 3:17: {shown} does not stay inside the plugin | "
            "write a path relative to plugin.yaml, with '/' and without '..'"
        )
    ]


def test_row_21_a_link_that_leaves_the_plugin_is_refused_and_its_target_never_shown(tmp_path: Path, told: Told):
    (tmp_path / "secret.json").write_text('{"password": "hunter2"}')
    root = tmp_path / "plugin"
    (root / "inside").mkdir(parents=True)
    (root / "config.json").symlink_to(tmp_path / "secret.json")
    (root / "dbt").symlink_to(tmp_path)
    (root / "inside" / "dbt_project.yml").touch()
    (root / "linked").symlink_to(root / "inside")
    document, _ = read(b"name: demo\nversion: 1.0\nconfig_schema: config.json\ndbt_workspace: [dbt, linked]\n")
    assert document is not None
    manifest, problems = validate_document(document, tree=FolderTree(root), package="plugins.demo")
    assert manifest is None
    assert told(problems) == [
        (
            "error[path-escapes] config_schema 3:16: 'config.json' leads outside the plugin, through a link | "
            "copy what it points at into the plugin"
        ),
        (
            "error[path-escapes] dbt_workspace[0] 4:17: 'dbt' leads outside the plugin, through a link | "
            "copy what it points at into the plugin"
        ),
    ]
    assert "hunter2" not in str(problems)


def test_row_59_a_permission_in_the_hosts_name_space_is_refused(check: Check):
    assert check("name: demo\nversion: 1.0\npermissions: [plugins.manage]") == [
        (
            "error[permission-reserved] permissions[0] 3:15: the permission 'plugins.manage' lies in the host's own name space "
            "'plugins.' | name it after what it protects, as 'demo.manage'"
        )
    ]


def test_row_59_a_seed_group_cannot_grant_what_is_not_the_plugins(check: Check):
    text = "name: demo\nversion: 1.0\npermissions: [note.read]\nseed_groups: [{name: staff, permissions: [note.read, payroll.read]}]"
    assert check(text) == [
        (
            "error[permission-foreign] seed_groups[0].permissions[1] 4:54: seed group 'staff' grants 'payroll.read', which plugin "
            "'demo' does not declare | declare it under permissions, or take it out of the group"
        )
    ]


@pytest.mark.parametrize(
    "path",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "//evil.example/demo",
        "https://evil.example",
        "data:text/html,x",
        "/demo/../../x",
        "/demo/%2e%2e/x",
        "/demo/%2E%2E%2Fx",
        "/demo//evil.example",
        "/demo/a b",
        "/demo/<script>",
        "\\\\evil",
        "/\\evil",
        "demo/x",
        "/demo/%00",
        "/demo/%5c..",
        "/demo/%252e",
        "",
    ],
)
def test_row_70_a_menu_entry_that_leaves_the_platform_is_refused(path: str, told: Told):
    manifest, problems = validate({"name": "demo", "version": "1.0", "nav": [{"label": "x", "path": path}]})
    assert manifest is None
    assert told(problems) == [
        f"error[page-unsafe] nav[0].path: '{path}' does not lead to a page inside the platform | write '/demo/…' or '/plugins/demo/…'"
    ]


@pytest.mark.parametrize(
    "path", ["/finance/x", "/demo-2/x", "/demos", "/", "/plugins/finance/x", "/api/plugins/demo", "/plugins/demo2"]
)
def test_row_70_a_menu_entry_of_another_plugins_page_is_refused(path: str, check: Check):
    assert check(f"name: demo\nversion: 1.0\nnav: [{{label: x, path: {path}}}]") == [
        f"error[page-foreign] nav[0].path 3:24: '{path}' is not a page of plugin 'demo' | write '/demo/…' or '/plugins/demo/…'"
    ]


def test_row_70_an_icon_with_markup_is_refused(check: Check):
    text = "name: demo\nversion: 1.0\nnav: [{label: x, path: /demo/x, icon: '<svg onload=alert(1)>'}]"
    assert check(text) == [
        (
            "error[icon-invalid] nav[0].icon 3:39: '<svg onload=alert(1)>' is not the name of an icon | "
            "write a name of the Lucide set, as users or book-open; markup and addresses are not read"
        )
    ]


def test_row_78_unknown_middleware_on_a_route_is_named_with_what_was_meant(check: Check):
    text = """
name: demo
version: 1.0
middleware: [".backend.limits:RateLimit"]
routes:
  - {method: GET, path: /a, handler: .a:f, middleware: [RateLimt]}
  - {method: GET, path: /b, handler: .a:f, middleware: [auth]}
"""
    assert check(text) == [
        (
            "error[middleware-unknown] routes[0].middleware[0] 6:57: no middleware of this plugin is called 'RateLimt' | "
            "did you mean 'RateLimit'?"
        ),
        (
            "error[middleware-unknown] routes[1].middleware[0] 7:57: no middleware of this plugin is called 'auth' | "
            "it has RateLimit; list it under middleware, and say who may call the route with 'permission' or 'public'"
        ),
    ]


def test_row_78_an_unknown_permission_on_a_router_is_named_with_what_was_meant(check: Check):
    text = "name: demo\nversion: 1.0\npermissions: [note.read]\nrouters: [{router: '.a:r', permission: note.raed}]"
    assert check(text) == [
        (
            "warning[permission-unknown] routers[0].permission 4:40: the permission 'note.raed' is not declared by plugin 'demo' | "
            "did you mean 'note.read'?"
        )
    ]


def test_row_91_terminal_escapes_and_bidi_overrides_in_text_for_people_are_reported(check: Check):
    text = """
name: demo
version: 1.0
display_name: "red \\e[31m"
description: "invoice\\u202Efdp.exe"
nav: [{label: {en: "a\\x07"}, path: /demo/x}]
"""
    assert check(text) == [
        (
            "warning[control-character] display_name 4:15: the text has characters that cannot be seen: \\x1b | "
            "take them out; they are shown escaped"
        ),
        (
            "warning[control-character] description 5:14: the text has characters that cannot be seen: \\u202e | "
            "take them out; they are shown escaped"
        ),
        (
            "warning[control-character] nav[0].label.en 6:20: the text has characters that cannot be seen: \\x07 | "
            "take them out; they are shown escaped"
        ),
    ]


def test_row_91_hidden_characters_where_nobody_can_mean_them_are_errors(check: Check):
    text = 'name: demo\nversion: 1.0\nkind: "a\\u200Fb"\nfrontend_entry: "a\\u200Fb"'
    assert check(text) == [
        (
            "error[control-character] kind 3:7: the text has characters that cannot be seen: \\u200f | "
            "take them out; they are shown escaped"
        ),
        "error[control-character] frontend_entry 4:17: the text has characters that cannot be seen | take them out",
    ]
