"""
Routes of the journal: entries are posted and reversed, never changed.

The manifest asks every caller for ``ledger.read``; posting asks for ``ledger.post`` as well, closing for ``ledger.manage``.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from honeyhost.sdk import requires

from ..services.ledger import JournalSearch
from ..services.records import Entry, EntryPage, NewEntry, Reversal
from .ledger import REFUSALS, TheLedger

router = APIRouter(prefix="/journal", tags=["journal"], responses=REFUSALS)

POST = [Depends(requires("ledger.post"))]
MANAGE = [Depends(requires("ledger.manage"))]


class ClosedPeriod(BaseModel):
    """
    The last day that takes no more entries.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    through: date


@router.get("/entries")
async def list_entries(ledger: TheLedger, wanted: Annotated[JournalSearch, Query()]) -> EntryPage:
    """
    Entries, newest first; of one account, or with a word in their text or reference.
    """
    return await ledger.find(wanted)


@router.post("/entries", status_code=201, dependencies=POST)
async def post_entry(ledger: TheLedger, new: NewEntry) -> Entry:
    """
    Post an entry; 422 when it does not balance, 409 when its voucher was posted before or its period is closed.
    """
    return await ledger.post(new)


@router.get("/entries/{number}")
async def get_entry(ledger: TheLedger, number: int) -> Entry:
    """
    One entry.
    """
    return await ledger.entry(number)


@router.post("/entries/{number}/reverse", status_code=201, dependencies=POST)
async def reverse_entry(ledger: TheLedger, number: int, reversal: Reversal) -> Entry:
    """
    Take an entry back by a second one; 409 when that was done before.
    """
    return await ledger.reverse(number, reversal)


@router.put("/closed-period", dependencies=MANAGE)
async def close_period(ledger: TheLedger, period: ClosedPeriod) -> ClosedPeriod:
    """
    Close the books through a day; a closed period stays closed.
    """
    return ClosedPeriod(through=await ledger.close_period(period.through))
