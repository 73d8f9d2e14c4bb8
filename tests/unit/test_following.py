"""
Following a store that is changed by others, is away, and comes back.
"""

import asyncio
import logging
import threading
from datetime import timedelta

import pytest

from honeyhost.errors import StoreUnavailableError
from honeyhost.following import Following
from honeyhost.propagation.drift import Drift
from honeyhost.propagation.last_known import keep
from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.store.records import PluginRecord, StoredRecords

LIMIT = 10


class Store:
    """
    A store with one plugin, which can be changed and can be away.
    """

    def __init__(self):
        self.records = {"clinic": PluginRecord(slug="clinic")}
        self.revision = 1
        self.away = False
        self.reads = 0

    def read(self):
        self.reads += 1
        if self.away:
            raise StoreUnavailableError("the database is away", hint="start it")
        return StoredRecords(records=dict(self.records), revision=self.revision)

    def change(self, **wishes):
        self.revision += 1
        self.records = {"clinic": PluginRecord(slug="clinic", revision=self.revision, **wishes)}


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def drift():
    return Drift(timedelta(seconds=10))


@pytest.fixture
def mark(tmp_path):
    made = SharedMark(mark_path(tmp_path))
    yield made
    made.close()


@pytest.fixture
def following(store, drift, mark, tmp_path):
    made = Following(store.read, mark=mark, drift=drift, every=0.05)
    made.begin(tmp_path, refuse=False)
    return made


@pytest.fixture
def taken(following):
    """
    What was taken up: pairs of the wishes before and after.
    """
    found = []
    following.on_change(lambda before, after: found.append((before["clinic"].enabled, after["clinic"].enabled)))
    return found


def test_it_begins_with_what_the_store_says(following):
    assert following.records == {"clinic": PluginRecord(slug="clinic")}
    assert following.known.revision == 1


def test_a_look_takes_up_what_was_changed_before_the_next_answer(following, store, mark, taken):
    async def answer():
        store.change(enabled=False)
        mark.change()
        assert mark.value() != following.seen
        following.look()
        assert mark.value() == following.seen
        return following.records["clinic"].enabled

    assert asyncio.run(answer()) is False
    assert taken == [(True, False)]


def test_what_has_not_changed_is_not_taken_up_again_and_stays_the_same_mapping(following, store, taken):
    before = following.records
    store.revision = 9
    assert asyncio.run(following.refresh())
    assert (following.records is before, following.known.revision, taken) == (True, 9, [])


def test_a_change_without_a_new_revision_is_taken_up_too(following, store, taken):
    store.records = {"clinic": PluginRecord(slug="clinic", enabled=False)}
    asyncio.run(following.refresh())
    assert taken == [(True, False)]


def test_what_was_read_earlier_never_replaces_what_was_read_later(following, store, mark, taken):
    begun, go = threading.Event(), threading.Event()
    read = store.read

    def slow():
        found = read()
        if threading.current_thread().name != "honeyhost look":
            begun.set()
            assert go.wait(LIMIT)
        return found

    following._read = slow

    async def main():
        early = asyncio.create_task(following.refresh())
        await asyncio.to_thread(begun.wait, LIMIT)
        store.change(enabled=False)
        mark.change()
        following.look()
        go.set()
        await early

    asyncio.run(main())
    assert taken == [(True, False)]
    assert following.records["clinic"].enabled is False
    assert following.seen == mark.value()


def test_another_thread_has_the_event_loop_look(following, store, mark, taken):
    async def main():
        run = asyncio.create_task(following.run(None))
        await asyncio.sleep(0)
        store.change(enabled=False)
        mark.change()
        await asyncio.to_thread(following.look)
        assert taken == [(True, False)]
        run.cancel()

    following._every = LIMIT
    asyncio.run(main())


def test_without_an_event_loop_nothing_is_taken_up(following, store, mark, taken):
    store.change(enabled=False)
    mark.change()
    following.look()
    assert taken == []


def test_a_mark_whose_file_was_removed_is_shared_anew(following, mark, tmp_path):
    async def main():
        run = asyncio.create_task(following.run(None))
        mark_path(tmp_path).unlink()
        await until(lambda: following.mark is not mark and following.mark.in_place())
        run.cancel()

    asyncio.run(main())
    following.mark.close()


def test_a_slow_look_finds_what_nobody_said(following, store, taken):
    async def main():
        run = asyncio.create_task(following.run(None))
        store.change(enabled=False)
        await until(lambda: taken)
        run.cancel()

    asyncio.run(main())


