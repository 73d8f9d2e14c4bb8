"""
The watch over plugins: who is asked, who is started again and when somebody is given up, by a clock that the test sets.
"""

import asyncio

import pytest

from honeyhost.errors import LoadError
from honeyhost.manager import health
from honeyhost.manager.health import Watch


class Handle:
    """
    A loaded plugin that says what it is told to.
    """

    answers_health = True

    def __init__(self):
        self.says = {"ok": True}
        self.asked = 0
        self.questions = asyncio.Queue()

    async def health(self):
        self.asked += 1
        self.questions.put_nowait(self.asked)
        if isinstance(self.says, BaseException):
            raise self.says
        if self.says == "silent":
            await asyncio.Event().wait()
        return self.says


class Generation:
    def __init__(self, handle, *, was_up=True):
        self.handle = handle
        self.was_up = was_up


class Plugin:
    slug = "clinic"


class Manager:
    """
    A manager of one plugin.
    """

    plugins = (Plugin(),)

    def __init__(self):
        self.handle = Handle()
        self.current = Generation(self.handle)
        self.error = None
        self.told = "running"
        self.restarts = 0
        self.fails = False
        self.observers = []

    def state(self, _slug):
        return "failed" if self.error is not None else self.told

    def generation(self, _slug):
        return self.current

    def failure(self, _slug):
        return self.error

    def on_change(self, observer):
        self.observers.append(observer)
        return lambda: self.observers.remove(observer)

    async def restart(self, _slug):
        self.restarts += 1
        self.current = Generation(self.handle)
        self.error = LoadError("it raised", plugin="clinic") if self.fails else None
        if self.error is not None:
            raise self.error


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def manager():
    return Manager()


@pytest.fixture
def given_up():
    return []


@pytest.fixture
def clock():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def watch(manager, given_up, clock):
    return Watch(manager, interval=60.0, give_up=lambda *said: given_up.append(said), clock=clock)


async def test_a_plugin_is_asked_once_in_an_interval(watch, manager, clock):
    assert await watch.round() == 60.0
    clock.now += 30
    assert await watch.round() == 30.0
    clock.now += 30
    await watch.round()
    assert manager.handle.asked == 2
    assert watch.known["clinic"].to_json() == {"state": "well", "answer": {"ok": True}, "error": None}


async def test_a_plugin_without_a_health_is_not_asked(watch, manager):
    manager.handle.answers_health = False
    await watch.round()
    assert (manager.handle.asked, watch.known) == (0, {})


async def test_what_is_no_json_is_no_answer_and_no_harm(watch, manager):
    manager.handle.says = object()
    await watch.round()
    assert (watch.known["clinic"].state, watch.known["clinic"].answer) == ("well", None)


async def test_three_bad_answers_bring_it_down_and_it_is_started_again_when_due(watch, manager, clock, caplog):
    caplog.set_level("INFO")
    manager.handle.says = OSError("no database")
    for _ in range(2):
        await watch.round()
        clock.now += 60
    assert (watch.known["clinic"].state, watch.known["clinic"].error) == ("unwell", "OSError: no database")
    assert await watch.round() == 5.0
    assert watch.known["clinic"].state == "down"
    clock.now += 4
    await watch.round()
    assert manager.restarts == 0
    clock.now += 1
    manager.handle.says = None
    await watch.round()
    assert manager.restarts == 1
    clock.now += 60
    await watch.round()
    assert watch.known["clinic"].state == "well"
    assert caplog.messages == [
        "plugin 'clinic' is unwell: OSError: no database",
        "plugin 'clinic' is down: OSError: no database",
        "plugin 'clinic' is started again: OSError: no database",
        "plugin 'clinic' is well",
    ]


async def test_silence_is_a_bad_answer(watch, manager, monkeypatch):
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.01)
    manager.handle.says = "silent"
    await watch.round()
    assert watch.known["clinic"].error == "gave no answer within 0.01 s"


async def test_one_good_answer_forgives_the_bad_ones(watch, manager, clock):
    for says in (OSError(), OSError(), None, OSError(), OSError()):
        manager.handle.says = says
        await watch.round()
        clock.now += 60
    assert watch.known["clinic"].state == "unwell"


async def test_a_plugin_that_died_while_it_ran_is_started_again_with_longer_waits(watch, manager, clock):
    manager.error, manager.fails = LoadError("it raised", plugin="clinic"), True
    waits = []
    for number in range(4):
        waits.append(await watch.round())
        clock.now += waits[-1]
        await watch.round()
        assert manager.restarts == number + 1
    assert waits == [5.0, 10.0, 20.0, 40.0]


async def test_a_plugin_that_never_came_up_is_left_alone(watch, manager):
    manager.error, manager.current = LoadError("it raised", plugin="clinic"), Generation(None, was_up=False)
    assert await watch.round() == 60.0
    assert manager.restarts == 0


async def test_the_sixth_time_in_ten_minutes_it_is_given_up(watch, manager, clock, given_up):
    manager.error, manager.fails = LoadError("it raised", plugin="clinic"), True
    while not given_up:
        clock.now += await watch.round()
        assert clock.now < 1600
    assert manager.restarts == 5
    assert given_up == [("clinic", 6, "it raised")]


async def test_a_plugin_that_is_switched_off_is_forgotten(watch, manager):
    await watch.round()
    manager.told = "disabled"
    await watch.round()
    assert watch.known == {}


async def test_a_change_of_the_plugins_begins_the_next_round(watch, manager, clock):
    running = asyncio.create_task(watch.run())
    assert await manager.handle.questions.get() == 1
    clock.now += 60
    manager.observers[0]()
    assert await manager.handle.questions.get() == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert manager.observers == []
