"""
The extra: what needs the database library says so, and what does not can be used without it.
"""

import subprocess
import sys
from importlib import import_module

import pytest

from honeyhost.diagnostics import Code
from honeyhost.errors import ConflictError, MissingExtraError, StoreError, StoreUnavailableError
from honeyhost.store.codes import CODES


def test_without_sqlalchemy_the_pip_line_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    monkeypatch.delitem(sys.modules, "honeyhost.store.sql", raising=False)

    with pytest.raises(MissingExtraError) as caught:
        import_module("honeyhost.store.sql")

    assert caught.value.message == "the plugin table needs the extra 'store', and the module 'sqlalchemy' is not installed"
    assert caught.value.hint == "pip install 'honeyhost[store]'"


def test_without_alembic_the_pip_line_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "alembic", None)
    monkeypatch.delitem(sys.modules, "honeyhost.store.migrations", raising=False)

    with pytest.raises(MissingExtraError) as caught:
        import_module("honeyhost.store.migrations")

    assert caught.value.message == "preparing the database needs the extra 'store', and the module 'alembic' is not installed"


@pytest.mark.parametrize(
    "module",
    ["database", "plugins", "catalog", "tokens", "sessions", "audit", "instances", "changes", "state", "stores", "schema"],
)
def test_every_door_to_the_database_says_so(module):
    program = f"import sys; sys.modules['sqlalchemy'] = None\ntry:\n    import honeyhost.store.{module}\nexcept Exception as error:\n    print(type(error).__name__)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "MissingExtraError\n"


def test_the_room_itself_imports_no_database_library():
    program = "import sys, honeyhost.store\nprint(sorted(sys.modules.keys() & {'sqlalchemy', 'alembic', 'pydantic', 'fastapi', 'yaml'}))"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "[]\n"


def test_the_room_names_what_is_public_and_nothing_else():
    room = import_module("honeyhost.store")

    assert dir(room) == sorted(room.__all__)
    assert all(getattr(room, name).__name__ == name for name in room.__all__ if name != "Undo")
    with pytest.raises(AttributeError, match=r"^module 'honeyhost\.store' has no attribute 'PluginTable'$"):
        room.PluginTable  # noqa: B018 - asking is the test


def test_opening_a_prepared_database_imports_no_alembic(tmp_path):
    url = f"sqlite:///{tmp_path}/honeyhost.db"
    program = f"import sys\nfrom honeyhost.store.database import Database\nprint(Database({url!r}).migrate(), 'alembic' in sys.modules)"

    answers = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout for _ in range(2)
    ]

    assert answers == ["True True\n", "False False\n"]


def test_every_error_of_the_store_has_its_code_explained():
    assert {code.code for code in CODES} == {error.code for error in (StoreError, StoreUnavailableError, ConflictError)}
    assert all(isinstance(code, Code) and code.meaning.endswith(".") and code.mend.endswith(".") for code in CODES)
