"""
The slot: the place of one plugin in a process, with the generation that stands in it now.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from honeyhost.attach.routing.flights import Traffic
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.generation import Generation
from honeyhost.manager.states import PluginState, may_become
from honeyhost.store.records import PluginRecord

OFF = frozenset({"disabled", "quarantined"})


@dataclass(slots=True, eq=False)
class Slot:
    """
    What the manager knows of one plugin. Upgrade, restart and disabling are the same swap of ``current``.
    """

    plugin: AttachedPlugin
    state: PluginState
    traffic: Traffic
    current: Generation
    shown: bool = True
    """Whether it answers already; a plugin that is enabled late does when it has started."""
    starting: "asyncio.Task[Any] | None" = None
    """That start, once it was begun."""
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lets one upgrade come to its end before the next begins."""

    @property
    def on(self) -> bool:
        """
        Whether it is wanted.
        """
        return self.state not in OFF

    @property
    def said(self) -> PluginState:
        """
        The state as it is told: attached becomes loaded when the first request has loaded it.
        """
        if self.state != "attached":
            return self.state
        if self.current.error is not None:
            return "failed"
        return "loaded" if self.current.loader.built is not None else "attached"

    def become(self, state: PluginState) -> None:
        """
        Take a state that the table allows.
        """
        assert may_become(self.state, state), (self.plugin.slug, self.state, state)  # noqa: S101 - a bug of ours
        self.state = state


def wished(record: PluginRecord | None, *, safe_mode: bool) -> PluginState:
    """
    What a plugin is to be: attached, or why it is off.
    """
    if record is not None and not record.enabled:
        return "disabled"
    if safe_mode or (record is not None and record.quarantine is not None):
        return "quarantined"
    return "attached"


def levels(slots: list[Slot]) -> list[list[Slot]]:
    """
    The slots in groups, each needing only those before it; in every group the order is kept.
    """
    depth: dict[str, int] = {}
    grouped: list[list[Slot]] = []
    for slot in slots:
        needs = slot.plugin.facts.spec.requires
        depth[slot.plugin.slug] = own = 1 + max((depth[need] for need in needs if need in depth), default=-1)
        if own == len(grouped):
            grouped.append([])
        grouped[own].append(slot)
    return grouped
