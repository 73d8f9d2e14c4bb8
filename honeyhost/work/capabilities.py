"""
Capabilities: functions that plugins publish under slugs of their own, and the one way in which they are run.

A capability answers as long as its plugin does. Whoever runs it for a caller needs that caller's permission, also a plugin: an
operator's grant lets a plugin run another's capability, it does not let its callers do what they may not.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from honeyhost.attach.published import PublishedCapability
from honeyhost.errors import CallFailedError, FunctionNotFoundError, MissingExtraError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.calls import Calls
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.sdk import Caller
from honeyhost.sdk.requires import passage
from honeyhost.work import failures
from honeyhost.work.refusal import RunRefusal

Input = Mapping[str, Any]


def runnable(live: Live, caller: Caller | None = None) -> tuple[str, ...]:
    """
    The slugs of the capabilities that answer at a moment, sorted; for a caller, those whose permission they hold.
    """
    published = live.capabilities
    return tuple(sorted(slug for slug, plugin in published.items() if _may(caller, plugin.capabilities[slug])))


class CapabilityRegistry:
    """
    The capabilities of one process.

    Args:
        current: what answers at this moment.
        manager: knows the plugins that do not.
        calls: how functions are called.
        refused: told of each run that a caller was not allowed.
    """

    def __init__(
        self, current: Callable[[], Live], manager: Manager, calls: Calls, *, refused: Callable[[RunRefusal], None]
    ) -> None:
        self._current = current
        self._manager = manager
        self._calls = calls
        self._refused = refused
        self._checks: dict[str, Any] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """
        The slugs of all that answer, sorted.
        """
        return runnable(self._current())

    def owner(self, slug: str) -> str | None:
        """
        The plugin that publishes a capability, whether it answers or not; None where none does.
        """
        plugin = self._current().capabilities.get(slug) or self._silent(slug)
        return None if plugin is None else plugin.slug

    async def run(
        self,
        slug: str,
        given: Input | None = None,
        *,
        caller: Caller | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - seconds of the call, which has a limit of its own
    ) -> Any:
        """
        What a capability answers, for the host itself or for a caller.

        Args:
            slug: of the capability.
            given: its input; each member is an argument of its function.
            caller: who is asking; the host itself may run everything.
            timeout: seconds, instead of the usual number.

        Raises:
            CapabilityNotFoundError: if no plugin publishes it.
            PluginDisabledError: if its plugin does not answer.
            CapabilityForbiddenError: if the caller lacks its permission.
            ArgumentsInvalidError: if the input is not what its schema says, or not what its function takes.
            CallError: if the call comes to nothing.
        """
        if caller is None:
            return await self._run(slug, given, timeout=timeout)
        around = passage.get()
        before = passage.set(("", caller, frozenset(), None if around is None else around[3], None))
        try:
            return await self._run(slug, given, caller=caller, timeout=timeout)
        finally:
            passage.reset(before)

    async def run_from(self, plugin: str, slug: str, given: Input | None = None) -> Any:
        """
        The same for code of a plugin, on behalf of the caller whom it acts for, if there is one. Raises as :meth:`run` does.
        """
        around = passage.get()
        return await self._run(slug, given, caller=None if around is None else around[1], by=plugin)

    async def _run(
        self,
        slug: str,
        given: Input | None,
        *,
        caller: Caller | None = None,
        by: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> Any:
        while True:
            plugin = self._answering(slug, caller, by)
            capability = plugin.facts.capabilities[slug]
            self._admit(plugin, capability, caller, by)
            self._check(plugin, capability, given or {}, by)
            try:
                return await self._calls.call(plugin.slug, capability.function, given, timeout, by)
            except FunctionNotFoundError:
                if self._current().capabilities.get(slug) is plugin:
                    raise
                # Another version came while this one was being loaded: what it publishes now is what counts.
            except CallFailedError as error:
                if not error.params["arguments"]:
                    raise
                raise failures.unlike_function(slug, plugin.slug, error, caller=by) from error.__cause__

    def _answering(self, slug: str, caller: Caller | None, by: str | None) -> AttachedPlugin:
        live = self._current()
        plugin = live.capabilities.get(slug)
        if plugin is not None:
            return plugin
        silent = self._silent(slug)
        if silent is None:
            raise failures.unpublished(slug, runnable(live, caller), caller=by)
        raise failures.switched_off(slug, silent.slug, self._manager.state(silent.slug), caller=by)

    def _silent(self, slug: str) -> AttachedPlugin | None:
        return next((plugin for plugin in self._manager.plugins if slug in plugin.capabilities), None)

    def _admit(self, plugin: AttachedPlugin, capability: PublishedCapability, caller: Caller | None, by: str | None) -> None:
        permission = capability.permission
        if permission is None or caller is None or _may(caller, permission):
            return
        self._refused(RunRefusal(caller.id, plugin.slug, capability.slug, permission, by))
        raise failures.forbidden(capability.slug, plugin.slug, permission, caller=by)

    def _check(self, plugin: AttachedPlugin, capability: PublishedCapability, given: Input, by: str | None) -> None:
        if capability.input_schema is None:
            return
        inputs = _inputs()
        try:
            check = self._checks.get(capability.slug)
            if check is None or check.schema is not capability.input_schema:
                check = self._checks[capability.slug] = inputs.InputCheck(capability.input_schema)
            problems = check.problems(given)
        except inputs.BrokenSchemaError as broken:
            raise failures.broken_schema(capability.slug, plugin.slug, broken.kind, caller=by) from broken
        if problems:
            raise failures.refused_input(capability.slug, plugin.slug, problems, caller=by)


def _may(caller: Caller | None, permission: str | None) -> bool:
    return caller is None or permission is None or caller.may(permission)


def _inputs() -> Any:
    # The library of schemas is an extra: a platform whose capabilities bring none goes without.
    try:
        return import_module("honeyhost.work.inputs")
    except ModuleNotFoundError as missing:
        needed_for = "the input_schema of a capability"
        raise MissingExtraError("store", needed_for=needed_for, module=missing.name or "jsonschema") from missing
