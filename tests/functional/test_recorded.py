"""
The recorded listing says what looking would say, for as long as nothing has changed.
"""

import subprocess
import sys
import zipfile

import pytest

from honeyhost.applying import apply
from honeyhost.recorded import recorded_listing
from honeyhost.settings import Settings
from honeyhost.store.plugins import PluginTable
from honeyhost.survey import survey
from honeyhost.wiring import open_database

pytestmark = pytest.mark.slow


@pytest.fixture
def applied(platform):
    platform.add("clinic")
    platform.add("ledger", {"min_host_version": "99", "tested_up_to": "0.0"})
    platform.write(platform.install / "plugins/torn/plugin.yaml", "name: torn\nversion: [")
    apply(Settings.load())
    return platform


def test_without_a_snapshot_nothing_is_recorded(platform):
    assert recorded_listing(Settings.load()) is None


def test_it_is_what_looking_finds(applied):
    settings = Settings.load()
    assert recorded_listing(settings) == survey(settings).to_json()


def test_a_wish_of_now_is_in_it(applied):
    settings = Settings.load()
    PluginTable(open_database(settings.database_url)).set_enabled("clinic", False)
    states = {entry["name"]: entry["state"] for entry in recorded_listing(settings)["plugins"]}
    assert states == {"clinic": "disabled", "ledger": "rejected"}
    assert recorded_listing(settings) == survey(settings).to_json()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: folder.write(folder.install / "plugins/ledger/plugin.yaml", "name: ledger\nversion: 1.0.0\n"),
        lambda folder: folder.write(folder.install / "plugins/torn/plugin.yaml", "name: torn\nversion: 1.0.0\n"),
        lambda folder: folder.write(folder.install / "plugins/clinic/backend/notes.py", "# other code\n"),
        lambda folder: folder.add("new"),
        lambda folder: folder.add("new", customer=True),
    ],
    ids=["rejected one mended", "unreadable one mended", "code changed", "bundled one added", "customer's first one added"],
)
def test_after_a_change_looking_is_asked(applied, change):
    change(applied)
    assert recorded_listing(Settings.load()) is None


def test_another_setting_or_an_archive_to_look_into_asks_again(applied, monkeypatch, tmp_path):
    with zipfile.ZipFile(tmp_path / "packed-1.zip", "w") as archive:
        archive.writestr("plugin.yaml", "name: packed\nversion: 1.0.0\n")
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "99")
    assert recorded_listing(Settings.load()) is None
    monkeypatch.delenv("HONEYHOST_HOST_VERSION")
    monkeypatch.setenv("HONEYHOST_ARCHIVES", str(tmp_path / "packed-1.zip"))
    assert recorded_listing(Settings.load()) is None


def test_list_loads_neither_discovery_nor_resolver_for_it(applied):
    program = (
        "import sys; from honeyhost.cli.app import run; run(['list']); "
        "print(sorted({'.'.join(name.split('.')[:2]) for name in sys.modules if name.startswith('honeyhost.')}), file=sys.stderr); "
        "print([name for name in ('fastapi', 'sqlalchemy', 'yaml') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    rooms, libraries = done.stderr.splitlines()[-2:]
    assert "honeyhost.discovery" not in rooms
    assert "honeyhost.resolver" not in rooms
    assert libraries == "[]"
    assert [line.split()[1] for line in done.stdout.splitlines()[1:]] == ["clinic", "ledger", "torn"]
