"""
The verbs of logs: look, listen, clear. Records can speak of people, so all of them need the scope to manage.
"""

from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import StringConstraints, WithJsonSchema
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from honeyhost.api.door import Asking, Needs, unknown_plugin
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import MANAGE, Interface
from honeyhost.api.log_stream import Asked, LogStream, row
from honeyhost.api.problems import ProblemError
from honeyhost.api.rows import is_known
from honeyhost.api.shapes.base import LINE
from honeyhost.api.shapes.logs import ClearedLogsShape, LogsShape
from honeyhost.diagnostics import Problem
from honeyhost.names import SLUG_MAX_LENGTH, SLUG_PATTERN
from honeyhost.services.logs import HOST, LEVELS, UnknownLevelError, known_level

_LEVEL_SCHEMA = {"type": "string", "enum": list(LEVELS)}
_Plugin = Annotated[
    Annotated[str, StringConstraints(max_length=SLUG_MAX_LENGTH, pattern=SLUG_PATTERN)] | None,
    Query(description="those of one plugin; host for those of none"),
]
_Level = Annotated[Annotated[str, WithJsonSchema(_LEVEL_SCHEMA)] | None, Query(description="those at or above this level")]
_Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]
_Last = Annotated[int, Query(ge=0, le=1000, description="so many of those before, first of all")]
_Before = Annotated[int | None, Query(ge=1, le=2**53, description="only older ones than the record of this number")]
_Text = Annotated[
    Annotated[str, StringConstraints(max_length=200, pattern=LINE)] | None,
    Query(description="those with this text in message or fields, in capitals or not"),
]
_LastEvent = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=300,
        description="the id of the last event that was heard; goes on from there",
        examples=["web-12189-861c1937:412"],
    ),
]
_UNKEPT = {"Cache-Control": "no-store"}


class RecordStream(StreamingResponse):
    """
    Server-sent events.
    """

    media_type = "text/event-stream"


def add_logs(interface: Interface) -> None:
    """
    What plugins and the host had to say, in the process that answers.
    """
    _add_looking(interface)
    _add_listening(interface)
    _add_clearing(interface)


def _add_looking(interface: Interface) -> None:
    host = interface.host

    @interface.verb(
        "GET", "/logs", Needs(scope=MANAGE), answers=LogsShape, also=(404,), described="The newest first, of one process"
    )
    async def list_logs(
        plugin: _Plugin = None, level: _Level = None, limit: _Limit = 100, before: _Before = None, text: _Text = None
    ) -> Response:
        """
        What was logged in the process that answers, as far as it is kept: what all filters hold for.
        """
        _demand_known(host, plugin, level)
        wanted: dict[str, Any] = {"plugin": plugin, "level": level, "text": text}
        found = await run_in_threadpool(lambda: host.logs.query(**wanted))
        page = [row(record) for record in found if before is None or record.sequence < before][:limit]
        said = {"logs": page, "count": len(page), "total": len(found), "instance": host.status().instance}
        return JSONResponse(said, headers=_UNKEPT)


def _add_listening(interface: Interface) -> None:
    host, stream = interface.host, LogStream(interface.host)

    @interface.verb(
        "GET",
        "/logs/stream",
        Needs(scope=MANAGE),
        kind=RecordStream,
        also=(404,),
        described="Events named process, record and missed; the id of a record's leads back to it",
    )
    async def stream_logs(  # noqa: PLR0913 - each is a wish of its own
        request: Request,
        *,
        plugin: _Plugin = None,
        level: _Level = None,
        text: _Text = None,
        limit: _Last = 0,
        last_event: _LastEvent = None,
    ) -> RecordStream:
        """
        What is logged in the process that answers, as server-sent events, for `EventSource`.
        """
        _demand_known(host, plugin, level)

        async def admitted() -> bool:
            try:
                caller = await host.identity(request)
            except HTTPException:  # nobody can say at this moment; the listener asks again, and is told so
                return False
            return caller is not None and (caller.has_scope(MANAGE) or caller.may(MANAGE))

        asked = Asked(plugin=plugin, level=level, text=text, last_event=last_event, limit=limit)
        return RecordStream(stream.listen(asked, admitted), headers=_UNKEPT | {"X-Accel-Buffering": "no"})


def _add_clearing(interface: Interface) -> None:
    host = interface.host

    @interface.verb(
        "DELETE",
        "/logs",
        Needs(scope=MANAGE, changes=True),
        answers=ClearedLogsShape,
        also=(404,),
        described="How many records are gone",
    )
    async def clear_logs(caller: Asking, plugin: _Plugin = None) -> Response:
        """
        Forget the records of one plugin, or all, in the process that answers; the audit says who did it. Counters go on.
        """
        _demand_known(host, plugin, None)
        instance = host.status().instance
        number = len(host.logs.query(plugin=plugin))
        told = {"records": number, "instance": instance}
        await run_in_threadpool(lambda: host.stores.audit.add(caller.id, "logs.clear", plugin or "logs", told))
        return JSONResponse({"cleared": host.logs.clear(plugin), "instance": instance}, headers=_UNKEPT)


def _demand_known(host: Hosted, plugin: str | None, level: str | None) -> None:
    """
    Nothing, where plugin and level are such. A plugin that is gone is known as long as it was heard of.

    Raises:
        ProblemError: 404 for the plugin, 422 for the level.
    """
    if plugin is not None and plugin != HOST and not is_known(host, plugin) and plugin not in host.logs.seen():
        raise unknown_plugin(plugin)
    if level is not None:
        try:
            known_level(level)
        except UnknownLevelError as unknown:
            raise ProblemError.invalid([_fault(unknown)]) from None


def _fault(unknown: UnknownLevelError) -> Problem:
    params = {"part": "query", "expected": ", ".join(LEVELS)}
    said = f"level: {unknown.message}"
    return Problem(severity="error", code="enum", message=said, params=params, path="level", hint=unknown.hint)
