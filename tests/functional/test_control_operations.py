"""
What a real host says of itself over HTTP: status, instances, doctor, health, metrics, and events on an open connection.
"""

import asyncio
import json
import re
import socket
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from control import BASE, TOKEN, assert_problem, steering
from hosting import serving

from honeyhost.api import routes
from honeyhost.api.limits import Limits
from honeyhost.errors import StoreUnavailableError
from honeyhost.following import Following
from honeyhost.propagation.drift import Drift
from honeyhost.store.records import StoredRecords

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def plugins(platform):
    """
    A platform with two plugins.
    """
    for slug in ("clinic", "ledger"):
        platform.add(slug)
    return platform


class TestReadiness:
    async def test_a_host_whose_plugins_answer_is_ready_and_anybody_may_ask(self, plugins):
        async with steering() as steered:
            for path in ("//healthz", "//readyz"):
                assert (await steered.ask("GET", path, None)).status_code == 200
            assert (await steered.ask("GET", "//readyz", None)).json()["status"] == "ready"

    async def test_a_plugin_that_fails_is_named_and_fails_readiness_until_it_is_not_wanted(self, plugins):
        plugins.add("broken", files={"backend/notes.py": "raise RuntimeError('no licence')"})
        async with steering() as steered:
            answer = await steered.ask("GET", "//readyz", None)
            assert (answer.status_code, answer.json()["status"], answer.json()["failed"]) == (503, "failed", ["broken"])
            assert (await steered.ask("GET", "//healthz", None)).status_code == 200
            off = await steered.ask("POST", "/plugins/broken/toggle", json={"enabled": False})
            assert (off.status_code, off.json()["wanted"]) == (200, "disabled")
            assert (await steered.ask("GET", "//readyz", None)).status_code == 200

    async def test_a_plugin_that_failed_at_the_start_answers_once_it_is_mended_and_reloaded(self, plugins):
        root = plugins.add("broken", files={"backend/notes.py": "raise RuntimeError('no licence')"})
        async with steering() as steered:
            assert_problem(await steered.ask("POST", "/plugins/broken/reload"), 409, "load-failed")
            (root / "backend/notes.py").write_text((plugins.install / "plugins/clinic/backend/notes.py").read_text())
            assert (await steered.ask("POST", "/plugins/broken/reload")).status_code == 200
            assert (await steered.ask("GET", "//api/plugins/broken/notes")).status_code == 200
            assert (await steered.ask("GET", "//readyz", None)).status_code == 200

    async def test_drift_fails_readiness_after_its_grace_and_says_in_what(self, plugins):
        async with steering(drift_grace=60.0) as patient, steering(drift_grace=0.0) as strict:
            for steered in (patient, strict):
                steered.host._attached_to._drift.found("plugin", "an old version goes on", plugin="clinic")
            assert (await patient.ask("GET", "//readyz", None)).status_code == 200
            answer = await strict.ask("GET", "//readyz", None)
            assert (answer.status_code, answer.json()["behind"]) == (503, ["plugin"])
            status = (await strict.ask("GET", "/status")).json()
            assert (status["drifted"], [fact["kind"] for fact in status["behind"]]) == (True, ["plugin"])
            strict.host._attached_to._drift.mended("plugin", "clinic")
            assert (await strict.ask("GET", "//readyz", None)).status_code == 200


async def test_status_says_which_revision_is_wanted_and_which_runs(plugins):
    async with steering() as steered:
        before = (await steered.ask("GET", "/status")).json()
        await steered.ask("POST", "/plugins/clinic/toggle")
        after = (await steered.ask("GET", "/status")).json()
    assert before["wanted"] == before["running"] < after["running"] == after["wanted"]
    assert after["behind"] == []


async def test_the_doctor_checks_what_a_host_stands_on(plugins):
    async with steering() as steered:
        checks = (await steered.ask("GET", "/doctor")).json()
    assert {"host", "database", "plugins", "snapshot"} <= {check["id"] for check in checks}
    assert {check["status"] for check in checks} <= {"ok", "info", "warning", "error"}


async def test_without_the_database_what_needs_it_is_unavailable_and_the_list_still_answers(plugins, monkeypatch):
    async with steering(lifespan=False) as steered:
        gone = StoreUnavailableError("the database cannot be reached", hint="start it")
        assert (await steered.ask("GET", "/plugins")).status_code == 200

        def away(*_):
            raise gone

        monkeypatch.setattr(type(steered.host.stores), "changes", away)
        answer = await steered.ask("POST", "/plugins/clinic/toggle")
        problem = assert_problem(answer, 503, gone.code)
        assert (problem["detail"], problem["hint"]) == ("the database cannot be reached", "start it")
        assert int(answer.headers["retry-after"]) > 0
        assert (await steered.ask("GET", "/plugins")).status_code == 200


