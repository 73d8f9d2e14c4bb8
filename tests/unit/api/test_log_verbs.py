"""
The verbs of logs over a host whose records lie in memory.
"""

import asyncio
import json
from types import SimpleNamespace

import pytest
from control import BASE, ask, assert_problem, serve
from hosting import Plugin
from starlette.exceptions import HTTPException

from honeyhost.api import events, log_stream
from honeyhost.api.log_stream import Asked, LogStream
from honeyhost.api.problems import ProblemError
from honeyhost.errors import StoreUnavailableError
from honeyhost.sdk import Caller
from honeyhost.services.logs import LogBuffer

LOGS = f"{BASE}/logs"


class Audit:
    def __init__(self):
        self.added = []

    def add(self, *facts):
        self.added.append(facts)


@pytest.fixture
def audit():
    return Audit()


@pytest.fixture
def served(audit):
    app, host = serve(Plugin("clinic"), Plugin("ledger"), stores=SimpleNamespace(audit=audit))
    host.logs = LogBuffer(100)
    for number in range(6):
        level, plugin = ("info", "warning", "error")[number % 3], ("clinic", None)[number % 2]
        host.logs.add(level, f"record {number}", plugin=plugin, fields={"even": number % 2 == 0})
    return app, host


def shown(app, query=""):
    answer = ask(app, "GET", f"{LOGS}{query}")
    assert answer.status_code == 200, answer.text
    return [record["sequence"] for record in answer.json()["logs"]]


class TestLooking:
    def test_the_newest_come_first_with_all_that_they_say(self, served):
        app, host = served
        answer = ask(app, "GET", LOGS)
        body = answer.json()
        assert answer.headers["cache-control"] == "no-store"
        assert (body["count"], body["total"], body["instance"]) == (6, 6, "one")
        assert body["logs"][0] == host.logs.recent(1)[0].to_json()

    @pytest.mark.parametrize(
        ("query", "found", "total"),
        [
            ("?plugin=clinic", [5, 3, 1], 3),
            ("?plugin=host", [6, 4, 2], 3),
            ("?level=warning", [6, 5, 3, 2], 4),
            ("?plugin=clinic&level=warning", [5, 3], 2),
            ("?plugin=clinic&level=warning&limit=1", [5], 2),
            ("?plugin=clinic&before=5", [3, 1], 3),
            ("?text=RECORD%203", [4], 1),
            ("?text=true&plugin=ledger", [], 0),
            ("?text=true&level=error", [3], 1),
        ],
    )
    def test_all_filters_hold_together(self, served, query, found, total):
        app, _ = served
        body = ask(app, "GET", f"{LOGS}{query}").json()
        assert [record["sequence"] for record in body["logs"]] == found
        assert (body["count"], body["total"]) == (len(found), total)

    def test_an_unknown_level_is_refused_with_the_one_that_was_meant(self, served):
        app, _ = served
        problem = assert_problem(ask(app, "GET", f"{LOGS}?level=warn"), 422, "request-invalid")
        assert problem["detail"] == "the request is not valid: level: there is no level 'warn'"
        (fault,) = problem["problems"]
        assert (fault["code"], fault["path"], fault["hint"]) == ("enum", "level", "did you mean warning?")

    def test_an_unknown_plugin_is_refused_and_one_that_is_gone_is_not(self, served):
        app, host = served
        assert_problem(ask(app, "GET", f"{LOGS}?plugin=nobody"), 404, "unknown-plugin")
        assert shown(app, "?plugin=legacy") == []
        host.logs.add("info", "the last", plugin="nobody")
        assert shown(app, "?plugin=nobody") == [7]

    @pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?before=0", "?plugin=a%20b", "?text=a%0Ab", "?limit=x"])
    def test_what_cannot_be_meant_is_refused(self, served, query):
        assert_problem(ask(served[0], "GET", f"{LOGS}{query}"), 422, "request-invalid")

    def test_what_cannot_be_seen_is_made_visible_and_lines_stay_lines(self, served):
        app, host = served
        host.logs.add("info", "a\x1b[31m\nb\u202e\udcff", fields={"k\x00": ["\x07", {"deep": "a\r\nb"}, 1]})
        record = ask(app, "GET", f"{LOGS}?limit=1").json()["logs"][0]
        assert record["message"] == "a\\x1b[31m\nb\\u202e\\udcff"
        assert record["fields"] == {"k\\x00": ["\\x07", {"deep": "a \nb"}, 1]}


