"""
Failures: what whoever runs a capability is told when that comes to nothing. ``params`` names the capability, its plugin and,
where one ran it, the calling plugin.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from honeyhost.diagnostics import Problem
from honeyhost.errors import (
    ArgumentsInvalidError,
    CallError,
    CallFailedError,
    CapabilityForbiddenError,
    CapabilityNotFoundError,
    PluginDisabledError,
)
from honeyhost.names import closest, visible

_NEXT = {
    "disabled": "honeyhost enable {}",
    "quarantined": "honeyhost release {}",
    "failed": "honeyhost reload {}",
}
_ENDED = frozenset({*_NEXT, "stopped"})
_LONGEST = 80
"""Characters of a slug that nobody knows, in a message."""


def unpublished(slug: str, published: Iterable[str], *, caller: str | None) -> CallError:
    """
    No plugin publishes it.
    """
    shown = visible(slug if len(slug) <= _LONGEST else f"{slug[:_LONGEST]}…")
    near = closest(shown, published)
    hint = f"did you mean '{near}'?" if near else "honeyhost capability list"
    return CapabilityNotFoundError(
        f"no plugin publishes the capability '{shown}'", hint=hint, capability=shown, plugin=None, caller=caller
    )


def switched_off(slug: str, owner: str, state: str | None, *, caller: str | None) -> CallError:
    """
    The plugin that publishes it does not answer.
    """
    return PluginDisabledError(
        f"capability '{slug}' does not answer: plugin '{owner}' is {state if state in _ENDED else 'being started'}",
        hint=_NEXT.get(state or "", "honeyhost list").format(owner),
        state=state,
        **_params(slug, owner, caller),
    )


def forbidden(slug: str, owner: str, permission: str, *, caller: str | None) -> CallError:
    """
    Whoever is asking lacks the permission.
    """
    return CapabilityForbiddenError(
        f"capability '{slug}' of plugin '{owner}' needs the permission '{permission}'",
        hint=f"honeyhost group add GROUP --permission {permission}",
        permission=permission,
        **_params(slug, owner, caller),
    )


def refused_input(slug: str, owner: str, problems: Sequence[Problem], *, caller: str | None) -> CallError:
    """
    The input is not what the schema says.
    """
    message = f"capability '{slug}' does not take this input: {problems[0].message}"
    return ArgumentsInvalidError(message, problems, hint="mend the places that are named", **_params(slug, owner, caller))


def unlike_function(slug: str, owner: str, error: CallFailedError, *, caller: str | None) -> CallError:
    """
    There is no schema, and the function does not take the input.
    """
    message = f"capability '{slug}' does not take this input: {error.__cause__}"
    hint = "the members of the input are the arguments of its function"
    return ArgumentsInvalidError(message, hint=hint, **_params(slug, owner, caller))


def broken_schema(slug: str, owner: str, kind: str, *, caller: str | None) -> CallError:
    """
    The schema is none, so nothing can be held against it.
    """
    return CallFailedError(
        f"capability '{slug}' of plugin '{owner}' cannot be run: its input_schema cannot be used ({kind})",
        hint=f"mend the file that input_schema names; honeyhost check {owner}",
        error=kind,
        arguments=False,
        **_params(slug, owner, caller),
    )


def unsayable(slug: str, answer: Any) -> CallError:
    """
    It has answered what JSON cannot say.
    """
    kind = type(answer).__name__
    return CallFailedError(
        f"capability '{slug}' answered a {kind} that JSON cannot say",
        hint="let it answer with mappings, lists, texts and numbers",
        error=kind,
        arguments=False,
        capability=slug,
    )


def _params(slug: str, owner: str, caller: str | None) -> dict[str, Any]:
    return {"capability": slug, "plugin": owner, "caller": caller}
