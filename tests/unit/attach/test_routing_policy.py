import pytest

from honeyhost.attach.routing.policy import AUTHENTICATED, PUBLIC, RoutePolicy
from honeyhost.sdk import Caller

BOTH = RoutePolicy(permissions=frozenset({"b.x", "a.x"}))


@pytest.mark.parametrize(
    ("policy", "held", "missing"),
    [
        (AUTHENTICATED, set(), None),
        (PUBLIC, set(), None),
        (BOTH, {"a.x", "b.x", "c.x"}, None),
        (BOTH, {"*"}, None),
        (BOTH, {"a.x"}, "b.x"),
        (BOTH, set(), "a.x"),
    ],
)
def test_the_first_missing_permission_by_name_is_told(policy: RoutePolicy, held: set[str], missing: str | None) -> None:
    assert policy.missing(Caller(id="a", permissions=frozenset(held))) == missing


def test_demanding_more_closes_a_public_route() -> None:
    assert PUBLIC.narrowed(["a.x"]) == RoutePolicy(public=False, permissions=frozenset({"a.x"}))
    assert AUTHENTICATED.narrowed(["a.x"]).narrowed(["b.x"]) == BOTH


@pytest.mark.parametrize("policy", [PUBLIC, AUTHENTICATED, BOTH])
def test_demanding_nothing_more_changes_nothing(policy: RoutePolicy) -> None:
    assert policy.narrowed(()) is policy
    assert policy.narrowed(policy.permissions) is policy


def test_a_policy_is_read_aloud() -> None:
    assert [str(policy) for policy in (PUBLIC, AUTHENTICATED, BOTH)] == ["public", "authenticated", "a.x + b.x"]
