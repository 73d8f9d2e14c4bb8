"""
The plugin object: what other plugins may ask of the books, once an operator has granted it.
"""

from datetime import UTC, date, datetime
from typing import Any

from honeyhost.sdk import Plugin, function

from .services.ledger import Ledger
from .services.reports import fiscal_year, trial_balance


class Finance(Plugin):
    """
    Functions of the ledger. Amounts are text with two decimals, as in the answers of the routes.
    """

    @function()
    async def trial_balance(self, on: str | None = None) -> dict[str, Any]:
        """
        The balances of all accounts on a day, and what the fiscal year has brought up to it.

        Args:
            on: the day (ISO 8601); today (UTC) where left out.

        Raises:
            ValueError: if it is no day.
        """
        day = date.fromisoformat(on) if on is not None else datetime.now(UTC).date()
        ledger = Ledger(self.host)
        report, year = await trial_balance(ledger, day), await fiscal_year(ledger, day)
        return {
            **report.model_dump(mode="json"),
            "currency": self.host.config.get("currency"),
            "fiscal_year": year.model_dump(mode="json"),
        }
