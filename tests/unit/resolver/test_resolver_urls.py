import pytest

from honeyhost.resolver.urls import matched, taken_slugs


@pytest.mark.parametrize(
    ("one", "other"),
    [("/items/{id}", "/items/{name}"), ("/items/{id}", "/items/{name:str}"), ("/a/{x:int}/b", "/a/{y:int}/b"), ("/a", "/a")],
)
def test_paths_that_match_the_same_urls_are_alike(one: str, other: str) -> None:
    assert matched(one) == matched(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/items/{id}", "/items/{id:int}"),
        ("/items/{id}", "/items/new"),
        ("/items/{id}", "/items/{id}/"),
        ("/items/{id:path}", "/items/{id}"),
        ("/files/{name}.json", "/files/{name}.xml"),
        ("/Items", "/items"),
    ],
)
def test_paths_that_match_other_urls_differ(one: str, other: str) -> None:
    assert matched(one) != matched(other)


def test_a_path_of_the_host_below_the_prefix_takes_its_slug() -> None:
    paths = {"/api/users/{id}", "/api/users", "/api/plugin-host/plugins", "/other", "/healthz"}
    assert taken_slugs("/api/{slug}", paths) == {"users": "/api/users", "plugin-host": "/api/plugin-host/plugins"}


def test_a_parameter_of_the_host_takes_no_slug() -> None:
    assert "healthcare" not in taken_slugs("/api/{slug}", {"/api/{tenant}/users", "/api/{rest:path}"})


def test_a_prefix_of_their_own_leaves_the_hosts_paths_alone() -> None:
    assert taken_slugs("/api/plugins/{slug}", {"/api/users", "/api"}) == {}


def test_a_prefix_may_end_within_a_segment() -> None:
    assert taken_slugs("/p-{slug}", {"/p-users/x"}) == {"users": "/p-users/x"}
