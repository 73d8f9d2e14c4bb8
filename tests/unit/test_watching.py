"""
Watching with changes that the test makes up; tests/functional has a real file system and a real server.
"""

import asyncio
import logging
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from honeyhost.errors import MissingExtraError
from honeyhost.watching import Watching, changes_below, matters

ROOT = Path("/platform/plugins")
DATA = Path("/platform/data/plugins")
LIMIT = 10
DEBOUNCE = 0.01


class Folders:
    """
    Stands for the file system, and for the host that takes its changes up.
    """

    def __init__(self):
        self.queue = asyncio.Queue()
        self.taken = asyncio.Queue()
        self.gate = asyncio.Event()
        self.gate.set()
        self.error = None

    async def source(self):
        while True:
            yield await self.queue.get()

    def change(self, *paths):
        self.queue.put_nowait(frozenset(str(path) for path in paths))

    async def take_up(self, paths):
        self.taken.put_nowait({Path(path) for path in paths})
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def next(self):
        async with asyncio.timeout(LIMIT):
            return await self.taken.get()


@asynccontextmanager
async def watching(**options):
    folders = Folders()
    watch = Watching((DATA, ROOT), folders.take_up, **{"debounce": DEBOUNCE, "source": folders.source, **options})
    task = asyncio.create_task(watch.run())
    try:
        yield folders
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


def test_a_change_is_taken_up():
    async def story():
        async with watching() as folders:
            folders.change(ROOT / "clinic/backend/api.py")
            assert await folders.next() == {ROOT / "clinic/backend/api.py"}

    asyncio.run(story())


def test_a_burst_is_one_take_up():
    async def story():
        async with watching(debounce=0.2) as folders:
            names = [f"clinic/{number}.py" for number in range(20)]
            for name in names:
                folders.change(ROOT / name)
            assert await folders.next() == {ROOT / name for name in names}
            folders.change(DATA / "finance/plugin.yaml")
            assert await folders.next() == {DATA / "finance/plugin.yaml"}

    asyncio.run(story())


def test_a_burst_that_does_not_end_is_taken_up_all_the_same():
    async def story():
        async def source():
            while True:
                await asyncio.sleep(0)
                yield frozenset({str(ROOT / "clinic/log.txt")})

        async with watching(source=source) as folders:
            assert await folders.next() == {ROOT / "clinic/log.txt"}

    asyncio.run(story())


def test_changes_while_one_is_taken_up_are_taken_up_together_afterwards():
    async def story():
        async with watching() as folders:
            folders.gate.clear()
            folders.change(ROOT / "clinic/a.py")
            await folders.next()
            folders.change(ROOT / "clinic/b.py")
            folders.change(ROOT / "finance/c.py")
            assert folders.taken.empty()
            folders.gate.set()
            assert await folders.next() == {ROOT / "clinic/b.py", ROOT / "finance/c.py"}

    asyncio.run(story())


def test_a_take_up_that_fails_is_logged_and_the_next_one_comes(caplog):
    async def story():
        async with watching() as folders:
            folders.error = RuntimeError("no such day")
            folders.change(ROOT / "clinic/a.py")
            await folders.next()
            folders.error = None
            folders.change(ROOT / "clinic/b.py")
            assert await folders.next() == {ROOT / "clinic/b.py"}

    asyncio.run(story())
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == "changed plugin folders could not be taken up"
    assert str(record.exc_info[1]) == "no such day"


def test_one_line_names_the_plugins_and_the_roots(caplog):
    caplog.set_level(logging.INFO, "honeyhost")

    async def story():
        async with watching(debounce=0.2) as folders:
            folders.change(ROOT / "finance/a.py", ROOT / "finance/b.py")
            folders.change(DATA, DATA / "clinic")
            await folders.next()

    asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == [f"taking up changes of {DATA}, clinic, finance"]


def test_where_something_may_have_changed_unseen_it_is_taken_up_without_a_word(caplog):
    caplog.set_level(logging.INFO, "honeyhost")

    async def story():
        async with watching() as folders:
            folders.change()
            assert await folders.next() == set()

    asyncio.run(story())
    assert caplog.records == []


def test_what_concerns_no_plugin_wakes_nobody():
    async def story():
        async with watching() as folders:
            folders.change(ROOT / "clinic/.git/HEAD", ROOT / "clinic/backend/__pycache__/api.cpython-311.pyc")
            folders.change(DATA.parent / "honeyhost.db-wal")
            folders.change(ROOT / "clinic/a.py", ROOT / "clinic/a.py~")
            assert await folders.next() == {ROOT / "clinic/a.py"}
            assert folders.taken.empty()

    asyncio.run(story())


