import asyncio
import contextvars

import pytest

from honeyhost.sdk import Caller, GateMissingError, Requires, current_caller, current_plugin, requires
from honeyhost.sdk.requires import passage

CALLER = Caller(id="a", permissions=frozenset({"x.y"}))


def inside(call: object, *passed: str) -> object:
    """
    What a call finds where the gate has let a request to ``clinic`` through.
    """

    def run() -> object:
        passage.set(("clinic", CALLER, frozenset(passed), None, None))
        return asyncio.run(call()) if asyncio.iscoroutinefunction(getattr(call, "__call__", None)) else call()  # type: ignore[operator] # noqa: B004

    return contextvars.Context().run(run)


def test_a_requirement_is_equal_to_another_of_the_same_permission() -> None:
    assert requires("x.y") == Requires("x.y")
    assert len({requires("x.y"), requires("x.y"), requires("x.z")}) == 2


def test_a_requirement_gives_the_caller_where_the_gate_has_checked_it() -> None:
    assert inside(requires("x.y"), "x.y", "x.z") is CALLER


def test_a_requirement_refuses_where_the_gate_has_checked_another() -> None:
    with pytest.raises(GateMissingError) as missing:
        inside(requires("x.y"), "x.z")
    assert str(missing.value) == (
        "this endpoint needs the permission 'x.y', and no honeyhost gate has checked it; "
        "serve the router through honeyhost.Host"
    )


def test_a_requirement_refuses_where_there_is_no_gate() -> None:
    with pytest.raises(PermissionError):
        asyncio.run(requires("x.y")())


def test_inside_a_request_plugin_and_caller_are_known() -> None:
    assert (inside(current_plugin), inside(current_caller)) == ("clinic", CALLER)


def test_outside_of_requests_there_is_neither() -> None:
    assert contextvars.Context().run(lambda: (current_plugin(), current_caller())) == (None, None)
