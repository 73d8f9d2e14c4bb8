"""
The ledger as a dependency of the routes: it hands out the books and words what they refuse.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, HTTPException

from ..services.errors import LedgerConflictError, UnknownRecordError
from ..services.ledger import Ledger
from ..services.samples import open_books

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such account or entry"},
    409: {"description": "The wish contradicts what is in the books; nothing was changed"},
}
"""What every route may answer besides its success, for the API documents."""


async def ledger() -> AsyncIterator[Ledger]:
    """
    The ledger of this process; its refusals become HTTP answers.

    The routes that use it are coroutines without an ``await``: each finishes before the next one starts, and the books need
    no lock.
    """
    try:
        yield open_books()
    except UnknownRecordError as error:
        raise HTTPException(404, str(error)) from error
    except LedgerConflictError as error:
        raise HTTPException(409, str(error)) from error


TheLedger = Annotated[Ledger, Depends(ledger)]
