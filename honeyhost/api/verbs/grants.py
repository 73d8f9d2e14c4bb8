"""
The verbs of consent: what a plugin may ask of the host, and who said so; and the audit.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query
from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import ADMINISTER, MANAGE, READ, Interface, answer
from honeyhost.api.rows import shown
from honeyhost.api.shapes.access import AuditShape, HostGrants, HostGrantsShape
from honeyhost.api.shapes.base import Text
from honeyhost.api.verbs.plugins import Slug
from honeyhost.store.records import PluginRecord

_Text = Annotated[Text | None, Query()]
_Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]
_Before = Annotated[int | None, Query(ge=1, le=2**53, description="only older ones than the record with this id")]


def add_grants(interface: Interface) -> None:
    """
    The grants of a plugin.
    """
    host = interface.host

    @interface.verb(
        "GET", "/plugins/{slug}/grants", Needs(scope=READ, plugin=True), answers=HostGrantsShape, described="What was granted"
    )
    async def get_grants(slug: Slug) -> Response:
        """
        What the plugin may ask of the host, as an operator granted it.
        """
        return answer(_grants(host, slug))

    @interface.verb(
        "PUT",
        "/plugins/{slug}/grants",
        Needs(scope=ADMINISTER, plugin=True, changes=True, body=True),
        answers=HostGrantsShape,
        also=(409,),
        described="What is granted now",
    )
    async def set_grants(slug: Slug, caller: Asking, body: HostGrants) -> Response:
        """
        Grant what the plugin may ask of the host; what is left out is taken back.
        """
        record = await host.grant(slug, body.grants, body.digest, actor=caller.id)
        return answer(_shown(record), revision=record.revision)


def add_audit(interface: Interface) -> None:
    """
    Who changed what.
    """
    host = interface.host

    @interface.verb("GET", "/audit", Needs(scope=MANAGE), answers=list[AuditShape], described="The newest first")
    async def list_audit(limit: _Limit = 100, before: _Before = None, target: _Text = None, actor: _Text = None) -> Response:
        """
        Who changed what, the newest first; secrets are masked.
        """
        records = await run_in_threadpool(lambda: host.stores.audit.all(limit=limit, before=before, target=target, actor=actor))
        return answer([shown(jsonable_encoder(asdict(record))) for record in records])


def _grants(host: Hosted, slug: str) -> dict[str, Any]:
    record = host.records.get(slug)
    return {"slug": slug, "grants": {}, "digest": None, "revision": 0} if record is None else _shown(record)


def _shown(record: PluginRecord) -> dict[str, Any]:
    facts = {"grants": dict(record.grants), "digest": record.grants_digest, "revision": record.revision}
    made: dict[str, Any] = shown({"slug": record.slug} | facts)
    return made
