"""
``serve``: the bundled platform with its plugins.

The socket is opened here, before the server starts: an address that is taken is told in one line, ``--port 0`` knows its port,
and the address that is printed is the one that answers.
"""

import socket

import uvicorn
from uvicorn.supervisors import Multiprocess

from honeyhost.applying import plan as make_plan
from honeyhost.cli.commands import apply as apply_command
from honeyhost.cli.commands import plan as plan_command
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Streams
from honeyhost.errors import RefusedError, UsageError
from honeyhost.settings import Settings
from honeyhost.store.database import Database
from honeyhost.store.tokens import TokenTable

APPLICATION = "honeyhost.fastapi:application"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what a person typed, and what a browser can open


class AddressUnavailableError(UsageError):
    """
    The server cannot listen there.
    """

    code = "address-unavailable"


class StartFailedError(RefusedError):
    """
    The server stopped before it served.
    """

    code = "start-failed"


def run(streams: Streams, *, host: str, port: int, workers: int, apply_first: bool) -> int:
    """
    Serve until somebody ends it.
    """
    settings = Settings.load()
    listener = _listener(host, port)
    with listener:
        if apply_first:
            _apply(streams, settings)
        streams.answer(_welcome(_address(listener, host), _token(settings)))
        streams.out.flush()
        return _serve(listener, workers)
