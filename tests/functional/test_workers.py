"""
Several processes serve one platform: what one of them is told, all of them do.
"""

import json
import os
import signal
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from itertools import cycle

import httpx
import pytest
from schemas import postgres_schema, statement
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from workers import LIMIT, TOKEN, probing, served, until

pytestmark = pytest.mark.slow
HOST = "/api/plugin-host"
CLINIC = "/api/plugins/clinic/version"
PROBE = "/api/plugins/probe/version"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, platform, monkeypatch):
    """
    A platform with two plugins whose store is in one of the databases; its URL.
    """
    for slug in ("clinic", "probe"):
        name, manifest, files = probing(slug)
        platform.add(name, manifest, files=files)
    if request.param == "sqlite":
        yield f"sqlite:///{platform.data}/honeyhost.db"
        return
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        yield url


def by_hand(url, text):
    """
    A statement that nobody of ours has a hand in.
    """
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=LIMIT)) as connection, connection:
            return connection.execute(text).fetchall()
    return statement(url, text)


def toggle(client, slug, *, enabled):
    answer = client.post(f"{HOST}/plugins/{slug}/toggle", json={"enabled": enabled})
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_nav(client, slug):
    return any(entry["plugin"] == slug for entry in client.get(f"{HOST}/nav").json())


def talking(address):
    """
    A websocket of the plugin that is open and answers.
    """
    url = address.replace("http://", "ws://") + "/api/plugins/clinic/echo"
    return connect(url, additional_headers={"Authorization": f"Bearer {TOKEN}"}, proxy=None, open_timeout=LIMIT)


class TestDisabling:
    """
    Row 57 of the attacks, over four workers.
    """

    def test_what_one_worker_disables_has_vanished_from_all_before_the_next_answer(self, database):
        with served("--workers", "4") as platform:
            workers = platform.workers(4)
            for client in workers.values():
                assert (client.get(CLINIC).json(), in_nav(client, "clinic")) == ("one", True)
            for teller in workers.values():
                assert toggle(teller, "clinic", enabled=False)["enabled"] is False
                for client in workers.values():
                    assert client.get(CLINIC).status_code == 404
                    assert not in_nav(client, "clinic")
                    rows = client.get(f"{HOST}/plugins").json()
                    assert [(row["slug"], row["state"]) for row in rows if not row["enabled"]] == [("clinic", "disabled")]
                    assert client.get(PROBE).status_code == 200
                toggle(teller, "clinic", enabled=True)
                for client in workers.values():
                    assert (client.get(CLINIC).json(), in_nav(client, "clinic")) == ("one", True)

    def test_open_websockets_are_closed_in_all_workers_and_no_new_one_opens(self, database):
        with served("--workers", "4") as platform:
            workers = platform.workers(4)
            talks = {}

            def one_more():
                talk = platform.stack.enter_context(talking(platform.address))
                talk.send("hello")
                talks.setdefault(int(talk.recv(LIMIT).split()[0]), talk)
                return len(talks) == len(workers)

            until(one_more, what="a websocket to every worker")
            toggle(next(iter(workers.values())), "clinic", enabled=False)
            for talk in talks.values():
                with pytest.raises(ConnectionClosed):
                    talk.recv(LIMIT)
                assert talk.close_code == 1001
            for _ in range(8):
                with pytest.raises(InvalidStatus):
                    talking(platform.address)


def test_a_hundred_toggles_under_load_leave_the_requests_to_another_plugin_alone(database):
    with served("--workers", "4") as platform:
        workers = platform.workers(4)
        statuses, stop = Counter(), threading.Event()

        def load(client):
            while not stop.is_set():
                statuses[client.get(PROBE).status_code] += 1

        loads = [threading.Thread(target=load, args=(client,)) for client in platform.workers(4).values()]
        for thread in loads:
            thread.start()
        try:
            for number, teller in zip(range(100), cycle(workers.values()), strict=False):
                toggle(teller, "clinic", enabled=bool(number % 2))
                wanted = 200 if number % 2 else 404
                assert [client.get(CLINIC).status_code for client in workers.values()] == [wanted] * 4
        finally:
            stop.set()
            for thread in loads:
                thread.join(LIMIT)
        assert statuses.keys() == {200}
        assert statuses[200] > 100


def test_a_worker_that_is_killed_in_the_middle_of_changes_comes_back_as_the_others_are(database):
    with served("--workers", "4") as platform:
        workers = platform.workers(4)
        kept, *others = workers
        answered = []
        for victim in others:
            stop = threading.Event()

            def change(client=workers[victim], stop=stop):
                number = 0
                while not stop.is_set():
                    number += 1
                    try:
                        record = toggle(client, "clinic", enabled=bool(number % 2))
                        answered.append(("enabled", record["enabled"]))
                        body = client.post(f"{HOST}/plugins/clinic/configure", json={"number": number, "same": number}).json()
                        answered.append(("config", body["config"]))
                    except httpx.HTTPError:
                        return  # the worker is gone

            thread = threading.Thread(target=change)
            before = len(answered)
            thread.start()
            until(lambda before=before: len(answered) > before + 4, what="changes are made")
            os.kill(victim, signal.SIGKILL)
            thread.join(LIMIT)
            stop.set()
            assert not thread.is_alive()
        fresh = until(lambda: _all_new(platform, set(others)), what="the killed workers are back")
        record = stored(database)
        assert record["config"]["number"] == record["config"]["same"], "a change is there whole or not at all"
        for client in fresh.values():
            row = next(row for row in client.get(f"{HOST}/plugins").json() if row["slug"] == "clinic")
            assert (row["enabled"], row["config"]) == (record["enabled"], record["config"])
            assert client.get(CLINIC).status_code == (200 if record["enabled"] else 404)
        assert kept in fresh
        toggle(fresh[kept], "clinic", enabled=not record["enabled"])
        for client in fresh.values():
            assert client.get(CLINIC).status_code == (404 if record["enabled"] else 200)


def _all_new(platform, gone):
    workers = platform.workers(4)
    return workers if not gone & workers.keys() else None


def stored(url):
    ((enabled, config),) = by_hand(url, "SELECT enabled, config FROM hh_plugins WHERE slug = 'clinic'")
    return {"enabled": bool(enabled), "config": json.loads(config) if isinstance(config, str) else config}


def test_a_change_by_hand_in_the_database_reaches_every_worker(database):
    with served("--workers", "4") as platform:
        workers = platform.workers(4)
        for wanted, word in ((404, "false"), (200, "true")):
            by_hand(database, f"UPDATE hh_plugins SET enabled = {word} WHERE slug = 'clinic'")  # noqa: S608
            for client in workers.values():
                until(
                    lambda client=client, wanted=wanted: client.get(CLINIC).status_code == wanted, what=f"{wanted} everywhere"
                )


def test_every_worker_reports_itself_under_a_name_of_its_own_and_takes_it_back_at_the_end(database):
    with served("--workers", "4") as platform:
        workers = platform.workers(4)
        client = next(iter(workers.values()))

        def reported():
            rows = client.get(f"{HOST}/instances").json()
            return rows if {row["pid"] for row in rows} == workers.keys() else None

        rows = until(reported, what="four reports")
        assert len({row["id"] for row in rows}) == 4
        statuses = {client.get(f"{HOST}/status").json()["instance"] for client in workers.values()}
        assert statuses == {row["id"] for row in rows}
        assert platform.lines[-1] == "administrator token: as the setting admin_token says"
        assert platform.told().count("administrator") == 0
    assert by_hand(database, "SELECT count(*) FROM hh_instances") == [(0,)]
