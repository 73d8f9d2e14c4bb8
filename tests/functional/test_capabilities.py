"""
Capabilities of real plugins in a real host: published, listed, run, refused, and gone with their plugin.
"""

import asyncio
import json
import shutil
import sys
import textwrap

import pytest
from control import assert_problem, steering
from workers import probing, served

from honeyhost.applying import apply
from honeyhost.errors import (
    ArgumentsInvalidError,
    CallDepthExceededError,
    CallFailedError,
    CallTimeoutError,
    CapabilityForbiddenError,
    CapabilityNotFoundError,
    LoadError,
    MissingExtraError,
    PermissionNotGrantedError,
    PluginDisabledError,
)
from honeyhost.manager.snapshot import Snapshot
from honeyhost.planning import plan
from honeyhost.recorded import snapshot_path
from honeyhost.sdk import Caller
from honeyhost.settings import Settings
from honeyhost.store.records import PluginDefaults
from honeyhost.wiring import stores_of

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

NEWSLETTER = """
import asyncio
from dataclasses import dataclass
from typing import Any

from honeyhost.sdk import Plugin, capability, current_caller, current_plugin, function


@dataclass
class Letter:
    subject: str
    copies: int


class Newsletter(Plugin):
    @function()
    async def send(self, subject: str, copies: int = 1) -> Letter:
        return Letter(subject, copies)

    @capability("newsletter.archive")
    def archive(self, **given: Any) -> list[str]:
        return sorted(given)

    @capability("newsletter.whoami")
    async def whoami(self) -> Any:
        caller = current_caller()
        return [current_plugin(), caller and caller.id]

    @function()
    async def odd(self, kind: str) -> Any:
        return {"object": object(), "nan": float("nan"), "surrogate": "\\ud800", "text": "as it is"}[kind]

    @function()
    async def slow(self) -> None:
        await asyncio.Event().wait()

    @function()
    async def broken(self) -> None:
        raise ValueError("the press is broken")
"""
SCHEMA = {
    "type": "object",
    "properties": {"subject": {"type": "string", "maxLength": 20}, "copies": {"type": "integer", "minimum": 1}},
    "required": ["subject"],
    "additionalProperties": False,
}
CAPABILITIES = [
    {"slug": "newsletter.send", "handler": "send", "permission": "newsletter.send", "input_schema": "send.schema.json"},
    {"slug": "newsletter.odd", "handler": "odd"},
    {"slug": "newsletter.slow", "handler": "slow"},
    {"slug": "newsletter.broken", "handler": "broken"},
]
OPEN = ["newsletter.archive", "newsletter.broken", "newsletter.odd", "newsletter.slow", "newsletter.whoami"]
EVERY = sorted([*OPEN, "newsletter.send"])
MANIFEST = {
    "plugin": ".backend.letters:Newsletter",
    "permissions": ["newsletter.read", "newsletter.send"],
    "capabilities": CAPABILITIES,
}
ONBOARDING = """
from typing import Any

from fastapi import APIRouter
from honeyhost.sdk import Plugin, capability, current_host

router = APIRouter(prefix="/notes")


@router.post("")
async def welcome() -> Any:
    return await current_host().capabilities.run("newsletter.send", {"subject": "Welcome"})


class Onboarding(Plugin):
    @capability("onboard")
    async def onboard(self, user: int) -> Any:
        return await self.host.capabilities.run("newsletter.send", {"subject": f"Welcome, {user}"})

    @capability("onboarding.circle")
    async def circle(self) -> Any:
        return await self.host.capabilities.run("onboarding.circle")
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def newsletter(platform):
    """
    A plugin that publishes capabilities: some declared, one of them with everything, others by marks alone.
    """
    files = {"backend/letters.py": NEWSLETTER, "send.schema.json": json.dumps(SCHEMA)}
    platform.add("newsletter", MANIFEST, files=files)
    return platform


@pytest.fixture
def onboarding(newsletter):
    """
    Another one, which composes them.
    """
    newsletter.add("onboarding", {"plugin": ".backend.notes:Onboarding"}, files={"backend/notes.py": ONBOARDING})
    return newsletter


async def granted(steered, *grants):
    defaults = PluginDefaults(slug="onboarding", version="1.0.0")
    given = {grant: {} for grant in grants}
    await steered.host.change(lambda changes: changes.set_grants("onboarding", given, None, defaults=defaults), actor="ada")


async def run(steered, slug, token=None, **given):
    options = {} if token is None else {"token": token}
    return await steered.ask("POST", f"/capabilities/{slug}/run", json=given, **options)


async def runner(steered, *permissions):
    return (await steered.token(scopes=["capabilities.run", "plugins.read"], permissions=list(permissions)))["secret"]


class TestPublishing:
    async def test_declared_and_marked_ones_are_listed_by_slug_and_stand_on_the_dashboard(self, newsletter):
        async with steering() as steered:
            assert (await steered.ask("GET", "/capabilities")).json() == EVERY
            assert (await steered.ask("GET", "/dashboard")).json()["capabilities"] == EVERY
            assert list(steered.host.capabilities) == EVERY

    async def test_a_caller_is_shown_those_that_they_may_run(self, newsletter):
        async with steering() as steered:
            token = await runner(steered)
            assert (await steered.ask("GET", "/capabilities", token)).json() == OPEN
            assert (await steered.ask("GET", "/dashboard", token)).json()["capabilities"] == OPEN
            other = await runner(steered, "newsletter.send")
            assert (await steered.ask("GET", "/capabilities", other)).json() == EVERY

    async def test_a_start_from_what_was_applied_reads_no_record_for_the_list(self, newsletter):
        apply(Settings.load())
        async with steering() as steered:
            assert steered.host.boot.snapshot is not None
            assert (await steered.ask("GET", "/capabilities")).json() == EVERY
            assert [plugin.known_digest for plugin in Snapshot.open(snapshot_path(Settings.load())).plugins()] == [None]
            assert (await run(steered, "newsletter.send", subject="November")).json() == {"subject": "November", "copies": 1}
            assert (await run(steered, "newsletter.archive", b=1, a=2)).json() == ["a", "b"]

    def test_a_plan_names_each_with_its_policy(self, newsletter):
        changes = [change for change in plan(Settings.load()).plan.changes if change.kind == "capability"]
        assert [(change.action, change.summary) for change in changes] == [
            ("add", f"{slug} ({'newsletter.send' if slug == 'newsletter.send' else 'authenticated'})") for slug in EVERY
        ]
        details = {change.summary.partition(" ")[0]: change.details for change in changes}
        assert details["newsletter.send"] == {
            "function": "send",
            "policy": "newsletter.send",
            "input_schema": "send.schema.json",
        }

    def test_a_plan_of_a_disabled_plugin_has_none(self, newsletter):
        apply(Settings.load())
        stores_of(Settings.load()).changes("ada").set_enabled("newsletter", False)
        planned = plan(Settings.load()).plan
        assert {change.action for change in planned.changes if change.kind == "capability"} == {"remove"}


class TestRunning:
    async def test_the_members_of_the_input_are_the_arguments_and_the_answer_is_json(self, newsletter):
        async with steering() as steered:
            answer = await run(steered, "newsletter.send", subject="November", copies=3)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
            assert answer.json() == {"subject": "November", "copies": 3}
            given = await steered.host.run_capability("newsletter.send", {"subject": "x"})
            assert (type(given).__name__, given.copies) == ("Letter", 1)
            assert (await run(steered, "newsletter.odd", kind="text")).json() == "as it is"

    async def test_without_a_body_the_input_is_empty(self, newsletter):
        async with steering() as steered:
            assert (await steered.ask("POST", "/capabilities/newsletter.archive/run")).json() == []

    async def test_the_function_knows_its_plugin_and_who_is_asking(self, newsletter):
        async with steering() as steered:
            token = await steered.token(scopes=["capabilities.run"])
            answer = (await run(steered, "newsletter.whoami", token["secret"])).json()
            assert answer == ["newsletter", f"token:{token['id']}"]
            assert await steered.host.run_capability("newsletter.whoami") == ["newsletter", None]
            ada = Caller(id="ada")
            assert await steered.host.run_capability("newsletter.whoami", caller=ada) == ["newsletter", "ada"]
            assert await steered.host.run_capability("newsletter.whoami") == ["newsletter", None]

    async def test_an_unknown_one_is_404_with_the_one_that_was_meant(self, newsletter):
        async with steering() as steered:
            problem = assert_problem(await run(steered, "newsletter.sendd"), 404, "capability-not-found")
            assert problem["hint"] == "did you mean 'newsletter.send'?"
            token = await runner(steered)
            assert "hint" in (found := (await run(steered, "newsletter.sendd", token)).json())
            assert "newsletter.send'" not in found["hint"]  # nobody hears of what they may not run
            with pytest.raises(CapabilityNotFoundError) as caught:
                await steered.host.run_capability("x" * 500)
            assert len(caught.value.message) < 200

    async def test_input_that_the_schema_refuses_is_422_place_by_place_and_never_quoted(self, newsletter):
        async with steering() as steered:
            answer = await run(steered, "newsletter.send", subject="a-secret-nobody-sees", copies=0, colour="red")
            problem = assert_problem(answer, 422, "arguments-invalid")
            assert [(one["code"], one["path"]) for one in problem["problems"]] == [
                ("input-unknown-key", None),
                ("input-value", "copies"),
            ]
            assert (problem["capability"], problem["plugin"]) == ("newsletter.send", "newsletter")
            long = await run(steered, "newsletter.send", subject="a-secret-nobody-sees-in-the-answer")
            assert "a-secret" not in long.text
            assert [one["message"] for one in long.json()["problems"]] == ["subject may have at most 20 characters"]
            missing = await run(steered, "newsletter.send")
            assert [one["code"] for one in missing.json()["problems"]] == ["input-missing"]

    async def test_input_that_no_schema_describes_and_the_function_does_not_take_is_422_too(self, newsletter):
        async with steering() as steered:
            problem = assert_problem(await run(steered, "newsletter.odd", colour="red"), 422, "arguments-invalid")
            assert "unexpected keyword argument 'colour'" in problem["detail"]
            assert "red" not in json.dumps(problem)

    @pytest.mark.parametrize("kind", ["object", "nan", "surrogate"])
    async def test_an_answer_that_json_cannot_say_is_an_error_that_says_so(self, newsletter, kind):
        async with steering() as steered:
            problem = assert_problem(await run(steered, "newsletter.odd", kind=kind), 502, "call-failed")
            assert problem["detail"].startswith("capability 'newsletter.odd' answered a ")

    async def test_what_the_function_raises_is_502_and_its_time_504(self, newsletter):
        async with steering(call_timeout=0.05) as steered:
            problem = assert_problem(await run(steered, "newsletter.broken"), 502, "call-failed")
            assert problem["detail"].endswith("which raised ValueError")
            assert_problem(await run(steered, "newsletter.slow"), 504, "call-timeout")
            with pytest.raises(CallTimeoutError):
                await steered.host.run_capability("newsletter.slow", timeout=0.01)
            assert steered.host.figures()["newsletter"].errors == 3

    async def test_a_schema_that_is_none_is_the_plugins_fault(self, newsletter):
        newsletter.write(newsletter.install / "plugins/newsletter/send.schema.json", '{"type": 7}')
        async with steering() as steered:
            problem = assert_problem(await run(steered, "newsletter.send", subject="x"), 502, "call-failed")
            assert "its input_schema cannot be used" in problem["detail"]

    async def test_a_schema_never_makes_the_host_call_out(self, newsletter):
        newsletter.write(
            newsletter.install / "plugins/newsletter/send.schema.json", '{"$ref": "http://127.0.0.1:9/schema.json"}'
        )
        async with steering() as steered:
            problem = assert_problem(await run(steered, "newsletter.send", subject="x"), 502, "call-failed")
            assert "its input_schema cannot be used" in problem["detail"]

    @pytest.mark.parametrize("body", [b"[1]", b'"text"', b"{", b'{"a": NaN}'])
    async def test_a_body_that_is_no_object_is_422(self, newsletter, body):
        async with steering() as steered:
            headers = {"content-type": "application/json"}
            answer = await steered.ask("POST", "/capabilities/newsletter.archive/run", content=body, headers=headers)
            assert_problem(answer, 422, answer.json()["code"])


class TestPermission:
    async def test_the_scope_alone_is_not_enough_and_the_refusal_names_the_permission_and_is_audited_once(self, newsletter):
        async with steering() as steered:
            token = await steered.token(scopes=["capabilities.run"])
            for _ in range(3):
                problem = assert_problem(
                    await run(steered, "newsletter.send", token["secret"], subject="x"), 403, "permission-missing"
                )
            assert (problem["permission"], problem["capability"]) == ("newsletter.send", "newsletter.send")
            assert await asyncio.to_thread(steered.host._attached_to._refusals.flush, 20)
            (record,) = [record for record in steered.host.stores.audit.all() if record.action == "capability.refused"]
            assert (record.actor, record.target) == (f"token:{token['id']}", "newsletter")
            wanted = {"capability": "newsletter.send", "permission": "newsletter.send", "by": None, "times": 1}
            assert record.details == wanted

    async def test_the_permission_alone_is_not_enough_either(self, newsletter):
        async with steering() as steered:
            token = (await steered.token(permissions=["newsletter.send"]))["secret"]
            problem = assert_problem(await run(steered, "newsletter.send", token, subject="x"), 403, "permission-missing")
            assert problem["permission"] == "capabilities.run"
            both = await runner(steered, "newsletter.send")
            assert (await run(steered, "newsletter.send", both, subject="x")).status_code == 200

    async def test_nobody_known_is_401(self, newsletter):
        async with steering() as steered:
            answer = await steered.ask("POST", "/capabilities/newsletter.send/run", None, json={})
            assert_problem(answer, 401, "not-authenticated")

    async def test_the_host_itself_may_run_everything_and_a_caller_what_they_hold(self, newsletter):
        async with steering() as steered:
            host = steered.host
            assert (await host.run_capability("newsletter.send", {"subject": "x"})).subject == "x"
            with pytest.raises(CapabilityForbiddenError) as caught:
                await host.run_capability("newsletter.send", {"subject": "x"}, caller=Caller(id="ada"))
            assert caught.value.params["permission"] == "newsletter.send"
            ada = Caller(id="ada", permissions=frozenset({"newsletter.send"}))
            assert (await host.run_capability("newsletter.send", {"subject": "x"}, caller=ada)).subject == "x"


class TestPlugins:
    async def test_a_plugin_runs_what_was_granted_and_its_own_without(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter")
            answer = await run(steered, "onboard", user=42)
            assert answer.json() == {"subject": "Welcome, 42", "copies": 1}

    async def test_without_the_grant_it_is_refused(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:ledger")
            with pytest.raises(CallFailedError) as caught:
                await steered.host.run_capability("onboard", {"user": 42})
            assert isinstance(caught.value.__cause__, PermissionNotGrantedError)
            assert caught.value.__cause__.params["grant"] == "plugin_call:newsletter.send"

    async def test_a_grant_does_not_lend_a_caller_the_permission_they_lack(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter.send")
            token = await steered.token(scopes=["capabilities.run"], permissions=["onboarding.read"])
            refused = assert_problem(await run(steered, "onboard", token["secret"], user=42), 502, "call-failed")
            assert "needs the permission 'newsletter.send'" in refused["detail"]
            assert await asyncio.to_thread(steered.host._attached_to._refusals.flush, 20)
            (record,) = [record for record in steered.host.stores.audit.all() if record.action == "capability.refused"]
            assert (record.actor, record.details["by"]) == (f"token:{token['id']}", "onboarding")
            may = await runner(steered, "newsletter.send")
            assert (await run(steered, "onboard", may, user=42)).status_code == 200
            # acting for nobody, it acts for itself: what it may is the operator's word
            assert (await steered.host.run_capability("onboard", {"user": 1})).subject == "Welcome, 1"

    async def test_the_caller_of_a_request_goes_along(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter")
            token = (await steered.token(permissions=["onboarding.read", "newsletter.send"]))["secret"]
            answer = await steered.ask("POST", "//api/plugins/onboarding/notes", token)
            assert answer.json() == {"subject": "Welcome", "copies": 1}

    async def test_one_that_runs_itself_without_an_end_is_stopped_with_the_chain(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter")
            problem = assert_problem(await run(steered, "onboarding.circle"), 409, "call-depth-exceeded")
            assert problem["chain"] == ["onboarding.circle"] * 11
            with pytest.raises(CallDepthExceededError):
                await steered.host.run_capability("onboarding.circle")

    async def test_input_is_checked_whoever_runs_it(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter")
            with pytest.raises(CallFailedError) as caught:
                await steered.host.run_capability("onboard", {"user": "x" * 30})
            assert isinstance(caught.value.__cause__, ArgumentsInvalidError)
            assert caught.value.__cause__.params["caller"] == "onboarding"


class TestGating:
    async def test_capabilities_vanish_with_their_plugin_and_come_back_with_it(self, newsletter):
        async with steering() as steered:
            assert (await run(steered, "newsletter.archive")).json() == []
            await steered.ask("POST", "/plugins/newsletter/toggle", json={"enabled": False})
            assert (await steered.ask("GET", "/capabilities")).json() == []
            assert (await steered.ask("GET", "/dashboard")).json()["capabilities"] == []
            problem = assert_problem(await run(steered, "newsletter.archive"), 409, "plugin-disabled")
            assert (problem["plugin"], problem["state"]) == ("newsletter", "disabled")
            assert (problem["detail"], problem["hint"]) == (
                "capability 'newsletter.archive' does not answer: plugin 'newsletter' is disabled",
                "honeyhost enable newsletter",
            )
            await steered.ask("POST", "/plugins/newsletter/toggle", json={"enabled": True})
            assert (await steered.ask("GET", "/capabilities")).json() == EVERY
            assert (await run(steered, "newsletter.archive")).json() == []

    async def test_those_of_a_quarantined_plugin_are_409(self, newsletter):
        async with steering() as steered:
            reason = {"phase": "load", "count": 3, "error": "x", "at": "2026-11-25T10:00:00+00:00"}
            defaults = PluginDefaults(slug="newsletter", version="1.0.0")
            await steered.host.change(
                lambda changes: changes.set_quarantine("newsletter", reason, defaults=defaults), actor="ada"
            )
            problem = assert_problem(await run(steered, "newsletter.archive"), 409, "plugin-disabled")
            assert (problem["state"], problem["hint"]) == ("quarantined", "honeyhost release newsletter")
            assert (await steered.ask("GET", "/capabilities")).json() == []

    async def test_those_of_a_plugin_that_fails_are_409(self, newsletter):
        apply(Settings.load())
        async with steering() as steered:
            steered.host.manager.generation("newsletter").fail(LoadError("plugin 'newsletter' lost its press"))
            assert (await steered.ask("GET", "/capabilities")).json() == []
            problem = assert_problem(await run(steered, "newsletter.archive"), 409, "plugin-disabled")
            assert problem["state"] == "failed"

    async def test_a_plugin_that_runs_one_of_a_disabled_plugin_hears_whose_it_is(self, onboarding):
        async with steering() as steered:
            await granted(steered, "plugin_call:newsletter")
            await steered.ask("POST", "/plugins/newsletter/toggle", json={"enabled": False})
            with pytest.raises(CallFailedError) as caught:
                await steered.host.run_capability("onboard", {"user": 42})
            inner = caught.value.__cause__
            assert isinstance(inner, PluginDisabledError)
            assert (inner.params["plugin"], inner.params["caller"]) == ("newsletter", "onboarding")

    async def test_a_change_that_was_committed_elsewhere_on_this_machine_counts_at_once(self, newsletter):
        async with steering() as steered:
            defaults = PluginDefaults(slug="newsletter", version="1.0.0")
            steered.host.stores.changes("ada").set_enabled("newsletter", False, defaults=defaults)
            assert_problem(await run(steered, "newsletter.archive"), 409, "plugin-disabled")
            steered.host.stores.changes("ada").set_enabled("newsletter", True)
            assert (await run(steered, "newsletter.archive")).status_code == 200


class TestUpgrade:
    async def test_a_new_version_swaps_all_its_capabilities_at_once(self, newsletter):
        folder = newsletter.install / "plugins/newsletter"
        renamed = [{**CAPABILITIES[0], "handler": "deliver", "input_schema": "other.json"}]
        async with steering() as steered:
            seen = set()
            stop = asyncio.Event()

            async def ask():
                while not stop.is_set():
                    answer = await run(steered, "newsletter.send", subject="x")
                    seen.add((answer.status_code, answer.text))
                    await asyncio.sleep(0)

            assert (await run(steered, "newsletter.send", subject="x")).status_code == 200
            asking = asyncio.create_task(ask())
            second = (
                textwrap.dedent(NEWSLETTER)
                .replace("async def send", "async def deliver")
                .replace("copies: int = 1", "copies: int = 2")
            )
            newsletter.add(
                "newsletter",
                {**MANIFEST, "version": "2.0.0", "capabilities": renamed},
                files={"backend/letters.py": second, "other.json": "{}"},
            )
            (folder / "send.schema.json").unlink()
            reloaded = await steered.ask("POST", "/plugins/newsletter/reload")
            assert reloaded.json()["version"] == "2.0.0"
            stop.set()
            await asking
            assert seen <= {(200, '{"subject":"x","copies":1}'), (200, '{"subject":"x","copies":2}')}
            assert (200, '{"subject":"x","copies":1}') in seen
            assert (await run(steered, "newsletter.send", subject="x" * 50)).json()["copies"] == 2  # by the other schema
            listed = (await steered.ask("GET", "/capabilities")).json()
            assert listed == ["newsletter.archive", "newsletter.send", "newsletter.whoami"]

    async def test_a_schema_that_was_changed_alone_counts_after_an_apply(self, newsletter):
        settings = Settings.load()
        apply(settings)
        loose = {**SCHEMA, "properties": {**SCHEMA["properties"], "subject": {"type": "string"}}}
        newsletter.write(newsletter.install / "plugins/newsletter/send.schema.json", json.dumps(loose))
        assert plan(settings).plan.empty
        apply(settings)
        async with steering() as steered:
            assert (await run(steered, "newsletter.send", subject="x" * 50)).status_code == 200


MARKED = """
from honeyhost.sdk import Plugin, capability


