"""
Money: exact amounts in the one currency of the ledger, kept as whole cents.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")

Amount = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=2, examples=["1250.00"]),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json"),
]
"""In JSON always text with two decimals: a JSON number would pass through binary floating point somewhere."""
PositiveAmount = Annotated[Amount, Field(gt=0)]


def cents(amount: Decimal) -> int:
    """
    An amount with two decimals as the journal keeps it.
    """
    return int(amount / _CENT)


def amount_of(kept: int) -> Decimal:
    """
    The amount that the journal keeps so.
    """
    return kept * _CENT
