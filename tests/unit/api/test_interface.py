"""
The control interface over a host whose records lie in memory: its document, its list, its refusals.
"""

import asyncio
import json
from types import SimpleNamespace

import pytest
from control import BASE, LISTING, ask, assert_problem, serve
from hosting import Plugin, router
from starlette.routing import Match, NoMatchFound

from honeyhost.api import events
from honeyhost.api.events import Feed
from honeyhost.api.fallback import FallbackRoute
from honeyhost.api.limits import Limits
from honeyhost.api.listing import Listing
from honeyhost.api.problems import STATUSES, TITLES, ProblemError
from honeyhost.errors import HoneyhostError, StoreUnavailableError


async def hello() -> str:
    return "hello"


def clinic():
    return Plugin("clinic", [router(("/hello", hello))])


@pytest.fixture
def app():
    return serve(clinic())[0]


@pytest.fixture
def document(app):
    return app.openapi()


def operations(document):
    own = {path: item for path, item in document["paths"].items() if not path.startswith("/api/plugins/")}
    return [(path, method, operation) for path, item in own.items() for method, operation in item.items()]


class TestDocument:
    def test_ids_of_operations_are_unique_and_every_operation_says_what_it_does(self, document):
        found = operations(document)
        ids = [operation["operationId"] for _, _, operation in found]
        assert len(found) > 30
        assert len(set(ids)) == len(ids)
        assert all(operation["description"] for _, _, operation in found)

    def test_only_what_a_load_balancer_and_a_login_ask_is_open_to_strangers(self, document):
        open_ones = {(path, method) for path, method, operation in operations(document) if not operation.get("security")}
        assert open_ones == {("/healthz", "get"), ("/readyz", "get"), (f"{BASE}/session", "post")}
        schemes = document["components"]["securitySchemes"]
        assert {(scheme["type"], scheme.get("scheme"), scheme.get("in")) for scheme in schemes.values()} == {
            ("http", "bearer", None),
            ("apiKey", None, "cookie"),
        }
        named = {name for _, _, operation in operations(document) for needs in operation.get("security", ()) for name in needs}
        assert named <= schemes.keys()

    def test_every_body_and_every_path_parameter_has_an_example(self, document):
        schemas = document["components"]["schemas"]
        for path, method, operation in operations(document):
            for parameter in operation.get("parameters", ()):
                known = parameter.get("example") or parameter["schema"].get("examples") or parameter.get("examples")
                assert known or parameter["in"] == "query", (path, method, parameter["name"])
            content = operation.get("requestBody", {}).get("content", {})
            for media in content.values():
                text = json.dumps(media)
                shapes = [schemas[name] for name in schemas if f'"#/components/schemas/{name}"' in text]
                assert "example" in text or any("examples" in shape for shape in shapes), (path, method)

    def test_every_refusal_is_a_problem_document(self, document):
        for path, method, operation in operations(document):
            refusals = {status: said for status, said in operation["responses"].items() if status[0] in "45"}
            for status, said in refusals.items():
                if path != "/readyz":
                    assert set(said["content"]) == {"application/problem+json"}, (path, method, status)

    def test_references_lead_somewhere(self, document):
        text = json.dumps(document)
        names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert names <= document["components"]["schemas"].keys()


class TestList:
    def test_its_bytes_are_made_once_for_each_moment(self):
        _, host = serve(clinic())
        listing = Listing(host)
        first = listing()
        assert listing() is first
        host.records = dict(host.records)
        again = listing()
        assert again is not first
        assert again == first

    def test_a_change_is_in_it(self):
        app, host = serve(clinic())
        listing = Listing(host)
        before = listing()
        ask(app, "POST", f"{BASE}/plugins/clinic/toggle")
        assert listing().etag != before.etag

    @pytest.mark.parametrize("tags", ["{}", "W/{}", '"x", {}', '"x",W/{}'])
    def test_a_caller_who_has_it_is_told_so(self, app, tags):
        etag = ask(app, "GET", f"{BASE}/plugins").headers["etag"]
        answer = ask(app, "GET", f"{BASE}/plugins", headers={"If-None-Match": tags.format(etag)})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)

    def test_text_that_a_plugin_wrote_is_made_visible(self):
        entry = {**LISTING["plugins"][0], "display_name": "evil\u202eexe"}
        app, _ = serve(clinic(), listing={**LISTING, "plugins": [entry]})
        rows = {row["slug"]: row for row in ask(app, "GET", f"{BASE}/plugins").json()}
        assert rows["legacy"]["display_name"] == "evil\\u202eexe"

    def test_what_cannot_even_be_named_is_a_row(self):
        origin = {"kind": "directory", "location": "/srv/torn", "distribution": None}
        problem = {"severity": "error", "code": "yaml-syntax", "params": {}, "message": "torn"}
        failure = {"name": None, "origin": origin, "problems": [problem]}
        app, _ = serve(clinic(), listing={**LISTING, "failures": [failure]})
        row = ask(app, "GET", f"{BASE}/plugins").json()[0]
        assert (row["slug"], row["state"], row["reasons"][0]["code"]) == (None, "rejected", "yaml-syntax")


