"""
The verbs of operations: what each process runs, whether it is well, and what stands in the way.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from honeyhost.api.door import Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import READ, Interface, answer
from honeyhost.api.rows import shown
from honeyhost.api.shapes.operations import (
    FindingShape,
    HealthShape,
    InstanceShape,
    ReadinessShape,
    StatusShape,
)
from honeyhost.store.records import PluginRecord


def add_operations(interface: Interface) -> None:
    """
    Status, instances and doctor.
    """
    host = interface.host

    @interface.verb("GET", "/status", Needs(scope=READ), answers=StatusShape, described="This process")
    async def get_status() -> Response:
        """
        What this process runs beside what is wanted, and in what it is behind.
        """
        return answer(shown(jsonable_encoder(asdict(host.status()))))

    @interface.verb("GET", "/instances", Needs(scope=READ), answers=list[InstanceShape], described="Those that were heard of")
    async def list_instances() -> Response:
        """
        What every process of the platform said last.
        """
        reports = await run_in_threadpool(host.instances)
        return answer([shown(jsonable_encoder(asdict(report))) for report in reports])

    @interface.verb("GET", "/doctor", Needs(scope=READ), answers=list[FindingShape], described="Every check")
    async def examine_host() -> Response:
        """
        What stands in the way of this host, and how to mend it.
        """
        findings = await run_in_threadpool(host.examine)
        return answer([shown(jsonable_encoder(dict(finding))) for finding in findings])


def add_health(interface: Interface) -> None:
    """
    What a load balancer asks, for everyone.
    """
    host = interface.host

    @interface.router.get("/healthz", operation_id="get_health", response_model=HealthShape)
    async def healthz() -> Response:
        """
        Whether the process answers.
        """
        return JSONResponse({"status": "ok"})

    not_ready: dict[int | str, dict[str, Any]] = {503: {"model": ReadinessShape, "description": "Not ready"}}

    @interface.router.get("/readyz", operation_id="get_readiness", response_model=ReadinessShape, responses=not_ready)
    async def readyz() -> Response:
        """
        Whether the wanted plugins answer, and what is wanted is what runs; names what is missing.
        """
        status = host.status()
        failed = _failed(host)
        behind = _unique(fact.kind for fact in status.behind) if status.drifted else []
        ready = not failed and not behind
        body = {"status": "ready" if ready else "failed", "failed": failed, "behind": behind, "revision": host.live.revision}
        return JSONResponse(body, 200 if ready else 503)


def _failed(host: Hosted) -> list[str]:
    """
    The plugins that are wanted and failed: once they were attached, or before.
    """
    attached = {plugin.slug for plugin in host.manager.plugins}
    failed = {slug for slug in attached if host.manager.state(slug) == "failed"}
    return sorted(failed | {slug for slug in host.boot.failures.keys() - attached if _is_wanted(host.records.get(slug))})


def _is_wanted(record: PluginRecord | None) -> bool:
    return record is None or (record.enabled and record.quarantine is None)


def _unique(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(kinds))
