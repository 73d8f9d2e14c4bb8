"""
``logs`` and the remote host that it asks: addresses and tokens, odd answers, streams that tear, and how records are shown.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain

import pytest

from honeyhost.cli.commands import logs
from honeyhost.cli.remote import Event, HostUnreachableError, RemoteHost, remote_host
from honeyhost.cli.render.records import record_lines
from honeyhost.cli.wishes import Wishes
from honeyhost.errors import RefusedError, UsageError

RECORD = {
    "sequence": 7,
    "at": "2026-11-25T10:02:28.114+00:00",
    "plugin": "clinic",
    "level": "warning",
    "message": "look",
    "fields": {},
    "process": 1,
}


def problem(**facts):
    return json.dumps({"status": 403, "code": "some-code", "detail": "no", **facts})


class Answers:
    """
    A server that gives one answer after the other, the last one again and again, and keeps what it was asked.
    """

    def __init__(self, *answers):
        self.asked = []
        left = chain(answers, iter(lambda: answers[-1], None))
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers.get("Authorization"), self.headers.get("Last-Event-ID")))
                status, body, *headers = next(left)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def answering(self):
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@pytest.fixture
def answering():
    """
    Starts a server with these answers.
    """
    running = []

    def start(*answers):
        context = Answers(*answers).answering()
        running.append(context)
        return context.__enter__()

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture
def nobody():
    """
    An address at which nothing listens.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_address[1]}"


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "host:8000",
            "ftp://host",
            "http://",
            "http://host:99999",
            "http://host:0",
            "http://[::1",
            "http://u:p@host",
            "http://h/?a",
        ],
    )
    def test_what_is_no_address_is_refused(self, url):
        with pytest.raises(UsageError) as caught:
            RemoteHost(url, None)
        assert str(caught.value) == f"'{url}' is no address of a platform"

    @pytest.mark.parametrize("token", ["a\nb", "ä", "\x00"])
    def test_what_is_no_token_is_refused_and_not_repeated(self, token):
        with pytest.raises(UsageError) as caught:
            RemoteHost("http://host", token)
        assert str(caught.value) == "the token has characters that no token has"

    @pytest.mark.parametrize(
        ("url", "token", "environ", "expected"),
        [
            (None, None, {}, ("http://127.0.0.1:8000", "of-the-settings")),
            (None, None, {"HONEYHOST_TOKEN": "of-the-shell"}, ("http://127.0.0.1:8000", "of-the-shell")),
            (None, "typed", {"HONEYHOST_TOKEN": "of-the-shell"}, ("http://127.0.0.1:8000", "typed")),
            (None, "typed", {"HONEYHOST_URL": "http://web:1"}, ("http://web:1", "typed")),
            ("http://typed:2", "typed", {"HONEYHOST_URL": "http://web:1"}, ("http://typed:2", "typed")),
            ("http://localhost:2", None, {}, ("http://localhost:2", "of-the-settings")),
            ("http://[::1]:2", None, {}, ("http://[::1]:2", "of-the-settings")),
            ("https://evil.example", None, {}, ("https://evil.example", None)),
            ("http://192.0.2.7", None, {}, ("http://192.0.2.7", None)),
        ],
    )
    def test_the_administrators_token_goes_to_this_machine_only(  # noqa: PLR0917 - what stands in the table
        self, platform, monkeypatch, url, token, environ, expected
    ):
        monkeypatch.setenv("HONEYHOST_ADMIN_TOKEN", "of-the-settings")
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        host = remote_host(url, token)
        assert (host.url, host._token) == expected

    def test_without_any_token_a_stranger_asks(self, platform, answering):
        server = answering((200, "{}"))
        remote_host(server.url, None).get("/logs", {"plugin": None, "limit": 3})
        assert server.asked == [("/api/plugin-host/logs?limit=3", None, None)]

    def test_a_platform_below_a_path_is_asked_there(self, answering):
        server = answering((200, "{}"))
        RemoteHost(f"{server.url}/below/", "hht_x").get("/logs", {"text": "a b&c"})
        assert server.asked == [("/below/api/plugin-host/logs?text=a+b%26c", "Bearer hht_x", None)]

    def test_a_secure_address_is_asked_securely(self, answering):
        server = answering((200, "{}"))
        with pytest.raises(HostUnreachableError, match="no running host answers at https://"):
            RemoteHost(server.url.replace("http:", "https:"), "hht_x").get("/logs", {})
        assert server.asked == []