class Marked(Plugin):
    @capability("{slug}")
    async def answer(self) -> str:
        return "{said}"
"""


def marked(platform, plugin, slug, **manifest):
    files = {"backend/marked.py": MARKED.format(slug=slug, said=plugin)}
    return platform.add(plugin, {"plugin": ".backend.marked:Marked", **manifest}, files=files)


class TestConflicts:
    def test_a_mark_that_bears_the_name_of_another_plugin_leaves_that_one_alone(self, platform):
        marked(platform, "archive", "ledger.total")
        marked(platform, "ledger", "ledger.sum")
        (failure,) = plan(Settings.load()).failures
        assert failure.problem.message == (
            "plugin 'archive' publishes the capability 'ledger.total', and that name belongs to plugin 'ledger'"
        )
        assert failure.problem.hint == "begin its name with the plugin's own: 'archive.total'"
        assert [plugin.name for plugin in plan(Settings.load()).plugins] == ["ledger"]

    def test_two_that_claim_one_name_are_both_left_out_and_each_names_the_other(self, platform):
        marked(platform, "archive", "total")
        declared = {"capabilities": [{"slug": "total", "handler": ".backend.marked:Marked"}]}
        platform.add("ledger", declared, files={"backend/marked.py": MARKED.format(slug="ledger.sum", said="ledger")})
        marked(platform, "clinic", "clinic.beds")
        applied = apply(Settings.load())
        assert [(failure.plugin, failure.problem.message) for failure in applied.failures] == [
            ("archive", "plugin 'archive' publishes the capability 'total', and so does plugin 'ledger'"),
            ("ledger", "plugin 'ledger' publishes the capability 'total', and so does plugin 'archive'"),
        ]
        assert [summary.name for summary in applied.attached] == ["clinic"]

    async def test_a_start_without_an_apply_keeps_to_the_same_rules(self, platform):
        marked(platform, "archive", "total")
        marked(platform, "ledger", "total")
        marked(platform, "clinic", "clinic.beds")
        async with steering() as steered:
            assert sorted(steered.host.boot.failures) == ["archive", "ledger"]
            assert list(steered.host.capabilities) == ["clinic.beds"]

    async def test_a_new_version_that_claims_what_another_has_is_not_taken_up(self, platform):
        marked(platform, "archive", "archive.total")
        marked(platform, "ledger", "ledger.sum")
        async with steering() as steered:
            marked(platform, "archive", "ledger.total", version="2.0.0")
            problem = assert_problem(await steered.ask("POST", "/plugins/archive/reload"), 409, "attach-failed")
            assert "that name belongs to plugin 'ledger'" in problem["detail"]
            assert list(steered.host.capabilities) == ["archive.total", "ledger.sum"]
            assert await steered.host.run_capability("archive.total") == "archive"

    async def test_one_that_comes_while_the_host_serves_leaves_the_others_as_they_are(self, platform):
        marked(platform, "ledger", "total")
        async with steering() as steered:
            marked(platform, "archive", "total")
            await steered.host._attached_to.renewal.take_up_folders()
            assert list(steered.host.capabilities) == ["total"]
            assert await steered.host.run_capability("total") == "ledger"
            assert sorted(fact.plugin for fact in steered.host.status().behind) == ["archive", "ledger"]

    async def test_a_name_stays_with_the_old_version_of_a_plugin_whose_new_one_cannot_be_loaded(self, platform):
        folder = marked(platform, "ledger", "total")
        async with steering() as steered:
            assert await steered.host.run_capability("total") == "ledger"
            (folder / "backend/marked.py").write_text("raise RuntimeError('torn')\n")
            marked(platform, "archive", "total")
            await steered.host._attached_to.renewal.take_up_folders()
            assert await steered.host.run_capability("total") == "ledger"
            told = {fact.plugin: fact.message for fact in steered.host.status().behind}
            assert "torn" in told["ledger"]
            assert told["archive"].endswith("and so does plugin 'ledger'")

    async def test_a_name_is_free_when_the_plugin_that_had_it_is_gone(self, platform):
        folder = marked(platform, "ledger", "total")
        async with steering() as steered:
            assert await steered.host.run_capability("total") == "ledger"
            shutil.rmtree(folder)
            marked(platform, "archive", "total")
            await steered.host._attached_to.renewal.take_up_folders()
            assert await steered.host.run_capability("total") == "archive"

    @pytest.mark.parametrize(
        ("source", "manifest", "said"),
        [
            (
                MARKED.format(slug="Total!", said="x"),
                {},
                "plugin 'ledger' marks 'answer' for 'Total!', which is not the name of a capability",
            ),
            (
                MARKED.format(slug="x" * 201, said="x"),
                {},
                "which is not the name of a capability",
            ),
            (
                MARKED.format(slug="ledger.sum", said="x") + '\n    @capability("ledger.sum")\n    def other(self): ...\n',
                {},
                "plugin 'ledger' marks 2 methods for the capability 'ledger.sum'",
            ),
            (
                MARKED.format(slug="ledger.sum", said="x"),
                {"capabilities": [{"slug": "ledger.sum", "handler": ".backend.notes:list_notes"}]},
                (
                    "plugin 'ledger' declares the capability 'ledger.sum' with the handler '.backend.notes:list_notes', "
                    "and its object marks 'answer' for it"
                ),
            ),
        ],
    )
    def test_a_mark_that_cannot_be_meant_is_an_attach_failure(self, platform, source, manifest, said):
        platform.add("ledger", {"plugin": ".backend.marked:Marked", **manifest}, files={"backend/marked.py": source})
        (failure,) = plan(Settings.load()).failures
        assert said in failure.problem.message

    def test_a_mark_and_a_declaration_may_say_the_same(self, platform):
        declared = [{"slug": "ledger.sum", "handler": "answer", "permission": "ledger.read"}]
        marked(platform, "ledger", "ledger.sum", capabilities=declared)
        planned = plan(Settings.load())
        assert planned.failures == ()
        (change,) = [change for change in planned.plan.changes if change.kind == "capability"]
        assert change.summary == "ledger.sum (ledger.read)"


async def test_a_function_by_reference_of_a_plugin_without_an_object_answers(platform):
    declared = [{"slug": "clinic.note", "handler": ".backend.notes:get_note"}]
    platform.add("clinic", {"capabilities": declared})
    async with steering() as steered:
        assert (await run(steered, "clinic.note", number=7)).json() == {"number": 7}


async def test_a_schema_needs_the_extra_that_checks_it(newsletter, monkeypatch):
    async with steering() as steered:
        for module in ("honeyhost.work.inputs", "honeyhost.manager.schemas", "honeyhost.manager.wording"):
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.setitem(sys.modules, "jsonschema", None)
        with pytest.raises(MissingExtraError, match=r"the input_schema of a capability needs the extra 'store'"):
            await steered.host.run_capability("newsletter.send", {"subject": "x"})
        assert await steered.host.run_capability("newsletter.archive") == []


def test_a_toggle_in_one_of_four_workers_counts_at_once_in_all(platform):
    name, manifest, files = probing("probe", plugin=".backend.marked:Marked")
    platform.add(name, manifest, files={**files, "backend/marked.py": MARKED.format(slug="probe.run", said="probe")})
    url = "/api/plugin-host/capabilities"
    with served("--workers", "4") as platform_served:
        clients = list(platform_served.workers(4).values())
        assert {client.post(f"{url}/probe.run/run").text for client in clients} == {'"probe"'}
        for enabled, status in ((False, 409), (True, 200)):
            clients[0].post("/api/plugin-host/plugins/probe/toggle", json={"enabled": enabled}).raise_for_status()
            assert {client.post(f"{url}/probe.run/run").status_code for client in clients} == {status}
            assert {len(client.get(url).json()) for client in clients} == {int(enabled)}


def test_the_command_lists_and_runs(newsletter, honeyhost):
    listed = honeyhost("capability", "list")
    assert listed.stdout.splitlines()[0].split() == ["CAPABILITY", "PLUGIN", "STATE", "PERMISSION"]
    assert listed.stdout.splitlines()[-2].split() == ["✓", "newsletter.slow", "newsletter", "attached", "none"]
    assert "✓ newsletter.send     newsletter  attached  newsletter.send" in listed.stdout
    ran = honeyhost("capability", "run", "newsletter.send", '{"subject": "November"}')
    assert (ran.returncode, ran.stdout) == (0, '{"subject": "November", "copies": 1}\n')
    document = honeyhost("capability", "run", "newsletter.archive", "--json", "-", input='{"b": 1}').stdout
    assert json.loads(document) == {"version": 1, "capability": "newsletter.archive", "output": ["b"]}
    assert honeyhost("disable", "newsletter").returncode == 0
    (entry, *_) = json.loads(honeyhost("capability", "list", "--json").stdout)["capabilities"]
    assert entry == {"slug": "newsletter.archive", "plugin": "newsletter", "state": "disabled", "permission": None}
    off = honeyhost("capability", "run", "newsletter.archive")
    assert (off.returncode, off.stdout) == (1, "")
    assert off.stderr.splitlines()[-1] == "help: honeyhost enable newsletter"


def test_the_command_says_what_is_wrong_with_the_input(newsletter, honeyhost):
    refused = honeyhost("capability", "run", "newsletter.send", '{"copies": 0}')
    assert refused.returncode == 1
    assert "copies has to be at least 1" in refused.stderr
    assert "subject is missing" in refused.stderr
    assert honeyhost("capability", "run", "newsletter.send", "[1]").returncode == 2
    unsayable = honeyhost("capability", "run", "newsletter.odd", '{"kind": "nan"}')
    assert (unsayable.returncode, unsayable.stdout) == (1, "")


def test_the_command_says_that_there_are_none(platform, honeyhost):
    empty = honeyhost("capability", "list")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert empty.stderr == "no plugin publishes a capability\nnext: honeyhost list\n"
