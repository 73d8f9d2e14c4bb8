"""
Plugins that bring tables of their own, applied on real databases.

PostgreSQL takes part where TEST_POSTGRES_URL names a server.
"""

import logging
import subprocess
import sys

import pytest
from schemas import postgres_schema

from honeyhost.applying import apply, plan
from honeyhost.errors import AttachError
from honeyhost.settings import Settings
from honeyhost.store.database import Database
from honeyhost.store.plugin_migrations import migrate_plugin, table_prefix, version_table
from honeyhost.store.sql import inspect, text
from honeyhost.wiring import close_databases, open_database

pytestmark = pytest.mark.slow

ENV = "raise RuntimeError('the host runs no env.py')\n"
MANIFEST = {"migrations": "migrations"}
BOOKS = "op.create_table('clinic_books', sa.Column('id', sa.Integer, primary_key=True), sa.Column('title', sa.Text))"


def step(number, *lines):
    before = repr(f"{number - 1:04}") if number > 1 else None
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision: str = "{number:04}"\ndown_revision = {before}\n\n\n'
        f"def upgrade():\n{body}\n"
    )


def steps(*bodies):
    files = {f"migrations/versions/{number:04}_step.py": step(number, *lines) for number, lines in enumerate(bodies, 1)}
    return {"migrations/env.py": ENV, **files}


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, platform, monkeypatch):
    if request.param == "sqlite":
        yield Settings.load()
        return
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        yield Settings.load()
        close_databases()


def tables(settings):
    with open_database(settings.database_url).reading() as connection:
        names = inspect(connection).get_table_names()
        return sorted(name for name in names if not name.startswith("hh_") or name.startswith("hh_alembic_"))


def revisions(settings, slug="clinic"):
    with open_database(settings.database_url).reading() as connection:
        return list(connection.execute(text(f"SELECT version_num FROM {version_table(slug)}")).scalars())  # noqa: S608


def migrations(planned):
    found = [change for change in planned.plan.changes if change.kind == "migration"]
    return [(change.action, change.summary, change.details) for change in found]


def failures(applied):
    return {failure.plugin: failure.problem.message for failure in applied.failures}


def test_a_plan_says_where_the_tables_go_and_runs_nothing(platform, settings):
    platform.add("clinic", MANIFEST, files=steps(["raise SystemExit"], ["raise SystemExit"]))
    assert migrations(plan(settings)) == [("add", "to 0002", {"revision": "0002"})]


def test_applying_makes_the_tables_and_says_so(platform, settings, caplog):
    caplog.set_level(logging.INFO, "honeyhost")
    platform.add("clinic", MANIFEST, files=steps([BOOKS]))
    applied = apply(settings)
    assert failures(applied) == {}
    assert "1 migration" in applied.written
    assert tables(settings) == ["clinic_books", "hh_alembic_clinic"]
    assert revisions(settings) == ["0001"]
    assert "migration clinic: nothing -> 0001" in caplog.messages


def test_a_new_version_takes_the_steps_that_are_missing(platform, settings, caplog):
    caplog.set_level(logging.INFO, "honeyhost")
    platform.add("clinic", MANIFEST, files=steps([BOOKS]))
    apply(settings)
    platform.add(
        "clinic", MANIFEST, files=steps(["raise SystemExit"], ["op.add_column('clinic_books', sa.Column('isbn', sa.Text))"])
    )
    assert migrations(plan(settings)) == [("change", "to 0002", {"revision": "0002", "before": {"revision": "0001"}})]
    assert failures(apply(settings)) == {}
    with open_database(settings.database_url).reading() as connection:
        assert [column["name"] for column in inspect(connection).get_columns("clinic_books")] == ["id", "title", "isbn"]
    assert "migration clinic: 0001 -> 0002" in caplog.messages
    assert plan(settings).plan.empty


def test_where_the_database_is_another_one_the_tables_are_made_though_the_plan_is_empty(platform, settings, monkeypatch):
    platform.add("clinic", MANIFEST, files=steps([BOOKS]))
    apply(settings)
    with open_database(settings.database_url).migrating() as connection:
        for table in ("clinic_books", "hh_alembic_clinic"):
            connection.execute(text(f"DROP TABLE {table}"))
    assert plan(settings).plan.empty
    apply(settings)
    assert tables(settings) == ["clinic_books", "hh_alembic_clinic"]


def test_a_step_that_fails_takes_all_steps_back_and_leaves_out_that_plugin_alone(platform, settings):
    root = platform.add("clinic", MANIFEST, files=steps([BOOKS], ["raise ValueError('no such day')"]))
    platform.add("finance", MANIFEST, files=steps([BOOKS.replace("clinic", "finance")]))
    applied = apply(settings)
    place = f"{root}/migrations/versions/0002_step.py:9"
    assert failures(applied) == {"clinic": f"a migration of plugin 'clinic' failed at {place}: ValueError: no such day"}
    assert [item.name for item in applied.attached] == ["finance"]
    assert tables(settings) == ["finance_books", "hh_alembic_finance"]
    platform.add("clinic", MANIFEST, files=steps([BOOKS], ["pass"]))
    assert failures(apply(settings)) == {}
    assert revisions(settings) == ["0002"]


