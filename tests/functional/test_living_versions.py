"""
Versions of a plugin that meet in one process: who answers, who is waited for, and what an end takes with it.
"""

import asyncio
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import httpx
import pytest
from hosting import by_header
from versions import FolderPlugin, plugin_root, serving_plugins
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from workers import LIMIT, until

from honeyhost.errors import AttachError, LoadError, PhaseTimeoutError
from honeyhost.store.records import PluginRecord

pytestmark = pytest.mark.slow

ROUTES = """
import asyncio
import hh_test_log
from contextlib import asynccontextmanager
from fastapi import APIRouter, WebSocket
from fastapi.responses import StreamingResponse

VERSION = {version!r}


@asynccontextmanager
async def lifespan(app):
    {starting}
    yield


router = APIRouter(lifespan=lifespan)


@router.get("/version")
async def version() -> str:
    return VERSION


@router.get("/held")
async def held() -> str:
    hh_test_log.events.append(f"held {{VERSION}}")
    while not hh_test_log.let_go.is_set():
        await asyncio.sleep(0.005)
    return VERSION


@router.get("/plain")
def plain() -> str:
    hh_test_log.events.append(f"plain {{VERSION}}")
    hh_test_log.let_go.wait(30)
    return VERSION


@router.get("/stream")
async def stream():
    async def parts():
        yield VERSION
        while not hh_test_log.let_go.is_set():
            await asyncio.sleep(0.005)
        yield " whole"

    return StreamingResponse(parts())


@router.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{{VERSION}} {{text}}")
"""
OBJECT = """
import asyncio, time
import hh_test_log
from honeyhost.sdk import Plugin


class Clinic(Plugin):
    async def init(self, host):
        hh_test_log.events.append("init {version}")
        {init}

    async def shutdown(self):
        hh_test_log.events.append("shutdown {version}")
        {shutdown}
        hh_test_log.events.append("ended {version}")
"""


def files(version, *, first="", starting="pass", init="pass", shutdown="pass"):
    """
    The files of a version, with what it does where it is imported, started, initialised and shut down.
    """
    routes = first + ROUTES.format(version=version, starting=starting)
    return {"backend/api.py": routes, "backend/whole.py": OBJECT.format(version=version, init=init, shutdown=shutdown)}


@pytest.fixture
def log():
    """
    What the code of the plugins of a test says, and what it waits for.
    """
    module = ModuleType("hh_test_log")
    module.events = []
    module.let_go = threading.Event()
    sys.modules["hh_test_log"] = module
    yield SimpleNamespace(events=module.events, let_go=module.let_go)
    module.let_go.set()
    del sys.modules["hh_test_log"]


@pytest.fixture
def root(tmp_path, log):
    """
    A folder of plugins.
    """
    with plugin_root(tmp_path / "plugins") as found:
        yield found


@pytest.fixture
def clinic(root):
    """
    A plugin with an object and a lifespan, in its first version.
    """
    return written(root, "clinic", **files("1"))


def written(root, slug, requires=(), **texts):
    made = FolderPlugin(root, slug, spec={"plugin": ".backend.whole:Clinic", "requires": requires}, starts=True, lifespan=True)
    made.write(texts)
    return made


def get(running, path):
    return httpx.get(running.url(path), trust_env=False, timeout=LIMIT)


def seen(log, event):
    """
    Wait until the code of a plugin has said something.
    """
    until(lambda: event in log.events, what=event)


def talking(running):
    """
    A websocket of the plugin.
    """
    url = running.url("/clinic/echo", "ws")
    return connect(url, additional_headers={"x-caller": "admin"}, proxy=None, open_timeout=LIMIT)


@contextmanager
def asked(running, path):
    """
    A request that is under way; what it was answered is in the list in the end.
    """
    answers = []
    thread = threading.Thread(target=lambda: answers.append(get(running, path)))
    thread.start()
    try:
        yield answers
    finally:
        thread.join(LIMIT)


