"""
The registry: which capabilities there are at a moment, whose they are, and what a run does with context and versions.
"""

import asyncio
import sys
import threading
from collections import Counter
from dataclasses import replace
from types import ModuleType

import pytest
from versions import FolderPlugin, managed, plugin_root

from honeyhost.attach.published import PublishedCapability
from honeyhost.errors import (
    ArgumentsInvalidError,
    CapabilityForbiddenError,
    CapabilityNotFoundError,
    FunctionNotFoundError,
    PluginDisabledError,
)
from honeyhost.manager.calls import Calls
from honeyhost.sdk import Caller
from honeyhost.sdk.requires import passage
from honeyhost.store.records import PluginRecord
from honeyhost.work import inputs
from honeyhost.work.capabilities import CapabilityRegistry, runnable
from honeyhost.work.refusal import RunRefusal

SOURCE = """
import sys
from honeyhost.sdk import Plugin, current_caller, function

gate = sys.modules.get("hh_test_gate")
if gate is not None:
    gate.arrived({name!r})


class Whole(Plugin):
    @function()
    async def {name}(self, **given):
        caller = current_caller()
        return [{name!r}, caller and caller.id, given]
"""
ADA = Caller(id="ada", permissions=frozenset({"clinic.write"}))
BOB = Caller(id="bob")


class Clinic(FolderPlugin):
    """
    A plugin with one guarded capability, which a function of the version's own name answers.
    """

    def version(self, name, **capability):
        self.write({"backend/whole.py": SOURCE.format(name=name)})
        plugin = self.attached(name)
        facts = {"slug": "clinic.admit", "function": name, "permission": "clinic.write", **capability}
        published = PublishedCapability(**facts)
        plugin.capabilities = {"clinic.admit": published.permission}
        plugin._facts = replace(plugin.facts, capabilities={"clinic.admit": published})
        return plugin


class Work:
    """
    A registry over a real manager of that plugin.
    """

    def __init__(self, plugin):
        self.manager = managed(plugin).manager
        self.calls = Calls(lambda: self.manager.live.generations, self.manager.state, timeout=20)
        self.refusals = []
        self.registry = CapabilityRegistry(lambda: self.manager.live, self.manager, self.calls, refused=self.refusals.append)

    def run(self, *args, **named):
        return asyncio.run(self.registry.run(*args, **named))


@pytest.fixture
def clinic(tmp_path):
    with plugin_root(tmp_path / "plugins") as root:
        yield Clinic(root, routers=(), spec={"plugin": ".backend.whole:Whole"})


@pytest.fixture
def work(clinic):
    return Work(clinic.version("first"))


def test_each_is_known_with_its_owner_also_while_that_is_off(work):
    assert (work.registry.slugs, work.registry.owner("clinic.admit")) == (("clinic.admit",), "clinic")
    work.manager.take_up_records({"clinic": PluginRecord(slug="clinic", enabled=False)})
    assert (work.registry.slugs, work.registry.owner("clinic.admit")) == ((), "clinic")
    assert work.registry.owner("clinic.other") is None
    with pytest.raises(PluginDisabledError) as caught:
        work.run("clinic.admit")
    assert caught.value.params == {"capability": "clinic.admit", "plugin": "clinic", "caller": None, "state": "disabled"}


def test_a_moment_that_was_kept_stays_as_it_was(work):
    before = work.manager.live
    work.manager.take_up_records({"clinic": PluginRecord(slug="clinic", enabled=False)})
    assert (runnable(before), runnable(work.manager.live)) == (("clinic.admit",), ())


def test_a_caller_is_offered_what_they_may_run(work):
    assert runnable(work.manager.live, ADA) == ("clinic.admit",)
    assert runnable(work.manager.live, BOB) == ()
    assert runnable(work.manager.live, Caller(id="root", permissions=frozenset({"*"}))) == ("clinic.admit",)


