"""
Reach: what grants come to in one database.
"""

import pytest

from honeyhost.services.databases.outcomes import Denied
from honeyhost.services.databases.reach import Reach, Reaches
from honeyhost.services.grants import read_grants


def reach(*grants, **around):
    return Reach("acme", read_grants(grants), **around)


def test_nothing_but_ones_own_is_within_reach_without_a_grant():
    assert reach().allows("write", "acme_notes")
    assert not reach().allows("read", "core_org")


def test_grants_of_other_types_reach_no_table():
    assert not reach("cache:read", "config:core_org", "http:core_org").allows("read", "core_org")


@pytest.mark.parametrize("grant", ["db:read", "db:read:*", "db:read:core_org", "db:read:core_*", "db:read:default/core_*"])
def test_a_grant_reaches_what_its_scope_names(grant):
    assert reach(grant).allows("read", "core_org")
    assert not reach(grant).allows("write", "core_org")


@pytest.mark.parametrize(
    "grant", ["db:read:core", "db:read:core_o", "db:read:warehouse/*", "db:read:other/core_org", "db:read:?ore_org"]
)
def test_another_scope_does_not(grant):
    assert not reach(grant).allows("read", "core_org")


def test_in_another_database_nothing_is_owned_and_scopes_name_it():
    assert not reach("db:read:core_org", "db:read:*", database="warehouse").allows("read", "core_org")
    assert not reach(database="warehouse").allows("read", "acme_notes")
    assert reach("db:read:warehouse/core_*", database="warehouse").allows("read", "core_org")
    assert reach("db:read:warehouse/*", database="warehouse").allows("read", "marts.fct_visits")


def test_a_star_stays_within_its_schema_unless_it_is_alone():
    assert not reach("db:read:fct_*").allows("read", "secrets", "fct_x")
    assert not reach("db:read:acme_*").allows("read", "acme_notes", "other")
    assert reach("db:read:marts.fct_*").allows("read", "fct_visits", "marts")
    assert reach("db:read:*").allows("read", "fct_visits", "marts")
    assert not reach().allows("read", "acme_notes", "other")


@pytest.mark.parametrize("name", ["warehouse/core_org", "marts.core_org"])
def test_a_name_that_looks_like_another_scope_is_reached_only_with_everything(name):
    assert not reach("db:read:warehouse/core_org", "db:read:marts.core_org", "db:read:core_*").allows("read", name)
    assert not reach("db:read:core_*").allows("read", "core_org", "a.b")
    assert reach("db:read:*").allows("read", name)
    assert not reach("db:write:*").allows("read", name)


def test_where_case_does_not_count_it_counts_neither_for_grants_nor_for_owners():
    loose = reach("db:read:Core_*", "db:read:Ware/x", caseless=True)
    assert loose.allows("read", "CORE_ORG")
    assert loose.allows("read", "ACME_Notes")
    assert not loose.allows("read", "HH_tokens")
    strict = reach("db:read:Core_*")
    assert not strict.allows("read", "core_org")
    assert strict.allows("read", "Core_Org")


def test_a_denial_names_the_table_as_a_grant_would():
    with pytest.raises(Denied) as caught:
        reach(database="warehouse").demand("write", "fct", "marts")
    assert (caught.value.access, caught.value.scope, caught.value.never) == ("write", "warehouse/marts.fct", None)
    reach().demand("read", "acme_notes")


def test_a_reach_is_kept_until_something_changes():
    reaches = Reaches("default", caseless=False)
    granted = read_grants(["db:read:core_org"])
    first = reaches.of("acme", granted, frozenset())
    assert reaches.of("acme", granted, frozenset()) is first
    assert reaches.of("acme", read_grants(["db:read:core_org", "cache:read"]), frozenset()) is not first
    second = reaches.of("acme", granted, frozenset({"acme-billing"}))
    assert not second.allows("read", "acme_billing_cards")
    third = reaches.of("acme", granted, frozenset(), frozenset({"acme_x_"}))
    assert not third.allows("read", "acme_x_y")
