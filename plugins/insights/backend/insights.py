"""
The plugin object: the board as a capability, for whoever may see it.
"""

from datetime import date
from typing import Any

from honeyhost.sdk import Plugin, capability, function

from .services.board import board


class Insights(Plugin):
    """
    The board by name: ``host.capabilities.run("insights.board", {"on": "2026-08-31"})``.
    """

    @function()
    @capability("insights.board")
    async def board(self, on: str | None = None) -> dict[str, Any]:
        """
        The board of a day.

        Args:
            on: the day (ISO 8601); today (UTC) where left out.

        Raises:
            ValueError: if it is no day.
            BoardUnavailableError: if there are no figures.
        """
        shown = await board(self.host, date.fromisoformat(on) if on is not None else None)
        return shown.model_dump(mode="json")
