"""
Threads of a plugin: where its plain functions run.
"""

import threading
import weakref
from concurrent.futures import CancelledError, wait

import pytest

from honeyhost.manager.threads import Threads


def until_idle(threads):
    while not threads._crews["clinic"]._free:
        threading.Event().wait(0.001)


@pytest.fixture
def gate():
    event = threading.Event()
    yield event
    event.set()


def test_work_of_one_plugin_has_a_bound_and_waits_its_turn(gate):
    threads = Threads(most=2)
    running, most, lock = [0], [0], threading.Lock()

    def work():
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait()
        with lock:
            running[0] -= 1
        return "done"

    outcomes = [threads.run("clinic", work) for _ in range(6)]
    gate.set()
    assert [outcome.result() for outcome in outcomes] == ["done"] * 6
    assert most[0] <= 2


def test_an_idle_thread_takes_the_next_work():
    threads = Threads()
    first = threads.run("clinic", threading.get_ident).result()
    until_idle(threads)
    assert threads.run("clinic", threading.get_ident).result() == first


def test_threads_are_daemons_and_end_when_they_are_idle():
    threads = Threads(idle=0.01)
    thread = threads.run("ending", threading.current_thread).result()
    assert thread.daemon
    thread.join(30)
    assert not thread.is_alive()
    assert threads.run("ending", lambda: "again").result() == "again"


def test_threads_of_plugins_that_are_gone_end_at_once():
    threads = Threads(idle=3600)
    gone = threads.run("gone", threading.current_thread).result()
    kept = threads.run("kept", threading.current_thread).result()
    threads.keep({"kept"})
    gone.join(30)
    assert (gone.is_alive(), kept.is_alive()) == (False, True)
    threads.keep(())
    kept.join(30)
    assert not kept.is_alive()


def test_a_thread_that_works_when_its_plugin_goes_ends_after_that(gate):
    threads = Threads(idle=3600)
    reached = threading.Event()

    def work():
        reached.set()
        gate.wait()
        return threading.current_thread()

    outcome = threads.run("gone", work)
    reached.wait()
    threads.keep(())
    gate.set()
    thread = outcome.result()
    thread.join(30)
    assert not thread.is_alive()


def test_work_that_is_cancelled_while_it_waits_is_not_done(gate):
    threads = Threads(most=1)
    ran = []
    first = threads.run("clinic", gate.wait)
    late = threads.run("clinic", lambda: ran.append("late"))
    assert late.cancel()
    gate.set()
    wait([first, threads.run("clinic", lambda: None)])
    assert ran == []
    with pytest.raises(CancelledError):
        late.result()


def test_what_work_raises_is_handed_over():
    threads = Threads()

    def stop():
        raise StopIteration

    def leave():
        raise SystemExit(3)

    assert isinstance(threads.run("clinic", stop).exception(), RuntimeError)
    assert isinstance(threads.run("clinic", leave).exception(), SystemExit)


def test_an_idle_thread_keeps_nothing_of_what_it_did():
    class Mark:
        pass

    def work(mark):
        return lambda: mark.__class__

    threads = Threads(idle=3600)
    mark = Mark()
    kept = weakref.ref(mark)
    threads.run("clinic", work(mark)).result()
    del mark
    until_idle(threads)
    assert kept() is None


def test_work_that_gets_no_thread_is_not_left_waiting(monkeypatch):
    threads = Threads()

    def start(thread):
        raise RuntimeError("can't start new thread")

    ran = []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError):
            threads.run("clinic", lambda: ran.append("lost"))
    assert threads.run("clinic", lambda: "next").result() == "next"
    assert ran == []
