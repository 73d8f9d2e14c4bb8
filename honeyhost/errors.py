"""
Errors: what is raised where a caller asked for one outcome and it cannot be had.

::

    HoneyhostError                  code, hint
    ├── UsageError                  the command or call was wrong            exit 2
    │   ├── MissingExtraError       an optional dependency is not installed
    │   └── SettingsError           a setting has a wrong value
    ├── InvalidManifestError        load_manifest; carries the problems
    ├── RejectedError               Resolution.raise_for_rejected; carries the rejections
    ├── UnknownPluginError          a name that no plugin has
    ├── PlanChangedError            apply was given another plan's digest
    ├── AttachError                 a plugin could not be attached; was rolled back
    │   ├── LoadError               its code could not be imported or built
    │   │   └── PhaseTimeoutError   it took longer to load, to initialise or to start than it may
    │   ├── RouteRefusedError       a route without a declared policy
    │   └── RestartNeededError      its new version cannot be taken up by a running process
    ├── CallError                   a call of a plugin's function came to nothing
    │   ├── PluginNotFoundError     no plugin of that name answers
    │   ├── FunctionNotFoundError   the plugin has no such function
    │   ├── PluginDisabledError     the plugin is switched off, taken out or failed
    │   ├── CapabilityNotFoundError no plugin publishes that capability
    │   ├── CapabilityForbiddenError    whoever is asking lacks the permission that it needs
    │   ├── ArgumentsInvalidError   a capability's input is not what its schema says
    │   ├── CallTimeoutError        it took too long
    │   ├── CallDepthExceededError  plugins called each other too deep; names the chain
    │   └── CallFailedError         the function raised; what it raised is the cause
    ├── OperationError              an operation of the host that a plugin asked for came to nothing
    │   ├── PermissionNotGrantedError   the operator has not granted it
    │   ├── OperationLimitedError   it is asked for more often than the plugin may
    │   ├── OperationRefusedError   it cannot be meant, or is never allowed
    │   ├── OperationTimeoutError   it took too long
    │   └── OperationFailedError    the service behind it failed; what it raised is the cause
    ├── StoreError                  the database
    │   ├── StoreUnavailableError
    │   └── ConflictError           somebody else changed the record first
    ├── NotWritableError            a file that has to be written cannot be
    └── RefusedError                an action that the rules do not allow
        └── ConfigInvalidError      a configuration that the plugin's schema refuses

Everything that a person can cause is one of these; anything else is a bug. The text is made late: errors keep the objects
they speak of, and the command line and the HTTP layer render them.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from honeyhost.diagnostics import Problem


class HoneyhostError(Exception):
    """
    The root. ``code`` is kebab-case and stable; ``hint`` is the next thing to do.
    """

    code: ClassVar[str] = "honeyhost-error"

    def __init__(self, message: str, *, hint: str | None = None, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.shown = message
        """The same for callers from outside: without what a plugin's own code said."""
        self.hint = hint
        self.params = params

    def to_problem(self) -> Problem:
        """
        The same as a value, for renderers.
        """
        return Problem(severity="error", code=self.code, message=self.message, params=self.params, hint=self.hint)


class UsageError(HoneyhostError):
    """
    The caller asked for something that cannot be meant.
    """

    code = "wrong-use"


class MissingExtraError(UsageError):
    """
    An optional dependency is needed and not installed.
    """

    code = "missing-extra"

    def __init__(self, extra: str, *, needed_for: str, module: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra '{extra}', and the module '{module}' is not installed",
            hint=f"pip install 'honeyhost[{extra}]'",
            extra=extra,
            module=module,
        )


class SettingsError(UsageError):
    """
    A setting has a value that cannot be used; where there are several, ``problems`` holds each.
    """

    code = "settings-invalid"

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: str | None = None, **params: Any) -> None:
        if problems:
            params["problems"] = [problem.to_json() for problem in problems]
        super().__init__(message, hint=hint, **params)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join((self.message, *(problem.message for problem in self.problems)))


