from datetime import UTC, datetime

import pytest

from honeyhost.propagation.last_known import FILE_NAME, keep, last_known
from honeyhost.store.records import PluginRecord, StoredRecords

KNOWN = StoredRecords(
    records={
        "clinic": PluginRecord(
            slug="clinic",
            enabled=False,
            config={"key": {"deep": [1, "ä"]}},
            labels={"en": "Clinic"},
            grants={"http": {"by": "ada"}},
            installed_at=datetime(2026, 11, 25, tzinfo=UTC),
            reloads=3,
            quarantine={"phase": "init", "count": 2},
            edited=frozenset({"sort", "nav"}),
            revision=7,
        ),
        "ledger": PluginRecord(slug="ledger"),
    },
    revision=12,
)


def test_what_was_kept_is_what_is_known_later(tmp_path):
    assert last_known(tmp_path) is None
    assert keep(tmp_path, KNOWN)
    assert last_known(tmp_path) == KNOWN


def test_the_same_is_not_written_again(tmp_path):
    keep(tmp_path, KNOWN)
    before = (tmp_path / FILE_NAME).stat().st_ino
    assert not keep(tmp_path, KNOWN)
    assert (tmp_path / FILE_NAME).stat().st_ino == before


def test_only_the_owner_can_read_it_and_nothing_is_left_beside_it(tmp_path):
    keep(tmp_path / "made", KNOWN)
    (file,) = (tmp_path / "made").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == (FILE_NAME, 0o600)


@pytest.mark.parametrize(
    "content",
    ["", "[", "[]", "{}", '{"format": 2, "revision": 1, "records": []}', '{"format": 1, "revision": 1, "records": [{"x": 1}]}'],
)
def test_what_cannot_be_read_is_not_known(tmp_path, content):
    (tmp_path / FILE_NAME).write_text(content)
    assert last_known(tmp_path) is None


def test_where_it_cannot_be_written_the_old_one_stays(tmp_path, monkeypatch):
    keep(tmp_path, KNOWN)
    monkeypatch.setattr("honeyhost.propagation.last_known.os.fsync", _full)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, StoredRecords(revision=13))
    assert last_known(tmp_path) == KNOWN
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def _full(_):
    raise OSError(28, "No space left on device")


def test_what_is_no_json_is_a_mistake_of_ours(tmp_path):
    record = PluginRecord(slug="x", config={"key": object()})
    with pytest.raises(TypeError):
        keep(tmp_path, StoredRecords(records={"x": record}, revision=1))
