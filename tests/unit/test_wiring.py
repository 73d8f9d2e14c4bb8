"""
The stores of a platform, as a process opens them once.
"""

import pytest

from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.settings import Settings
from honeyhost.store.records import PluginDefaults
from honeyhost.wiring import close_databases, stores_of

CLINIC = PluginDefaults(slug="clinic", version="1.0.0")


@pytest.fixture
def settings(tmp_path):
    yield Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'honeyhost.db'}")
    close_databases()


def test_a_change_is_marked_where_others_look_also_after_the_folder_was_emptied(settings):
    changes = stores_of(settings).changes("ada")
    path = mark_path(settings.data_dir)
    path.unlink()
    theirs = SharedMark(path)
    before = theirs.value()

    changes.set_enabled("clinic", False, defaults=CLINIC)

    assert theirs.value() != before
    theirs.close()
