"""
The wiring that a start from a fitting snapshot does without: discovery, resolver, compiling, the database.

Apart from ``host`` because importing these rooms costs more than such a start.
"""

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from honeyhost.attach.routing.site import Site
from honeyhost.manager.assembling import boot_compiling
from honeyhost.manager.booting import Boot
from honeyhost.manager.identity import TokenIdentity
from honeyhost.manager.snapshot import Snapshot
from honeyhost.resolver import resolve
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.protocol import PluginDefaults
from honeyhost.store.tokens import TokenTable
from honeyhost.survey import survey

_open: dict[str, Database] = {}
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
            database = Database(url)
            database.migrate()
            _open[url] = database
        return database


def close_databases() -> None:
    """
    Close every database of this process; the next use opens them again.
    """
    with _opening:
        while _open:
            _open.popitem()[1].close()


def token_identity(settings: Settings) -> TokenIdentity:
    """
    The built-in identity over the tokens and groups of the store, which is opened at the first token.
    """
    return TokenIdentity(
        lambda: TokenTable(open_database(settings.database_url)), lambda: Catalog(open_database(settings.database_url))
    )


def stored_flags(settings: Settings) -> Mapping[str, bool]:
    """
    The enabled wishes of all recorded plugins.
    """
    return {record.slug: record.enabled for record in PluginTable(open_database(settings.database_url)).all()}


def keep_enabled(settings: Settings, slug: str, *, enabled: bool, version: str) -> None:
    """
    Write the wish down; a plugin that was never applied gets its record now.
    """
    table = PluginTable(open_database(settings.database_url))
    if table.get(slug) is None:
        table.register([PluginDefaults(slug=slug, version=version)])
    table.set_enabled(slug, enabled)


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
    found = survey(settings)
    resolution = found.resolution
    if site.prefix.shared:
        profile = replace(
            found.profile,
            prefix=site.prefix.template,
            reserved_paths=frozenset(site.prefix.of(slug) for slug in site.claimed()),
        )
        resolution = resolve(found.inventory, profile, settings.policy())
        found = replace(found, resolution=resolution, profile=profile)
    servable = [plugin for plugin in resolution.accepted if plugin.origin.kind != "archive"]
    return boot_compiling(servable, site, seconds=settings.start_timeout, snapshot=snapshot, listing=found.to_json)