class TestFailingVersions:
    """
    A version that does not come up leaves the one that serves where it is.
    """

    @pytest.mark.parametrize(
        ("broken", "error"),
        [
            ({"first": "def broken(:\n"}, LoadError),
            ({"first": "raise RuntimeError('no')\n"}, LoadError),
            ({"first": "raise SystemExit(3)\n"}, LoadError),
            ({"first": "import time\ntime.sleep(600)\n"}, PhaseTimeoutError),
            ({"starting": "raise RuntimeError('no')"}, LoadError),
            ({"starting": "await asyncio.Event().wait()"}, PhaseTimeoutError),
            ({"init": "raise RuntimeError('no')"}, LoadError),
            ({"init": "raise SystemExit(3)"}, LoadError),
            ({"init": "await asyncio.Event().wait()"}, PhaseTimeoutError),
        ],
        ids=["syntax", "import", "exit", "import-hangs", "lifespan", "lifespan-hangs", "init", "init-exits", "init-hangs"],
    )
    def test_it_is_refused_and_the_old_one_goes_on(self, clinic, log, broken, error):
        patience = 2.0 if error is PhaseTimeoutError else LIMIT
        with serving_plugins(clinic.attached("1"), seconds=patience) as running, talking(running) as talk:
            clinic.write(files("2", **broken))
            with pytest.raises(AttachError) as caught:
                running.do(running.manager.upgrade(clinic.attached("2")))
            assert (type(caught.value), caught.value.params["plugin"]) == (error, "clinic")
            running.do(running.manager.settled())
            talk.send("hello")
            assert talk.recv(LIMIT) == "1 hello"
            assert (get(running, "/clinic/version").json(), running.manager.state("clinic")) == ("1", "running")
            assert running.manager.failure("clinic") is None
            assert "shutdown 1" not in log.events
            clinic.write(files("3"))
            running.do(running.manager.upgrade(clinic.attached("3")))
            assert get(running, "/clinic/version").json() == "3"

    def test_what_it_had_begun_is_ended(self, clinic, log):
        with serving_plugins(clinic.attached("1")) as running:
            clinic.write(files("2", starting="raise RuntimeError('no')"))
            with pytest.raises(AttachError):
                running.do(running.manager.upgrade(clinic.attached("2")))
            assert log.events == ["init 1", "init 2", "shutdown 2", "ended 2"]


