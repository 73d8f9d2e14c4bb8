"""
Attach: what a plugin brings, compared with what was applied, and put in place with its undo.

One file per kind of contribution; ``routing`` is the part that answers requests. The web framework is imported by
``routing`` alone. The public names are imported when they are first asked for: what answers requests needs none of them.
"""

from importlib import import_module
from typing import Any

__all__ = ["AttachPlan", "Change", "Contribution", "difference"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("honeyhost.attach.change"), name)
    raise AttributeError(f"module 'honeyhost.attach' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
