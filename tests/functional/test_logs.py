"""
The logs of a real host behind a real server: what its plugins write, who reads it, and the command that shows it.
"""

import asyncio
import json
import logging
import signal
import subprocess
import sys

import httpx
import pytest
from control import BASE, TOKEN, assert_problem, steering
from hosting import serving
from workers import served

from honeyhost.api import log_stream

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CODE = """
import logging

from fastapi import APIRouter

from honeyhost.sdk import current_host

router = APIRouter()
logger = logging.getLogger(__name__)


@router.get("/say/{level}/{text}")
async def say(level: str, text: str) -> None:
    current_host().log.write(level, text, {"by": "the router"})


@router.get("/log/{text}")
def log(text: str) -> None:
    logger.warning("logged %s", text)


@router.get("/secret")
async def secret() -> None:
    password = current_host().config.get("smtp.password")
    current_host().log.info(f"sending with {password}", url=f"smtp://u:{password}@host")


@router.get("/fail")
async def fail() -> None:
    raise RuntimeError("no licence")
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def plugins(platform):
    """
    A platform with two plugins that say what they are told to.
    """
    for slug in ("clinic", "ledger"):
        routers = [{"router": ".backend.notes:router", "permission": f"{slug}.read"}]
        platform.add(slug, {"routers": routers}, files={"backend/notes.py": CODE})
    return platform


@pytest.fixture
def applied(plugins, honeyhost):
    """
    The same platform, applied.
    """
    done = honeyhost("apply")
    assert done.returncode == 0, done.stderr
    return plugins


@pytest.fixture
async def steered(plugins):
    """
    A host that serves in this process.
    """
    async with steering() as steered:
        yield steered


@pytest.fixture
async def server(plugins):
    """
    A host behind a real server, and its address.
    """
    async with steering(lifespan=False) as steered:
        with serving(steered.app) as address:
            steered.host.logs.clear()  # what the server says of its start
            yield steered.host, address


async def say(steered, text, level="info", slug="clinic"):
    answer = await steered.ask("GET", f"//api/plugins/{slug}/say/{level}/{text}")
    assert answer.status_code == 200, answer.text


async def records(steered, query=""):
    answer = await steered.ask("GET", f"/logs{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["logs"]


class TestRecords:
    async def test_what_plugins_write_is_found_by_plugin_and_level(self, steered):
        await say(steered, "one")
        await say(steered, "two", "error")
        await say(steered, "three", "error", "ledger")
        assert [record["message"] for record in await records(steered, "?plugin=clinic&level=warning")] == ["two"]
        assert [record["message"] for record in await records(steered, "?text=the%20router&limit=2")] == ["three", "two"]
        assert [record.message for record in steered.host.logs.query(plugin="clinic")] == ["two", "one"]

    async def test_secrets_of_the_configuration_are_nowhere(self, steered):
        await steered.ask("POST", "/plugins/clinic/configure", json={"smtp": {"password": "hunter2!"}})
        await steered.ask("GET", "//api/plugins/clinic/secret")
        (record,) = await records(steered, "?plugin=clinic&level=info&text=sending")
        assert (record["message"], record["fields"]["url"]) == ("sending with ********", "smtp://u:********@host")

    async def test_clearing_stands_in_the_audit(self, steered):
        await say(steered, "one")
        answer = await steered.ask("DELETE", "/logs?plugin=clinic")
        assert answer.json()["cleared"] >= 1
        assert await records(steered, "?plugin=clinic") == []
        (entry,) = [entry for entry in (await steered.ask("GET", "/audit")).json() if entry["action"] == "logs.clear"]
        assert (entry["actor"], entry["target"], entry["details"]["records"]) == (
            "token:administrator",
            "clinic",
            answer.json()["cleared"],
        )
        assert entry["details"]["instance"] == steered.host.status().instance

    async def test_who_may_only_read_plugins_may_not_read_their_logs(self, steered):
        reader = await steered.token_of_the_store(scopes=["plugins.read"])
        manager = await steered.token_of_the_store(scopes=["plugins.manage"])
        for method, path in (("GET", "/logs"), ("GET", "/logs/stream"), ("DELETE", "/logs")):
            assert_problem(await steered.ask(method, path, None), 401, "not-authenticated")
            assert_problem(await steered.ask(method, path, reader), 403, "permission-missing")
        assert (await steered.ask("GET", "/logs", manager)).status_code == 200


class TestPythonsLogging:
    """
    What reaches the buffer without ``host.log`` while the host serves.
    """

    async def test_what_a_plugin_logs_in_a_thread_is_its_own(self, steered):
        await steered.ask("GET", "//api/plugins/ledger/log/quarter")
        (record,) = await records(steered, "?plugin=ledger&text=quarter")
        assert (record["message"], record["level"]) == ("logged quarter", "warning")
        assert record["fields"]["logger"] == "plugins.ledger.backend.notes"

    async def test_what_a_plugin_raises_stands_in_its_log_with_the_place(self, server, caplog):
        host, address = server
        caplog.set_level(logging.ERROR, "uvicorn.error")  # the server of these tests says less
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=BEARER, timeout=20) as client:
            with host.logs.subscribe(plugin="clinic", level="error") as listener:
                assert (await client.get("/api/plugins/clinic/fail")).status_code == 500
                async with asyncio.timeout(20):
                    _, (record,) = await listener.next()
        assert record.fields["exception"] == "RuntimeError: no licence"
        assert "notes.py" in record.fields["traceback"]

    async def test_it_is_listened_to_only_while_the_host_serves(self, plugins):
        async with steering() as steered:
            logging.getLogger("library").warning("while it serves")
            kept = steered.host.logs
        logging.getLogger("library").warning("afterwards")
        assert [record.message for record in kept.query(text="serves")] == ["while it serves"]
        assert kept.query(text="afterwards") == ()


class Heard:
    """
    What a stream tells, event by event.
    """

    def __init__(self, response):
        self._lines = response.aiter_lines()
        self.last = None

    async def event(self):
        name = data = None
        async with asyncio.timeout(20):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    self.last = value
                elif field == "data":
                    data = json.loads(value)
                elif not line and name:
                    return name, data
        raise AssertionError("the stream ended")

    async def ended(self):
        async with asyncio.timeout(20):
            async for _ in self._lines:
                pass


class TestStream:
    async def test_records_come_as_they_are_written_and_a_listener_who_comes_back_misses_none(self, server):
        host, address = server
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=BEARER, timeout=20) as client:
            async with client.stream("GET", f"{BASE}/logs/stream?plugin=clinic") as response:
                assert response.headers["content-type"].startswith("text/event-stream")
                heard = Heard(response)
                assert await heard.event() == ("process", {"instance": host.status().instance})
                for text in ("one", "two"):
                    assert (await client.get(f"/api/plugins/clinic/say/info/{text}")).status_code == 200
                    await client.get(f"/api/plugins/ledger/say/info/{text}")
                name, first = await heard.event()
                assert (name, first["message"], first["plugin"]) == ("record", "one", "clinic")
                assert heard.last == f"{host.status().instance}:{first['sequence']}"
            await client.get("/api/plugins/clinic/say/info/three")
            back = {"Last-Event-ID": heard.last}
            async with client.stream("GET", f"{BASE}/logs/stream?plugin=clinic", headers=back) as response:
                heard = Heard(response)
                assert (await heard.event())[0] == "process"
                assert [(await heard.event())[1]["message"] for _ in range(2)] == ["two", "three"]

    async def test_it_ends_where_the_token_does(self, server, monkeypatch):
        host, address = server
        monkeypatch.setattr(log_stream, "COMMENT", 0.05)
        issued = host.stores.changes("a test").create_token("short", scopes=["plugins.manage"])
        headers = {"Authorization": f"Bearer {issued.secret}"}
        async with (
            httpx.AsyncClient(base_url=f"http://{address}", timeout=20) as client,
            client.stream("GET", f"{BASE}/logs/stream", headers=headers) as response,
        ):
            heard = Heard(response)
            assert (await heard.event())[0] == "process"
            host.stores.changes("a test").revoke_token(issued.record.id)
            await heard.ended()

    async def test_it_ends_with_the_server_which_does_not_wait_for_it(self, applied):
        with served() as running:
            async with (
                httpx.AsyncClient(base_url=running.address, headers=BEARER, timeout=20) as client,
                client.stream("GET", f"{BASE}/logs/stream") as response,
            ):
                heard = Heard(response)
                assert (await heard.event())[0] == "process"
                running.process.send_signal(signal.SIGTERM)
                await heard.ended()
            assert await asyncio.to_thread(running.process.wait, 20) in (0, -signal.SIGTERM)


def environ(address, token=TOKEN):
    """
    The environment of somebody who asks the host at this address.
    """
    return {"HONEYHOST_URL": f"http://{address}", "HONEYHOST_TOKEN": token}


class TestCommand:
    async def test_it_shows_what_was_logged_the_newest_last(self, server, honeyhost):
        host, address = server
        host.logs.add("info", "one", plugin="clinic", fields={"count": 3, "file": "a b.csv", "by": "me"})
        host.logs.add("error", "two\x1b[31m", fields={"traceback": "Traceback\n  File\nValueError: no\n"})
        done = await asyncio.to_thread(honeyhost, "logs", environ=environ(address))
        assert done.returncode == 0, done.stderr
        one, two, *trace = done.stdout.splitlines()
        assert one.partition(" ")[2] == 'info    clinic one count=3 file="a b.csv" by=me'
        assert two.partition(" ")[2] == "error   host two\\x1b[31m"
        assert trace == ["    Traceback", "      File", "    ValueError: no"]
        assert done.stderr == f"2 of 2 records of {host.status().instance}\n"

    async def test_it_asks_for_what_it_is_told_to_and_answers_one_document(self, server, honeyhost):
        host, address = server
        for number in range(4):
            host.logs.add("warning", f"n {number}", plugin="clinic")
        host.logs.add("info", "n 4", plugin="clinic")
        words = ["logs", "clinic", "--level", "warning", "--text", "N", "--limit", "2", "--before", "4"]
        done = await asyncio.to_thread(honeyhost, *words, "--json", environ=environ(address))
        document = json.loads(done.stdout)
        assert (document["version"], document["count"], document["total"]) == (1, 2, 4)
        assert [record["message"] for record in document["logs"]] == ["n 2", "n 1"]
        done = await asyncio.to_thread(honeyhost, *words, environ=environ(address))
        assert done.stderr.splitlines()[-1] == "older ones: --before 2"

    async def test_a_stranger_and_one_without_the_scope_are_told_what_to_do(self, server, honeyhost):
        host, address = server
        secret = host.stores.changes("a test").create_token("reader", scopes=["plugins.read"]).secret
        done = await asyncio.to_thread(honeyhost, "logs", "--url", f"http://{address}")
        assert done.returncode == 1
        assert "needs a known caller" in done.stderr
        assert "honeyhost token create logs --scope plugins.manage" in done.stderr
        done = await asyncio.to_thread(honeyhost, "logs", "--token", secret, environ=environ(address))
        assert done.returncode == 1
        assert "needs the scope 'plugins.manage'" in done.stderr

    async def test_an_unknown_plugin_is_an_error(self, server, honeyhost):
        done = await asyncio.to_thread(honeyhost, "logs", "nobody", environ=environ(server[1]))
        assert done.returncode == 1
        assert "no plugin is called 'nobody'" in done.stderr

    async def test_following_goes_on_until_somebody_stops_it(self, server):
        host, address = server
        host.logs.add("info", "before", plugin="clinic")
        following = Following(address, "--follow", "--level", "info", "--json")
        assert (await following.line())["message"] == "before"
        host.logs.add("debug", "too little", plugin="clinic")
        host.logs.add("warning", "as it comes\n", plugin="clinic")
        heard = await following.line()
        assert (heard["message"], heard["level"], heard["plugin"]) == ("as it comes\n", "warning", "clinic")
        assert await following.stopped() == 130

    async def test_following_survives_a_restart_of_the_host_and_says_so(self, applied):
        with served() as running:
            say_at(running.address, "error", "one")
            following = Following(running.address.removeprefix("http://"), "clinic", "-f", "--level", "error")
            assert (await following.text()).endswith(' error   clinic one by="the router"\n')
        assert await following.aside() == "the stream ended; listening again\n"
        with served("--port", running.address.rpartition(":")[2]) as running:
            say_at(running.address, "error", "two")
            assert (await following.text()).endswith(' error   clinic two by="the router"\n')
            assert (await following.aside()).startswith("goes on, with ")
            assert await following.stopped() == 130

    async def test_the_administrators_token_of_the_settings_opens_the_host_of_this_machine(self, applied, honeyhost):
        with served() as running:
            say_at(running.address, "error", "one")
            words = ["logs", "clinic", "--url", running.address]
            done = await asyncio.to_thread(honeyhost, *words, environ={"HONEYHOST_ADMIN_TOKEN": TOKEN})
        assert done.returncode == 0, done.stderr
        assert "clinic one" in done.stdout


def say_at(address, level, text):
    answer = httpx.get(f"{address}/api/plugins/clinic/say/{level}/{text}", headers=BEARER, timeout=20)
    assert answer.status_code == 200, answer.text


class Following:
    """
    ``honeyhost logs`` that goes on.
    """

    def __init__(self, address, *words):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "honeyhost", "logs", "--url", f"http://{address}", "--token", TOKEN, *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)

    async def text(self):
        return await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), 30)

    async def aside(self):
        return await asyncio.wait_for(asyncio.to_thread(self._process.stderr.readline), 30)

    async def line(self):
        return json.loads(await self.text())

    async def stopped(self):
        self._process.send_signal(signal.SIGINT)
        await asyncio.wait_for(asyncio.to_thread(self._process.communicate), 30)
        return self._process.returncode
