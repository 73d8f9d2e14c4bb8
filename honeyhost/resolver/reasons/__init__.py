"""
Reasons: why a plugin was rejected, one frozen class per kind.

A reason holds facts and words them late: ``message``, ``hint`` and ``change`` are made when somebody asks. ``params`` are
the facts by name, for translation and for ``--json``.
"""

from honeyhost.resolver.reasons.base import HostReason, Reason
from honeyhost.resolver.reasons.claims import CapabilityConflict, NavConflict, PermissionConflict, TemplateConflict
from honeyhost.resolver.reasons.conflicts import PathConflict, SlugConflict
from honeyhost.resolver.reasons.dependencies import (
    DependencyCycle,
    DependencyRejected,
    PluginMissing,
    PluginVersionMismatch,
)
from honeyhost.resolver.reasons.environment import (
    HostExcluded,
    HostTooNew,
    HostTooOld,
    PythonMismatch,
    RuntimeUnavailable,
)
from honeyhost.resolver.reasons.grants import GrantMissing
from honeyhost.resolver.reasons.permissions import PermissionForeign, PermissionReserved, PermissionUnknown

__all__ = [
    "CapabilityConflict",
    "DependencyCycle",
    "DependencyRejected",
    "GrantMissing",
    "HostExcluded",
    "HostReason",
    "HostTooNew",
    "HostTooOld",
    "NavConflict",
    "PathConflict",
    "PermissionConflict",
    "PermissionForeign",
    "PermissionReserved",
    "PermissionUnknown",
    "PluginMissing",
    "PluginVersionMismatch",
    "PythonMismatch",
    "Reason",
    "RuntimeUnavailable",
    "SlugConflict",
    "TemplateConflict",
]
