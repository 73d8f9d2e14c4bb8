"""
The buffer of logs: what is kept, what is found, who hears of it.
"""

import asyncio
import gc
import threading
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from honeyhost.sdk import shapes
from honeyhost.services.logs import HOST, LEVELS, LogBuffer, UnknownLevelError
from honeyhost.services.logs.buffer import DEFAULT_SIZE
from honeyhost.services.logs.records import Level, level_of

PLUGINS = (None, "clinic", "ledger")


def messages(records):
    return [record.message for record in records]


def filled(number, size=DEFAULT_SIZE):
    buffer = LogBuffer(size)
    for index in range(number):
        buffer.add(LEVELS[index % 4], str(index), plugin=PLUGINS[index % 3])
    return buffer


class TestRing:
    @pytest.mark.parametrize(("asked", "size"), [(0, 1000), (-5, 1000), (1, 1), (250, 250)])
    def test_a_size_that_is_none_is_a_thousand(self, asked, size):
        assert LogBuffer(asked).size == size

    def test_the_newest_come_first_and_push_the_oldest_out(self):
        buffer = filled(5, size=3)
        assert messages(buffer.query()) == ["4", "3", "2"]
        assert [record.sequence for record in buffer.query()] == [5, 4, 3]
        assert (buffer.count, buffer.total) == (3, 5)

    @pytest.mark.parametrize(("number", "found"), [(2, ["4", "3"]), (0, []), (-1, []), (99, ["4", "3", "2", "1", "0"])])
    def test_the_last_so_many(self, number, found):
        assert messages(filled(5).recent(number)) == found

    def test_the_next_page_begins_before_the_last_record_of_this_one(self):
        buffer = filled(5)
        page = buffer.query(limit=2)
        buffer.add("info", "later")
        assert messages(buffer.query(limit=2, before=page[-1].sequence)) == ["2", "1"]

    def test_clearing_forgets_the_records_and_keeps_the_counts_and_the_numbers(self):
        buffer = filled(6)
        seen = buffer.seen()
        assert buffer.clear() == 6
        assert (buffer.query(), buffer.count, buffer.total) == ((), 0, 6)
        assert buffer.seen() == seen
        assert buffer.add("info", "next").sequence == 7

    @pytest.mark.parametrize(("plugin", "left"), [("clinic", ["5", "3", "2", "0"]), (HOST, ["5", "4", "2", "1"])])
    def test_the_records_of_one_plugin_can_be_cleared_alone(self, plugin, left):
        buffer = filled(6, size=6)
        assert buffer.clear(plugin) == 2
        assert messages(buffer.query()) == left
        for _ in range(6):
            buffer.add("info", "more")
        assert buffer.count == 6

    def test_what_was_seen_is_counted_by_plugin_and_level(self):
        buffer = LogBuffer(1)
        for level, plugin in [("info", "clinic"), ("info", "clinic"), ("error", "clinic"), ("debug", None)]:
            buffer.add(level, "", plugin=plugin)
        assert buffer.seen() == {"clinic": {"error": 1, "info": 2}, "host": {"debug": 1}}

    def test_a_record_is_json_with_its_moment_in_utc(self):
        record = LogBuffer().add("info", "hello", plugin="clinic", fields={"a": 1})
        told = record.to_json()
        assert told["at"] == record.at.isoformat(timespec="milliseconds")
        assert told["at"].endswith("+00:00")
        assert len(told["at"]) == len("2026-11-25T10:02:28.114+00:00")
        assert {name: told[name] for name in ("sequence", "plugin", "level", "message", "fields")} == {
            "sequence": 1,
            "plugin": "clinic",
            "level": "info",
            "message": "hello",
            "fields": {"a": 1},
        }


