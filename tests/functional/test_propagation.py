"""
A running platform takes up what changes around it: what is applied, what is reloaded, a database that goes and comes back.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from proxying import Proxy
from schemas import postgres_schema
from workers import probing, served, until

pytestmark = pytest.mark.slow
HOST = "/api/plugin-host"
CLINIC = "/api/plugins/clinic/version"


@pytest.fixture
def plugins(platform):
    """
    A platform with two plugins.
    """
    for slug in ("clinic", "probe"):
        name, manifest, files = probing(slug)
        platform.add(name, manifest, files=files)
    return platform


def honeyhost(*words):
    done = subprocess.run([sys.executable, "-m", "honeyhost", *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rewrite(root: Path, old: str, new: str) -> None:
    file = root / "backend/probe.py"
    file.write_text(file.read_text().replace(old, new))


def everywhere(workers, path, wanted):
    """
    Wait until every worker answers so.
    """
    for client in workers.values():

        def answers(client=client):
            answer = client.get(path)
            return (answer.status_code if isinstance(wanted, int) else answer.json()) == wanted

        until(answers, what=f"{path} is {wanted!r}")


class TestApplying:
    """
    A running host takes up an apply of another process.
    """

    def test_changed_new_and_removed_folders_are_taken_up_by_every_worker(self, plugins):
        root = plugins.install / "plugins/clinic"
        with served("--workers", "2") as platform:
            workers = platform.workers(2)
            everywhere(workers, CLINIC, "one")
            rewrite(root, '"one"', '"two"')
            manifest = root / "plugin.yaml"
            manifest.write_text(manifest.read_text().replace("1.0.0", "2.0.0"))
            name, document, files = probing("ledger")
            plugins.add(name, document, files=files)
            honeyhost("apply")
            everywhere(workers, CLINIC, "two")
            everywhere(workers, "/api/plugins/ledger/version", "one")
            for client in workers.values():
                rows = {row["slug"]: row["version"] for row in client.get(f"{HOST}/plugins").json()}
                assert rows == {"clinic": "2.0.0", "ledger": "1.0.0", "probe": "1.0.0"}
            for file in sorted((plugins.install / "plugins/ledger").rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            (plugins.install / "plugins/ledger").rmdir()
            honeyhost("apply")
            everywhere(workers, "/api/plugins/ledger/version", 404)
            assert platform.process.poll() is None
            assert set(platform.workers(2)) == set(workers), "nobody was restarted for it"

    def test_an_apply_under_another_import_path_is_taken_up_too(self, plugins, monkeypatch, tmp_path):
        with served() as platform:
            client = platform.client()
            rewrite(plugins.install / "plugins/clinic", '"one"', '"two"')
            (tmp_path / "elsewhere").mkdir()
            monkeypatch.chdir(tmp_path / "elsewhere")
            honeyhost("apply")
            everywhere({0: client}, CLINIC, "two")

    def test_a_plugin_that_cannot_be_taken_up_leaves_the_old_one_serving_and_is_seen(self, plugins):
        root = plugins.install / "plugins/clinic"
        with served(HONEYHOST_DRIFT_GRACE="0.2") as platform:
            client = platform.client()
            assert client.get(CLINIC).json() == "one"
            rewrite(root, '    return "one"', '    return "one"\n\n\nraise RuntimeError("no licence")')
            answer = client.post(f"{HOST}/plugins/clinic/reload")
            assert answer.status_code >= 400
            assert "no licence" in answer.json()["detail"]
            assert client.get(CLINIC).json() == "one"
            (fact,) = client.get(f"{HOST}/status").json()["behind"]
            assert (fact["kind"], fact["plugin"]) == ("plugin", "clinic")
            assert "no licence" in fact["message"]
            until(lambda: client.get("/readyz").status_code == 503, what="the drift fails the readiness")
            rewrite(root, '\n\n\nraise RuntimeError("no licence")', "")
            rewrite(root, '"one"', '"two"')
            assert client.post(f"{HOST}/plugins/clinic/reload").status_code == 200
            assert client.get(CLINIC).json() == "two"
            assert client.get(f"{HOST}/status").json()["behind"] == []
            assert client.get("/readyz").status_code == 200


class TestReloading:
    """
    A reload is asked for once and made by every process.
    """

    def test_a_reload_by_another_process_is_made_by_every_worker(self, plugins):
        with served("--workers", "2") as platform:
            workers = platform.workers(2)
            everywhere(workers, CLINIC, "one")
            rewrite(plugins.install / "plugins/clinic", '"one"', '"two"')
            honeyhost("reload", "clinic")
            everywhere(workers, CLINIC, "two")

    def test_a_reload_by_one_worker_is_made_by_the_others(self, plugins):
        with served("--workers", "2") as platform:
            workers = platform.workers(2)
            everywhere(workers, CLINIC, "one")
            rewrite(plugins.install / "plugins/clinic", '"one"', '"two"')
            first = next(iter(workers.values()))
            assert first.post(f"{HOST}/plugins/clinic/reload").status_code == 200
            assert first.get(CLINIC).json() == "two"
            everywhere(workers, CLINIC, "two")

    def test_a_plugin_that_is_not_there_any_more_goes_on(self, plugins):
        with served() as platform:
            client = platform.client()
            assert client.get(CLINIC).json() == "one"
            (plugins.install / "plugins/clinic/plugin.yaml").unlink()
            answer = client.post(f"{HOST}/plugins/clinic/reload")
            assert answer.status_code >= 400
            assert client.get(CLINIC).json() == "one"


def test_the_command_line_disables_in_every_worker(plugins):
    with served("--workers", "2") as platform:
        workers = platform.workers(2)
        everywhere(workers, CLINIC, "one")
        honeyhost("disable", "clinic")
        assert [client.get(CLINIC).status_code for client in workers.values()] == [404, 404], "before the command has ended"
        honeyhost("enable", "clinic")
        assert [client.get(CLINIC).status_code for client in workers.values()] == [200, 200]


class TestDatabaseAway:
    """
    Row 87 of the attacks.
    """

    @pytest.fixture
    def proxied(self, plugins, monkeypatch):
        """
        The platform's store in PostgreSQL, behind a way that can be cut.
        """
        with postgres_schema() as url:
            before, _, port = url.partition("?")[0].rpartition("/")[0].rpartition(":")
            proxy = Proxy(int(port))
            monkeypatch.setenv("HONEYHOST_DATABASE_URL", url.replace(f"{before}:{port}", f"{before}:{proxy.port}"))
            yield proxy
            proxy.cut()

    def test_it_may_go_away_and_come_back(self, proxied):
        with served(HONEYHOST_DRIFT_GRACE="0.2") as platform:
            client = platform.client()
            assert client.get(CLINIC).json() == "one"
            until(lambda: client.get(f"{HOST}/instances").json(), what="a first report, and with it what is known")
            proxied.cut()
            until(lambda: client.get("/readyz").status_code == 503, what="the drift fails the readiness")
            assert client.get("/readyz").json()["behind"] == ["database"]
            assert client.get("/healthz").status_code == 200
            answer = client.post(f"{HOST}/plugins/clinic/toggle", json={"enabled": False})
            assert answer.status_code == 503
            proxied.mend()
            until(lambda: client.get("/readyz").status_code == 200, what="it is ready again by itself")
            client.post(f"{HOST}/plugins/clinic/toggle", json={"enabled": False}).raise_for_status()
            assert client.get(CLINIC).status_code == 404

    def test_a_start_without_it_goes_on_from_the_last_known_state(self, proxied, plugins):
        with served() as platform:
            client = platform.client()
            client.post(f"{HOST}/plugins/clinic/toggle", json={"enabled": False}).raise_for_status()
            known = plugins.data / "last-known.json"
            until(lambda: known.exists() and '"enabled":false' in known.read_text(), what="it is kept")
        proxied.cut()
        with served(HONEYHOST_DRIFT_GRACE="0.2") as platform:
            assert platform.lines[-1] == (
                "administrator token: as shown when it was made; it opens nothing until the database answers"
            )
            assert "warning[store-unavailable]: " in platform.told()
            client = platform.client()
            assert client.get(CLINIC).status_code == 404
            assert client.get("/api/plugins/probe/version").status_code == 503, "nobody can be known"
            until(lambda: client.get("/readyz").status_code == 503, what="the drift fails the readiness")
            proxied.mend()
            until(lambda: client.get("/api/plugins/probe/version").status_code == 200, what="it recovers by itself")
            client.post(f"{HOST}/plugins/clinic/toggle", json={"enabled": True}).raise_for_status()
            assert client.get(CLINIC).json() == "one"

    @pytest.mark.parametrize("words", [{"HONEYHOST_DATABASE_FAILURE": "refuse"}, {}], ids=["told to", "nothing known"])
    def test_a_start_without_it_is_refused(self, proxied, words, monkeypatch):
        for name, value in words.items():
            monkeypatch.setenv(name, value)
        proxied.cut()
        done = subprocess.run(
            [sys.executable, "-m", "honeyhost", "serve", "--port", "0"],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 2
        assert "error[store-unavailable]: " in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_database_file_may_go_away_and_come_back(self, plugins):
        with served(HONEYHOST_DRIFT_GRACE="0.2") as platform:
            client = platform.client()
            client.post(f"{HOST}/plugins/clinic/toggle", json={"enabled": False}).raise_for_status()
            files = sorted(plugins.data.glob("honeyhost.db*"))
            (plugins.data / "away").mkdir()
            for file in files:
                file.rename(plugins.data / "away" / file.name)
            until(lambda: client.get("/readyz").status_code == 503, what="the drift fails the readiness")
            assert client.get(CLINIC).status_code == 404
            for file in sorted((plugins.data / "away").iterdir(), reverse=True):
                file.rename(plugins.data / file.name)
            until(lambda: client.get("/readyz").status_code == 200, what="it is ready again by itself")


def test_safe_mode_serves_without_any_plugin_and_keeps_the_wishes(plugins):
    with served("--safe-mode") as platform:
        client = platform.client()
        assert client.get(CLINIC).status_code == 404
        rows = client.get(f"{HOST}/plugins").json()
        assert {row["slug"]: (row["enabled"], row["state"]) for row in rows} == {
            "clinic": (True, "quarantined"),
            "probe": (True, "quarantined"),
        }
    with served() as platform:
        assert platform.client().get(CLINIC).json() == "one"
