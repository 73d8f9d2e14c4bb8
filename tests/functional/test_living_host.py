"""
Plugins with an object in a real host: called, asked how they are, started again, and counted as long as they are there.
"""

import asyncio
import logging
import shutil
import sys
import threading
from types import ModuleType

import pytest
from control import assert_problem, steering
from workers import LIMIT

from honeyhost.applying import apply
from honeyhost.errors import (
    CallDepthExceededError,
    CallFailedError,
    OperationRefusedError,
    PluginDisabledError,
    PluginNotFoundError,
    UsageError,
)
from honeyhost.manager import health, restarts
from honeyhost.settings import Settings
from honeyhost.store.records import PluginDefaults

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
OBJECT = """
import sys
from honeyhost.sdk import Plugin, capability, function

hh_test_log = sys.modules.get("hh_test_log")  # not where plugins are compiled
if hh_test_log is not None:
    hh_test_log.events.append("import {slug}")


class Whole(Plugin):
    async def init(self, host):
        hh_test_log.events.append("init {slug}")
        {init}

    {health}

    async def shutdown(self):
        hh_test_log.events.append("shutdown {slug}")

    @function()
    async def add(self, a: int, b: int) -> int:
        return a + b

    @function()
    async def wait(self):
        hh_test_log.events.append("wait {slug}")
        await hh_test_log.let_go.wait()
        return "{slug}"

    @function()
    async def ask(self, plugin: str):
        return await self.host.plugins.call(plugin, "add", {{"a": 1, "b": 2}})

    @function()
    async def bounce(self, to: str):
        return await self.host.plugins.call(to, "bounce", {{"to": "{slug}"}})
"""
STARTING = """
import asyncio
import sys
from contextlib import asynccontextmanager
from fastapi import APIRouter

hh_test_log = sys.modules.get("hh_test_log")


async def background():
    await hh_test_log.dies.wait()
    raise RuntimeError("the pump broke")


@asynccontextmanager
async def lifespan(app):
    hh_test_log.events.append("start")
    if hh_test_log.broken:
        raise RuntimeError("the pump is broken still")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(background())
        yield
        task.cancel()


router = APIRouter(prefix="/notes", lifespan=lifespan)


@router.get("")
async def list_notes() -> list[str]:
    return ["clinic"]
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def log(monkeypatch):
    """
    What the code of the plugins says, and what it waits for.
    """
    module = ModuleType("hh_test_log")
    module.events, module.let_go, module.dies, module.broken = [], asyncio.Event(), asyncio.Event(), False
    monkeypatch.setitem(sys.modules, "hh_test_log", module)
    return module


@pytest.fixture
def plugins(platform, log):
    """
    Two plugins with an object.
    """
    for slug in ("clinic", "ledger"):
        written(platform, slug)
    return platform


def written(platform, slug, *, init="pass", health="", files=None, **manifest):
    source = OBJECT.format(slug=slug, init=init, health=health)
    wishes = {"plugin": ".backend.whole:Whole", **manifest}
    return platform.add(slug, wishes, files={"backend/whole.py": source, **(files or {})})


async def reached(condition):
    """
    Wait until it is so.
    """
    async with asyncio.timeout(LIMIT):
        while not (found := await condition()):  # noqa: ASYNC110 - what is asked has no event
            await asyncio.sleep(0.01)
    return found


async def may_call(steered, *slugs):
    """
    Grant that these may call every other plugin.
    """
    for slug in slugs:
        defaults = PluginDefaults(slug=slug, version="0.1.0")
        grants = {"plugin_call": {}}
        await steered.host.change(lambda changes: changes.set_grants(slug, grants, None, defaults=defaults), actor="ada")  # noqa: B023 - awaited


async def row(steered, slug="clinic"):
    return (await steered.ask("GET", f"/plugins/{slug}")).json()


class TestCalls:
    async def test_a_plugin_is_imported_and_initialised_once_whoever_comes_first_and_however_many(self, plugins, log):
        apply(Settings.load())
        assert log.events == []
        async with steering() as steered:
            calls = [steered.host.call("clinic", "add", {"a": 1, "b": n}) for n in range(20)]
            requests = [steered.ask("GET", "//api/plugins/clinic/notes") for _ in range(20)]
            answers = await asyncio.gather(*calls, *requests)
        assert answers[:20] == list(range(1, 21))
        assert {answer.status_code for answer in answers[20:]} == {200}
        assert [log.events.count(event) for event in ("import clinic", "init clinic")] == [1, 1]

    async def test_plugins_call_each_other_under_their_names(self, plugins):
        async with steering() as steered:
            await may_call(steered, "ledger")
            assert await steered.host.call("ledger", "ask", {"plugin": "clinic"}) == 3
            with pytest.raises(CallFailedError) as caught:
                await steered.host.call("ledger", "ask", {"plugin": "nobody"})
            inner = caught.value.__cause__
            assert isinstance(inner, PluginNotFoundError)
            assert (inner.params["caller"], inner.params["plugin"], inner.params["function"]) == ("ledger", "nobody", "add")

    async def test_two_that_call_each_other_without_an_end_are_stopped_with_the_chain(self, plugins):
        async with steering() as steered:
            await may_call(steered, "clinic", "ledger")
            with pytest.raises(CallDepthExceededError) as caught:
                await steered.host.call("clinic", "bounce", {"to": "ledger"})
            assert caught.value.params["chain"] == ["clinic.bounce", "ledger.bounce"] * 5 + ["clinic.bounce"]

    async def test_a_call_under_way_ends_well_while_its_plugin_is_disabled_and_the_next_is_refused(self, plugins, log):
        async with steering() as steered:
            await may_call(steered, "ledger")
            waiting = asyncio.create_task(steered.host.call("clinic", "wait"))

            async def waits():
                return "wait clinic" in log.events

            await reached(waits)
            off = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
            assert off.json()["state"] == "disabled"
            with pytest.raises(CallFailedError) as caught:
                await steered.host.call("ledger", "ask", {"plugin": "clinic"})
            inner = caught.value.__cause__
            assert isinstance(inner, PluginDisabledError)
            assert (inner.params["state"], inner.params["caller"]) == ("disabled", "ledger")
            assert "shutdown clinic" not in log.events
            log.let_go.set()
            assert await waiting == "clinic"
            await steered.host.manager.settled("clinic")
            assert log.events[-1] == "shutdown clinic"

    async def test_figures_of_calls_are_told_and_go_with_the_plugin(self, plugins):
        async with steering() as steered:
            for _ in range(3):
                await steered.host.call("clinic", "add", {"a": 1, "b": 2})
            with pytest.raises(CallFailedError):
                await steered.host.call("clinic", "add", {"a": 1})
            await steered.host.call("ledger", "add", {"a": 1, "b": 2})
            text = (await steered.ask("GET", "//metrics")).text
            assert 'honeyhost_plugin_calls_total{plugin="clinic"} 4.0' in text
            assert 'honeyhost_plugin_call_errors_total{plugin="clinic"} 1.0' in text
            shutil.rmtree(plugins.install / "plugins/clinic")
            await steered.host._attached_to.renewal.take_up_folders()
            assert set(steered.host.figures()) == {"ledger"}
            text = (await steered.ask("GET", "//metrics")).text
            assert ('plugin="clinic"' in text, 'plugin="ledger"' in text) == (False, True)

    async def test_the_time_that_importing_took_is_told(self, platform, log):
        written(platform, "clinic", files={"backend/slow.py": ""})
        (platform.install / "plugins/clinic/backend/whole.py").write_text(
            "import time\ntime.sleep(0.05)\n" + OBJECT.format(slug="clinic", init="pass", health="")
        )
        async with steering() as steered:
            text = (await steered.ask("GET", "//metrics")).text
        line = next(line for line in text.splitlines() if line.startswith('honeyhost_plugin_import_seconds{plugin="clinic"}'))
        assert float(line.split()[-1]) >= 0.05

    async def test_plain_functions_that_call_each_other_do_not_take_each_others_threads(self, platform, log):
        nesting = """@function()
    def outer(self):
        return self.host.blocking.plugins.call("clinic", "inner")

    @function()
    def inner(self):
        return "inner"
        """
        written(platform, "clinic", health=nesting)
        async with steering(call_timeout=20) as steered:
            answers = await asyncio.gather(*(steered.host.call("clinic", "outer") for _ in range(40)))
        assert answers == ["inner"] * 40

    async def test_what_a_plugin_says_when_it_raises_is_for_the_log_and_not_for_callers(self, platform, log):
        raising = """@capability("clinic.boom")
    async def boom(self):
        raise ValueError("could not log in with hunter2")
        """
        written(platform, "clinic", health=raising)
        async with steering() as steered:
            answer = assert_problem(await steered.ask("POST", "/capabilities/clinic.boom/run", json={}), 502, "call-failed")
            assert answer["detail"] == "the host called 'clinic' for 'boom', which raised ValueError"
            with pytest.raises(CallFailedError, match="could not log in with hunter2"):
                await steered.host.call("clinic", "boom")


class TestSwitching:
    async def test_what_is_left_of_a_plugin_that_is_switched_off_is_done_nothing_for(self, platform, log):
        written(platform, "clinic", init="hh_test_log.host = host")
        async with steering() as steered:
            await may_call(steered, "clinic")
            host = log.host
            await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
            await steered.host.manager.settled("clinic")
            with pytest.raises(OperationRefusedError, match="after its end"):
                await host.plugins.call("ledger", "add", {"a": 1, "b": 2})
            with pytest.raises(UsageError, match="begins no work any more"):
                host.create_task(asyncio.sleep(0))
            await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": True})
            await steered.host.manager.settled("clinic")
            assert log.host is not host

    async def test_a_plugin_that_is_switched_off_and_on_is_begun_anew_and_not_imported_again(self, platform, log):
        written(platform, "clinic")
        async with steering() as steered:
            for enabled in (False, True, False, True):
                answer = await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": enabled})
                assert answer.json()["enabled"] is enabled
                await steered.host.manager.settled("clinic")
            assert await steered.host.call("clinic", "add", {"a": 1, "b": 2}) == 3
        assert log.events == ["import clinic", *["init clinic", "shutdown clinic"] * 3]

    async def test_background_work_ends_with_the_plugin(self, platform, log):
        works = """async def works(self):
        try:
            await hh_test_log.let_go.wait()
        finally:
            hh_test_log.events.append("work ended")
        """
        written(platform, "clinic", init="host.create_task(self.works())", health=works)
        async with steering() as steered:
            await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
            await steered.host.manager.settled("clinic")
            assert log.events[-2:] == ["shutdown clinic", "work ended"]

    async def test_configuration_is_seen_by_the_plugin_that_runs(self, platform, log):
        reads = "async def health(self):\n        return self.host.config.get('beds.free', 0)"
        written(platform, "clinic", health=reads)
        async with steering(health_interval=0.05) as steered:

            def felt():
                return steered.host._attached_to.watch.known.get("clinic")

            async def answers():
                return felt() is not None and felt().answer

            await steered.ask("POST", "/plugins/clinic/configure", json={"beds": {"free": 7}})
            assert await reached(answers) == 7
            assert log.events.count("init clinic") == 1


class TestHealth:
    @pytest.fixture(autouse=True)
    def soon(self, monkeypatch):
        """
        Restarts come at once.
        """
        monkeypatch.setattr(restarts, "FIRST_WAIT", 0.01)

    @pytest.fixture
    def pump(self, platform, log):
        return platform.add("clinic", files={"backend/notes.py": STARTING})

    async def test_a_lifespan_that_dies_is_started_again(self, pump, log):
        async with steering() as steered:
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).json() == ["clinic"]
            log.dies.set()

            async def again():
                return log.events.count("start") > 1

            await reached(again)
            log.dies.clear()

            async def answers():
                return (await steered.ask("GET", "//api/plugins/clinic/notes")).status_code == 200

            await reached(answers)
            assert (await row(steered))["state"] == "running"

    async def test_one_that_does_not_come_up_again_is_taken_out_and_says_why(self, pump, log):
        async with steering() as steered:
            log.broken = True
            log.dies.set()

            async def out():
                found = await row(steered)
                return found if found["state"] == "quarantined" else None

            found = await reached(out)
            assert log.events.count("start") == 1 + restarts.MOST
            assert (found["quarantine"]["phase"], found["quarantine"]["count"]) == ("running", restarts.MOST + 1)
            assert "the pump is broken still" in found["quarantine"]["error"]
            log.broken = False
            log.dies.clear()
            assert (await steered.ask("POST", "/plugins/clinic/release")).status_code == 200
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).json() == ["clinic"]

    async def test_what_a_plugin_says_of_itself_is_reported_with_the_process(self, platform, log):
        written(platform, "clinic", health='async def health(self):\n        return {"beds": 7}')
        async with steering(health_interval=0.05, heartbeat=0.05) as steered:

            async def told():
                (instance,) = (await steered.ask("GET", "/instances")).json() or [{}]
                return instance.get("plugins", {}).get("clinic", {}).get("health")

            assert await reached(told) == {"state": "well", "answer": {"beds": 7}, "error": None}

    async def test_a_plain_health_that_hangs_takes_no_thread_from_the_host(self, platform, log, monkeypatch):
        log.block, log.asked = threading.Event(), []
        monkeypatch.setattr(health, "ANSWER_SECONDS", 0.01)
        does = "def health(self):\n        hh_test_log.asked.append(1)\n        hh_test_log.block.wait(60)"
        written(platform, "clinic", health=does)
        try:
            async with steering(health_interval=0.05, stop_timeout=0.5, drain_timeout=0.5) as steered:

                async def often():
                    return len(log.asked) > 12

                await steered.host.call("clinic", "add", {"a": 1, "b": 2})
                await reached(often)
                async with asyncio.timeout(LIMIT):
                    assert await asyncio.to_thread(lambda: "the host's own work goes on")
                assert (await steered.ask("GET", "/status")).status_code == 200
        finally:
            log.block.set()


class TestReloading:
    async def test_compiled_modules_need_a_restart_and_the_status_says_so(self, plugins):
        async with steering() as steered:
            await steered.host.call("clinic", "add", {"a": 1, "b": 2})
            root = plugins.install / "plugins/clinic"
            (root / "backend/fast.abi3.so").write_bytes(b"")
            (root / "backend/notes.py").write_text((root / "backend/notes.py").read_text().replace('["clinic"]', '["new"]'))
            problem = assert_problem(await steered.ask("POST", "/plugins/clinic/reload"), 409, "restart-needed")
            assert "restart the host" in problem["hint"]
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).json() == ["clinic"]
            (fact,) = (await steered.ask("GET", "/status")).json()["behind"]
            assert (fact["kind"], fact["plugin"], "compiled modules" in fact["message"]) == ("plugin", "clinic", True)
            assert "restart the host" in fact["hint"]

    async def test_a_plugin_that_is_mended_is_no_longer_behind(self, plugins):
        async with steering() as steered:
            code = plugins.install / "plugins/clinic/backend/notes.py"
            good = code.read_text()
            code.write_text("def broken(:\n")
            assert (await steered.ask("POST", "/plugins/clinic/reload")).status_code == 409
            assert [fact["plugin"] for fact in (await steered.ask("GET", "/status")).json()["behind"]] == ["clinic"]
            code.write_text(good)
            assert (await steered.ask("POST", "/plugins/clinic/reload")).status_code == 200
            assert (await steered.ask("GET", "/status")).json()["behind"] == []


class TestTakingUpFolders:
    """
    What a host that watches its folders makes of them.
    """

    @pytest.mark.parametrize(
        ("manifest", "said"),
        [
            ("name: clinic\nversion: 2.0.0\nmin_host_version: '99'\n", "host"),
            ("name: clinic\nversion: 2.0.0\nnonsense: [1\n", "clinic"),
            ("name: clinic\nversion: 2.0.0\nhost_permissions: [{type: http, scope: [a.example]}]\n", "http:a.example"),
        ],
        ids=["rejected", "unreadable", "waiting"],
    )
    async def test_a_version_that_is_refused_leaves_the_old_one_serving(self, plugins, manifest, said):
        async with steering() as steered:
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).json() == ["clinic"]
            file = plugins.install / "plugins/clinic/plugin.yaml"
            good = file.read_text()
            file.write_text(manifest)
            await steered.host._attached_to.renewal.take_up_folders()
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).json() == ["clinic"]
            (fact,) = (await steered.ask("GET", "/status")).json()["behind"]
            assert (fact["kind"], fact["plugin"], said in fact["message"]) == ("plugin", "clinic", True)
            file.write_text(good.replace("1.0.0", "3.0.0"))
            await steered.host._attached_to.renewal.take_up_folders()
            assert (await row(steered))["version"] == "3.0.0"
            assert (await steered.ask("GET", "/status")).json()["behind"] == []

    async def test_a_plugin_whose_folder_is_gone_is_gone(self, plugins):
        async with steering() as steered:
            shutil.rmtree(plugins.install / "plugins/clinic")
            await steered.host._attached_to.renewal.take_up_folders()
            assert (await steered.ask("GET", "//api/plugins/clinic/notes")).status_code == 404
            assert (await steered.ask("GET", "/status")).json()["behind"] == []


RAISES = "raise RuntimeError('no')"
DYING = STARTING.replace("await hh_test_log.dies.wait()", "pass")
LINES = [
    ("load", {"files": {"backend/notes.py": RAISES}}),
    ("init", {"init": RAISES}),
    ("start", {"files": {"backend/notes.py": STARTING.replace("if hh_test_log.broken", "if True")}}),
    ("running", {"files": {"backend/notes.py": DYING}}),
    ("task", {"init": "host.create_task(self.fails())", "health": f"async def fails(self):\n        {RAISES}"}),
    ("health", {"health": f"async def health(self):\n        {RAISES}"}),
]


@pytest.mark.parametrize(("phase", "wishes"), LINES, ids=[phase for phase, _ in LINES])
async def test_what_is_logged_of_a_plugin_says_which_it_is_and_in_which_phase(platform, log, caplog, phase, wishes):
    caplog.set_level(logging.INFO, "honeyhost")
    written(platform, "ledger")
    written(platform, "clinic", **wishes)
    async with steering(health_interval=0.05) as steered:
        await steered.ask("GET", "//api/plugins/clinic/notes")

        async def said():
            return [(record.plugin, record.phase) for record in caplog.records if hasattr(record, "phase")]

        assert (await reached(said))[0] == ("clinic", phase)


async def test_everything_of_a_plugin_vanishes_when_it_is_disabled_and_comes_back(platform, log):
    page = {"frontend/index.html": "<p>clinic</p>"}
    nav = [{"label": "Ward", "path": "/clinic/ward"}]
    written(platform, "clinic", nav=nav, files=page)
    written(platform, "ledger")

    async def shown(steered):
        document = (await steered.ask("GET", "//openapi.json")).json()
        return {
            "route": (await steered.ask("GET", "//api/plugins/clinic/notes")).status_code,
            "nav": [entry["plugin"] for entry in (await steered.ask("GET", "/nav")).json()],
            "document": sorted({path.split("/")[3] for path in document["paths"] if path.startswith("/api/plugins/")}),
            "routes": sorted({route.path.split("/")[3] for route in steered.host.routes()}),
        }

    async with steering() as steered:
        before = await shown(steered)
        assert (before["route"], before["nav"], before["document"]) == (200, ["clinic"], ["clinic", "ledger"])
        await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": False})
        assert await shown(steered) == {"route": 404, "nav": [], "document": ["ledger"], "routes": ["ledger"]}
        await steered.ask("POST", "/plugins/clinic/toggle", json={"enabled": True})
        assert await shown(steered) == before
