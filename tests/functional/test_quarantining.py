"""
Plugins that hang or crash at start, in processes that really die of them.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from workers import TOKEN, probing, served, until

pytestmark = pytest.mark.slow
HOST = "/api/plugin-host"
OBJECT = """
import os, signal, time
from honeyhost.sdk import Plugin


class Clinic(Plugin):
    async def init(self, host):
        open({marker!r}, "a").write("x")
        {does}
"""
CRASHES = "os.kill(os.getpid(), signal.SIGKILL)"
HANGS = "import asyncio; await asyncio.Event().wait()"
BLOCKS = "time.sleep(600)"


@pytest.fixture
def tries(tmp_path):
    """
    A file that has a character for each time that the plugin was initialised.
    """
    path = tmp_path / "tries"
    path.write_text("")
    return path


@pytest.fixture
def clinic(platform, tries):
    """
    Writes a plugin whose init does something bad, beside one that is well.
    """
    slug, manifest, files = probing("probe")
    platform.add(slug, manifest, files=files)

    def write(does):
        slug, manifest, files = probing("clinic", plugin=".backend.whole:Clinic")
        source = OBJECT.format(marker=str(tries), does=does)
        return platform.add(slug, manifest, files={**files, "backend/whole.py": source})

    return write


def honeyhost(*words, code=0):
    done = subprocess.run([sys.executable, "-m", "honeyhost", *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    return done.stdout


@contextmanager
def begun(tries, count):
    """
    A served platform from the moment on that the plugin was in its init for the so-many-th time.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "honeyhost", "serve", "--port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HONEYHOST_ADMIN_TOKEN": TOKEN},
    )
    try:
        until(lambda: len(tries.read_text()) == count or process.poll() is not None, what="the plugin is in its init")
        yield process
        process.wait(60)
    finally:
        process.kill()
        process.wait(60)


def row(slug="clinic"):
    rows = json.loads(honeyhost("list", "--json"))["plugins"]
    return next(row for row in rows if row["name"] == slug)


def test_a_plugin_that_kills_the_host_twice_is_quarantined_named_listed_and_released(clinic, tries):
    clinic(CRASHES)
    honeyhost("apply")
    for count in (1, 2):
        with begun(tries, count) as process:
            assert process.wait(60) == -signal.SIGKILL
    with served() as platform:
        client = platform.client()
        assert client.get("/api/plugins/probe/version").json() == "one"
        assert client.get("/api/plugins/clinic/version").status_code == 404
        found = {each["slug"]: each for each in client.get(f"{HOST}/plugins").json()}["clinic"]
        assert (found["enabled"], found["state"]) == (True, "quarantined")
        assert found["reasons"][0]["code"] == "quarantined"
        assert "plugin 'clinic' is quarantined: the process ended while it ran in the phase init, 2 times" in platform.told()
        assert len(tries.read_text()) == 2
        assert row()["state"] == "quarantined"
        assert "in the phase init" in row()["reasons"][0]["message"]
        clinic("pass")
        honeyhost("release", "clinic")
        until(lambda: client.get("/api/plugins/clinic/version").status_code == 200, what="it is let in again")
    assert row()["state"] != "quarantined"


def test_a_plugin_that_hangs_twice_is_quarantined_while_the_host_serves(clinic, tries):
    clinic(HANGS)
    honeyhost("apply")
    for count in (1, 2):
        with served(HONEYHOST_START_TIMEOUT="0.5") as platform:
            client = platform.client()
            assert client.get("/api/plugins/probe/version").json() == "one"
            assert len(tries.read_text()) == count
            state = "failed" if count == 1 else "quarantined"

            def states(client=client):
                return {each["slug"]: each["state"] for each in client.get(f"{HOST}/plugins").json()}

            until(lambda state=state, states=states: states()["clinic"] == state, what=f"it is {state}")
    assert "did not finish its init within 0.5 s" in json.dumps(row()["reasons"])
    with served(HONEYHOST_START_TIMEOUT="0.5") as platform:
        assert platform.client().get("/api/plugins/probe/version").json() == "one"
    assert len(tries.read_text()) == 2


def test_a_plugin_that_keeps_the_event_loop_to_itself_is_found_out_when_the_host_is_killed(clinic, tries):
    clinic(BLOCKS)
    honeyhost("apply")
    for count in (1, 2):
        with begun(tries, count) as process:
            process.kill()
    with served() as platform:
        assert platform.client().get("/api/plugins/probe/version").json() == "one"
    assert row()["state"] == "quarantined"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ending_the_host_while_a_plugin_starts_is_no_crash(clinic, tries, ending):
    clinic(HANGS)
    honeyhost("apply")
    for count in (1, 2, 3):
        with begun(tries, count) as process:
            process.send_signal(ending)
    assert row()["state"] == "accepted"
    assert len(tries.read_text()) == 3


def test_a_worker_that_is_killed_while_it_only_serves_condemns_nobody(clinic, tries):
    clinic("pass")
    for _ in range(3):
        with served() as platform:
            platform.client().get("/api/plugins/clinic/version")
            platform.process.kill()
            platform.process.wait(60)
    assert row()["state"] == "accepted"
