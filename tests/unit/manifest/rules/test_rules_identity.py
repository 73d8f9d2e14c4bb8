from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


@pytest.mark.parametrize("address", ["https://example.com", "http://example.com/a?b#c"])
def test_a_homepage_is_a_page_of_the_web(ask: Ask, address: str):
    assert ask(homepage=address) == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "example.com", "https://", "mailto:a@b", "http://[::1", ""])
def test_nothing_else_is_a_homepage(ask: Ask, address: str):
    assert ask(homepage=address) == [
        f"error[url-invalid] homepage: '{address}' is not the address of a web page | write 'https://…'"
    ]


def test_no_homepage_is_no_problem(ask: Ask):
    assert ask(homepage=None) == []


def test_a_plugin_cannot_require_itself(ask: Ask):
    assert ask(requires_plugins={"billing": ">=1", "demo": ""}) == [
        "error[requires-itself] requires_plugins.demo: plugin 'demo' requires itself | take the entry out"
    ]


@pytest.mark.parametrize(
    "runtime",
    [
        "python",
        {"type": "wasm", "path": "plugin.wasm"},
        {"type": "grpc", "path": "bin/plugin"},
        {"type": "grpc", "command": ["./plugin", "--serve"]},
        {"type": "process", "command": ["python", "-m", "plugin"], "call_timeout": "5s", "memory_mb": "64"},
    ],
)
def test_a_runtime_has_what_it_starts_from(ask: Ask, runtime: object):
    assert ask(runtime=runtime) == []


@pytest.mark.parametrize(
    ("runtime", "line"),
    [
        ("wasm", "error[runtime-incomplete] runtime: a wasm runtime needs the path of its module | add 'path: plugin.wasm'"),
        (
            "grpc",
            "error[runtime-incomplete] runtime: a grpc runtime needs the program that it starts | add 'path: …' or 'command: […]'",
        ),
        (
            {"type": "process", "command": []},
            "error[runtime-incomplete] runtime: a process runtime needs the program that it starts | add 'path: …' or 'command: […]'",
        ),
        (
            {"type": "grpc", "path": "a", "command": ["b"]},
            "error[runtime-incomplete] runtime: 'path' and 'command' both say what is started | keep one of them",
        ),
        (
            {"path": "a"},
            (
                "warning[runtime-incomplete] runtime: a python runtime starts no program, so 'path' and 'command' have no effect | "
                "take them out, or name another type"
            ),
        ),
    ],
)
def test_a_runtime_without_it_is_refused(ask: Ask, runtime: object, line: str):
    assert ask(runtime=runtime) == [line]


def test_peers_are_named_as_npm_names_them(ask: Ask):
    assert ask(frontend_peers={"react": ">=19", "@tanstack/react-query": ">=5"}) == []
    assert ask(frontend_peers={"React": ">=19", "../x": "", "@a/b/c": ""}) == [
        "error[npm-name-invalid] frontend_peers.React: 'React' is not the name of an npm package | write react or @scope/name",
        "error[npm-name-invalid] frontend_peers[\"../x\"]: '../x' is not the name of an npm package | write react or @scope/name",
        (
            "error[npm-name-invalid] frontend_peers[\"@a/b/c\"]: '@a/b/c' is not the name of an npm package | "
            "write react or @scope/name"
        ),
    ]


def test_a_dbt_workspace_is_registered_once(ask: Ask):
    assert ask(dbt_workspace=["dbt/", "marts"]) == []
    assert ask(dbt_workspace=["dbt/", "dbt"]) == [
        (
            "error[duplicate-id] dbt_workspace[1]: the folder 'dbt' stands twice, first in dbt_workspace[0] | "
            "keep one, or name the other differently"
        )
    ]
