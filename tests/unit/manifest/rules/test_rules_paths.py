import pytest

from honeyhost.manifest import frontend_path


@pytest.mark.parametrize(
    ("path", "full"),
    [
        ("/demo/patients", "/plugins/demo/patients"),
        ("/demo", "/plugins/demo"),
        ("/demo/", "/plugins/demo/"),
        ("/plugins/demo/patients", "/plugins/demo/patients"),
        ("/plugins/demo", "/plugins/demo"),
        ("/demo/a?tab=1&x=/../#b", "/plugins/demo/a?tab=1&x=/../#b"),
        ("/demo?tab=1", "/plugins/demo?tab=1"),
        ("/demo/größe", "/plugins/demo/größe"),
        ("/demo/gr%C3%B6", "/plugins/demo/gr%C3%B6"),
        ("/demo/a:b", "/plugins/demo/a:b"),
        ("/demo/.well-known", "/plugins/demo/.well-known"),
    ],
)
def test_a_page_of_the_plugin_has_one_full_path(path: str, full: str):
    assert frontend_path("demo", path) == full


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "demo",
        "/finance",
        "/demos",
        "/plugins",
        "/plugins/finance/x",
        "/plugins/demos",
        "/plugins/../demo",
        "//demo/x",
        "/demo//x",
        "/demo/..",
        "/demo/../",
        "/demo/x/%2e%2e/",
        "/./demo",
        "/demo/./x",
        "/demo/%2e%2e/x",
        "/demo/%2f",
        "/demo/%5c",
        "/demo/%0a",
        "/demo/%25",
        "/demo/a b",
        "/demo/a\nb",
        "/demo/\u202e",
        "/demo\\x",
        "javascript:alert(1)",
        "/demo/x#<script>",
        "/demo/x?a='",
    ],
)
def test_anything_else_has_none(path: str):
    assert frontend_path("demo", path) is None