class TestUpgrading:
    def test_the_new_one_is_up_before_the_old_one_ends_and_that_waits_for_its_requests(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=LIMIT) as running:
            with asked(running, "/clinic/held") as answers:
                seen(log, "held 1")
                clinic.write(files("2"))
                running.do(running.manager.upgrade(clinic.attached("2")))
                assert get(running, "/clinic/version").json() == "2"
                assert log.events == ["init 1", "held 1", "init 2"]
                log.let_go.set()
            running.do(running.manager.settled())
            assert answers[0].json() == "1"
            assert log.events == ["init 1", "held 1", "init 2", "shutdown 1", "ended 1"]

    def test_websockets_go_on_until_the_limit_and_are_closed_as_for_a_restart(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=0.5) as running, talking(running) as talk:
            clinic.write(files("2"))
            running.do(running.manager.upgrade(clinic.attached("2")))
            talk.send("still")
            assert talk.recv(LIMIT) == "1 still"
            with pytest.raises(ConnectionClosed):
                talk.recv(LIMIT)
            assert talk.close_code == 1012
            with talking(running) as fresh:
                fresh.send("hello")
                assert fresh.recv(LIMIT) == "2 hello"
            running.do(running.manager.settled())
            assert log.events[-2:] == ["shutdown 1", "ended 1"]

    def test_a_stream_that_ends_in_time_is_whole(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=LIMIT) as running:
            with asked(running, "/clinic/stream") as answers:
                until(lambda: bool(running.manager.generations["clinic"].front.flights), what="the stream has begun")
                clinic.write(files("2"))
                running.do(running.manager.upgrade(clinic.attached("2")))
                log.let_go.set()
            assert answers[0].text == "1 whole"

    def test_a_stream_that_does_not_end_is_broken_off_at_the_limit(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=0.5) as running:
            with httpx.stream("GET", running.url("/clinic/stream"), trust_env=False, timeout=LIMIT) as answer:
                parts = answer.iter_text()
                assert next(parts) == "1"
                clinic.write(files("2"))
                running.do(running.manager.upgrade(clinic.attached("2")))
                with pytest.raises(httpx.RemoteProtocolError):
                    next(parts)
            running.do(running.manager.settled())
            assert log.events[-2:] == ["shutdown 1", "ended 1"]
            assert get(running, "/clinic/version").json() == "2"

    def test_a_request_that_does_not_end_is_answered_at_the_limit(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=0.5) as running:
            with asked(running, "/clinic/held") as answers:
                seen(log, "held 1")
                clinic.write(files("2"))
                running.do(running.manager.upgrade(clinic.attached("2")))
            assert answers[0].status_code == 503

    def test_a_plain_handler_that_hangs_does_not_keep_the_old_version_from_its_end(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=0.5) as running:
            with asked(running, "/clinic/plain") as answers:
                seen(log, "plain 1")
                clinic.write(files("2"))
                running.do(running.manager.upgrade(clinic.attached("2")))
                running.do(running.manager.settled())
                assert log.events[-2:] == ["shutdown 1", "ended 1"]
                assert get(running, "/clinic/version").json() == "2"
            log.let_go.set()
            assert answers[0].status_code == 503

    def test_requests_that_are_being_identified_while_versions_change_find_their_routes(self, clinic, monkeypatch):
        async def asking_somebody(connection):
            await asyncio.to_thread(lambda: None)
            return await by_header(connection)

        monkeypatch.setattr("versions.by_header", asking_somebody)
        answers, stop = Counter(), threading.Event()

        def load(running):
            with httpx.Client(trust_env=False, timeout=LIMIT) as client:
                while not stop.is_set():
                    answer = client.get(running.url("/clinic/version"))
                    answers[answer.status_code, answer.text] += 1

        with serving_plugins(clinic.attached("1")) as running:
            threads = [threading.Thread(target=load, args=(running,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for number in ("2", "1") * 8:
                clinic.write(files(number))
                running.do(running.manager.upgrade(clinic.attached(number)))
                running.do(running.manager.settled())
            stop.set()
            for thread in threads:
                thread.join(LIMIT)
        assert answers.keys() == {(200, '"1"'), (200, '"2"')}

    def test_a_plugin_that_is_disabled_is_upgraded_without_running_it(self, clinic, log):
        off = {"clinic": PluginRecord(slug="clinic", enabled=False)}
        with serving_plugins(clinic.attached("1"), records=off) as running:
            clinic.write(files("2"))
            running.do(running.manager.upgrade(clinic.attached("2")))
            assert (log.events, get(running, "/clinic/version").status_code) == ([], 404)
            assert running.do(running.manager.set_enabled("clinic", enabled=True)) == "running"
            assert (log.events, get(running, "/clinic/version").json()) == (["init 2"], "2")

    def test_a_plugin_that_is_disabled_while_it_is_upgraded_stays_off(self, clinic, log):
        with serving_plugins(clinic.attached("1"), seconds=LIMIT) as running:
            clinic.write(files("2", init="await asyncio.to_thread(hh_test_log.let_go.wait, 30)"))
            upgrade = running.begin(running.manager.upgrade(clinic.attached("2")))
            seen(log, "init 2")
            assert running.do(running.manager.set_enabled("clinic", enabled=False)) == "disabled"
            assert get(running, "/clinic/version").status_code == 404
            log.let_go.set()
            upgrade.result(LIMIT)
            running.do(running.manager.settled())
            assert (get(running, "/clinic/version").status_code, running.manager.state("clinic")) == (404, "disabled")
            assert log.events == ["init 1", "init 2", "shutdown 1", "ended 1", "shutdown 2", "ended 2"]
            assert running.do(running.manager.set_enabled("clinic", enabled=True)) == "running"
            assert get(running, "/clinic/version").json() == "2"

    def test_a_plugin_that_is_removed_while_it_is_upgraded_is_gone(self, clinic, log):
        with serving_plugins(clinic.attached("1"), seconds=LIMIT) as running:
            clinic.write(files("2", init="await asyncio.to_thread(hh_test_log.let_go.wait, 30)"))
            upgrade = running.begin(running.manager.upgrade(clinic.attached("2")))
            seen(log, "init 2")
            running.do(running.manager.take_up_plugins((), {}))
            log.let_go.set()
            upgrade.result(LIMIT)
            running.do(running.manager.settled())
            assert (get(running, "/clinic/version").status_code, running.manager.state("clinic")) == (404, None)
            assert sorted(log.events) == ["ended 1", "ended 2", "init 1", "init 2", "shutdown 1", "shutdown 2"]

    def test_compiled_modules_need_a_restart_and_the_old_version_goes_on(self, clinic, log):
        with serving_plugins(clinic.attached("1")) as running:
            clinic.write(files("2") | {"backend/fast.abi3.so": ""})
            with pytest.raises(AttachError) as caught:
                running.do(running.manager.upgrade(clinic.attached("2")))
            assert (caught.value.code, "restart the host" in caught.value.hint) == ("restart-needed", True)
            assert get(running, "/clinic/version").json() == "1"
            assert running.do(running.manager.set_enabled("clinic", enabled=False)) == "disabled"
            assert running.do(running.manager.set_enabled("clinic", enabled=True)) == "running"


class TestDisabling:
    def test_websockets_are_closed_at_once_and_no_new_one_opens(self, clinic):
        with serving_plugins(clinic.attached("1"), drain_seconds=LIMIT) as running, talking(running) as talk:
            running.do(running.manager.set_enabled("clinic", enabled=False))
            with pytest.raises(ConnectionClosed):
                talk.recv(LIMIT)
            assert talk.close_code == 1001
            with pytest.raises(InvalidStatus), talking(running):
                pass

    def test_a_request_under_way_is_answered_and_the_plugin_shut_down_after_it(self, clinic, log):
        with serving_plugins(clinic.attached("1"), drain_seconds=LIMIT) as running:
            with asked(running, "/clinic/held") as answers:
                seen(log, "held 1")
                off = running.begin(running.manager.set_enabled("clinic", enabled=False))
                until(lambda: running.manager.state("clinic") == "disabled", what="it is off")
                assert get(running, "/clinic/version").status_code == 404
                assert "shutdown 1" not in log.events
                log.let_go.set()
            off.result(LIMIT)
            assert answers[0].json() == "1"
            assert log.events[-2:] == ["shutdown 1", "ended 1"]

    def test_those_that_need_it_go_on(self, root, clinic, log):
        other = written(root, "ward", ("clinic",), **files("ward"))
        with serving_plugins(clinic.attached("1"), other.attached("1")) as running:
            running.do(running.manager.set_enabled("clinic", enabled=False))
            assert get(running, "/ward/version").json() == "ward"
            assert (running.manager.state("clinic"), running.manager.state("ward")) == ("disabled", "running")


class TestStartAndEnd:
    """
    All are loaded before the first is initialised; those that need others end before them, the rest side by side.
    """

    @staticmethod
    def plugins(root, **wishes):
        made = []
        for slug, (requires, does) in wishes.items():
            loads = f"import hh_test_log\nhh_test_log.events.append('load {slug}')\n"
            texts = files(slug, first=loads, **does)
            made.append(written(root, slug, requires, **texts).attached())
        return made

    def test_all_are_loaded_before_any_is_initialised_in_the_order_of_their_needs(self, root, log):
        takes_its_time = {"shutdown": "await asyncio.sleep(0.01)"}
        needs = {"a": (), "b": ("a",), "c": ("b",)}
        plugins = self.plugins(root, **{slug: (requires, takes_its_time) for slug, requires in needs.items()})
        with serving_plugins(*plugins):
            assert log.events == ["load a", "load b", "load c", "init a", "init b", "init c"]
        ends = [event for event in log.events if event.startswith(("shutdown", "ended"))]
        assert ends == ["shutdown c", "ended c", "shutdown b", "ended b", "shutdown a", "ended a"]

    def test_one_that_cannot_be_loaded_keeps_none_from_being_initialised(self, root, log):
        plugins = self.plugins(root, a=((), {}), b=((), {}))
        FolderPlugin(root, "a").write(files("a", first="raise RuntimeError('no')\n"))
        with serving_plugins(*plugins) as running:
            assert log.events == ["load b", "init b"]
            assert (get(running, "/a/version").status_code, get(running, "/b/version").json()) == (503, "b")

    def test_one_that_hangs_in_its_shutdown_holds_up_none_of_the_others(self, root, log):
        hangs = "await asyncio.Event().wait()"
        together = "while sum('shutdown' in event for event in hh_test_log.events) < 4: await asyncio.sleep(0.005)"
        wishes = {slug: ((), {"shutdown": hangs if slug in "ac" else together}) for slug in "abcd"}
        with serving_plugins(*self.plugins(root, **wishes), stop_seconds=2.0):
            log.events.clear()
        assert sorted(log.events) == ["ended b", "ended d", "shutdown a", "shutdown b", "shutdown c", "shutdown d"]

    def test_one_that_blocks_its_thread_in_its_shutdown_is_left_behind(self, root, log):
        blocking = OBJECT.replace("async def shutdown", "def shutdown")
        plugins = self.plugins(root, a=((), {}), b=(("a",), {}), c=((), {}))
        (root / "b/backend/whole.py").write_text(
            blocking.format(version="b", init="pass", shutdown="hh_test_log.let_go.wait(30)")
        )
        with serving_plugins(*plugins, stop_seconds=1.0) as running:
            log.events.clear()
        assert not running.loop.is_running(), "nothing waits for the thread"
        assert [thread.daemon for thread in threading.enumerate() if "Clinic.shutdown" in thread.name] == [True]
        assert {"shutdown b", "ended a", "ended c"} <= set(log.events)
        assert "ended b" not in log.events