class TestAccess:
    @pytest.mark.parametrize(("method", "path"), [("GET", LOGS), ("GET", f"{LOGS}/stream"), ("DELETE", LOGS)])
    def test_all_of_it_needs_the_scope_to_manage(self, served, method, path):
        app, host = served
        assert_problem(ask(app, method, path, None), 401, "not-authenticated")
        assert_problem(ask(app, method, path, "plugins.read"), 403, "permission-missing")
        assert host.logs.count == 6


class TestClearing:
    def test_all_records_go_and_the_audit_knows_who_did_it(self, served, audit):
        app, host = served
        answer = ask(app, "DELETE", LOGS)
        assert answer.json() == {"cleared": 6, "instance": "one"}
        assert (host.logs.count, host.logs.total) == (0, 6)
        assert audit.added == [("admin", "logs.clear", "logs", {"records": 6, "instance": "one"})]

    def test_those_of_one_plugin_go_alone(self, served, audit):
        app, _ = served
        assert ask(app, "DELETE", f"{LOGS}?plugin=clinic").json()["cleared"] == 3
        assert shown(app) == [6, 4, 2]
        assert audit.added == [("admin", "logs.clear", "clinic", {"records": 3, "instance": "one"})]

    def test_an_unknown_plugin_is_refused(self, served):
        assert_problem(ask(served[0], "DELETE", f"{LOGS}?plugin=nobody"), 404, "unknown-plugin")

    def test_where_the_audit_cannot_be_written_they_stay(self, served):
        app, host = served
        host.made_stores = StoreUnavailableError("the database cannot be reached")
        assert_problem(ask(app, "DELETE", LOGS), 503, "store-unavailable")
        assert host.logs.count == 6


def parsed(text):
    """
    The events in a text: name, id, data.
    """
    found = []
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields.get("event"), fields.get("id"), json.loads(fields["data"]) if "data" in fields else fields))
    return found


def listening(host, asked, do=lambda: None, *, verdicts=(True,)):
    """
    What a listener is told until it may not listen any more.
    """
    answers = list(verdicts)

    async def main():
        stream = LogStream(host)

        async def admitted():
            do()
            return bool(answers) and answers.pop(0)

        return "".join([text async for text in stream.listen(asked, admitted)])

    return parsed(asyncio.run(main()))


@pytest.fixture
def quick(monkeypatch):
    """
    Callers are asked after at every turn.
    """
    monkeypatch.setattr(log_stream, "COMMENT", 0.0)
    monkeypatch.setattr(log_stream, "_LOOK", 0.001)


