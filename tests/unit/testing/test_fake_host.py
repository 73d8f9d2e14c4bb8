"""
The fake host that plugins' tests are written with.
"""

import asyncio

import pytest

from honeyhost.errors import (
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    PermissionNotGrantedError,
    UsageError,
)
from honeyhost.sdk import Caller, current_caller, current_host, current_plugin
from honeyhost.testing import FakeHost, FakeResponse


def ran(work):
    return asyncio.run(work)


@pytest.mark.parametrize(
    ("operation", "grant", "ask"),
    [
        ("http.request", "http:api.example.com", lambda host: host.http.request("GET", "https://api.example.com/x")),
        ("plugins.call", "plugin_call:billing.total", lambda host: host.plugins.call("billing", "total", {"of": 1})),
        ("capabilities.run", "plugin_call:billing", lambda host: host.capabilities.run("billing.total", {"of": 1})),
    ],
)
def test_what_is_granted_answers_as_the_test_says_and_the_rest_is_refused(operation, grant, ask):
    host = FakeHost("clinic")
    host.answers(operation, "an answer")
    with pytest.raises(PermissionNotGrantedError):
        ran(ask(host))
    assert (len(host.refusals), host.asked()) == (1, [])
    host.grants.append(grant)
    assert ran(ask(host)) == "an answer"
    assert [asked.operation for asked in host.asked()] == [operation]


def test_answers_may_be_functions_of_the_arguments_and_errors():
    host = FakeHost("clinic", grants=["db:read"])
    host.answers("db.query", lambda sql, params, database: [{"sql": sql, "id": params["id"], "from": database}])
    assert ran(host.db.query("SELECT 1", {"id": 7})) == [{"sql": "SELECT 1", "id": 7, "from": "default"}]
    host.answers("db.query", OperationFailedError("the database is away", plugin="clinic", operation="db_query"))
    with pytest.raises(OperationFailedError, match="is away"):
        ran(host.db.query("SELECT 1"))


def test_an_operation_without_an_answer_fails_the_test_that_forgot_it():
    host = FakeHost("clinic", grants=["db:read"])
    with pytest.raises(AssertionError, match=r"the test has no answer to db\.query"):
        ran(host.db.query("SELECT 1"))
    with pytest.raises(AssertionError, match=r"the host has no operation db\.qeury; it has db\.query"):
        host.answers("db.qeury", [])


def test_the_cache_keeps_json_values():
    host = FakeHost("clinic", grants=["cache:readwrite"])

    async def use():
        await host.cache.set("beds", {"free": [1, 2]}, 30)
        first = await host.cache.get("beds")
        first["free"].append(3)
        second = await host.cache.get("beds")
        await host.cache.delete("beds")
        return second, await host.cache.get("beds", "none")

    assert ran(use()) == ({"free": [1, 2]}, "none")
    with pytest.raises(OperationRefusedError, match="is no JSON"):
        ran(host.cache.set("beds", {1, 2}))


def test_cache_grants_are_looked_at_by_key_and_access():
    host = FakeHost("clinic", grants=["cache:read:beds"])
    assert ran(host.cache.get("beds", 0)) == 0
    for work in (host.cache.get("wards"), host.cache.set("beds", 1), host.cache.delete("beds")):
        with pytest.raises(PermissionNotGrantedError):
            ran(work)


def test_mail_lies_in_the_outbox_if_every_domain_is_granted():
    host = FakeHost("clinic", grants=["email:a.org"])
    ran(host.email.send("x@A.org", "Hello", "text", cc=["y@a.org"]))
    [sent] = host.asked("email.send")
    assert (sent.args["to"], sent.args["subject"]) == (["x@A.org"], "Hello")
    with pytest.raises(PermissionNotGrantedError, match=r"email:b\.org"):
        ran(host.email.send(["x@a.org", "y@b.org"], "Hello", "text"))
    assert len(host.asked("email.send")) == 1


@pytest.mark.parametrize("url", ["ftp://api.example.com", "https://api.example.com@evil.org/", "//x", "https://"])
def test_a_url_that_no_host_takes_is_refused(url):
    with pytest.raises(OperationRefusedError):
        ran(FakeHost("clinic", grants=["http"]).http.request("GET", url))


def test_responses_are_read_as_those_of_a_host():
    answer = FakeResponse(201, b'{"rate": 1.08}', {"etag": "x"})
    assert (answer.status, answer.text, answer.json(), answer.headers["etag"]) == (201, '{"rate": 1.08}', {"rate": 1.08}, "x")


