"""
The control interface steers the plugins of a real host: list, switch, arrange, configure, reload, release.
"""

import asyncio
import json

import pytest
from control import TOKEN, assert_problem, steering

from honeyhost.applying import apply
from honeyhost.settings import Settings
from honeyhost.wiring import stores_of

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
NOTES = "//api/plugins/{}/notes"
KEYS = {"slug", "kind", "enabled", "config", "nav", "sort", "labels", "version", "state", "origin", "reasons"}
SCHEMA = {
    "type": "object",
    "properties": {
        "clinic": {"type": "string", "maxLength": 20},
        "beds": {"type": "integer"},
        "pin": {"type": "string", "writeOnly": True},
        "mail": {"type": "object", "properties": {"host": {"type": "string"}, "password": {"type": "string"}}},
    },
    "additionalProperties": False,
}
SECRET = "a-secret-nobody-sees"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def plugins(platform):
    """
    A platform with two plugins, one of them with a schema of its configuration.
    """
    nav = [{"label": "Ward", "path": "/clinic/ward"}]
    files = {"config.schema.json": json.dumps(SCHEMA)}
    platform.add("clinic", {"nav": nav, "config_schema": "config.schema.json"}, files=files)
    platform.add("ledger", {"nav": [{"label": "Books", "path": "/ledger/books"}]})
    return platform


async def slugs(steered):
    return [row["slug"] for row in (await steered.ask("GET", "/plugins")).json()]


class TestList:
    async def test_the_list_is_a_bare_array_by_sort_and_slug_with_the_promised_keys(self, plugins):
        plugins.add("archive", {"min_host_version": "99"})
        async with steering() as steered:
            await steered.ask("PATCH", "/plugins/clinic", json={"sort": 5})
            await steered.ask("PATCH", "/plugins/ledger", json={"sort": -1})
            rows = (await steered.ask("GET", "/plugins")).json()
        assert [(row["sort"], row["slug"]) for row in rows] == [(-1, "ledger"), (0, "archive"), (5, "clinic")]
        assert all(row.keys() >= KEYS for row in rows)
        assert rows[1]["state"] == "rejected"
        assert [reason["code"] for reason in rows[1]["reasons"]] == ["host-too-old"]

    async def test_whoever_has_the_list_already_is_not_sent_it_again_until_it_changes(self, plugins):
        async with steering() as steered:
            first = await steered.ask("GET", "/plugins")
            known = {"If-None-Match": first.headers["etag"]}
            again = await steered.ask("GET", "/plugins", headers=known)
            assert (again.status_code, again.content) == (304, b"")
            await steered.ask("POST", "/plugins/clinic/toggle")
            changed = await steered.ask("GET", "/plugins", headers=known)
            assert changed.status_code == 200
            assert changed.headers["etag"] != first.headers["etag"]

    async def test_the_dashboard_is_plugins_navigation_and_capabilities(self, plugins):
        async with steering() as steered:
            board = (await steered.ask("GET", "/dashboard")).json()
            assert board.keys() == {"plugins", "nav", "capabilities"}
            assert board["plugins"] == (await steered.ask("GET", "/plugins")).json()
            assert board["nav"] == (await steered.ask("GET", "/nav")).json()
            assert board["capabilities"] == (await steered.ask("GET", "/capabilities")).json() == []

    async def test_one_plugin_comes_with_its_schema_and_its_revision(self, plugins):
        async with steering() as steered:
            await steered.ask("PATCH", "/plugins/clinic", json={"sort": 1})
            answer = await steered.ask("GET", "/plugins/clinic")
        assert answer.json()["config_schema"] == SCHEMA
        assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'

    async def test_why_names_the_rule_that_rejects_and_the_smallest_change(self, plugins):
        plugins.add("archive", {"min_host_version": "99"})
        async with steering() as steered:
            told = (await steered.ask("GET", "/plugins/archive/why")).json()
        assert told["verdict"] == "rejected"
        assert [check["rule"] for check in told["checks"] if not check["passed"]] == ["host-version"]
        assert told["smallest_change"]