class TestListening:
    def test_the_process_is_told_first_then_records_as_they_come(self, served, quick):
        _, host = served
        told = listening(
            host, Asked(level="error"), do=lambda: [host.logs.add(level, "a\nb\r\u2028") for level in ("info", "error")]
        )
        assert told[0] == ("process", "one:6", {"instance": "one"})
        assert [name for name, _, _ in told] == ["process", None, "record"]
        assert told[2][:2] == ("record", "one:8")
        assert told[2][2]["message"] == "a\nb \\u2028"

    def test_each_event_is_one_line_of_data_in_plain_letters(self):
        text = log_stream.event("record", {"message": "a\nb\r\u2028ä\x00"}, "one:1")
        assert text == 'id: one:1\nevent: record\ndata: {"message": "a\\nb\\r\\u2028\\u00e4\\u0000"}\n\n'

    @pytest.mark.parametrize(
        ("last_event", "begin", "numbers"),
        [
            ("one:4", "one:4", ["one:5", "one:6"]),
            ("4", "one:4", ["one:5", "one:6"]),
            ("one:6", "one:6", []),
            ("another:4", "one:0", [f"one:{number}" for number in range(1, 7)]),
            ("one:99", "one:0", [f"one:{number}" for number in range(1, 7)]),
            ("nonsense", "one:0", [f"one:{number}" for number in range(1, 7)]),
            ("one:" + "9" * 40, "one:0", [f"one:{number}" for number in range(1, 7)]),
        ],
    )
    def test_who_comes_back_goes_on_where_it_was(self, served, quick, last_event, begin, numbers):
        told = listening(served[1], Asked(last_event=last_event, limit=2), verdicts=(True, True))
        assert told[0][1] == begin
        assert [number for name, number, _ in told if name == "record"] == numbers

    def test_what_is_gone_meanwhile_is_counted(self, served, quick):
        _, host = served
        host.logs = LogBuffer(2)
        for number in range(6):
            host.logs.add("info", str(number))
        told = listening(host, Asked(last_event="one:1"))
        assert [(name, number) for name, number, _ in told[:4]] == [
            ("process", "one:1"),
            ("missed", None),
            ("record", "one:5"),
            ("record", "one:6"),
        ]
        assert told[1][2] == {"missed": 3}

    def test_it_may_begin_with_the_last_so_many(self, served, quick):
        told = listening(served[1], Asked(plugin="clinic", limit=2))
        assert [number for name, number, _ in told if name == "record"] == ["one:3", "one:5"]

    def test_it_ends_with_the_right_to_it_also_while_records_pour_in(self, served, quick):
        _, host = served
        told = listening(host, Asked(limit=1), do=lambda: host.logs.add("info", "more"), verdicts=(True, True, False))
        assert len([name for name, _, _ in told if name == "record"]) == 3
        assert not host.logs._listeners

    def test_it_ends_with_the_server(self, served, monkeypatch):
        _, host = served
        monkeypatch.setattr(log_stream, "server_is_ending", lambda: True)
        assert [name for name, _, _ in listening(host, Asked(limit=3))] == ["process"]

    def test_more_than_so_many_may_not_listen(self, served, monkeypatch):
        _, host = served
        monkeypatch.setattr(log_stream, "MOST_LISTENERS", 1)

        async def main():
            stream = LogStream(host)

            async def admitted():
                return True

            first = stream.listen(Asked(), admitted)
            assert (await anext(first)).startswith("id: one:6\n")
            with pytest.raises(ProblemError) as caught:
                stream.listen(Asked(), admitted)
            assert (caught.value.status, caught.value.code, caught.value.headers) == (
                503,
                "too-many-listeners",
                {"Retry-After": "30"},
            )
            await first.aclose()
            second = stream.listen(Asked(), admitted)
            await anext(second)
            await second.aclose()

        asyncio.run(main())
        assert events.MOST_LISTENERS == 256

    @pytest.mark.parametrize("after", ["nobody", "reader", "undecided"])
    def test_over_http_it_ends_once_the_caller_may_not_listen_any_more(self, served, quick, after):
        _, host = served
        asked = []

        async def identity(_):
            asked.append(1)
            if len(asked) == 1:
                return Caller(id="admin", scopes=frozenset({"plugins.manage"}))
            if after == "undecided":
                raise HTTPException(503)
            return None if after == "nobody" else Caller(id="reader", scopes=frozenset({"plugins.read"}))

        app, host = serve(identity=identity)
        host.logs = LogBuffer()
        answer = ask(app, "GET", f"{LOGS}/stream")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
        assert answer.text == 'id: one:0\nevent: process\ndata: {"instance": "one"}\n\n'

    @pytest.mark.parametrize(
        ("query", "status", "code"), [("level=loud", 422, "request-invalid"), ("plugin=nobody", 404, "unknown-plugin")]
    )
    def test_what_cannot_be_listened_to_is_refused_at_once(self, served, query, status, code):
        assert_problem(ask(served[0], "GET", f"{LOGS}/stream?{query}"), status, code)

    def test_the_header_leads_back(self, served, quick):
        identity_calls = []

        async def identity(_):
            identity_calls.append(1)
            return Caller(id="admin", scopes=frozenset({"*"})) if len(identity_calls) < 3 else None

        app, host = serve(identity=identity)
        host.logs = LogBuffer()
        for number in range(3):
            host.logs.add("info", str(number))
        answer = ask(app, "GET", f"{LOGS}/stream", headers={"Last-Event-ID": "one:1"})
        assert [number for name, number, _ in parsed(answer.text) if name == "record"] == ["one:2", "one:3"]


def test_the_document_names_the_levels_and_what_a_listener_may_send():
    app, _ = serve()
    document = app.openapi()
    parameters = {item["name"]: item for item in document["paths"][f"{LOGS}/stream"]["get"]["parameters"]}
    assert parameters["level"]["schema"]["anyOf"][0] == {"type": "string", "enum": ["debug", "info", "warning", "error"]}
    assert parameters["Last-Event-ID"]["in"] == "header"
