"""
Booting: the attached plugins of this start, from a fitting snapshot or, where none fits, compiled in this process.
"""

import logging
import platform
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import fastapi

from honeyhost import __version__
from honeyhost.attach.routing.site import Site
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError, LoadError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.building import build_plugin, describe
from honeyhost.manager.snapshot import Snapshot

logger = logging.getLogger("honeyhost")


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """
    What a start found: the plugins that may answer, why others may not, and the listing of everything.
    """

    plugins: tuple[AttachedPlugin, ...]
    failures: Mapping[str, AttachError] = field(default_factory=dict)
    listing: Callable[[], Mapping[str, Any]] = dict
    """The ``list --json`` document, read when somebody asks."""
    snapshot: str | None = None
    """The digest of the snapshot that it was read from; None where plugins were compiled."""


def snapshot_key(settings: str, prefix: str) -> dict[str, str]:
    """
    What a snapshot depends on besides files: versions, the prefix, and a digest of the settings that decide.
    """
    return {
        "honeyhost": __version__,
        "python": platform.python_version(),
        "fastapi": fastapi.__version__,
        "settings": settings,
        "prefix": prefix,
    }


def boot_from(snapshot: Snapshot) -> Boot:
    """
    The start that a fitting snapshot makes; nothing is imported and nearly nothing is read.
    """
    return Boot(plugins=snapshot.plugins(), listing=snapshot.listing, snapshot=snapshot.digest)


def boot_compiling(
    accepted: Iterable[DiscoveredPlugin],
    site: Site,
    *,
    seconds: float,
    snapshot: Snapshot | None,
    listing: Callable[[], Mapping[str, Any]],
) -> Boot:
    """
    The start without a fitting snapshot: what an older one still knows is taken from it, the rest is imported here.

    A plugin that raises, or does not finish within ``seconds``, is left out; the others go on.
    """
    known = {plugin.slug: plugin for plugin in snapshot.plugins()} if snapshot is not None and site.plain else {}
    plugins: list[AttachedPlugin] = []
    failures: dict[str, AttachError] = {}
    for plugin in accepted:
        recorded = known.get(plugin.name)
        if recorded is not None and recorded.facts.compiled.fits(plugin.digest):
            plugins.append(recorded)
            continue
        try:
            plugins.append(_compiled(plugin, site, seconds))
        except AttachError as error:
            failures[plugin.name] = error
            extra = {"plugin": plugin.name, "phase": "attach"}
            logger.log(logging.ERROR, "%s", error.message, extra=extra, exc_info=error.__cause__)
    return Boot(plugins=tuple(plugins), failures=failures, listing=listing)


def _compiled(plugin: DiscoveredPlugin, site: Site, seconds: float) -> AttachedPlugin:
    outcome: list[AttachedPlugin | BaseException] = []

    def work() -> None:
        try:
            outcome.append(attached(plugin, describe(build_plugin(specify(plugin), site))))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            outcome.append(error)

    # A thread that is left behind is the price of a plugin that hangs; it is a daemon and ends with the process.
    thread = threading.Thread(target=work, name=f"honeyhost attach {plugin.name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise LoadError(f"plugin '{plugin.name}' did not finish importing within {seconds:g} s", plugin=plugin.name)
    (result,) = outcome
    if isinstance(result, BaseException):
        raise result
    return result
