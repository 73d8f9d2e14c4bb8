"""
Money: exact amounts in the one currency of the ledger.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

ZERO = Decimal("0.00")

Amount = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=2, examples=["1250.00"]),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json"),
]
"""In JSON always text with two decimals: a JSON number would pass through binary floating point somewhere."""
PositiveAmount = Annotated[Amount, Field(gt=0)]
