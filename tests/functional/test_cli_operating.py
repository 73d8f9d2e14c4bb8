"""
The verbs of operators as a shell starts them.
"""

import json
import subprocess
import sys

import pytest
from schemas import postgres_schema
from workers import probing, served, until


@pytest.fixture
def finance(platform, honeyhost):
    platform.add("finance", {"host_permissions": [{"type": "config", "scope": ["mail"]}]})
    assert honeyhost("grant", "finance", "--all").returncode == 0
    assert honeyhost("apply").returncode == 0
    return platform


@pytest.fixture
def on_postgres(monkeypatch):
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        yield url


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (["list"], {"sqlalchemy", "fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["configure", "finance"], {"sqlalchemy", "fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["grant", "finance"], {"sqlalchemy", "fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["disable", "finance"], {"fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["enable", "finance"], {"fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["status"], {"fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["doctor"], {"fastapi", "uvicorn", "jsonschema", "alembic"}),
        (["token", "--help"], {"sqlalchemy", "fastapi", "uvicorn", "jsonschema", "alembic", "honeyhost.store"}),
    ],
)
def test_a_verb_loads_no_more_than_it_needs_and_no_code_of_a_plugin(finance, command, without, tmp_path):
    marker = tmp_path / "imported"
    finance.add(
        "healthcare",
        files={"__init__.py": f"open({str(marker)!r}, 'w')", "backend/__init__.py": f"open({str(marker)!r}, 'w')"},
    )
    code = (
        "import sys; from honeyhost.__main__ import main; main(sys.argv[2:]);"
        "print('heavy:', sorted(set(sys.argv[1].split(',')) & set(sys.modules)), file=sys.stderr)"
    )
    arguments = [sys.executable, "-c", code, ",".join(sorted(without)), *command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "heavy: []"
    assert not marker.exists()


@pytest.mark.parametrize("command", [["disable", "finance"], ["token", "list"], ["audit", "--json"]])
def test_without_the_store_the_line_that_installs_it_is_told(finance, command):
    code = "import sys; sys.modules['sqlalchemy'] = None\nfrom honeyhost.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'honeyhost[store]'" in (done.stdout if "--json" in command else done.stderr)


def test_in_front_of_a_terminal_moments_are_relative(finance, honeyhost, terminal):
    honeyhost("disable", "finance")
    shown = terminal("list", columns=100)
    assert "by cli:" in shown.text
    assert "ago" in shown.text or "now" in shown.text
    assert "\x1b[" in shown.text
    assert "T" not in shown.lines[1].rpartition("by cli:")[2]


def test_in_front_of_a_narrow_terminal_nothing_of_a_finding_is_cut(finance, terminal):
    (finance.data / "frontend" / "pluginsManifest.ts").write_text("mine")
    shown = terminal("doctor", "--color=never", columns=50)
    assert shown.returncode == 1
    assert [line for line in shown.lines if len(line) > 50 and "/" not in line] == []
    assert "fix: honeyhost apply" in shown.text


def test_the_secret_of_a_token_alone_is_piped(platform, honeyhost):
    done = honeyhost("token", "create", "ci", "--scope", "plugins.read")
    assert done.stdout.startswith("hht_")
    assert done.stdout.count("\n") == 1
    assert "hht_" not in done.stderr
    assert "hht_" not in honeyhost("audit").stdout + honeyhost("token", "list", "--json").stdout


def test_a_hostile_name_steers_no_terminal(finance, honeyhost):
    evil = "\x1b]0;pwned\x07\u202e"
    for words in (
        ["disable", evil],
        ["group", "add", evil],
        ["configure", "finance", f"a={evil}"],
        ["audit"],
        ["group", "list"],
    ):
        done = honeyhost(*words)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr


def test_a_failure_is_one_document_too(finance, honeyhost):
    for words in (["disable", "zzz"], ["token", "revoke", "zzz"], ["group", "remove", "zzz"], ["grant", "finance", "zzz"]):
        done = honeyhost(*words, "--json")
        assert (done.returncode, done.stderr) == (2, "")
        assert json.loads(done.stdout)["error"]["code"]


def test_on_postgresql_the_verbs_do_the_same(platform, on_postgres, honeyhost):
    platform.add("finance", {"host_permissions": [{"type": "config", "scope": ["mail"]}]})
    assert honeyhost("apply").returncode == 0
    assert "grant-missing" in honeyhost("list").stdout
    assert honeyhost("grant", "finance", "--all").returncode == 0
    assert honeyhost("apply").returncode == 0
    assert honeyhost("disable", "finance").stdout == "○ finance is disabled\n"
    assert "disabled  folder  by cli:" in honeyhost("list").stdout
    assert honeyhost("configure", "finance", "password=hunter2").returncode == 0
    assert "hunter2" not in honeyhost("configure", "finance").stdout
    assert "********" in honeyhost("configure", "finance").stdout
    doctor = honeyhost("doctor")
    assert "✓ database     postgresql " in doctor.stdout
    assert doctor.returncode == 0
    assert honeyhost("status").returncode == 0
    assert "plugin.configure" in honeyhost("audit").stdout


@pytest.mark.slow
def test_a_verb_says_which_processes_have_taken_it_up_and_a_failed_reload_is_seen(platform, honeyhost):
    name, manifest, files = probing("probe")
    root = platform.add(name, manifest, files=files)
    with served("--workers", "2") as running:
        running.workers(2)

        def reports():
            return len(json.loads(honeyhost("status", "--json").stdout)["instances"]) == 2

        until(reports, what="both processes report")
        done = honeyhost("disable", "probe")
        assert (done.stdout, done.stderr) == ("○ probe is disabled\n", "taken up by 2 of 2 processes\n")
        assert json.loads(honeyhost("enable", "probe", "--json").stdout)["processes"] == {"serving": 2, "current": 2}
        (root / "backend" / "probe.py").write_text("raise RuntimeError('no licence')")
        assert honeyhost("reload", "probe").stderr == "heard by 2 of 2 processes\nnext: honeyhost status\n"
        until(lambda: "not taken up anew on 2 of 2: " in honeyhost("status").stdout, what="the failed reload is told")
        assert "no licence" in honeyhost("doctor").stdout
    assert honeyhost("disable", "probe").stderr == "no process reports; it holds from the next start on\n"


def test_a_misspelt_function_or_plugin_is_wrong_use(finance, honeyhost):
    done = honeyhost("call", "finanse", "summary")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("help: did you mean 'finance'?\n")
    assert honeyhost("call", "finance", "sumary").returncode == 2


@pytest.mark.parametrize(("module", "extra"), [("sqlalchemy", "store"), ("psycopg", "postgres")])
def test_a_database_server_without_its_library_is_told_by_what_looks_and_what_changes(finance, monkeypatch, module, extra):
    monkeypatch.setenv("HONEYHOST_DATABASE_URL", "postgresql+psycopg://ada:hunter2@127.0.0.1:9/nothing")
    code = f"import sys; sys.modules[{module!r}] = None\nfrom honeyhost.__main__ import main; sys.exit(main(sys.argv[1:]))"
    for words, exit_code in ((["list"], 0), (["configure", "finance"], 2), (["disable", "finance"], 2)):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
        assert done.returncode == exit_code
        assert f"pip install 'honeyhost[{extra}]'" in done.stderr
        assert "hunter2" not in done.stderr
