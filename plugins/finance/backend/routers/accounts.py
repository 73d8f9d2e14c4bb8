"""
Routes of the chart of accounts.

The manifest asks every caller for ``ledger.read``; the routes that change the chart ask for ``ledger.manage`` as well.
"""

from datetime import date

from fastapi import APIRouter, Depends

from honeyhost.sdk import requires

from ..services.records import Account, NewAccount, Statement
from ..services.reports import statement
from .ledger import REFUSALS, TheLedger

router = APIRouter(prefix="/accounts", tags=["accounts"], responses=REFUSALS)

MANAGE = [Depends(requires("ledger.manage"))]


@router.get("")
async def list_accounts(ledger: TheLedger) -> tuple[Account, ...]:
    """
    The chart of accounts, by code.
    """
    return await ledger.accounts()


@router.post("", status_code=201, dependencies=MANAGE)
async def open_account(ledger: TheLedger, new: NewAccount) -> Account:
    """
    Open an account; 409 when the code is taken.
    """
    return await ledger.open_account(new)


@router.post("/{code}/close", dependencies=MANAGE)
async def close_account(ledger: TheLedger, code: str) -> Account:
    """
    Close an account for entries; 409 when its balance is not zero.
    """
    return await ledger.close_account(code)


@router.get("/{code}/statement")
async def get_statement(ledger: TheLedger, code: str, start: date, end: date) -> Statement:
    """
    The movements of an account in a period, between its opening and its closing balance.
    """
    return await statement(ledger, code, start, end)