class TestLevels:
    def test_they_are_those_that_a_bridge_may_spell(self):
        assert get_args(Level) == get_args(shapes.Level) == LEVELS

    @pytest.mark.parametrize(
        ("word", "hint"),
        [
            ("warn", "did you mean warning?"),
            ("INFO", "did you mean info?"),
            ("loud", "the levels are debug, info, warning, error"),
        ],
    )
    def test_another_word_is_refused_with_the_one_that_was_meant(self, word, hint):
        for ask in (lambda: LogBuffer().query(level=word), lambda: LogBuffer().add(word, "")):
            with pytest.raises(UnknownLevelError) as caught:
                ask()
            assert (str(caught.value), caught.value.hint) == (f"there is no level '{word}'", hint)

    @pytest.mark.parametrize(
        ("number", "level"),
        [
            (50, "error"),
            (40, "error"),
            (39, "warning"),
            (25, "info"),
            (20, "info"),
            (19, "debug"),
            (10, "debug"),
            (0, "debug"),
            (-3, "debug"),
        ],
    )
    def test_a_number_of_pythons_logging_is_the_level_below_it_and_an_unknown_one_debug(self, number, level):
        assert level_of(number) == level


records = st.tuples(
    st.sampled_from(LEVELS), st.sampled_from(PLUGINS), st.text("abcXY", max_size=4), st.text("abcXY", max_size=4)
)


@given(
    st.lists(records, max_size=30),
    st.integers(1, 20),
    st.sampled_from([None, HOST, "clinic", "ledger", "nobody"]),
    st.sampled_from([None, *LEVELS]),
    st.one_of(st.none(), st.text("abcxyXY", min_size=1, max_size=2)),
    st.one_of(st.none(), st.integers(-1, 25)),
    st.one_of(st.none(), st.integers(0, 5)),
)
@example([("error", "clinic", "a", "b")] * 3, 3, "clinic", "warning", "a", 3, 1)
def test_all_filters_hold_together_as_over_a_list(  # noqa: PLR0917 - each is given a value of its own
    written, size, plugin, level, text, limit, before
):
    buffer = LogBuffer(size)
    for one_level, one_plugin, message, value in written:
        buffer.add(one_level, message, plugin=one_plugin, fields={"note": value})
    model = [(number + 1, *record) for number, record in enumerate(written)][-size:][::-1]
    if plugin is not None:
        model = [entry for entry in model if (entry[2] or HOST) == plugin]
    if level is not None:
        model = [entry for entry in model if LEVELS.index(entry[1]) >= LEVELS.index(level)]
    if text is not None:
        model = [
            entry for entry in model if text.lower() in entry[3].lower() or text.lower() in f'{{"note": "{entry[4]}"}}'.lower()
        ]
    if before is not None:
        model = [entry for entry in model if entry[0] < before]
    if limit is not None:
        model = model[: max(0, limit)]
    found = buffer.query(plugin=plugin, level=level, text=text, limit=limit, before=before)
    assert [record.sequence for record in found] == [entry[0] for entry in model]