class TestAnswers:
    def test_nobody_there_is_an_error_with_the_next_step(self, nobody):
        with pytest.raises(HostUnreachableError) as caught:
            RemoteHost(nobody, None).get("/logs", {})
        assert str(caught.value) == f"no running host answers at {nobody}: connection refused"
        assert caught.value.hint == "start one with 'honeyhost serve', or name the address of yours with --url"

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ((200, "<html>"), "what answers at {} is no honeyhost, or stopped"),
            ((200, '{"a"', ("Content-Length", "99")), "what answers at {} is no honeyhost, or stopped"),
            ((404, "<html>"), "what answers at {} is no honeyhost: it says 404"),
            ((404, "[]"), "what answers at {} is no honeyhost: it says 404"),
            ((302, "", ("Location", "http://evil.example/")), "what answers at {} is no honeyhost: it says 302"),
            ((503, problem(detail="the database is away")), "the host at {} cannot answer: the database is away"),
        ],
    )
    def test_something_else_there_is_an_error_too(self, answering, answer, said):
        server = answering(answer)
        with pytest.raises(HostUnreachableError) as caught:
            RemoteHost(server.url, "hht_x").get("/logs", {})
        assert str(caught.value) == said.format(server.url)
        assert len(server.asked) == 1

    @pytest.mark.parametrize(
        ("answer", "hint"),
        [
            ((403, problem(hint="ask nicely")), "ask nicely"),
            ((422, problem(problems=[{"hint": "did you mean warning?"}])), "did you mean warning?"),
            ((403, problem()), "take a token that has the scope"),
            ((409, problem(problems=[])), None),
        ],
    )
    def test_a_refusal_is_said_with_what_helps(self, answering, answer, hint):
        server = answering(answer)
        with pytest.raises(RefusedError) as caught:
            RemoteHost(server.url, "hht_x").get("/logs", {})
        assert str(caught.value) == f"the host at {server.url} refuses: no"
        assert (caught.value.hint, caught.value.params["answered"]) == (hint, "some-code")


