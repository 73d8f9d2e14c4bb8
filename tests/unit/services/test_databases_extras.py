"""
The database service where what it is made of is not installed.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, sys
for name in sys.argv[2].split(","):
    sys.modules[name] = None
from honeyhost.errors import MissingExtraError
from honeyhost.services.databases import Databases, PluginDatabase
from honeyhost.services.guard import Guard
from honeyhost.services.services import ServiceSettings
from honeyhost.services.usage import Usage
databases = Databases(ServiceSettings(databases={"default": sys.argv[1]}), plugins=tuple)
guard = Guard("acme", grants=dict, usage=Usage(), limits={}, refused=print)
try:
    asyncio.run(PluginDatabase(guard, databases).query("SELECT 1"))
except MissingExtraError as error:
    print(error, error.hint, sep="|")
"""
SQLITE, POSTGRES = "sqlite:////tmp/nowhere.db", "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"


@pytest.mark.parametrize(
    ("url", "absent", "said"),
    [
        (SQLITE, "sqlalchemy", "the database service needs the extra 'store', and the module 'sqlalchemy' is not installed|pip install 'honeyhost[store]'"),
        (POSTGRES, "sqlalchemy", "the database service needs the extra 'store', and the module 'sqlalchemy' is not installed|pip install 'honeyhost[store]'"),
        (POSTGRES, "psycopg", "a PostgreSQL database needs the extra 'postgres', and the module 'psycopg' is not installed|pip install 'honeyhost[postgres]'"),
    ],
)  # fmt: skip
def test_a_missing_library_is_said_with_its_extra(url, absent, said):
    command = [sys.executable, "-W", "error", "-c", PROGRAM, url, absent]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == said


def test_no_library_is_imported_before_a_plugin_asks():
    program = (
        "import sys, honeyhost.services.databases; print(sorted({'sqlalchemy', 'psycopg', 'sqlite3'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