def test_the_log_is_a_list():
    host = FakeHost("clinic")
    host.log.debug("a", patient=1)
    host.log.info("b")
    host.log.warning("c")
    host.log.error("d")
    host.log.write("info", "e", {"n": 1})
    assert [(asked.args["level"], asked.args["message"], asked.args["fields"]) for asked in host.asked("log.write")] == [
        ("debug", "a", {"patient": 1}),
        ("info", "b", {}),
        ("warning", "c", {}),
        ("error", "d", {}),
        ("info", "e", {"n": 1}),
    ]
    with pytest.raises(OperationRefusedError, match="'loud'"):
        host.log.write("loud", "f")


def test_configuration_and_texts_are_those_of_the_test():
    host = FakeHost(
        "clinic",
        config={"mail": {"from": "a@b.org"}},
        platform={"org": "Acme"},
        schema={"properties": {"wards": {"default": 7}}},
        texts={"hello": "Hello {name}"},
    )
    assert host.config.get("wards") == 7
    assert host.config.get("mail.from") == "a@b.org"
    host.configuration["beds"] = 4
    assert host.config.get("beds") == 4
    with pytest.raises(PermissionNotGrantedError):
        host.config.platform("org")
    host.grants.append("config:org")
    assert host.config.platform("org") == "Acme"
    assert (host.translate("hello", {"name": "Ada"}), host.translate("bye")) == ("Hello Ada", "bye")


def test_its_own_functions_need_no_grant():
    host = FakeHost("clinic")
    host.answers("plugins.call", 7)
    assert ran(host.plugins.call("clinic", "beds")) == 7


def test_limits_are_those_of_a_host():
    host = FakeHost("clinic", grants=["cache:read"], limits={"cache_get": 1})
    ran(host.cache.get("beds"))
    with pytest.raises(OperationLimitedError):
        ran(host.cache.get("beds"))


def test_threads_wait_for_the_event_loop_that_serves():
    host = FakeHost("clinic", grants=["cache:readwrite"])

    async def main():
        host.serve()
        await asyncio.to_thread(host.blocking.cache.set, "beds", 3)
        return await asyncio.to_thread(host.blocking.cache.get, "beds")

    assert ran(main()) == 3
    with pytest.raises(UsageError, match="does not serve"):
        host.blocking.cache.get("beds")


def test_background_work_ends_with_the_host():
    host = FakeHost("clinic")

    async def main():
        began = asyncio.Event()

        async def work():
            began.set()
            await asyncio.Event().wait()

        task = host.create_task(work(), name="poll")
        await began.wait()
        await host.end()
        return task.cancelled(), task.get_name(), len(host._tasks)

    assert ran(main()) == (True, "poll", 0)


def test_tables_are_not_held_against_grants_and_a_test_may_refuse_them():
    host = FakeHost("clinic")
    host.answers("db.query", [{"n": 2}])
    assert ran(host.db.query("SELECT count(*) AS n FROM clinic_beds")) == [{"n": 2}]
    host.answers("db.execute", PermissionNotGrantedError("no", plugin="clinic", operation="db_exec"))
    with pytest.raises(PermissionNotGrantedError):
        ran(host.db.execute("DELETE FROM core_user"))


@pytest.mark.parametrize("grants", [["cach:read"], ["cache"], ["db:sometimes"]])
def test_a_grant_that_is_none_is_a_mistake_of_the_test(grants):
    with pytest.raises(UsageError, match="is no grant"):
        FakeHost("clinic", grants=grants)
    host = FakeHost("clinic")
    host.grants += grants
    with pytest.raises(UsageError, match="is no grant"):
        ran(host.cache.get("beds"))


def test_what_a_platform_would_not_keep_is_not_kept():
    host = FakeHost("clinic", grants=["cache:write"])
    with pytest.raises(OperationRefusedError, match="would come back as another"):
        ran(host.cache.set("beds", (1, 2)))


def test_code_of_the_plugin_runs_as_on_a_platform():
    host = FakeHost("clinic", grants=["cache:readwrite"])
    ada = Caller(id="ada", permissions=frozenset({"clinic.read"}))

    async def endpoint():
        await current_host().cache.set("beds", 3)
        return await asyncio.to_thread(plain), current_plugin(), current_caller()

    def plain():
        return current_host().blocking.cache.get("beds")

    async def main():
        with host.running(ada):
            inside = await endpoint()
        with pytest.raises(UsageError, match="no plugin is running here"):
            current_host()
        return inside

    assert ran(main()) == (3, "clinic", ada)
    with host.running():
        assert current_host() is host
