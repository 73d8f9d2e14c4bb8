"""
The chart of accounts.
"""

from honeyhost.sdk import HostAPI

from .errors import LedgerConflictError, UnknownRecordError
from .records import Account, NewAccount

_ACCOUNTS = """
    SELECT code, name, type, NOT EXISTS (
        SELECT 1 FROM finance_journal WHERE kind = 'account-closed' AND account = code) AS is_open
    FROM finance_accounts
    WHERE CAST(:code AS TEXT) IS NULL OR code = :code
    ORDER BY code
"""
_OPEN = "INSERT INTO finance_accounts (code, name, type) VALUES (:code, :name, :type) ON CONFLICT DO NOTHING"


class Accounts:
    """
    The accounts; one that was opened stays in the chart for good.
    """

    def __init__(self, host: HostAPI) -> None:
        self._db = host.db

    async def all(self) -> tuple[Account, ...]:
        """
        Every account, by code.
        """
        return tuple(map(Account.model_validate, await self._db.query(_ACCOUNTS, {"code": None})))

    async def get(self, code: str) -> Account:
        """
        One account.

        Raises:
            UnknownRecordError: if the chart has none with this code.
        """
        for row in await self._db.query(_ACCOUNTS, {"code": code}):
            return Account.model_validate(row)
        raise UnknownRecordError(f"there is no account {code}")

    async def open(self, new: NewAccount) -> Account:
        """
        The account, now in the chart.

        Raises:
            LedgerConflictError: if the code is taken.
        """
        if not await self._db.execute(_OPEN, new.model_dump()):
            raise LedgerConflictError(f"account {new.code} is {(await self.get(new.code)).name!r}")
        return Account(**new.model_dump())