class TestToggle:
    async def test_the_wish_is_followed_at_once_and_answers_the_record(self, plugins):
        async with steering() as steered:
            off = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
            assert (off.json()["enabled"], off.json()["state"]) == (False, "disabled")
            assert (await steered.ask("GET", NOTES.format("clinic"))).status_code == 404
            assert [entry["plugin"] for entry in (await steered.ask("GET", "/nav")).json()] == ["ledger"]
            on = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": True})
            assert on.json()["enabled"] is True
            assert (await steered.ask("GET", NOTES.format("clinic"))).json() == ["clinic"]

    async def test_the_same_wish_twice_changes_nothing(self, plugins):
        async with steering() as steered:
            first = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
            second = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
        assert (first.status_code, first.json()["enabled"]) == (200, False)
        assert first.json() == second.json()

    async def test_without_a_body_the_wish_is_turned_round(self, plugins):
        async with steering() as steered:
            wishes = [(await steered.ask("POST", "/plugins/clinic/toggle")).json()["enabled"] for _ in range(3)]
        assert wishes == [False, True, False]

    async def test_flips_at_once_are_not_lost(self, plugins):
        async with steering() as steered:
            flips = await asyncio.gather(*(steered.ask("POST", "/plugins/clinic/toggle") for _ in range(7)))
            assert {flip.status_code for flip in flips} == {200}
            assert (await steered.ask("GET", "/plugins/clinic")).json()["enabled"] is False

    @pytest.mark.parametrize("body", [{"enabled": "yes"}, {"enabled": 1}, {"enabled": None}, {}, [], {"enabled": True, "x": 1}])
    async def test_another_shape_is_refused_and_changes_nothing(self, plugins, body):
        async with steering() as steered:
            assert_problem(await steered.ask("POST", "/plugins/clinic/toggle", json=body), 422, "request-invalid")
            assert (await steered.ask("GET", "/plugins/clinic")).json()["revision"] == 0


class TestArrange:
    async def test_order_labels_and_navigation_are_changed_and_survive_a_restart(self, plugins):
        labels = {"en": "Surgery", "ar": "الجراحة"}
        async with steering() as steered:
            assert await slugs(steered) == ["clinic", "ledger"]
            moved = await steered.ask("PATCH", "/plugins/clinic", json={"sort": 9, "labels": labels})
            assert (moved.json()["sort"], moved.json()["labels"]) == (9, labels)
            assert await slugs(steered) == ["ledger", "clinic"]
            assert [entry["plugin"] for entry in (await steered.ask("GET", "/nav")).json()] == ["ledger", "clinic"]
        async with steering() as steered:
            assert await slugs(steered) == ["ledger", "clinic"]
            assert (await steered.ask("GET", "/plugins/clinic")).json()["labels"] == labels

    async def test_a_plugin_taken_out_of_the_navigation_still_answers(self, plugins):
        async with steering() as steered:
            await steered.ask("PATCH", "/plugins/clinic", json={"nav": False})
            assert [entry["plugin"] for entry in (await steered.ask("GET", "/nav")).json()] == ["ledger"]
            assert (await steered.ask("GET", NOTES.format("clinic"))).status_code == 200

    async def test_what_is_left_out_or_null_stays(self, plugins):
        async with steering() as steered:
            await steered.ask("PATCH", "/plugins/clinic", json={"sort": 3, "nav": False})
            row = (await steered.ask("PATCH", "/plugins/clinic", json={"sort": None, "labels": {"en": "X"}})).json()
            assert (row["sort"], row["nav"], row["labels"]) == (3, False, {"en": "X"})
            same = await steered.ask("PATCH", "/plugins/clinic", json={})
        assert same.json() == row

    @pytest.mark.parametrize(
        "wish",
        [
            {"sort": 1.5},
            {"sort": "1"},
            {"sort": 10**9},
            {"nav": 1},
            {"labels": {"en": ""}},
            {"labels": {"e n": "x"}},
            {"slug": "x"},
        ],
    )
    async def test_another_shape_is_refused(self, plugins, wish):
        async with steering() as steered:
            assert_problem(await steered.ask("PATCH", "/plugins/clinic", json=wish), 422, "request-invalid")


