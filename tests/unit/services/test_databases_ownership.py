"""
Ownership: whose a table is, by its name.
"""

import pytest

from honeyhost.services.databases.ownership import Ownership, left_prefixes, never_granted, table_prefix
from honeyhost.store.plugin_migrations import table_prefix as prefix_of_migrations
from honeyhost.store.plugin_migrations import version_table


@pytest.mark.parametrize("slug", ["acme", "acme-billing", "_sample", "a1-b2-c3"])
def test_the_prefix_is_the_one_that_migrations_are_held_to(slug):
    assert table_prefix(slug) == prefix_of_migrations(slug)


def test_a_plugin_owns_what_begins_with_its_prefix():
    acme = Ownership.of("acme")
    assert acme.owns("acme_notes")
    assert not acme.owns("acme")
    assert not acme.owns("acmes_notes")
    assert not acme.owns("core_acme_notes")


def test_a_longer_prefix_of_another_plugin_is_that_plugins():
    acme = Ownership.of("acme", ["acme", "acme-billing", "core"])
    assert acme.owns("acme_notes")
    assert not acme.owns("acme_billing_cards")
    assert Ownership.of("acme-billing", ["acme", "acme-billing"]).owns("acme_billing_cards")
    assert not Ownership.of("acme-billing", ["acme"]).owns("acme_notes")


def test_a_bundled_sample_makes_room_for_the_plugin_of_its_name():
    assert Ownership.of("_acme", ["_acme"]).owns("acme_notes")
    assert not Ownership.of("_acme", ["_acme", "acme"]).owns("acme_notes")
    assert Ownership.of("acme", ["_acme", "acme"]).owns("acme_notes")


@pytest.mark.parametrize("slug", ["hh", "sqlite"])
def test_no_slug_makes_the_hosts_or_the_databases_tables_ones_own(slug):
    assert not Ownership.of(slug).owns(f"{slug}_master")


def test_the_version_tables_tell_who_once_had_tables():
    long = "a-very-long-name-" * 3 + "indeed"
    tables = ["hh_alembic", "hh_tokens", "core_org", version_table("acme-billing"), version_table(long)]
    left = left_prefixes(tables)
    assert "acme_billing_" in left
    assert any(table_prefix(long).startswith(prefix) for prefix in left if prefix != "acme_billing_")
    assert not Ownership.of("acme", left=left).owns("acme_billing_cards")
    assert not Ownership.of("a-very-long", left=left).owns(f"{table_prefix(long)}x")


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("hh_tokens", "it is honeyhost's own"),
        ("HH_Tokens", "it is honeyhost's own"),
        ("other.hh_tokens", "it is honeyhost's own"),
        ("sqlite_master", "it is the database's catalogue"),
        ("pg_catalog.pg_class", "it is the database's catalogue"),
        ("information_schema.tables", "it is the database's catalogue"),
        ("core_org", None),
        ("hhh_x", None),
    ],
)
def test_some_tables_are_never_granted(table, why):
    assert never_granted(table) == why
