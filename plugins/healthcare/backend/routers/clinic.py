"""
The clinic as a dependency of the routes: it hands out the services and words what they refuse.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, HTTPException

from ..services.clinic import Clinic, open_clinic
from ..services.errors import RecordConflictError, UnknownRecordError

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such record"},
    409: {"description": "The wish contradicts what is on record; nothing was changed"},
}
"""What every route may answer besides its success, for the API documents."""


async def clinic() -> AsyncIterator[Clinic]:
    """
    The clinic of this process; its refusals become HTTP answers.

    It is a coroutine so that the first two requests cannot open two clinics: nothing interrupts it on the event loop.
    """
    try:
        yield open_clinic()
    except UnknownRecordError as error:
        raise HTTPException(404, str(error)) from error
    except RecordConflictError as error:
        raise HTTPException(409, str(error)) from error


TheClinic = Annotated[Clinic, Depends(clinic)]
