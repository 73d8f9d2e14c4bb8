"""
A worker that is killed while it takes up a new version: the others get through, the one that comes in its place as well.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest
from schemas import postgres_schema
from workers import LIMIT, probing, served, until

from honeyhost.settings import Settings
from honeyhost.store.soundness import look_at

pytestmark = pytest.mark.slow
HOST = "/api/plugin-host"
CLINIC = "/api/plugins/clinic/version"
OBJECT = """
import asyncio
import os
from pathlib import Path
from honeyhost.sdk import Plugin


class Clinic(Plugin):
    async def init(self, host):
        with open({begun!r}, "a") as file:
            file.write(f"{{os.getpid()}}\\n")
        while not Path({go!r}).exists():
            await asyncio.sleep(0.01)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def clinic(request, platform, tmp_path, monkeypatch):
    """
    A plugin in its first version, applied; the second one waits in its init. Its folder.
    """
    for slug in ("clinic", "probe"):
        name, manifest, files = probing(slug, plugin=".backend.whole:Clinic") if slug == "clinic" else probing(slug)
        files = {**files, "backend/whole.py": "from honeyhost.sdk import Plugin\n\n\nclass Clinic(Plugin):\n    pass\n"}
        platform.add(name, manifest, files=files)
    if request.param == "sqlite":
        honeyhost("apply")
        yield platform.install / "plugins/clinic"
        return
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        honeyhost("apply")
        yield platform.install / "plugins/clinic"


def honeyhost(*words):
    done = subprocess.run([sys.executable, "-m", "honeyhost", *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def second_version(folder, begun, go):
    code = folder / "backend/probe.py"
    code.write_text(code.read_text().replace('"one"', '"two"'))
    (folder / "backend/whole.py").write_text(OBJECT.format(begun=str(begun), go=str(go)))


class Load:
    """
    Clients that ask both plugins until it ends; what they were answered.
    """

    def __init__(self, clients):
        self.answers = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(client,)) for client in clients]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, client):
        while not self._stop.is_set():
            for path in (CLINIC, "/api/plugins/probe/version"):
                answer = client.get(path)
                self.answers[answer.status_code, answer.text] += 1


def told(way, client):
    """
    Tell the platform of the new version, which no worker has before it may.
    """
    if way == "apply":
        honeyhost("apply")
        return threading.Thread()
    return threading.Thread(target=client.post, args=(f"{HOST}/plugins/clinic/reload",))


@pytest.mark.parametrize("way", ["reload", "apply"])
def test_a_worker_that_is_killed_in_the_middle_of_an_upgrade_comes_back_with_it(clinic, tmp_path, way):
    begun, go = tmp_path / "begun", tmp_path / "go"
    with served("--workers", "4") as platform:
        workers = platform.workers(4)
        assert [client.get(CLINIC).json() for client in workers.values()] == ["one"] * 4
        (_, client), *asking, (victim, _) = workers.items()
        second_version(clinic, begun, go)
        telling = told(way, client)
        telling.start()
        until(lambda: begun.exists() and len(begun.read_text().split()) == 4, what="all workers are in the middle of it")
        with Load([client for _, client in asking]) as load:
            until(lambda: load.answers.total() > 20, what="the others serve")
            assert load.answers.keys() == {(200, '"one"')}
            os.kill(victim, signal.SIGKILL)
            go.touch()
            telling.join(60)
            fresh = until(lambda: _without(platform, victim), what="another worker is in its place")
            for client in fresh.values():
                until(lambda client=client: client.get(CLINIC).json() == "two", what="every worker has the new version")
        assert load.answers.keys() == {(200, '"one"'), (200, '"two"')}
        status = client.get(f"{HOST}/status").json()
        assert (status["behind"], status["wanted"]) == ([], status["running"])
        rows = {row["slug"]: row for row in client.get(f"{HOST}/plugins").json()}
        assert (rows["clinic"]["state"], rows["clinic"]["quarantine"]) == ("running", None)
    assert look_at(Settings.load().database_url).damage is None


def _without(platform, gone):
    workers = platform.workers(4)
    return workers if gone not in workers else None


@pytest.mark.parametrize("hook", ["init", "shutdown"])
def test_a_plain_function_of_a_plugin_that_hangs_does_not_keep_the_process_from_ending(platform, hook):
    slug, manifest, files = probing("probe")
    platform.add(slug, manifest, files=files)
    hanging = f"""
    import time
    from honeyhost.sdk import Plugin

    class Clinic(Plugin):
        def {hook}(self, *_):
            time.sleep(600)
    """
    slug, manifest, files = probing("clinic", plugin=".backend.whole:Clinic")
    platform.add(slug, manifest, files={**files, "backend/whole.py": hanging})
    with served(HONEYHOST_START_TIMEOUT="5", HONEYHOST_STOP_TIMEOUT="1") as running:
        client = running.client()
        assert client.get("/api/plugins/probe/version").json() == "one"
        assert client.get(CLINIC).status_code == (503 if hook == "init" else 200)
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(LIMIT)
