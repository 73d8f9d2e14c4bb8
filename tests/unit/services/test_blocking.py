"""
The host for threads.
"""

import asyncio
import threading

import pytest
from anyio.to_thread import run_sync

from honeyhost.errors import UsageError
from honeyhost.sdk import current_plugin
from honeyhost.sdk.requires import passage
from honeyhost.services.blocking import BlockingHost


class Group:
    async def query(self, sql, *, database="default"):
        await asyncio.sleep(0)
        return sql, database, current_plugin(), threading.current_thread() is threading.main_thread()

    async def breaks(self):
        raise LookupError("no such table")

    async def waits(self):
        raise asyncio.CancelledError

    def plain(self):
        return "at once"


class Whole:
    db = Group()


def in_thread(work):
    async def main():
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(work, BlockingHost(Whole(), lambda: loop))

    return asyncio.run(main())


def test_a_thread_waits_for_the_answer_of_the_event_loop():
    assert in_thread(lambda host: host.db.query("SELECT 1", database="warehouse")) == ("SELECT 1", "warehouse", None, True)


def test_the_operation_knows_what_the_thread_knows():
    def work(host):
        passage.set(("clinic", None, frozenset(), None, None))
        return host.db.query("SELECT 1")

    assert in_thread(work)[2] == "clinic"


def test_what_it_raises_is_raised_in_the_thread():
    with pytest.raises(LookupError, match="no such table"):
        in_thread(lambda host: host.db.breaks())


def test_one_that_is_cancelled_does_not_leave_the_thread_waiting():
    def work(host):
        try:
            host.db.waits()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the thread goes on
            return type(error).__name__

    assert in_thread(work) == "CancelledError"


def test_what_does_not_wait_is_called_as_it_is():
    assert in_thread(lambda host: host.db.plain()) == "at once"


def test_on_the_event_loop_it_is_refused_since_it_would_stop_it():
    async def main():
        loop = asyncio.get_running_loop()
        with pytest.raises(UsageError, match="this would stop the event loop"):
            BlockingHost(Whole(), lambda: loop).db.query("SELECT 1")

    asyncio.run(main())


@pytest.mark.parametrize("loop", [None, asyncio.new_event_loop()])
def test_without_an_application_that_serves_it_is_refused(loop):
    with pytest.raises(UsageError, match="the application does not serve"):
        BlockingHost(Whole(), lambda: loop).db.query("SELECT 1")
    if loop is not None:
        loop.close()


@pytest.mark.parametrize("name", ["log", "config", "secret", "_host_"])
def test_only_what_waits_is_there(name):
    with pytest.raises(AttributeError, match="it has db, cache"):
        getattr(BlockingHost(Whole(), lambda: None), name)


def test_a_loop_that_ends_leaves_no_thread_waiting(monkeypatch):
    monkeypatch.setattr("honeyhost.services.blocking._LOOK", 0.01)
    said = []

    class Slow:
        async def query(self):
            await asyncio.Event().wait()

    class Host:
        db = Slow()

    async def main():
        loop = asyncio.get_running_loop()
        began = asyncio.Event()

        def work():
            loop.call_soon_threadsafe(began.set)
            try:
                BlockingHost(Host(), lambda: loop).db.query()
            except BaseException as error:  # noqa: BLE001 - whatever it is, the thread goes on
                said.append(type(error).__name__)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        await began.wait()
        return thread

    thread = asyncio.run(main())
    thread.join(10)
    assert not thread.is_alive()
    assert said in (["UsageError"], ["CancelledError"])


def test_a_thread_of_the_framework_uses_the_loop_that_it_works_for():
    gone = asyncio.new_event_loop()
    gone.close()

    async def main():
        return await run_sync(lambda: BlockingHost(Whole(), lambda: gone).db.query("SELECT 1"))

    assert asyncio.run(main())[0] == "SELECT 1"


def test_what_it_raises_there_is_raised_in_the_thread_too():
    async def main():
        return await run_sync(BlockingHost(Whole(), lambda: None).db.breaks)

    with pytest.raises(LookupError, match="no such table"):
        asyncio.run(main())