class InvalidManifestError(HoneyhostError):
    """
    A manifest has errors; ``problems`` holds all of them, warnings too.
    """

    code = "manifest-invalid"

    def __init__(self, message: str, problems: Sequence[Problem], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class RejectedError(HoneyhostError):
    """
    At least one plugin was rejected; ``rejections`` holds the resolver's verdicts.
    """

    code = "plugin-rejected"

    def __init__(self, message: str, rejections: Sequence[Any], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.rejections = tuple(rejections)


class UnknownPluginError(HoneyhostError):
    """
    No plugin has this name.
    """

    code = "unknown-plugin"


class PlanChangedError(HoneyhostError):
    """
    The plan that was agreed to is not the plan of now.
    """

    code = "plan-changed"


class AttachError(HoneyhostError):
    """
    A plugin could not be attached; whatever it had attached was taken back.
    """

    code = "attach-failed"


class LoadError(AttachError):
    """
    The code of a plugin could not be imported, or what it named was not there.
    """

    code = "load-failed"


class PhaseTimeoutError(LoadError):
    """
    A plugin's code took longer in a phase of its start than it may.
    """

    code = "phase-timeout"


class RouteRefusedError(AttachError):
    """
    A route of a plugin has no policy that the manifest declares.
    """

    code = "route-refused"


class RestartNeededError(AttachError):
    """
    A running process cannot take up the plugin's new version; the old one goes on.
    """

    code = "restart-needed"


class CallError(HoneyhostError):
    """
    A call of a plugin's function came to nothing. ``params`` names plugin, function and, where one called, the caller.
    """

    code = "call-error"


class PluginNotFoundError(CallError):
    """
    No plugin of that name is attached.
    """

    code = "plugin-not-found"


class FunctionNotFoundError(CallError):
    """
    The plugin has no function of that name.
    """

    code = "function-not-found"


class PluginDisabledError(CallError):
    """
    The plugin is there and does not answer: disabled, quarantined or failed.
    """

    code = "plugin-disabled"


class CapabilityNotFoundError(CallError):
    """
    No plugin publishes a capability of that slug.
    """

    code = "capability-not-found"


class CapabilityForbiddenError(CallError):
    """
    Whoever is asking lacks the permission that the capability needs; ``params["permission"]`` names it.
    """

    code = "permission-missing"


class ArgumentsInvalidError(CallError):
    """
    The input of a capability is not what its schema says; ``problems`` names each place.
    """

    code = "arguments-invalid"

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: str | None = None, **params: Any) -> None:
        if problems:
            params["problems"] = [problem.to_json() for problem in problems]
        super().__init__(message, hint=hint, **params)
        self.problems = tuple(problems)


class CallTimeoutError(CallError):
    """
    The function did not answer within its time.
    """

    code = "call-timeout"


class CallDepthExceededError(CallError):
    """
    Plugins called each other deeper than the limit; ``params["chain"]`` names them in order.
    """

    code = "call-depth-exceeded"


class CallFailedError(CallError):
    """
    The function raised; what it raised is the cause.
    """

    code = "call-failed"


class OperationError(HoneyhostError):
    """
    An operation of the host came to nothing. ``params`` names plugin and operation.
    """

    code = "operation-error"


class PermissionNotGrantedError(OperationError):
    """
    The operator has not granted it, or has taken the grant back; ``params["grant"]`` is the one that is wanted.
    """

    code = "permission-not-granted"


class OperationLimitedError(OperationError):
    """
    The plugin has asked for it as often as it may in a minute; ``params["retry_after"]`` is in seconds.
    """

    code = "operation-limited"


class OperationRefusedError(OperationError):
    """
    What was asked for cannot be meant, or is allowed to no plugin.
    """

    code = "operation-refused"


class OperationTimeoutError(OperationError):
    """
    It did not end within its time, and was interrupted.
    """

    code = "operation-timeout"


class OperationFailedError(OperationError):
    """
    The service behind it failed; what it raised is the cause.
    """

    code = "operation-failed"


class StoreError(HoneyhostError):
    """
    The database refused or failed.
    """

    code = "store-error"


class StoreUnavailableError(StoreError):
    """
    The database cannot be reached.
    """

    code = "store-unavailable"


class ConflictError(StoreError):
    """
    The record was changed by somebody else since it was read.
    """

    code = "store-conflict"


class NotWritableError(HoneyhostError):
    """
    A file cannot be written; the system's own error is the cause.
    """

    code = "not-writable"


class RefusedError(HoneyhostError):
    """
    The rules do not allow this action in this state.
    """

    code = "refused"


class ConfigInvalidError(RefusedError):
    """
    A configuration that the plugin's schema refuses; ``problems`` names each place and never quotes a value.
    """

    code = "config-invalid"

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: str | None = None, **params: Any) -> None:
        if problems:
            params["problems"] = [problem.to_json() for problem in problems]
        super().__init__(message, hint=hint, **params)
        self.problems = tuple(problems)
