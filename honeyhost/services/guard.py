"""
The guard: whether one plugin may do what it asks for at this moment, and what it did.

Grants are read anew for each operation, so that one that is taken back counts from the next operation on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from shlex import quote
from typing import Any, TypeVar

from honeyhost.errors import (
    HoneyhostError,
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    PermissionNotGrantedError,
)
from honeyhost.names import visible
from honeyhost.sdk.operations import Operation
from honeyhost.services.grants import Grant, read_grants
from honeyhost.services.refusal import Refusal
from honeyhost.services.usage import Tally, Usage

Result = TypeVar("Result")
Scope = str | tuple[str, ...]
"""What an operation concerns; where it can be spelled in several ways, any that is granted will do, and the first is shown."""
Grants = Mapping[str, Any]
_CASELESS = frozenset({"http", "email"})
_ANY: Scope = ("\0any",)
"""Stands for whatever the operation concerns."""
_LONGEST_SCOPE = 200
"""Characters of a scope that are shown and remembered."""
_MOST_DECIDED = 1024
"""Decisions that are remembered of one moment; what comes after is decided anew each time."""


class Moment:
    """
    The grants of a plugin until they change, and what was decided by them.
    """

    __slots__ = ("decided", "granted", "grants")

    def __init__(self, grants: Grants) -> None:
        self.grants = grants
        self.granted = tuple(map(_caseless, read_grants(grants)))
        self.decided: dict[tuple[Operation, Scope], bool] = {}

    def decides(self, operation: Operation, scope: Scope) -> bool:
        """
        Whether a grant covers this, remembered.
        """
        if scope is _ANY:
            found = any(grant.type == operation.permission and grant.access == operation.access for grant in self.granted)
        else:
            kind, access = operation.permission or "", operation.access
            spellings = (scope,) if isinstance(scope, str) else scope
            wanted = [Grant(type=kind, access=access, scope=spelling) for spelling in spellings]
            found = any(grant.covers(piece) for grant in self.granted for piece in wanted)
        if len(self.decided) < _MOST_DECIDED and sum(map(len, scope)) <= _LONGEST_SCOPE:
            self.decided[operation, scope] = found
        return found


class Guard:
    """
    The guard of one plugin.

    Args:
        slug: of the plugin.
        grants: the grants of this moment, as the record keeps them: another mapping after every change.
        usage: counts.
        limits: operations per minute that the operator wants instead of the usual: by ``slug/operation`` or ``operation``.
        refused: told of each refusal.
    """

    __slots__ = ("_grants", "_limits", "_moment", "_per_minute", "_refused", "_tallies", "_usage", "ended", "slug")

    def __init__(
        self,
        slug: str,
        *,
        grants: Callable[[], Grants],
        usage: Usage,
        limits: Mapping[str, int],
        refused: Callable[[Refusal], None],
    ) -> None:
        self.slug = slug
        self.ended = False
        """Whether the life of the plugin is over that this guard belongs to: then nothing is done for it any more."""
        self._grants = grants
        self._usage = usage
        self._limits = limits
        self._refused = refused
        self._tallies = usage.of(slug)
        self._moment = Moment({})
        self._per_minute: dict[str, int | None] = {}

    @property
    def granted(self) -> tuple[Grant, ...]:
        """
        The grants of this moment; the same object until they change.
        """
        return self._now().granted

    def may(self, operation: Operation, scope: Scope) -> bool:
        """
        Whether a grant covers this.
        """
        moment = self._now()
        found = moment.decided.get((operation, scope))
        return moment.decides(operation, scope) if found is None else found

    def admit(self, operation: Operation, *scopes: Scope) -> None:
        """
        Let the operation pass, or raise. Without scopes, any grant of its type and access will do: what it concerns exactly is
        held against the grants by the service then.

        Raises:
            PermissionNotGrantedError: if a scope is not granted.
            OperationLimitedError: if it is asked for too often.
        """
        if operation.permission is not None:
            for scope in scopes or (_ANY,):
                if not self.may(operation, scope):
                    raise self.refuse(operation, "" if scope is _ANY else scope)
        self.passing(operation)

    def passing(self, operation: Operation) -> None:
        """
        Let an operation pass whatever is granted: its service is the one that finds out what it concerns, and asks then.

        Raises:
            OperationLimitedError: if it is asked for too often.
        """
        if self.ended and operation.permission is not None:
            raise self._over(operation)
        tally = self.tally(operation)
        tally.last_at = time.time()
        per_minute = self._limit(operation)
        if per_minute is not None and (seconds := tally.window.take(per_minute)):
            tally.limited += 1
            self._refused(self._refusal(operation, "", OperationLimitedError.code))
            raise OperationLimitedError(
                f"plugin '{self.slug}' asked for {operation.path} more than {per_minute} times in a minute",
                hint=f"wait {seconds:g} s, or raise operation_limits for '{self.slug}/{operation.name}'",
                plugin=self.slug,
                operation=operation.name,
                per_minute=per_minute,
                retry_after=seconds,
            )

    def refuse(self, operation: Operation, scope: Scope = "") -> PermissionNotGrantedError:
        """
        The error that says that a grant is missing; the refusal is counted and passed on.
        """
        tally = self.tally(operation)
        tally.refused += 1
        tally.last_at = time.time()
        grant = ":".join(part for part in (operation.wanted, _shown(scope)) if part)
        self._refused(self._refusal(operation, grant, PermissionNotGrantedError.code))
        return PermissionNotGrantedError(
            f"plugin '{self.slug}' may not do {operation.path}: '{grant}' is not granted",
            hint=f"ask for it under host_permissions, then: honeyhost grant {self.slug} {quote(grant)}",
            plugin=self.slug,
            operation=operation.name,
            grant=grant,
        )

    async def observe(self, operation: Operation, work: Awaitable[Result]) -> Result:
        """
        What admitted work comes to, counted and timed; what else than our own errors it raises is said to be the service's.

        Raises:
            OperationFailedError: if the service failed.
        """
        tally = self.tally(operation)
        began = time.perf_counter_ns()
        try:
            result = await work
        except PermissionNotGrantedError:
            raise  # found out by the service, and counted as refused
        except OperationRefusedError as error:
            tally.errors += 1
            self._refused(self._refusal(operation, "", error.code))
            raise
        except HoneyhostError:
            tally.errors += 1
            raise
        except (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            tally.errors += 1
            raise self.failed(operation, error) from error
        else:
            tally.done += 1
            return result
        finally:
            tally.nanoseconds += time.perf_counter_ns() - began

    def failed(self, operation: Operation, error: BaseException) -> OperationFailedError:
        """
        The error that says that a service failed.
        """
        said = str(error).strip().partition("\n")[0]
        return OperationFailedError(
            f"{operation.path} of plugin '{self.slug}' failed: {type(error).__name__}: {said}",
            plugin=self.slug,
            operation=operation.name,
        )

    def tally(self, operation: Operation) -> Tally:
        """
        What is counted of an operation.
        """
        return self._tallies.get(operation.name) or self._usage.tally(self.slug, operation.name)

    def _over(self, operation: Operation) -> OperationRefusedError:
        return OperationRefusedError(
            f"plugin '{self.slug}' asks for {operation.path} after its end: it was switched off or replaced",
            hint="begin background work with host.create_task, which ends with the plugin",
            plugin=self.slug,
            operation=operation.name,
        )

    def _now(self) -> "Moment":
        grants = self._grants()
        moment = self._moment
        if grants is not moment.grants:
            self._moment = moment = Moment(grants)
        return moment

    def _limit(self, operation: Operation) -> int | None:
        name = operation.name
        if name not in self._per_minute:
            usual = self._limits.get(name, operation.per_minute)
            self._per_minute[name] = self._limits.get(f"{self.slug}/{name}", usual)
        return self._per_minute[name]

    def _refusal(self, operation: Operation, grant: str, reason: str) -> Refusal:
        return Refusal(plugin=self.slug, operation=operation.name, grant=grant, reason=reason)


def _shown(scope: Scope) -> str:
    text = scope if isinstance(scope, str) else scope[0]
    return visible(text if len(text) <= _LONGEST_SCOPE else f"{text[:_LONGEST_SCOPE]}…")


def _caseless(grant: Grant) -> Grant:
    return replace(grant, scope=grant.scope.lower()) if grant.type in _CASELESS else grant