@pytest.mark.parametrize(
    "path",
    ["", "clinic", "build", "dist/plugin.yaml", "clinic/plugin.yaml", "clinic/backend/api.py", "clinic/data/prices.csv"],
)
def test_code_and_data_of_plugins_matter(path):
    assert matters(Path(path).parts)


@pytest.mark.parametrize(
    "path",
    [
        *(".git", ".clinic.new/plugin.yaml", "__pycache__", "node_modules/react/index.js"),
        *("clinic/.git/index", "clinic/backend/__pycache__/api.pyc", "clinic/frontend/node_modules/a/b.js"),
        *("clinic/frontend/dist/index.js", "clinic/build/lib/api.py", "clinic/.env", "clinic/backend/.api.py.swp"),
        *("clinic/api.py~", "clinic/#api.py#", "clinic/.#api.py", "clinic/4913", "clinic/api.py___jb_tmp___"),
        *("clinic/api.pyc", "clinic/api.py.bak", "clinic/api.py.orig", "clinic/api.py.tmp", "clinic/api.swx"),
    ],
)
def test_caches_builds_hidden_files_and_copies_of_editors_do_not_matter(path):
    assert not matters(Path(path).parts)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(MissingExtraError) as caught:
        Watching((ROOT,), Folders.take_up)
    assert caught.value.message == (
        "watching the plugin folders needs the extra 'watch', and the module 'watchfiles' is not installed"
    )
    assert caught.value.hint == "pip install 'honeyhost[watch]'"


class Library:
    """
    Stands for ``watchfiles.awatch``: each call is one list of batches; a batch may be an error, or an act that finds nothing.
    """

    def __init__(self, *calls):
        self.calls = list(calls)
        self.asked = []

    async def __call__(self, *paths, force_polling, **_):
        self.asked.append(([path.name for path in paths], force_polling))
        for batch in self.calls.pop(0):
            if isinstance(batch, Exception):
                raise batch
            if callable(batch):
                batch()
                yield set()
            else:
                yield {(1, str(path)) for path in batch}
        await asyncio.Event().wait()


def first(count, roots, library):
    async def story():
        async with asyncio.timeout(LIMIT):
            found = []
            async for batch in changes_below(roots, library):
                found.append(batch)
                if len(found) == count:
                    return found
        return None

    return asyncio.run(story())


def test_the_first_batch_is_empty_and_says_that_the_folders_are_watched(tmp_path):
    library = Library([[], [], [tmp_path / "clinic/a.py"]])
    assert first(2, [tmp_path], library) == [frozenset(), {str(tmp_path / "clinic/a.py")}]


def test_a_root_that_comes_later_is_watched_from_then_on_and_counts_as_changed(tmp_path):
    there, later = tmp_path / "there", tmp_path / "later"
    there.mkdir()
    library = Library([[], later.mkdir], [[], [later / "clinic/a.py"]])
    assert first(3, [later, there], library) == [frozenset(), {str(later)}, {str(later / "clinic/a.py")}]
    assert [paths for paths, _ in library.asked] == [["there"], ["later", "there"]]


def test_a_root_that_is_another_folder_now_is_watched_anew(tmp_path):
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()

    def exchange():
        root.rename(tmp_path / "old")
        other.rename(root)

    assert first(2, [root], Library([exchange], [[]])) == [frozenset(), {str(root)}]


def test_a_plugin_that_is_linked_later_is_watched_through_its_link(tmp_path):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    library = Library([lambda: (root / "clinic").symlink_to(elsewhere)], [[]])
    assert first(2, [root], library) == [frozenset(), {str(root / "clinic")}]


def test_where_the_system_has_no_watches_left_the_folders_are_polled(tmp_path, caplog):
    library = Library([[tmp_path / "clinic/a.py"], OSError("watch limit reached")], [[]])
    assert first(2, [tmp_path], library) == [{str(tmp_path / "clinic/a.py")}, frozenset()]
    assert [polling for _, polling in library.asked] == [None, True]
    (record,) = caplog.records
    assert record.getMessage() == (
        "the plugin folders are looked at again and again: they cannot be watched: watch limit reached"
    )


def test_where_they_cannot_be_polled_either_the_error_is_raised(tmp_path):
    with pytest.raises(OSError, match="no device"):
        first(1, [tmp_path], Library([OSError("watch limit reached")], [OSError("no device")]))


def test_a_root_that_vanishes_before_it_is_watched_is_looked_for_again(tmp_path):
    library = Library([FileNotFoundError("no path was found")], [[]])
    assert first(1, [tmp_path], library) == [frozenset()]
