"""
The SQL that makes a plugin's role: word for word, and without a database.
"""

import pytest

pytest.importorskip("psycopg")

from honeyhost.services.databases.relations import Relation, quoted
from honeyhost.services.databases.role_sql import role_name, role_sql
from honeyhost.services.grants import read_grants

RELATIONS = (
    Relation(schema="public", name="acme_notes", kind="r", table="acme_notes"),
    Relation(schema="public", name="acme_notes_id_seq", kind="S", table="acme_notes"),
    Relation(schema="public", name="acme_short", kind="v", table="acme_short", beyond=(("acme_notes", ""),)),
    Relation(schema="public", name="acme_spy", kind="v", table="acme_spy", beyond=(("hh_tokens", ""),)),
    Relation(schema="public", name="core_org", kind="r", table="core_org"),
    Relation(schema="public", name="core_org_id_seq", kind="S", table="core_org"),
    Relation(schema="public", name="core_other", kind="p", table="core_other"),
    Relation(schema="public", name="hh_tokens", kind="r", table="hh_tokens"),
    Relation(schema="marts", name="fct_visits", kind="m", table="fct_visits", near=False),
    Relation(schema="raw", name="events", kind="r", table="events", near=False),
)


def test_the_role_gets_its_own_tables_and_what_the_grants_mean_among_those_that_there_are():
    granted = read_grants(["db:read:core_*", "db:write:core_org", "db:readwrite:marts.*", "db:read:core_gone"])
    assert (
        role_sql("acme", granted, RELATIONS, seconds=2.5)
        == """\
-- the role of the plugin 'acme' in the database 'default'
CREATE ROLE "honeyhost_acme" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '<password>';
ALTER ROLE "honeyhost_acme" SET statement_timeout = 2500;
ALTER ROLE "honeyhost_acme" SET idle_in_transaction_session_timeout = 5000;
ALTER ROLE "honeyhost_acme" SET search_path = "public";
REVOKE ALL ON ALL TABLES IN SCHEMA "marts" FROM "honeyhost_acme";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA "marts" FROM "honeyhost_acme";
REVOKE ALL ON ALL TABLES IN SCHEMA "public" FROM "honeyhost_acme";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA "public" FROM "honeyhost_acme";
REVOKE ALL ON ALL TABLES IN SCHEMA "raw" FROM "honeyhost_acme";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA "raw" FROM "honeyhost_acme";
GRANT USAGE ON SCHEMA "marts" TO "honeyhost_acme";
GRANT USAGE ON SCHEMA "public" TO "honeyhost_acme";
GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."acme_notes" TO "honeyhost_acme";
GRANT USAGE ON SEQUENCE "public"."acme_notes_id_seq" TO "honeyhost_acme";
GRANT SELECT ON "public"."acme_short" TO "honeyhost_acme";
GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."core_org" TO "honeyhost_acme";
GRANT USAGE ON SEQUENCE "public"."core_org_id_seq" TO "honeyhost_acme";
GRANT SELECT ON "public"."core_other" TO "honeyhost_acme";
GRANT SELECT ON "marts"."fct_visits" TO "honeyhost_acme";
"""
    )


def test_in_another_database_the_role_has_another_name_and_owns_nothing():
    sql = role_sql("acme", read_grants(["db:read:warehouse/core_org"]), RELATIONS, database="warehouse")
    assert 'CREATE ROLE "honeyhost_acme_warehouse" ' in sql
    assert [line for line in sql.splitlines() if line.startswith("GRANT SELECT")] == [
        'GRANT SELECT ON "public"."core_org" TO "honeyhost_acme_warehouse";'
    ]


def test_tables_of_a_plugin_with_a_longer_prefix_are_not_given_nor_those_that_one_left_behind():
    tables = (
        Relation(schema="public", name="acme_billing_cards", kind="r", table="acme_billing_cards"),
        Relation(schema="public", name="acme_gone_x", kind="r", table="acme_gone_x"),
        Relation(schema="public", name="hh_alembic_acme_gone", kind="r", table="hh_alembic_acme_gone"),
    )
    assert "GRANT SELECT" not in role_sql("acme", (), tables, plugins=["acme", "acme-billing"])


def test_names_are_quoted_and_no_longer_than_the_server_keeps():
    assert quoted('a"b') == '"a""b"'
    assert role_name("acme-billing", "ware house") == "honeyhost_acme-billing_ware house"
    first, second = (role_name("a" * 60 + end) for end in "bc")
    assert len(first) == len(second) == 63
    assert first != second
