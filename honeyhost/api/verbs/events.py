"""
The verb of events.
"""

from starlette.requests import Request
from starlette.responses import StreamingResponse

from honeyhost.api.door import Needs
from honeyhost.api.events import Feed
from honeyhost.api.interface import READ, Interface


class EventStream(StreamingResponse):
    """
    Server-sent events.
    """

    media_type = "text/event-stream"


def add_events(interface: Interface, feed: Feed) -> None:
    """
    Changes, as they happen.
    """

    @interface.verb(
        "GET", "/events", Needs(scope=READ), kind=EventStream, described="Events named changed; their id is a revision"
    )
    async def stream_events(request: Request) -> EventStream:
        """
        The changes of this host as server-sent events, for `EventSource`: the present revision at once, and each later one.
        """

        async def admitted() -> bool:
            caller = await interface.host.identity(request)
            return caller is not None and (caller.has_scope(READ) or caller.may(READ))

        return EventStream(feed.listen(admitted), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
