"""
Sources: the plugins that the figures come from.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from honeyhost.sdk import CallError, HostAPI, OperationError, PermissionNotGrantedError

from .errors import BoardUnavailableError
from .figures import figures
from .records import Balance, Census, Figures, Record

Answer = TypeVar("Answer", bound=Record)


async def gathered(host: HostAPI, on: date) -> Figures:
    """
    The figures from the first day of the fiscal year through a day, asked of the others now.

    Raises:
        BoardUnavailableError: if one of them gives none.
    """
    balance = await _asked(host, Balance, "finance", "trial_balance", {"on": str(on)})
    period = {"since": str(balance.fiscal_year.start), "until": str(on)}
    return figures(balance, await _asked(host, Census, "healthcare", "census", period))


async def _asked(host: HostAPI, kind: type[Answer], plugin: str, function: str, args: Mapping[str, Any]) -> Answer:
    try:
        return kind.model_validate(await host.plugins.call(plugin, function, args))
    except PermissionNotGrantedError as error:
        why = f"the operator has not granted {error.params['grant']}"
    except (CallError, OperationError) as error:
        why = f"{plugin} does not answer ({error.code})"
    except ValidationError:
        why = f"{plugin} answers in a form that is not known here"
    host.log.warning("no figures", plugin=plugin, function=function, why=why)
    raise BoardUnavailableError(f"the board has no figures: {why}")
