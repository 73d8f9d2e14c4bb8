"""
Roles: plugins that need one of their own in a PostgreSQL database, and the SQL that makes it.
"""

import asyncio
from collections.abc import Iterator

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.doctoring.finding import Check, broken, doubtful, ok
from honeyhost.errors import MissingExtraError
from honeyhost.provided import service_settings
from honeyhost.services import Services
from honeyhost.services.grants import Grant, read_grants
from honeyhost.settings import Settings
from honeyhost.survey import Survey

_DEFAULT = "default"


def roles(settings: Settings, found: Survey) -> Iterator[Check]:
    """
    Each plugin that reaches tables of a PostgreSQL database, and whether the setting ``database_roles`` names a role for it.
    """
    slugs = frozenset(plugin.name for plugin in found.inventory) | frozenset(found.standing.records)
    services = Services(service_settings(settings), plugins=lambda: slugs)
    wanting = list(_wanting(services, found))
    missing = [(slug, database) for slug, database in wanting if _key(slug, database) not in settings.database_roles]
    for slug, database in missing:
        yield _missing(services, found, slug, database)
    if wanting and not missing:
        yield ok("roles", "every plugin that reaches tables in PostgreSQL has a role of its own")


def _wanting(services: Services, found: Survey) -> Iterator[tuple[str, str]]:
    for plugin in found.resolution.accepted:
        for name, url in services.settings.databases.items():
            if url.startswith("postgresql") and _reaches(plugin, _granted(found, plugin.name), name):
                yield plugin.name, name


def _reaches(plugin: DiscoveredPlugin, granted: tuple[Grant, ...], database: str) -> bool:
    """
    Whether it has tables of its own there, or grants for others'.
    """
    if database == _DEFAULT and plugin.manifest.migrations is not None:
        return True
    elsewhere = {grant.scope.partition("/")[0] for grant in granted if grant.type == "db" and "/" in grant.scope}
    here = any(grant.type == "db" and "/" not in grant.scope for grant in granted)
    return here if database == _DEFAULT else database in elsewhere


def _granted(found: Survey, slug: str) -> tuple[Grant, ...]:
    record = found.standing.records.get(slug)
    return read_grants(record.grants) if record is not None else ()


def _key(slug: str, database: str) -> str:
    return slug if database == _DEFAULT else f"{slug}/{database}"


def _missing(services: Services, found: Survey, slug: str, database: str) -> Check:
    said = f"plugin '{slug}' has no role in the PostgreSQL database '{database}', so what it asks of it is refused"
    fix = f"run this SQL as the owner of the tables, then set database_roles.{_key(slug, database)} to a URL with that role"
    try:
        sql = asyncio.run(_sql(services, slug, _granted(found, slug), database))
    except MissingExtraError as error:
        return broken("roles", said, error.hint or "install the extra 'postgres'")
    except Exception as error:  # noqa: BLE001 - whatever keeps the database from answering, the other checks go on
        return broken("roles", f"{said}; its tables cannot be read: {error}", "mend the database first")
    return doubtful("roles", said, fix, text=sql)


async def _sql(services: Services, slug: str, granted: tuple[Grant, ...], database: str) -> str:
    databases = services.databases
    try:
        sql: str = await databases.role_sql(slug, granted, database=database)
    finally:
        await services.close()
    return sql