def test_the_caller_goes_along_and_no_further_than_the_run(work):
    async def main():
        assert await work.registry.run("clinic.admit", {"patient": 7}, caller=ADA) == ["first", "ada", {"patient": 7}]
        assert passage.get() is None
        with pytest.raises(CapabilityForbiddenError):
            await work.registry.run("clinic.admit", caller=BOB)
        assert passage.get() is None
        assert await work.registry.run("clinic.admit") == ["first", None, {}]

    asyncio.run(main())
    assert work.refusals == [RunRefusal("bob", "clinic", "clinic.admit", "clinic.write")]


def test_a_plugin_runs_it_for_whoever_it_acts_for(work):
    async def acting_for(caller):
        passage.set(("ledger", caller, frozenset(), None, None))
        return await work.registry.run_from("ledger", "clinic.admit", {"patient": 7})

    assert asyncio.run(acting_for(ADA)) == ["first", "ada", {"patient": 7}]
    assert asyncio.run(acting_for(None)) == ["first", None, {"patient": 7}]
    with pytest.raises(CapabilityForbiddenError) as caught:
        asyncio.run(acting_for(BOB))
    assert caught.value.params["caller"] == "ledger"
    assert work.refusals == [RunRefusal("bob", "clinic", "clinic.admit", "clinic.write", "ledger")]


def test_a_plugin_outside_of_any_request_acts_for_itself(work):
    assert asyncio.run(work.registry.run_from("ledger", "clinic.admit")) == ["first", None, {}]


def test_nobody_is_told_the_name_of_what_they_may_not_run(work):
    with pytest.raises(CapabilityNotFoundError) as caught:
        work.run("clinic.admitt")
    assert caught.value.hint == "did you mean 'clinic.admit'?"
    with pytest.raises(CapabilityNotFoundError) as caught:
        work.run("clinic.admitt", caller=BOB)
    assert caught.value.hint == "honeyhost capability list"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("quarantined", "quarantined"),
        ("failed", "failed"),
        ("stopped", "stopped"),
        ("attached", "being started"),
        (None, "being"),
    ],
)
def test_the_state_of_a_plugin_that_does_not_answer_is_told(work, monkeypatch, state, said):
    work.manager.take_up_records({"clinic": PluginRecord(slug="clinic", enabled=False)})
    monkeypatch.setattr(work.manager, "state", lambda _: state)
    with pytest.raises(PluginDisabledError, match=f"plugin 'clinic' is {said}"):
        work.run("clinic.admit")


def test_a_function_that_the_code_does_not_have_is_an_error_and_no_circle(clinic):
    work = Work(clinic.version("first", function="second"))
    with pytest.raises(FunctionNotFoundError):
        work.run("clinic.admit")


def test_a_version_that_comes_while_the_one_before_is_loaded_answers_with_its_own_function(clinic, monkeypatch):
    gate = ModuleType("hh_test_gate")
    reached, go = threading.Event(), threading.Event()

    def arrived(name):
        if name == "first":
            reached.set()
            assert go.wait(20)

    gate.arrived = arrived
    monkeypatch.setitem(sys.modules, "hh_test_gate", gate)
    work = Work(clinic.version("first"))

    async def main():
        running = asyncio.create_task(work.registry.run("clinic.admit"))
        assert await asyncio.to_thread(reached.wait, 20)
        await work.manager.upgrade(clinic.version("second"))
        go.set()
        assert await running == ["second", None, {}]

    asyncio.run(main())


def test_a_schema_is_made_ready_once_for_each_version(clinic, monkeypatch):
    made = Counter()

    class Counting(inputs.InputCheck):
        def __init__(self, schema):
            made[str(schema)] += 1
            super().__init__(schema)

    monkeypatch.setattr(inputs, "InputCheck", Counting)
    work = Work(clinic.version("first", input_schema={"required": ["patient"]}))

    async def main():
        for _ in range(3):
            assert (await work.registry.run("clinic.admit", {"patient": 7}))[0] == "first"
        with pytest.raises(ArgumentsInvalidError) as caught:
            await work.registry.run("clinic.admit")
        assert [problem.message for problem in caught.value.problems] == ["patient is missing"]
        await work.manager.upgrade(clinic.version("second", input_schema={"maxProperties": 0}))
        assert (await work.registry.run("clinic.admit"))[0] == "second"

    asyncio.run(main())
    assert sorted(made.values()) == [1, 1]
