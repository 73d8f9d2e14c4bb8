"""
Assembling: the attached plugins of a start that no snapshot fits, compiled in this process.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from honeyhost.attach.routing.site import Site
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError, LoadError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.booting import Boot
from honeyhost.manager.building import build_plugin, describe
from honeyhost.manager.snapshot import Snapshot

logger = logging.getLogger("honeyhost")


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
