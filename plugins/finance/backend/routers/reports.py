"""
Routes of the reports.
"""

from datetime import date

from fastapi import APIRouter

from ..services.records import TrialBalance
from ..services.reports import trial_balance
from .ledger import REFUSALS, TheLedger

router = APIRouter(prefix="/reports", tags=["reports"], responses={503: REFUSALS[503]})


@router.get("/trial-balance")
async def get_trial_balance(ledger: TheLedger, on: date) -> TrialBalance:
    """
    The balances of all accounts on a day; debits and credits are equal.
    """
    return await trial_balance(ledger, on)
