"""
The promise: all that a plugin may import of honeyhost.

Nothing here starts, opens or registers anything. ``load_manifest`` serves the seed's entry point form::

    # honeyframe_healthcare/__init__.py
    from honeyhost.sdk import load_manifest

    manifest = load_manifest(__package__)
"""

from importlib import import_module
from typing import Any

from honeyhost.errors import (
    CallError,
    OperationError,
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)
from honeyhost.sdk.caller import ANY_PERMISSION, Caller, Identity
from honeyhost.sdk.host import HostAPI, HttpResponse
from honeyhost.sdk.plugin import Plugin, capability, function, job
from honeyhost.sdk.requires import GateMissingError, Requires, current_caller, current_host, current_plugin, requires

__all__ = [
    "ANY_PERMISSION",
    "CallError",
    "Caller",
    "GateMissingError",
    "HostAPI",
    "HttpResponse",
    "Identity",
    "OperationError",
    "OperationFailedError",
    "OperationLimitedError",
    "OperationRefusedError",
    "OperationTimeoutError",
    "PermissionNotGrantedError",
    "Plugin",
    "Requires",
    "capability",
    "current_caller",
    "current_host",
    "current_plugin",
    "function",
    "job",
    "load_manifest",
    "requires",
]


def load_manifest(package: str) -> Any:
    """
    The validated manifest that stands beside a package's code.

    Raises:
        InvalidManifestError: if it is missing or has errors.
    """
    # The promise stands below the manifest room, so that plugins depend on names and not on rooms: asked for by name.
    return import_module("honeyhost.manifest").load_manifest(package)
