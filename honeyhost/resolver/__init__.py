"""
The resolver: which of the plugins that were found may be attached to this host, in which order, and why not the others.

Pure values and functions: nothing here reads a file, imports a plugin or needs a web framework or a database.
"""

from honeyhost.resolver.checks import Check, HostCheck
from honeyhost.resolver.explanation import Explanation, explain
from honeyhost.resolver.profile import Consent, HostProfile, Policy
from honeyhost.resolver.reasons import (
    CapabilityConflict,
    DependencyCycle,
    DependencyRejected,
    GrantMissing,
    HostExcluded,
    HostReason,
    HostTooNew,
    HostTooOld,
    NavConflict,
    PathConflict,
    PermissionConflict,
    PermissionForeign,
    PermissionReserved,
    PermissionUnknown,
    PluginMissing,
    PluginVersionMismatch,
    PythonMismatch,
    Reason,
    RuntimeUnavailable,
    SlugConflict,
    TemplateConflict,
)
from honeyhost.resolver.resolution import Rejection, Resolution
from honeyhost.resolver.resolving import resolve

__all__ = [
    "CapabilityConflict",
    "Check",
    "Consent",
    "DependencyCycle",
    "DependencyRejected",
    "Explanation",
    "GrantMissing",
    "HostCheck",
    "HostExcluded",
    "HostProfile",
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
    "Policy",
    "PythonMismatch",
    "Reason",
    "Rejection",
    "Resolution",
    "RuntimeUnavailable",
    "SlugConflict",
    "TemplateConflict",
    "explain",
    "resolve",
]