class TestMetrics:
    async def test_requests_are_counted_for_each_plugin(self, plugins):
        async with steering() as steered:
            for _ in range(3):
                await steered.ask("GET", "//api/plugins/clinic/notes")
            answer = await steered.ask("GET", "//metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert 'honeyhost_plugin_requests_total{plugin="clinic"} 3.0' in answer.text
        assert 'honeyhost_plugin_requests_total{plugin="ledger"} 0.0' in answer.text
        assert 'honeyhost_plugin_state{plugin="clinic",state="loaded"} 1.0' in answer.text

    async def test_every_line_is_of_the_text_format_and_every_family_is_described_once(self, plugins):
        async with steering() as steered:
            text = (await steered.ask("GET", "//metrics")).text
        sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.einfNa]+')
        lines = text.splitlines()
        assert [line for line in lines if not line.startswith("# ") and not sample.fullmatch(line)] == []
        kinds = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
        assert len(kinds) == len(set(kinds))

    async def test_the_series_of_a_plugin_that_is_gone_are_gone(self, plugins):
        async with steering() as steered:
            assert 'plugin="ledger"' in (await steered.ask("GET", "//metrics")).text
            await steered.host.manager.take_up_plugins([steered.host.manager.plugins[0]], {})
            text = (await steered.ask("GET", "//metrics")).text
        assert 'plugin="clinic"' in text
        assert 'plugin="ledger"' not in text

    async def test_a_disabled_plugin_has_a_state_and_no_requests(self, plugins):
        async with steering() as steered:
            await steered.ask("POST", "/plugins/ledger/toggle")
            text = (await steered.ask("GET", "//metrics")).text
        assert 'honeyhost_plugin_state{plugin="ledger",state="disabled"} 1.0' in text
        assert 'honeyhost_plugin_requests_total{plugin="ledger"}' not in text


class TestLimits:
    async def test_of_a_thousand_toggles_the_rate_is_let_through_and_the_rest_told_when_to_come_back(self, plugins):
        async with steering(control_rate=5) as steered:
            answers = [await steered.ask("POST", "/plugins/clinic/toggle") for _ in range(1000)]
            assert [answer.status_code for answer in answers[:5]] == [200] * 5
            refused = [answer for answer in answers if answer.status_code == 429]
            assert len(refused) >= 900
            problem = assert_problem(refused[0], 429, "too-many-changes")
            assert problem["limit"] == 5
            assert 1 <= int(refused[0].headers["retry-after"]) <= 12
            assert (await steered.ask("GET", "/plugins")).status_code == 200
            other = await steered.token_of_the_store(scopes=["plugins.manage"])
            assert (await steered.ask("POST", "/plugins/clinic/toggle", other)).status_code == 200

    async def test_guesses_at_tokens_are_limited_too(self, plugins):
        async with steering(control_rate=5, lifespan=False) as steered:
            body = {"token": "hht_administrator_guess"}
            statuses = [(await steered.ask("POST", "/session", None, json=body)).status_code for _ in range(8)]
        assert statuses == [401] * 5 + [429] * 3

    @pytest.mark.parametrize("said", [True, False], ids=["announced", "chunked"])
    async def test_a_body_that_is_too_large_is_refused(self, plugins, said):
        body = b'{"a": "' + b"x" * 300_000 + b'"}'

        async def chunks():
            for start in range(0, len(body), 65536):
                yield body[start : start + 65536]

        headers = {"Content-Type": "application/json"}
        async with steering(lifespan=False) as steered:
            content = body if said else chunks()
            answer = await steered.ask("POST", "/plugins/clinic/configure", content=content, headers=headers)
            assert assert_problem(answer, 413, "content-too-large")["limit"] == 256 * 1024


@pytest.fixture
async def server(plugins, monkeypatch):
    """
    The address of a host behind a real server, which waits a third of a second for a body.
    """
    made = Limits
    monkeypatch.setattr(routes, "Limits", lambda changes: made(changes=changes, seconds=0.3))
    async with steering(lifespan=False) as steered:
        with serving(steered.app) as address:
            yield address


class TestServer:
    async def test_a_body_that_does_not_arrive_is_not_waited_for(self, server):
        host, port = server.split(":")
        head = f"POST {BASE}/plugins/clinic/configure HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {TOKEN}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        with await asyncio.to_thread(socket.create_connection, (host, int(port)), 20) as connection:
            connection.sendall(head.encode() + b'{"a":')
            answer = await asyncio.to_thread(_until_closed, connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in answer
        assert b"body-too-slow" in answer

    async def test_a_listener_hears_the_present_revision_and_every_change(self, server):
        async with httpx.AsyncClient(base_url=f"http://{server}", headers=BEARER, timeout=20) as client:
            status = (await client.get(f"{BASE}/status")).json()
            async with client.stream("GET", f"{BASE}/events") as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                lines = stream.aiter_lines()
                first = await _event(lines)
                assert first["revision"] == status["running"]
                changed = await client.post(f"{BASE}/plugins/clinic/toggle")
                second = await _event(lines)
                assert second["revision"] >= changed.json()["revision"] > first["revision"]

    async def test_the_server_ends_while_somebody_listens(self, plugins):
        async with steering(lifespan=False) as steered:
            with serving(steered.app, timeout_graceful_shutdown=1) as address:
                client = httpx.AsyncClient(base_url=f"http://{address}", headers=BEARER, timeout=20)
                stream = await client.send(client.build_request("GET", f"{BASE}/events"), stream=True)
                assert stream.status_code == 200
            with suppress(httpx.HTTPError):
                await stream.aclose()
            await client.aclose()

    async def test_sites_cannot_read_across_origins(self, server):
        async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
            answer = await client.options(
                f"{BASE}/plugins", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
            )
            assert answer.status_code == 405
            answer = await client.get(f"{BASE}/plugins", headers={**BEARER, "Origin": "http://evil.example"})
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("turns", range(6))
async def test_a_host_that_is_told_of_a_change_while_it_ends_comes_to_an_end(turns):
    following = Following(StoredRecords, mark=None, drift=Drift(timedelta(seconds=10)))
    task = asyncio.ensure_future(following.run(None))
    await following.refresh()  # by then it waits
    following.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert task in done


def _until_closed(connection):
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


async def _event(lines):
    async with asyncio.timeout(20):
        async for line in lines:
            if line.startswith("data: "):
                return json.loads(line[6:])
    raise AssertionError("the stream ended")