class TestDoor:
    def test_refusals_come_in_their_order(self, app):
        def toggle(slug, caller, **options):
            return ask(app, "POST", f"{BASE}/plugins/{slug}/toggle", caller, **options)

        odd = {"content": b"{", "headers": {"Content-Type": "text/plain"}}
        assert_problem(toggle("nobody", None, **odd), 404, "unknown-plugin")
        assert_problem(toggle("clinic", None, **odd), 401, "not-authenticated")
        assert_problem(toggle("clinic", "plugins.read", **odd), 403, "permission-missing")
        assert_problem(toggle("clinic", "admin", **odd), 415, "not-json")
        assert_problem(
            toggle("clinic", "admin", content=b"{", headers={"Content-Type": "application/json"}), 422, "request-invalid"
        )

    def test_the_limit_counts_before_the_body_is_read(self):
        app, host = serve(clinic(), limits=Limits(changes=1))
        path = f"{BASE}/plugins/clinic/configure"
        assert ask(app, "POST", path, json={"a": 1}).status_code == 200
        answer = ask(app, "POST", path, json={"a": 2})
        assert_problem(answer, 429, "too-many-changes")
        assert answer.headers["retry-after"] == "60"
        assert host.records["clinic"].config == {"a": 1}

    @pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/merge-patch+json"])
    def test_json_by_any_of_its_names_is_read(self, app, kind):
        sent = {"content": b'{"a": 1}', "headers": {"Content-Type": kind}}
        assert ask(app, "POST", f"{BASE}/plugins/clinic/configure", **sent).status_code == 200

    def test_a_caller_of_the_platform_with_a_cookie_of_its_own_needs_the_signs_too(self, app):
        path = f"{BASE}/plugins/clinic/toggle"
        cookie = {"Cookie": "platform_session=x"}
        assert_problem(ask(app, "POST", path, headers=cookie), 403, "cross-site-request")
        signs = {"Origin": "http://host", "x-honeyhost-request": "1"}
        assert ask(app, "POST", path, headers=cookie | signs).status_code == 200

    def test_the_actor_is_the_caller(self):
        app, host = serve(clinic())
        ask(app, "POST", f"{BASE}/plugins/clinic/toggle", "plugins.manage")
        assert host.asked == [("toggle", "clinic", "plugins.manage")]

    def test_a_long_name_is_not_repeated_whole(self, app):
        problem = assert_problem(ask(app, "GET", f"{BASE}/plugins/{'x' * 5000}"), 404, "unknown-plugin")
        assert len(problem["detail"]) < 200


class TestFallback:
    def test_head_is_the_head_of_get(self, app):
        got, head = (ask(app, method, f"{BASE}/plugins") for method in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == got.headers["etag"]

    def test_paths_beside_the_base_are_the_applications(self):
        app, _ = serve(clinic())

        @app.get("/api/plugin-hosts")
        async def other() -> str:
            return "other"

        assert ask(app, "GET", "/api/plugin-hosts").json() == "other"
        assert ask(app, "GET", "/elsewhere").json() == {"detail": "Not Found"}

    def test_it_is_in_nobodys_way_where_urls_are_made_and_for_websockets(self, app):
        (route,) = [route for route in app.router.routes if isinstance(route, FallbackRoute)]
        assert route.matches({"type": "websocket", "path": BASE})[0] is Match.NONE
        with pytest.raises(NoMatchFound):
            route.url_path_for("honeyhost-fallback")


class TestProblems:
    def test_every_error_of_the_host_has_a_status_with_a_title(self):
        assert set(STATUSES.values()) <= TITLES.keys()

    def test_an_error_without_a_status_is_a_failure_of_the_host(self):
        assert ProblemError.of(HoneyhostError("odd")).status == 500

    def test_the_members_of_a_problem_are_not_overwritten_and_odd_values_are_shown(self):
        error = ProblemError(
            409, "refused", "no\u202e", status_line={1, 2}, type="evil", path=object, names=("b\u200b",), facts={1: None}
        )
        document = json.loads(error.response().body)
        assert document["type"] == "about:blank"
        assert document["detail"] == "no\\u202e"
        assert (document["status_line"], document["names"], document["facts"]) == ([1, 2], ["b\\u200b"], {"1": None})

    def test_without_the_database_one_is_told_to_come_back(self):
        app, _ = serve(clinic(), stores=StoreUnavailableError("the database cannot be reached"))
        answer = ask(app, "GET", f"{BASE}/tokens")
        assert_problem(answer, 503, "store-unavailable")
        assert answer.headers["retry-after"] == "5"


class TestEvents:
    def feed(self, monkeypatch):
        monkeypatch.setattr(events, "_LOOK", 0.001)
        state = SimpleNamespace(running=7)
        return Feed(SimpleNamespace(status=lambda: state, live=SimpleNamespace(revision=3))), state

    def test_a_listener_is_let_go_when_it_may_not_listen_any_more(self, monkeypatch):
        feed, _ = self.feed(monkeypatch)
        answers = iter([True, False])

        async def admitted():
            return next(answers)

        async def listened():
            return [text async for text in feed.listen(admitted)]

        told = asyncio.run(listened())
        assert told == ['id: 7\nevent: changed\ndata: {"revision": 7, "live": 3}\n\n', ": still here\n\n"]
        assert feed._listeners == {}

    def test_a_change_is_told_from_any_thread(self, monkeypatch):
        feed, state = self.feed(monkeypatch)

        async def admitted():
            return True

        async def listened():
            stream = feed.listen(admitted)
            first = await anext(stream)
            state.running = 8
            await asyncio.to_thread(feed.tell)
            second = await anext(text async for text in stream if text.startswith("id"))
            await stream.aclose()
            return first, second

        first, second = asyncio.run(listened())
        assert (first.split("\n")[0], second.split("\n")[0]) == ("id: 7", "id: 8")
        feed.tell()

    def test_there_is_an_end_to_how_many_may_listen(self, monkeypatch):
        feed, _ = self.feed(monkeypatch)
        monkeypatch.setattr(events, "MOST_LISTENERS", 0)
        with pytest.raises(ProblemError) as caught:
            feed.listen(lambda: None)
        assert (caught.value.status, caught.value.code) == (503, "too-many-listeners")
