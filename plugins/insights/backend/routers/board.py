"""
The route of the board.
"""

from datetime import date

from fastapi import APIRouter, HTTPException

from honeyhost.sdk import current_host

from ..services.board import board
from ..services.errors import BoardUnavailableError
from ..services.records import Board

router = APIRouter(tags=["board"])


@router.get("/board", responses={503: {"description": "Healthcare or finance gives no figures now"}})
async def get_board(on: date | None = None) -> Board:
    """
    What the fiscal year has brought through a day, today where left out, for each patient and visit; and how old that is.
    """
    try:
        return await board(current_host(), on)
    except BoardUnavailableError as error:
        raise HTTPException(503, str(error), headers={"Retry-After": "30"}) from error
