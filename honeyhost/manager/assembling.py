"""
Assembling: the attached plugins of a start that no snapshot fits, compiled in this process.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from honeyhost.attach.capabilities import contested
from honeyhost.attach.routing.site import Site
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.booting import Boot
from honeyhost.manager.building import describe
from honeyhost.manager.code import Code
from honeyhost.manager.loading import Loader
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
        code = Code(plugin.name, anew=False)
        code.hold()
        loader = Loader(plugin.name, partial(specify, plugin), site, seconds, code)
        try:
            plugins.append(attached(plugin, describe(loader.now())))
        except AttachError as error:
            failures[plugin.name] = error
            if error is not loader.error:  # that one is in the log
                _left_out(plugin.name, error)
        code.release(keep=loader.error is None)  # the manager finds it imported
    refused = contested({plugin.slug: plugin.capabilities for plugin in plugins})
    for slug, conflict in refused.items():
        _left_out(slug, conflict)
    kept = tuple(plugin for plugin in plugins if plugin.slug not in refused)
    return Boot(plugins=kept, failures=failures | refused, listing=listing)


def _left_out(slug: str, error: AttachError) -> None:
    extra = {"plugin": slug, "phase": "attach"}
    logger.log(logging.ERROR, "%s", error.message, extra=extra, exc_info=error.__cause__)