class TestConfigure:
    async def test_the_configuration_is_merged_and_null_takes_a_key_away(self, plugins):
        async with steering() as steered:
            await steered.ask("POST", "/plugins/clinic/configure", json={"clinic": "North", "mail": {"host": "a"}})
            await steered.ask("POST", "/plugins/clinic/configure", json={"beds": 3, "mail": {"password": SECRET}})
            row = (await steered.ask("POST", "/plugins/clinic/configure", json={"clinic": None})).json()
        assert row["config"] == {"beds": 3, "mail": {"host": "a", "password": "********"}}

    @pytest.mark.parametrize(
        ("patch", "code"),
        [
            ({"beds": SECRET}, "config-value"),
            ({"clinic": SECRET * 9}, "config-value"),
            ({SECRET + "!" * 60: 1}, "config-unknown-key"),
            ({"__class__": SECRET}, "config-unknown-key"),
            ({"mail": {"__proto__": SECRET}}, "config-unknown-key"),
        ],
    )
    async def test_what_the_schema_refuses_is_not_stored_and_not_quoted(self, plugins, patch, code):
        async with steering() as steered:
            await steered.ask("POST", "/plugins/clinic/configure", json={"clinic": "North"})
            answer = await steered.ask("POST", "/plugins/clinic/configure", json=patch)
            problem = assert_problem(answer, 422, "config-invalid")
            assert code in [found["code"] for found in problem["problems"]]
            assert SECRET not in answer.text
            assert (await steered.ask("GET", "/plugins/clinic")).json()["config"] == {"clinic": "North"}

    async def test_secrets_are_in_no_answer(self, plugins):
        async with steering() as steered:
            answers = [
                await steered.ask("POST", "/plugins/clinic/configure", json={"pin": SECRET, "mail": {"password": SECRET}})
            ]
            paths = ("/plugins", "/plugins/clinic", "/dashboard", "/audit", "/status", "/plugins/clinic/why", "/doctor")
            answers += [await steered.ask("GET", path) for path in paths]
            for method, path in (
                ("PATCH", ""),
                ("POST", "/toggle"),
                ("POST", "/toggle"),
                ("POST", "/reload"),
                ("POST", "/release"),
            ):
                body = {"json": {"sort": 4}} if method == "PATCH" else {}
                answers.append(await steered.ask(method, f"/plugins/clinic{path}", **body))
            assert all(answer.status_code == 200 for answer in answers)
            assert not [answer.url for answer in answers if SECRET in answer.text]
            assert steered.host.records["clinic"].config["pin"] == SECRET

    async def test_a_mask_that_is_sent_back_keeps_the_secret(self, plugins):
        async with steering() as steered:
            row = (await steered.ask("POST", "/plugins/clinic/configure", json={"pin": SECRET})).json()
            await steered.ask("POST", "/plugins/clinic/configure", json={**row["config"], "beds": 2})
            assert steered.host.records["clinic"].config == {"pin": SECRET, "beds": 2}

    async def test_a_configuration_that_is_too_large_for_a_record_is_refused(self, plugins):
        async with steering() as steered:
            answer = await steered.ask("POST", "/plugins/ledger/configure", json={"text": "x" * 70_000})
            problem = assert_problem(answer, 422, "config-invalid")
        assert problem["problems"][0]["code"] == "config-too-large"

    @pytest.mark.parametrize(
        "body", ["[]", "3", '"text"', "null", "{", "NaN", '{"a": Infinity}', '{"a": 1, "a": 2}', '{"a": "\\u0000"}']
    )
    async def test_what_is_no_object_that_can_be_kept_is_refused(self, plugins, body):
        headers = {"Content-Type": "application/json"}
        async with steering() as steered:
            answer = await steered.ask("POST", "/plugins/ledger/configure", content=body, headers=headers)
            assert_problem(answer, 422, "request-invalid")


class TestConflicts:
    async def test_a_change_of_a_record_that_somebody_else_changed_is_refused_and_says_what_is_stored(self, plugins):
        async with steering() as steered:
            read = (await steered.ask("PATCH", "/plugins/clinic", json={"sort": 1})).headers["etag"]
            await steered.ask("PATCH", "/plugins/clinic", json={"sort": 2})
            for method, path, body in (
                ("PATCH", "", {"sort": 3}),
                ("POST", "/toggle", {"enabled": False}),
                ("POST", "/toggle", None),
                ("POST", "/configure", {"beds": 1}),
            ):
                answer = await steered.ask(method, f"/plugins/clinic{path}", json=body, headers={"If-Match": read})
                problem = assert_problem(answer, 409, "store-conflict")
                assert f'"{problem["read"]}"' == read
                assert problem["stored"] == steered.host.records["clinic"].revision
            row = (await steered.ask("GET", "/plugins/clinic")).json()
        assert (row["sort"], row["enabled"], row["config"]) == (2, True, {})

    async def test_the_revision_that_is_stored_is_let_through(self, plugins):
        async with steering() as steered:
            read = (await steered.ask("GET", "/plugins/clinic")).headers["etag"]
            answer = await steered.ask("PATCH", "/plugins/clinic", json={"sort": 3}, headers={"If-Match": read})
            assert answer.status_code == 200
            flip = await steered.ask("POST", "/plugins/clinic/toggle", headers={"If-Match": answer.headers["etag"]})
            assert flip.json()["enabled"] is False
            anyway = await steered.ask("PATCH", "/plugins/clinic", json={"sort": 4}, headers={"If-Match": "*"})
            assert anyway.status_code == 200

    async def test_of_two_processes_that_change_what_both_have_read_one_wins(self, plugins):
        apply(Settings.load())
        async with steering(lifespan=False) as one, steering(lifespan=False) as other:
            read = {"If-Match": (await one.ask("GET", "/plugins/clinic")).headers["etag"]}
            answers = await asyncio.gather(
                one.ask("PATCH", "/plugins/clinic", json={"sort": 1}, headers=read),
                other.ask("PATCH", "/plugins/clinic", json={"sort": 2}, headers=read),
            )
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            (won,) = [answer.json()["sort"] for answer in answers if answer.status_code == 200]
            for steered in (one, other):
                assert (await steered.ask("GET", "/plugins/clinic")).json()["sort"] == won


