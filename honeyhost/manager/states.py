"""
States: the words for what a plugin is to a host, and which may follow which.
"""

from collections.abc import Mapping
from typing import Literal

PluginState = Literal[
    "discovered",
    "rejected",
    "accepted",
    "attached",
    "loaded",
    "running",
    "disabled",
    "failed",
    "quarantined",
    "stopped",
]

TRANSITIONS: Mapping[PluginState, frozenset[PluginState]] = {
    "discovered": frozenset({"rejected", "accepted"}),
    "rejected": frozenset({"discovered"}),
    "accepted": frozenset({"attached", "disabled", "failed"}),
    "attached": frozenset({"loaded", "running", "disabled", "failed", "quarantined", "stopped"}),
    "loaded": frozenset({"attached", "running", "disabled", "failed", "quarantined", "stopped"}),
    "running": frozenset({"loaded", "attached", "disabled", "failed", "quarantined", "stopped"}),
    "disabled": frozenset({"attached", "quarantined"}),
    "failed": frozenset({"attached", "running", "disabled", "quarantined", "stopped"}),
    "quarantined": frozenset({"attached", "disabled"}),
    "stopped": frozenset({"attached", "disabled", "failed", "quarantined"}),
}
"""
attached: its front answers, its code may not be imported yet. loaded: imported, table built, initialised. running: started
with the host, its lifespan is entered. failed: importing or starting raised or took too long; its front answers 503. failed
becomes running where another generation took the place of the one that had failed. disabled, quarantined: not wanted by an
operator, or not trusted by the host; it answers nowhere.
"""


def may_become(before: PluginState, after: PluginState) -> bool:
    """
    Whether the table has this transition; staying is always one.
    """
    return before == after or after in TRANSITIONS[before]