def test_what_the_database_refuses_is_said_with_its_place(platform, settings):
    platform.add("clinic", MANIFEST, files=steps(["op.execute('INSERT INTO clinic_nowhere VALUES (1)')"]))
    (message,) = failures(apply(settings)).values()
    assert "migrations/versions/0001_step.py:9: " in message
    assert "clinic_nowhere" in message
    assert tables(settings) == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("op.create_table('patients', sa.Column('id', sa.Integer))", "patients"),
        ("op.create_table('clinics', sa.Column('id', sa.Integer))", "clinics"),
        ("op.drop_table('hh_sessions')", "hh_sessions"),
        ("op.add_column('hh_plugins', sa.Column('more', sa.Text))", "hh_plugins"),
        ("op.create_index('clinic_index', 'hh_plugins', ['kind'])", "hh_plugins"),
        ("op.execute('CREATE VIEW everything AS SELECT 1 AS one')", "everything"),
    ],
)
def test_what_is_not_the_plugins_own_cannot_be_changed(platform, settings, line, named):
    platform.add("clinic", MANIFEST, files=steps([BOOKS], [line]))
    database = open_database(settings.database_url)
    with database.reading() as connection:
        before = sorted(inspect(connection).get_table_names())
    applied = apply(settings)
    assert failures(applied) == {"clinic": f"the migrations of plugin 'clinic' change what is not its own: {named}"}
    assert applied.failures[0].problem.hint == "let the names of its tables begin with 'clinic_'"
    with database.reading() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
        assert "more" not in [column["name"] for column in inspect(connection).get_columns("hh_plugins")]


def test_a_plugin_whose_name_is_that_of_the_hosts_tables_may_not_touch_them(platform, settings):
    platform.add("hh", MANIFEST, files=steps(["op.drop_table('hh_sessions')"]))
    assert failures(apply(settings)) == {"hh": "the migrations of plugin 'hh' change what is not its own: hh_sessions"}


def test_a_step_that_commits_by_itself_is_refused(platform, settings):
    platform.add("clinic", MANIFEST, files=steps([BOOKS, "op.execute('COMMIT')"]))
    applied = apply(settings)
    assert failures(applied) == {"clinic": "a migration of plugin 'clinic' ended the transaction that it runs in"}
    assert applied.failures[0].problem.hint == "leave commit and rollback to the host"


def test_tables_of_a_later_version_are_left_as_they_are(platform, settings):
    folder = platform.add("clinic", MANIFEST, files=steps([BOOKS], ["pass"]))
    apply(settings)
    (folder / "migrations/versions/0002_step.py").unlink()
    applied = apply(settings)
    said = "the tables of plugin 'clinic' cannot be migrated: Can't locate revision identified by '0002'"
    assert failures(applied) == {"clinic": said}
    assert revisions(settings) == ["0002"]


def test_steps_with_two_ends_are_refused(platform, settings):
    fork = step(1, "pass").replace('"0001"', '"0002"')
    platform.add("clinic", MANIFEST, files=steps([BOOKS]) | {"migrations/versions/fork.py": fork})
    assert migrations(plan(settings)) == [("add", "to 0001, 0002", {"revision": "0001, 0002"})]
    (message,) = failures(apply(settings)).values()
    assert message.startswith("the tables of plugin 'clinic' cannot be migrated: ")
    assert tables(settings) == []


def test_disabling_and_removing_leave_the_tables(platform, settings):
    folder = platform.add("clinic", MANIFEST, files=steps([BOOKS]))
    apply(settings)
    (folder / "plugin.yaml").unlink()
    assert migrations(plan(settings)) == [("remove", "to 0001", {"revision": "0001"})]
    assert "1 migration" not in apply(settings).written
    assert tables(settings) == ["clinic_books", "hh_alembic_clinic"]


PROGRAM = """
import sys
from pathlib import Path
from honeyhost.store.database import Database
from honeyhost.store.plugin_migrations import migrate_plugin

url, folder = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
print(migrate_plugin(Database(url, timeout=30), "clinic", Path(folder), ("0002",)))
"""


def test_one_of_several_processes_makes_the_steps(platform, settings):
    folder = platform.add("clinic", MANIFEST, files=steps([BOOKS], ["pass"])) / "migrations"
    open_database(settings.database_url)
    command = [sys.executable, "-c", PROGRAM, settings.database_url, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in outputs] == [""] * 4
    assert sorted(output.strip() for output, _ in outputs) == ["None", "None", "None", "nothing -> 0002"]


def test_other_schemas_belong_to_others(platform):
    with postgres_schema() as other, postgres_schema() as url:
        schema = other.rpartition("%3D")[2]
        folder = platform.add("clinic", MANIFEST, files=steps([f"op.execute('CREATE TABLE {schema}.clinic_x (id int)')"]))
        database = Database(url)
        with pytest.raises(AttachError, match=f"change what is not its own: {schema}.clinic_x"):
            migrate_plugin(database, "clinic", folder / "migrations", ("0001",))
        database.close()


def test_the_names_of_tables_come_from_the_slug():
    assert version_table("day-care") == "hh_alembic_day_care"
    assert version_table("_sample") == "hh_alembic__sample"
    assert table_prefix("day-care") == "day_care_"
    assert table_prefix("_sample") == "sample_"


def test_a_long_slug_has_a_version_table_that_postgresql_does_not_cut():
    names = {version_table("a" * 62 + letter) for letter in "xyz"}
    assert len(names) == 3
    assert {len(name) for name in names} == {63}