def test_a_watcher_wakes_it_and_is_ended_with_it(following, store, taken):
    class Watcher:
        ended = threading.Event()

        def run(self, changed, stop):
            store.change(enabled=False)
            changed()
            stop.wait(LIMIT)
            self.ended.set()

    async def main():
        run = asyncio.create_task(following.run(Watcher()))
        await until(lambda: taken)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    following._every = LIMIT
    asyncio.run(main())
    assert Watcher.ended.is_set()
    following.wake()  # nobody is there: nothing happens


def test_while_the_store_is_away_it_goes_on_and_says_so_once_and_recovers_by_itself(following, store, drift, taken, caplog):
    async def main():
        store.away = True
        assert not await following.refresh()
        run = asyncio.create_task(following.run(None))
        reads = store.reads
        await until(lambda: store.reads > reads)
        assert [fact.kind for fact in drift.facts] == ["database"]
        assert following.records["clinic"].enabled
        store.change(enabled=False)
        store.away = False
        await until(lambda: taken)
        run.cancel()

    with caplog.at_level(logging.INFO, "honeyhost"):
        asyncio.run(main())
    assert drift.facts == ()
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "what is wanted cannot be read: the database is away; this process goes on with what it knows",
        "the database answers again",
    ]


def test_a_look_at_a_store_that_is_away_is_not_repeated_by_every_answer(following, store, mark, drift):
    async def main():
        store.away = True
        mark.change()
        following.look()
        assert following.seen == mark.value()
        assert drift.facts[0].message == "what is wanted cannot be read: the database is away"

    asyncio.run(main())


class TestBeginningWithoutTheStore:
    """
    The database is away at the start.
    """

    def begun(self, store, drift, tmp_path, *, refuse=False):
        following = Following(store.read, mark=None, drift=drift)
        following.begin(tmp_path, refuse=refuse)
        return following

    def test_it_goes_on_from_the_last_known_state(self, store, drift, tmp_path):
        keep(tmp_path, StoredRecords(records={"clinic": PluginRecord(slug="clinic", enabled=False)}, revision=4))
        store.away = True
        following = self.begun(store, drift, tmp_path)
        assert (following.records["clinic"].enabled, following.known.revision) == (False, 4)
        assert [fact.kind for fact in drift.facts] == ["database"]
        following.look()  # there is no mark: nothing to look at
        store.away = False
        assert asyncio.run(following.refresh())
        assert (following.records["clinic"].enabled, drift.facts) == (True, ())

    def test_it_refuses_where_nothing_is_known(self, store, drift, tmp_path):
        store.away = True
        with pytest.raises(StoreUnavailableError) as refused:
            self.begun(store, drift, tmp_path)
        assert refused.value.message == "the database is away"
        assert refused.value.hint == f"start it; there is no last known state in {tmp_path}/last-known.json to start on"

    def test_it_refuses_where_it_is_told_to(self, store, drift, tmp_path):
        keep(tmp_path, StoredRecords(revision=4))
        store.away = True
        with pytest.raises(StoreUnavailableError) as refused:
            self.begun(store, drift, tmp_path, refuse=True)
        assert refused.value.hint == "start it; database_failure = last-known lets the host start on what it knew"

    def test_an_empty_database_where_there_was_one_is_one_that_is_away(self, store, drift, tmp_path):
        keep(tmp_path, StoredRecords(records={"clinic": PluginRecord(slug="clinic", enabled=False)}, revision=4))
        store.records, store.revision = {}, 0
        following = self.begun(store, drift, tmp_path)
        assert following.records["clinic"].enabled is False
        assert drift.facts[0].hint == ("bring it back; to begin anew, remove last-known.json from data_dir and start again")

    def test_a_platform_that_never_had_one_begins_with_nothing(self, store, drift, tmp_path):
        store.records, store.revision = {}, 0
        assert self.begun(store, drift, tmp_path).records == {}
        assert drift.facts == ()


async def until(condition):
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def test_the_event_loop_does_not_wait_for_a_database_that_hangs(store, following, mark, drift, monkeypatch):
    monkeypatch.setattr("honeyhost.following._LAST_SECONDS", 0.05)
    hangs, ended = threading.Event(), threading.Event()
    read = following._read

    def hanging():
        assert hangs.wait(LIMIT)
        ended.set()
        return read()

    following._read = hanging

    async def main():
        mark.change()
        following.look()

    asyncio.run(main())
    assert [fact.kind for fact in drift.facts] == ["database"]
    assert following.seen == mark.value()
    hangs.set()
    assert ended.wait(LIMIT)