def sse(*events):
    return "".join(f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n" for number, name, data in events)


class TestStream:
    @pytest.mark.parametrize(
        ("text", "events"),
        [
            (sse(("a:1", "record", {"x": 1})), [Event("record", {"x": 1}, "a:1")]),
            (": still here\n\nevent: missed\ndata: 3\n\n", [Event("missed", 3, "a:0")]),
            ("data: [1,\ndata: 2]\nid:a:2\r\n\r\n", [Event("message", [1, 2], "a:2")]),
            ("event: record\n\n", []),
            ("event: record\ndata: 1\n", []),
            ("data: {torn\n\n" + sse(("a:1", "record", 1)), []),
        ],
    )
    def test_events_are_read_as_the_standard_says(self, answering, text, events):
        host = RemoteHost(answering((200, text)).url, None)
        assert list(host.events("/logs/stream", {}, "a:0")) == events

    def test_one_that_tears_ends_and_whoever_comes_back_says_where_it_was(self, answering):
        server = answering((200, f"5000\r\n{sse(('a:1', 'record', 1))}", ("Transfer-Encoding", "chunked")), (200, ""))
        host = RemoteHost(server.url, None)
        assert list(host.events("/logs/stream", {}, None)) == [Event("record", 1, "a:1")]
        assert list(host.events("/logs/stream", {}, "a:1")) == []
        assert [last for _, _, last in server.asked] == [None, "a:1"]


WORDS = {"plugin": None, "level": None, "text": None, "limit": 100, "before": None, "token": "hht_x"}


class TestCommand:
    def test_nobody_there_ends_with_two_and_says_what_to_do(self, said, nobody):
        code, out, err = said("logs", "--url", nobody, "--token", "hht_x")
        assert (code, out) == (2, "")
        assert err.splitlines() == [
            f"error[host-unreachable]: no running host answers at {nobody}: connection refused",
            "help: start one with 'honeyhost serve', or name the address of yours with --url",
        ]
        code, out, _ = said("logs", "--follow", "--json", "--url", nobody, "--token", "hht_x")
        assert (code, json.loads(out)["error"]["code"]) == (2, "host-unreachable")

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--level", "warn"], "is not one of"),
            (["--limit", "0"], "greater than or equal to 1"),
            (["--follow", "--before", "7"], "what is older than a record does not come any more"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_before_anybody_is_asked(self, said, nobody, words, message):
        code, _, err = said("logs", "--url", nobody, "--token", "hht_x", *words)
        assert code == 2
        assert message in err

    def test_where_nothing_was_logged_it_says_so(self, said, answering):
        server = answering((200, json.dumps({"logs": [], "count": 0, "total": 0, "instance": "web-1"})))
        assert said("logs", "--url", server.url, "--token", "hht_x") == (0, "", "no record of web-1 fits\n")

    def test_the_newest_comes_last_and_the_way_to_older_ones_is_told(self, said, answering):
        logs_of = [{**RECORD, "sequence": number, "message": f"n {number}"} for number in (9, 8)]
        body = {"logs": logs_of, "count": 2, "total": 5, "instance": "web-1"}
        server = answering((200, json.dumps(body)))
        words = ["logs", "--url", server.url, "--token", "hht_x", "--limit", "2"]
        code, out, err = said(*words)
        assert (code, [line[-3:] for line in out.splitlines()]) == (0, ["n 8", "n 9"])
        assert err.splitlines() == ["2 of 5 records of web-1", "older ones: --before 8"]
        assert json.loads(said(*words, "--json")[1]) == {"version": 1, **body}

    @pytest.mark.parametrize("json_wanted", [False, True])
    def test_following_takes_a_stream_up_where_it_ended(self, answering, make_reader, monkeypatch, json_wanted):
        waits = []
        monkeypatch.setattr(logs, "_AGAIN", 0)
        monkeypatch.setattr(logs, "Moment", type("Now", (), {"wait": lambda _, seconds: waits.append(seconds)}))
        server = answering(
            (200, sse(("a:0", "process", {"instance": "a"}), ("a:1", "record", RECORD))),
            (502, "<html>"),
            (200, ""),
            (200, sse(("a:1", "process", {"instance": "a"}), ("a:1", "missed", {"missed": 3}), ("a:5", "record", RECORD))),
            (401, problem(detail="the token has ended")),
        )
        reader = make_reader(wishes=Wishes(json=json_wanted))
        with pytest.raises(RefusedError, match="the token has ended"):
            logs.run(reader.streams, follow=True, url=server.url, json=json_wanted, **WORDS)
        assert [last for _, _, last in server.asked] == [None, "a:1", "a:1", "a:1", "a:5"]
        assert len(waits) == 4
        if json_wanted:
            assert [json.loads(line) for line in reader.out.splitlines()] == [RECORD, {"missed": 3}, RECORD]
            assert reader.err == ""
        else:
            assert reader.out == "2026-11-25T10:02:28.114+00:00 warning clinic look\n" * 2
            assert reader.err.splitlines() == [
                "the stream ended; listening again",
                "goes on, with a",
                "3 records were missed",
                "the stream ended; listening again",
            ]

    def test_on_a_terminal_each_json_record_is_one_line_too(self, answering, make_reader, monkeypatch):
        monkeypatch.setattr(logs, "_AGAIN", 0)
        server = answering((200, sse(("a:1", "record", RECORD))), (403, problem()))
        reader = make_reader(terminal=True, width=80, wishes=Wishes(json=True))
        with pytest.raises(RefusedError):
            logs.run(reader.streams, follow=True, url=server.url, json=True, **WORDS)
        assert reader.out == json.dumps(RECORD) + "\n"


def text_of(record, *, terminal=False):
    return ["".join(part.text for part in content) for content in record_lines({**RECORD, **record}, terminal=terminal)]


class TestLines:
    def test_in_a_pipe_the_moment_has_its_zone_and_on_a_terminal_it_is_that_of_the_clock(self, monkeypatch):
        assert text_of({}) == ["2026-11-25T10:02:28.114+00:00 warning clinic look"]
        (shown,) = text_of({}, terminal=True)
        assert shown.startswith("2026-11-2")
        assert shown.endswith(":28.114 warning clinic look")
        assert len(shown.partition(" warning")[0]) == len("2026-11-25 10:02:28.114")

    def test_fields_stand_behind_the_message_and_texts_of_several_lines_below_it(self):
        fields = {
            "a": "plain",
            "b": "two words",
            "c": "",
            "d": 'q"',
            "e": "k=v",
            "f": [1],
            "g": None,
            "t": "one\n two\n",
            "z": "line\n",
        }
        assert text_of({"fields": fields, "plugin": None, "level": "info"}) == [
            '2026-11-25T10:02:28.114+00:00 info    host look a=plain b="two words" c="" d="q\\"" e="k=v" f=[1] g=null z="line\\n"',
            "    one",
            "     two",
        ]

    def test_what_could_steer_a_terminal_is_shown(self):
        shown = text_of({"message": "a\x1b[2J\nb", "plugin": "cl\x07", "fields": {"k\x9b": "\u202ex", "t": "a\n\x1bb"}})
        assert shown == [
            "2026-11-25T10:02:28.114+00:00 warning cl\\x07 a\\x1b[2J b k\\x9b=\\u202ex",
            "    a",
            "    \\x1bb",
        ]

    @pytest.mark.parametrize(("level", "style"), [("error", "red"), ("warning", "yellow"), ("info", ""), ("debug", "dim")])
    def test_the_level_has_its_word_and_its_colour(self, level, style):
        (shown,) = record_lines({**RECORD, "level": level}, terminal=False)
        assert (shown[2].text.strip(), shown[2].style) == (level, style)
