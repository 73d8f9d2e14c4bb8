"""
The verbs of consent: what a plugin may ask of the host, and who said so; and the audit.
"""

from dataclasses import asdict
from datetime import UTC, datetime
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
_NOTHING: dict[str, Any] = {"grants": {}, "digest": None, "revision": 0}
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
        return answer(await run_in_threadpool(_shown, host, slug, host.records.get(slug)))

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
        Grant exactly this of what the plugin asks of the host; what is left out is taken back.
        """
        record = await host.grant(slug, body.grants, digest=body.digest, actor=caller.id)
        return answer(await run_in_threadpool(_shown, host, slug, record), revision=record.revision)


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


def _shown(host: Hosted, slug: str, record: PluginRecord | None) -> dict[str, Any]:
    request = host.request(slug)
    facts = {"grants": dict(record.grants), "digest": record.grants_digest, "revision": record.revision} if record else _NOTHING
    used = {
        name: asdict(figures) | {"last_at": _moment(figures.last_at)} for name, figures in host.usage().get(slug, {}).items()
    }
    made: dict[str, Any] = shown({"slug": slug} | facts | {"request": request.digest, "asked": request.rows(), "used": used})
    return made


def _moment(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds") if seconds else None
