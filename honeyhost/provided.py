"""
What the settings provide plugins with, as the services take it.
"""

from honeyhost.services import ServiceSettings
from honeyhost.settings import Settings


def service_settings(settings: Settings) -> ServiceSettings:
    """
    The settings of the services.
    """
    return ServiceSettings(
        databases={"default": settings.database_url, **settings.databases},
        database_roles=settings.database_roles,
        query_seconds=settings.query_timeout,
        query_rows=settings.query_rows,
        cache_url=settings.cache_url,
        internal_hosts=settings.internal_hosts,
        http_seconds=settings.http_timeout,
        http_size=int(settings.http_max_size),
        mail_url=settings.mail_url,
        mail_sender=settings.mail_sender,
        operation_limits=settings.operation_limits,
        platform_config=settings.platform_config,
        log_records=settings.log_records,
    )
