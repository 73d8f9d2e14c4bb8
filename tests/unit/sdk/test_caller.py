import dataclasses

import pytest

from honeyhost.sdk import ANY_PERMISSION, Caller


def test_a_caller_may_what_it_was_given() -> None:
    caller = Caller(id="a", permissions=frozenset({"patient.read"}), scopes=frozenset({"plugins.read"}))
    assert [caller.may(name) for name in ("patient.read", "patient.edit", "plugins.read")] == [True, False, False]
    assert [caller.has_scope(name) for name in ("plugins.read", "plugins.manage", "patient.read")] == [True, False, False]


def test_an_administrator_may_everything() -> None:
    admin = Caller(id="a", permissions=frozenset({ANY_PERMISSION}), scopes=frozenset({ANY_PERMISSION}))
    assert (admin.may("anything.at_all"), admin.has_scope("plugins.manage")) == (True, True)


def test_any_permission_is_no_scope_and_the_other_way_round() -> None:
    assert not Caller(id="a", permissions=frozenset({ANY_PERMISSION})).has_scope("plugins.read")
    assert not Caller(id="a", scopes=frozenset({ANY_PERMISSION})).may("patient.read")


def test_a_caller_is_frozen_and_has_nothing_by_default() -> None:
    caller = Caller(id="a")
    assert (caller.permissions, caller.groups, caller.scopes, caller.language) == (frozenset(), frozenset(), frozenset(), None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        caller.id = "b"  # type: ignore[misc] # what is tested
