"""
Migrations: the steps that lead a database to the schema of this honeyhost.

Alembic is imported here and nowhere else; the store comes here only when there is a step to make.
"""

import threading
from pathlib import Path

from honeyhost.errors import MissingExtraError, StoreError
from honeyhost.store.sql import Connection

try:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError
except ModuleNotFoundError as missing:
    raise MissingExtraError("store", needed_for="preparing the database", module="alembic") from missing

_ONE_AT_A_TIME = threading.Lock()  # Alembic's environment is one for the whole process


def upgrade(connection: Connection) -> None:
    """
    Make all steps that are missing, in the transaction that the connection is in.

    Raises:
        StoreError: The database has been written by a newer honeyhost.
    """
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreError(
            f"the database has a schema that this honeyhost does not know: {error}",
            hint="run the honeyhost that wrote it, or a later one",
        ) from error


def upgrade_folder(connection: Connection, folder: Path, version_table: str) -> None:
    """
    Make all steps of another script folder that are missing, in the transaction that the connection is in.

    Its ``env.py`` is not run: connection, transaction and version table are ours.

    Raises:
        StoreError: The folder is no chain of steps with one end, or does not know where the tables are.
    """
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    try:
        with _ONE_AT_A_TIME:
            steps = ScriptDirectory.from_config(config)
            with EnvironmentContext(config, steps, fn=lambda at, _: steps._upgrade_revs("head", at)) as environment:  # noqa: SLF001 - what alembic's own command calls
                environment.configure(connection=connection, version_table=version_table)
                environment.run_migrations()
    except CommandError as error:
        raise StoreError(str(error)) from error


def downgrade(connection: Connection) -> None:
    """
    Undo every step: drops all tables of the store.
    """
    with _ONE_AT_A_TIME:
        command.downgrade(_config(connection), "base")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
