"""
The wiring that a start from a fitting snapshot does without: discovery, resolver, compiling, the database.

Apart from ``host`` because importing these rooms costs more than such a start.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from threading import Lock
from typing import Any

from honeyhost.attach.capabilities import contested
from honeyhost.attach.routing.site import Site
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError
from honeyhost.manager.assembling import boot_compiling
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.booting import Boot
from honeyhost.manager.compiler import Compiler
from honeyhost.manager.identity import TokenIdentity
from honeyhost.manager.snapshot import Snapshot
from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.resolver import resolve
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.database import Database
from honeyhost.store.records import StoredRecords
from honeyhost.store.sessions import SessionTable
from honeyhost.store.tokens import TokenTable
from honeyhost.survey import Survey, policy_of, survey

_open: dict[str, Database] = {}
_marks: dict[str, SharedMark] = {}
_opening = Lock()


def open_database(url: str) -> Database:
    """
    The database of a platform, brought to the revision that this version needs; one per process and URL.

    Raises:
        StoreUnavailableError: if it cannot be reached.
    """
    with _opening:
        database = _open.get(url)
        if database is None:
            database = Database(url, after_change=lambda: _mark_change(url))
            database.migrate()
            _open[url] = database
        return database


def stores_of(settings: Settings) -> Any:
    """
    The stores of a platform. A change that is made with them is seen by every process of this machine before its next answer.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    url = settings.database_url
    if url not in _marks:
        with suppress(OSError):  # the other processes hear of changes then as those of other machines do
            _marks[url] = SharedMark(mark_path(settings.data_dir))
    return import_module("honeyhost.store.stores").Stores(open_database(url))


def stored_records(settings: Settings) -> StoredRecords:
    """
    The records of all plugins and the revision of that moment, by way of the database library.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    stores = stores_of(settings)
    with stores.database.reading():
        records = stores.plugins.all()
        return StoredRecords(records={record.slug: record for record in records}, revision=stores.database.revision())


def _mark_change(url: str) -> None:
    mark = _marks.get(url)
    if mark is None:
        return
    if not mark.in_place():  # somebody has emptied the folder: others look at the file that lies there now
        with suppress(OSError):
            mark = _marks[url] = mark.again()
    mark.change()


def _forked() -> None:
    """
    In a process that was forked from one that served already, or was about to: a server that loads the application first.
    """
    global _opening  # noqa: PLW0603 - another thread of the parent may have held it, and is not here to let go of it
    _opening = Lock()
    for database in _open.values():
        database.forked()


os.register_at_fork(after_in_child=_forked)


def close_databases() -> None:
    """
    Close every database of this process; the next use opens them again.
    """
    with _opening:
        while _open:
            _open.popitem()[1].close()
        while _marks:
            _marks.popitem()[1].close()


def token_identity(settings: Settings) -> TokenIdentity:
    """
    The built-in identity over tokens, groups and sessions of the store, which is opened at the first token.
    """
    return TokenIdentity(
        lambda: TokenTable(open_database(settings.database_url)),
        lambda: Catalog(open_database(settings.database_url)),
        lambda: SessionTable(open_database(settings.database_url)),
    )


def administrator_token(settings: Settings) -> str | None:
    """
    The administrator's token where one was made just now: it is shown once. None where there was one already.
    """
    given = settings.admin_token.get_secret_value() if settings.admin_token is not None else None
    return TokenTable(open_database(settings.database_url)).ensure_administrator(given)


def boot_afresh(settings: Settings, site: Site, snapshot: Snapshot | None) -> Boot:
    """
    The start without a fitting snapshot: discover, resolve, and compile in this process what no snapshot knows.
    """
    found = _surveyed(settings, site)
    seconds = settings.start_timeout
    return boot_compiling(_servable(found), site, seconds=seconds, snapshot=snapshot, listing=found.to_json)


def renewed(settings: Settings, site: Site, known: Mapping[str, AttachedPlugin], only: str | None) -> Boot:
    """
    The start that would be made now, for a host that serves: what is not ``known`` any more is compiled in a child process.

    Args:
        settings: of the platform.
        site: that plugins are compiled for.
        known: attached plugins by slug; each holds while its files have not changed.
        only: the one plugin that is asked for; None for all.
    """
    found = _surveyed(settings, site)
    servable = [plugin for plugin in _servable(found) if only in (None, plugin.name)]
    plugins = {plugin.name: known[plugin.name] for plugin in servable if _holds(known.get(plugin.name), plugin)}
    fresh = [plugin for plugin in servable if plugin.name not in plugins]
    compiler = Compiler(prefix=site.prefix.template, roots=settings.plugin_roots, seconds=settings.start_timeout)
    compiled, failures = compiler.compile([specify(plugin) for plugin in fresh]) if fresh else ({}, {})
    plugins |= {plugin.name: attached(plugin, compiled[plugin.name]) for plugin in fresh if plugin.name in compiled}
    refused = _refused(found, known) if only is None else [] if servable else [only]
    failures.update({slug: _not_servable(found, slug) for slug in refused})
    stay = {slug: plugin for slug, plugin in known.items() if slug in failures or only not in (None, slug)}
    published = {slug: plugin.capabilities for slug, plugin in {**stay, **plugins}.items()}
    failures.update({slug: error for slug, error in contested(published).items() if slug in plugins})
    in_order = tuple(plugins[plugin.name] for plugin in servable if plugin.name in plugins.keys() - failures.keys())
    return Boot(plugins=in_order, failures=failures, listing=found.to_json)


def _holds(known: AttachedPlugin | None, plugin: DiscoveredPlugin) -> bool:
    return known is not None and known.facts.compiled.fits(plugin.digest)


def _refused(found: Survey, known: Mapping[str, AttachedPlugin]) -> list[str]:
    """
    The known plugins in whose place another version lies that cannot be served.
    """
    servable = {plugin.name for plugin in _servable(found)}
    unread = {failure.name for failure in found.inventory.failures}
    other = {plugin.name for plugin in found.inventory if not _holds(known.get(plugin.name), plugin)}
    return [slug for slug in known if slug in unread | other and slug not in servable]


def _not_servable(found: Survey, slug: str) -> AttachError:
    """
    Why a plugin of that name cannot be taken up as it lies there now.
    """
    named = [plugin for plugin in found.inventory if plugin.name == slug]
    reasons = [reason for plugin in named for reason in found.resolution.reasons_of(plugin)]
    unread = [problem for failure in found.inventory.failures if failure.name == slug for problem in failure.problems]
    errors = [problem.message for problem in unread if problem.severity == "error"]
    said = "; ".join([*(reason.message for reason in reasons), *errors])
    message = f"plugin '{slug}' cannot be taken up: {said}" if said else f"no plugin '{slug}' is found that can be served"
    return AttachError(message, hint=f"honeyhost why {slug}" if said else "honeyhost list", plugin=slug)


def _surveyed(settings: Settings, site: Site) -> Survey:
    """
    What is found, resolved for the prefix of the site.
    """
    found = survey(settings)
    if not site.prefix.shared:
        return found
    profile = replace(
        found.profile,
        prefix=site.prefix.template,
        reserved_paths=frozenset(site.prefix.of(slug) for slug in site.claimed()),
    )
    resolution = resolve(found.inventory, profile, policy_of(settings, found.standing))
    return replace(found, resolution=resolution, profile=profile)


def _servable(found: Survey) -> list[DiscoveredPlugin]:
    return [plugin for plugin in found.resolution.accepted if plugin.origin.kind != "archive"]
