"""
``host.db`` of one plugin.
"""

from collections.abc import Mapping
from typing import Any

from honeyhost.errors import (
    OperationError,
    OperationFailedError,
    OperationRefusedError,
    OperationTimeoutError,
)
from honeyhost.sdk.operations import DB_EXECUTE, DB_QUERY, Operation
from honeyhost.services.databases.databases import Databases
from honeyhost.services.databases.outcomes import Denied, Failed, Overdue, StatementError
from honeyhost.services.databases.ownership import DEFAULT
from honeyhost.services.guard import Guard

Params = Mapping[str, Any]


class PluginDatabase:
    """
    The databases as one plugin sees them.
    """

    def __init__(self, guard: Guard, databases: Databases) -> None:
        self._guard = guard
        self._databases = databases

    async def query(self, sql: str, params: Params | None = None, *, database: str = DEFAULT) -> list[dict[str, Any]]:
        """
        The rows of one statement that reads, by column.

        Args:
            sql: with named parameters: ``SELECT name FROM core_org WHERE id = :id``.
            params: the values, by name.
            database: as the platform calls it.

        Raises:
            PermissionNotGrantedError: if it reads what is not the plugin's and was not granted.
            OperationLimitedError: if it is asked for too often.
            OperationRefusedError: if it is no single statement that reads.
            OperationTimeoutError: if it takes too long.
            OperationFailedError: if the database says no, or there is too much to give.
        """
        rows: list[dict[str, Any]] = await self._asked(DB_QUERY, sql, params, database)
        return rows

    async def execute(self, sql: str, params: Params | None = None, *, database: str = DEFAULT) -> int:
        """
        How many rows one statement has written; committed when this returns. Raises as :meth:`query`.
        """
        written: int = await self._asked(DB_EXECUTE, sql, params, database)
        return written

    async def _asked(self, operation: Operation, sql: str, params: Params | None, database: str) -> Any:
        # which tables a statement concerns, only the database can say
        self._guard.passing(operation)
        return await self._guard.observe(operation, self._answer(operation, sql, params, database))

    async def _answer(self, operation: Operation, sql: str, params: Params | None, database: str) -> Any:
        guard = self._guard
        try:
            return await self._databases.answer(
                guard.slug, guard.granted, sql, params, database=database, writes=operation is DB_EXECUTE
            )
        except Denied as denied:
            raise self._denial(denied) from None
        except StatementError as error:
            raise self._told(operation, error) from None

    def _denial(self, denied: Denied) -> OperationError:
        """
        What is said, counted and passed on where a table is out of reach.
        """
        error = self._guard.refuse(DB_QUERY if denied.access == "read" else DB_EXECUTE, denied.scope)
        if denied.never is not None:
            error.hint = f"'{denied.scope}' is granted to no plugin: {denied.never}"
        return error

    def _told(self, operation: Operation, error: StatementError) -> OperationError:
        slug = self._guard.slug
        params: dict[str, Any] = {"plugin": slug, "operation": operation.name}
        begun = f"{operation.path} of plugin '{slug}'"
        if isinstance(error, Overdue):
            seconds = self._databases.seconds
            message = f"{begun} took longer than {seconds:g} s and was interrupted"
            hint = "let the statement do less at once, or raise the setting query_timeout"
            return OperationTimeoutError(message, hint=hint, seconds=seconds, **params)
        if isinstance(error, Failed):
            message = f"{begun} failed: {error.message}"
            return OperationFailedError(message, hint=error.hint, reason=error.reason, **params)
        return OperationRefusedError(f"{begun} is refused: {error.message}", hint=error.hint, **params)
