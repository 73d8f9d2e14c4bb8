"""
The verb of metrics.
"""

from importlib import import_module

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from honeyhost.api.door import Needs
from honeyhost.api.interface import READ, Interface
from honeyhost.errors import MissingExtraError


def add_metrics(interface: Interface) -> None:
    """
    What Prometheus scrapes, with a token that has the scope to read.
    """

    @interface.verb(
        "GET", "/metrics", Needs(scope=READ), base="", kind=PlainTextResponse, also=(501,), described="The text format"
    )
    async def get_metrics(request: Request) -> Response:
        """
        Calls, errors, durations and import times of every plugin in this process, for Prometheus.
        """
        try:
            metrics = import_module("honeyhost.api.metrics")
        except ModuleNotFoundError as missing:
            raise MissingExtraError("otel", needed_for="the metrics", module=missing.name or "prometheus_client") from missing
        text, kind = metrics.exposition(interface.host, request.headers.get("accept", ""))
        return Response(text, media_type=kind)
