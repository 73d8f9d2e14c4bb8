"""
The clinic as a dependency of the routes: it hands out the services and words what they refuse.
"""

import math
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, HTTPException

from honeyhost.sdk import OperationError, current_host

from ..services.clinic import Clinic
from ..services.errors import ClinicUnavailableError, RecordConflictError, UnknownRecordError

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such record"},
    409: {"description": "The wish contradicts what is on record, or the rules of the house; nothing was changed"},
    503: {"description": "The records cannot be reached now"},
}
"""What every route may answer besides its success, for the API documents."""
_SOON = 5
"""Seconds after which to try again, where nobody knows better."""


async def clinic() -> AsyncIterator[Clinic]:
    """
    The clinic; its refusals become HTTP answers, and so does what the host refuses the plugin.
    """
    host = current_host()
    try:
        yield Clinic.over(host)
    except UnknownRecordError as error:
        raise HTTPException(404, str(error)) from error
    except RecordConflictError as error:
        raise HTTPException(409, str(error)) from error
    except ClinicUnavailableError as error:
        raise HTTPException(503, str(error), headers=_after(_SOON)) from error
    except OperationError as error:
        host.log.warning("records cannot be reached", code=error.code, operation=error.params.get("operation"))
        detail = f"the clinic's records cannot be reached now ({error.code})"
        raise HTTPException(503, detail, headers=_after(error.params.get("retry_after", _SOON))) from error


def _after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(math.ceil(seconds))}


TheClinic = Annotated[Clinic, Depends(clinic)]