class TestThreads:
    def test_many_threads_write_each_record_once_and_in_the_order_of_its_number(self):
        buffer = LogBuffer(10_000)
        together = threading.Barrier(8)

        def write(name):
            together.wait()
            for index in range(500):
                buffer.add("info", f"{name} {index}", plugin="clinic")

        threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = buffer.query()
        assert [record.sequence for record in found] == list(range(4000, 0, -1))
        for name in range(8):
            assert [m for m in reversed(messages(found)) if m.startswith(f"{name} ")] == [
                f"{name} {index}" for index in range(500)
            ]
        assert buffer.seen() == {"clinic": {"info": 4000}}

    def test_what_logs_while_a_record_is_written_does_not_hang(self):
        buffer = LogBuffer()

        class Told:
            def offer(self, record):
                if record.message == "outer":
                    buffer.add("info", "inner")

        buffer._listeners.add(Told())
        thread = threading.Thread(target=buffer.add, args=("info", "outer"), daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        assert messages(buffer.query()) == ["inner", "outer"]


class TestListening:
    def test_a_listener_hears_of_what_other_threads_write_in_its_order(self):
        async def main():
            buffer = LogBuffer()
            heard = []
            with buffer.subscribe(plugin="clinic", level="warning", text="LOOK") as listener:
                thread = threading.Thread(target=write, args=(buffer,))
                thread.start()
                async with asyncio.timeout(20):
                    while len(heard) < 100:
                        heard += messages((await listener.next()).records)
                thread.join()
            return heard

        def write(buffer):
            for index in range(100):
                buffer.add("error", f"look {index}", plugin="clinic")
                buffer.add("info", f"look {index}", plugin="clinic")
                buffer.add("error", f"look {index}", plugin="ledger")
                buffer.add("error", "away", plugin="clinic")

        assert asyncio.run(main()) == [f"look {index}" for index in range(100)]

    def test_one_who_waits_already_is_woken_from_any_thread(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe() as listener:
                waiting = asyncio.create_task(listener.next())
                await asyncio.sleep(0)
                thread = threading.Thread(target=buffer.add, args=("info", "a"))
                thread.start()
                thread.join()
                return messages((await asyncio.wait_for(waiting, 20)).records)

        assert asyncio.run(main(), debug=True) == ["a"]  # where the loop sees to it that threads leave it alone

    def test_a_slow_listener_loses_the_oldest_and_is_told_how_many(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe(size=3) as slow, buffer.subscribe() as fast:
                for index in range(10):
                    buffer.add("info", str(index))
                return await slow.next(), await fast.next()

        slow, fast = asyncio.run(main())
        assert (slow.missed, messages(slow.records)) == (7, ["7", "8", "9"])
        assert (fast.missed, len(fast.records)) == (0, 10)

    def test_what_was_missed_is_told_once(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe(size=1) as slow:
                buffer.add("info", "a")
                buffer.add("info", "b")
                first = await slow.next()
                buffer.add("info", "c")
                return first, await slow.next()

        first, second = asyncio.run(main())
        assert (first.missed, second.missed) == (1, 0)

    def test_nothing_is_lost_where_a_wait_is_given_up(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe() as listener:
                waiting = asyncio.create_task(listener.next())
                await asyncio.sleep(0)
                buffer.add("info", "a")
                waiting.cancel()
                await asyncio.wait({waiting})
                return waiting.cancelled(), messages((await listener.next()).records)

        assert asyncio.run(main()) == (True, ["a"])

    def test_being_woken_for_what_was_taken_already_is_no_news(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe() as listener:
                waiting = asyncio.create_task(listener.next())
                await asyncio.sleep(0)
                buffer.add("info", "taken")
                taken = listener._take()
                for _ in range(3):
                    await asyncio.sleep(0)
                assert not waiting.done()
                buffer.add("info", "new")
                return messages(taken.records), messages((await waiting).records)

        assert asyncio.run(main()) == (["taken"], ["new"])

    def test_who_has_left_hears_nothing_and_is_not_kept(self):
        async def main():
            buffer = LogBuffer()
            with buffer.subscribe() as listener:
                pass
            buffer.add("info", "a")
            assert not buffer._listeners
            assert not listener._waiting

        asyncio.run(main())

    def test_who_listens_on_a_loop_that_has_ended_stops_nobody(self):
        buffer = LogBuffer()

        async def main():
            return buffer.subscribe()

        listener = asyncio.run(main())
        gc.collect()
        assert buffer.add("info", "a").sequence == 1
        listener.close()

    @pytest.mark.parametrize(
        ("asked", "begin", "missed", "heard"),
        [
            ({}, 6, 0, []),
            ({"last": 2}, 4, 0, ["4", "5"]),
            ({"last": 2, "plugin": "clinic"}, 4, 0, ["4"]),
            ({"last": 99}, 3, 0, ["3", "4", "5"]),
            ({"after": 4}, 4, 0, ["4", "5"]),
            ({"after": 3}, 3, 0, ["3", "4", "5"]),
            ({"after": 1}, 1, 2, ["3", "4", "5"]),
            ({"after": 1, "plugin": "clinic"}, 1, 2, ["4"]),
            ({"after": 6}, 6, 0, []),
            ({"after": 7}, 3, 0, ["3", "4", "5"]),
        ],
    )
    def test_a_listener_begins_where_it_asks_to(self, asked, begin, missed, heard):
        async def main():
            buffer = filled(6, size=3)
            with buffer.subscribe(**asked) as listener:
                buffer.add("error", "new", plugin="clinic")
                return listener.begin, await listener.next()

        found, news = asyncio.run(main())
        assert (found, news.missed, messages(news.records)) == (begin, missed, [*heard, "new"])

    def test_what_was_cleared_counts_as_missed(self):
        async def main():
            buffer = filled(6)
            buffer.clear()
            with buffer.subscribe(after=4) as listener:
                return await listener.next()

        assert asyncio.run(main()) == (2, ())
