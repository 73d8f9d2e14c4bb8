"""
Call errors: what a caller is told when a call comes to nothing. Each names the caller, where a plugin called, and what it
called; ``params`` holds the same.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from honeyhost.errors import (
    AttachError,
    CallDepthExceededError,
    CallError,
    CallFailedError,
    CallTimeoutError,
    FunctionNotFoundError,
    HoneyhostError,
    PluginDisabledError,
    PluginNotFoundError,
)
from honeyhost.manager.states import PluginState
from honeyhost.names import closest, visible

Who = tuple[str, str, str]
"""Who calls what: the calling plugin or an empty text, the plugin, the function."""
Link = tuple[int, str, str, Any]
"""One call under way: its depth, its plugin, its function, and the call that it was made in."""

_NEXT: dict[str, str] = {
    "disabled": "honeyhost enable {}",
    "quarantined": "honeyhost release {}",
    "failed": "honeyhost reload {}",
}


def absent(who: Who, state: PluginState | None, plugins: Iterable[str]) -> CallError:
    """
    No generation of the plugin answers; those of ``plugins`` do.
    """
    slug = who[1]
    if state is None:
        message = f"{_caller(who)} '{visible(slug)}', and no plugin of that name is attached"
        near = closest(slug, plugins)
        return PluginNotFoundError(message, hint=f"did you mean '{near}'?" if near else "honeyhost list", **_params(who))
    message = f"{_caller(who)} '{slug}', which is {state}"
    return PluginDisabledError(message, hint=_NEXT.get(state, "honeyhost list").format(slug), state=state, **_params(who))


def unready(who: Who, error: AttachError) -> CallError:
    """
    The plugin was to be loaded for the call, and could not be.
    """
    message = f"{_caller(who)} '{who[1]}', which failed: {error.message}"
    return PluginDisabledError(message, hint=error.hint or _NEXT["failed"].format(who[1]), state="failed", **_params(who))


def missing(who: Who, functions: Iterable[str]) -> CallError:
    """
    The plugin has no such function.
    """
    _, slug, function = who
    has = sorted(functions)
    near = closest(function, has)
    hint = f"did you mean '{near}'?" if near else f"it has {', '.join(has) or 'none'}"
    message = f"{_caller(who)} '{slug}' for '{visible(function)}', and it has no such function"
    return FunctionNotFoundError(message, hint=hint, **_params(who))


def overdue(who: Who, seconds: float) -> CallError:
    """
    The function did not answer in time.
    """
    message = f"{_caller(who)} '{who[1]}' for '{who[2]}', which did not answer within {seconds:g} s"
    return CallTimeoutError(message, hint="raise call_timeout, or let a job do it", seconds=seconds, **_params(who))


def too_deep(who: Who, chain: Link | None, depth: int) -> CallError:
    """
    One call too many inside others.
    """
    names = [*reversed([f"{slug}.{function}" for slug, function in _links(chain)]), f"{who[1]}.{who[2]}"]
    message = f"{_caller(who)} '{who[1]}' for '{who[2]}', more than {depth} calls deep: {' -> '.join(names)}"
    return CallDepthExceededError(message, hint="break the circle", chain=names, depth=depth, **_params(who))


def failed(who: Who, error: BaseException) -> CallError:
    """
    The function raised, or does not take these arguments.
    """
    _, slug, function = who
    arguments = isinstance(error, TypeError) and _before_its_first_line(error)
    what = "does not take these arguments" if arguments else f"raised {type(error).__name__}"
    shown = f"{_caller(who)} '{slug}' for '{function}', which {what}"
    failure = CallFailedError(f"{shown}: {error}", error=type(error).__name__, arguments=arguments, **_params(who))
    if not arguments:
        # a text of the plugin's own may hold whatever it knows
        failure.shown = f"{shown}: {error.shown}" if isinstance(error, HoneyhostError) else shown
    return failure


def _before_its_first_line(error: TypeError) -> bool:
    """
    Whether none of the plugin's own code ran: the error was raised where the function is called.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__") in _OURS:
        trace = trace.tb_next
    return trace is None


_OURS = frozenset({"honeyhost.manager.calls", "honeyhost.manager.threads", "honeyhost.manager.timing"})


def _caller(who: Who) -> str:
    return f"plugin '{who[0]}' called" if who[0] else "the host called"


def _params(who: Who) -> dict[str, Any]:
    caller, plugin, function = who
    return {"plugin": plugin, "function": function, "caller": caller or None}


def _links(chain: Link | None) -> Iterator[tuple[str, str]]:
    while chain is not None:
        _, slug, function, chain = chain
        yield slug, function