class TestReload:
    async def test_new_code_answers_once_the_verb_has_answered(self, plugins):
        async with steering() as steered:
            assert (await steered.ask("GET", NOTES.format("clinic"))).json() == ["clinic"]
            code = plugins.install / "plugins/clinic/backend/notes.py"
            code.write_text(code.read_text().replace('["clinic"]', '["new"]'))
            assert (await steered.ask("POST", "/plugins/clinic/reload")).status_code == 200
            assert (await steered.ask("GET", NOTES.format("clinic"))).json() == ["new"]

    async def test_code_that_cannot_be_loaded_is_refused_and_the_old_goes_on(self, plugins):
        async with steering() as steered:
            await steered.ask("GET", NOTES.format("clinic"))
            (plugins.install / "plugins/clinic/backend/notes.py").write_text("raise RuntimeError('no licence')")
            problem = assert_problem(await steered.ask("POST", "/plugins/clinic/reload"), 409, "load-failed")
            assert "no licence" in problem["detail"]
            assert (await steered.ask("GET", NOTES.format("clinic"))).json() == ["clinic"]


async def test_a_plugin_in_quarantine_says_why_and_is_tried_again_when_it_is_released(plugins):
    apply(Settings.load())
    facts = {"phase": "load", "count": 3, "error": "it hung"}
    stores_of(Settings.load()).changes("a guard").set_quarantine("clinic", facts)
    async with steering() as steered:
        row = (await steered.ask("GET", "/plugins/clinic")).json()
        assert (row["state"], row["reasons"][0]["code"], row["quarantine"]["phase"]) == ("quarantined", "quarantined", "load")
        assert (await steered.ask("GET", NOTES.format("clinic"))).status_code == 404
        released = (await steered.ask("POST", "/plugins/clinic/release")).json()
        assert (released["quarantine"], released["reasons"]) == (None, [])
        assert (await steered.ask("GET", NOTES.format("clinic"))).status_code == 200


VERBS = [
    ("GET", ""),
    ("PATCH", ""),
    ("GET", "/why"),
    ("GET", "/grants"),
    ("PUT", "/grants"),
    ("POST", "/toggle"),
    ("POST", "/configure"),
    ("POST", "/reload"),
    ("POST", "/release"),
]


@pytest.mark.parametrize(("method", "path"), VERBS)
async def test_an_unknown_plugin_is_not_found_before_anything_else_is_looked_at(plugins, method, path):
    async with steering(lifespan=False) as steered:
        for token in (TOKEN, None):
            assert_problem(await steered.ask(method, f"/plugins/nobody{path}", token, content=b"{"), 404, "unknown-plugin")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/plugins", "GET, HEAD"),
        ("PUT", "/plugins/clinic", "GET, HEAD, PATCH"),
        ("GET", "/plugins/clinic/toggle", "POST"),
        ("POST", "//healthz", "GET, HEAD"),
    ],
)
async def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(plugins, method, path, allowed):
    async with steering(lifespan=False) as steered:
        answer = await steered.ask(method, path)
        assert_problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == allowed


async def test_below_the_base_nothing_else_answers(plugins):
    async with steering(lifespan=False) as steered:
        assert_problem(await steered.ask("GET", "/nothing/here"), 404, "not-found")
        assert_problem(await steered.ask("GET", ""), 404, "not-found")
