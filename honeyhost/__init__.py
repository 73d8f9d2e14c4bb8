"""
honeyhost: the plugin host for platforms made of FastAPI, a Vite/React shell and dbt.

The public names are imported when they are first asked for, so that ``import honeyhost`` costs nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "Host": "honeyhost.host",
    "Settings": "honeyhost.settings",
    "discover": "honeyhost.discovery",
    "load_manifest": "honeyhost.manifest",
    "validate": "honeyhost.manifest",
    "resolve": "honeyhost.resolver",
    "HostProfile": "honeyhost.resolver",
    "Policy": "honeyhost.resolver",
}

__all__ = ["Host", "HostProfile", "Policy", "Settings", "__version__", "discover", "load_manifest", "resolve", "validate"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        with import_module("honeyhost.collector").collector_paused():  # modules are no garbage
            return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'honeyhost' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
