"""
``serve``: the bundled platform with its plugins.

The socket is opened here, before the server starts: an address that is taken is told in one line, ``--port 0`` knows its port,
and whoever asks at the printed address before the server is ready waits instead of being refused.
"""

import copy
import os
import socket
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG, STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from honeyhost.cli.commands import apply as apply_command
from honeyhost.cli.commands import plan as plan_command
from honeyhost.cli.failures import CouldNotRunError
from honeyhost.cli.render.problems import problem_lines
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Streams
from honeyhost.errors import StoreUnavailableError
from honeyhost.propagation.last_known import last_known
from honeyhost.settings import Settings
from honeyhost.settings.assignments import PREFIX
from honeyhost.watching import watch_library
from honeyhost.wiring import administrator_token

APPLICATION = "honeyhost.fastapi:application"
_BACKLOG = 2048
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what a person typed, and what a browser can open


class AddressUnavailableError(CouldNotRunError):
    """
    The server cannot listen there.
    """

    code = "address-unavailable"


class StartFailedError(CouldNotRunError):
    """
    The server stopped before it served.
    """

    code = "start-failed"


def run(  # noqa: PLR0913 - the options of the command
    streams: Streams,
    *,
    host: str,
    port: int,
    workers: int,
    apply_first: bool,
    safe_mode: bool = False,
    watch: bool = False,
) -> int:
    """
    Serve until somebody ends it.
    """
    _tell_workers(safe_mode=safe_mode, watch=watch)
    settings = Settings.load()
    if settings.watch:
        watch_library()  # told in one line here, where the server would tell it with its whole traceback
    with _listener(host, port) as listener:
        administrator = _prepared(streams, settings, apply_first=apply_first)
        streams.answer(_welcome(_address(listener, host), administrator))
        streams.out.flush()
        _serve(streams, listener, workers)
    return 0


def _tell_workers(**wishes: bool) -> None:
    """
    Settings of this run alone, for this process and for those that it starts.
    """
    for name, wished in wishes.items():
        if wished:
            os.environ[f"{PREFIX}{name.upper()}"] = "true"


def _prepared(streams: Streams, settings: Settings, *, apply_first: bool) -> Line:
    """
    Apply, see that there is an administrator, and say where the token is.

    A platform that may start from what it last knew starts without its database too.
    """
    try:
        if apply_first:
            _apply(streams, settings)
        return _administrator(settings)
    except StoreUnavailableError as error:
        if settings.database_failure == "refuse" or last_known(settings.data_dir) is None:
            raise
        streams.aside(problem_lines(replace(error.to_problem(), severity="warning")))
    return line("administrator token: as shown when it was made; it opens nothing until the database answers")


def _listener(host: str, port: int) -> socket.socket:
    try:
        return _bound(host, port)
    except OSError as cause:
        raise AddressUnavailableError(
            f"the server cannot listen on {host}:{port}: {cause.strerror or cause}",
            hint="choose another with --port, or take a free one with --port 0",
            host=host,
            port=port,
        ) from cause


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family, kind, protocol))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        stack.pop_all()
    return listener


def _apply(streams: Streams, settings: Settings) -> None:
    """
    Carry out a pending plan; what cannot be attached is told and left out.
    """
    planned = plan_command.planned_with_progress(streams, settings)
    if planned.plan.empty and not planned.failures:
        return
    plan_command.show(streams, planned)
    if not planned.plan.empty:
        apply_command.show(streams, apply_command.applied_with_progress(streams, settings, digest=planned.plan.digest))


def _address(listener: socket.socket, host: str) -> str:
    """
    A URL of the listener that a browser on this machine can open.
    """
    shown = _ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{listener.getsockname()[1]}"


def _administrator(settings: Settings) -> Line:
    """
    The administrator's token on the one occasion when it is made, else where it is to be had.
    """
    secret = administrator_token(settings)
    if secret is not None:
        return line("administrator token, shown this once: ", span(secret, "bold"))
    if settings.admin_token is not None:
        return line("administrator token: as the setting admin_token says")
    return line("administrator token: as shown when it was made; HONEYHOST_ADMIN_TOKEN sets another")


def _welcome(address: str, administrator: Line) -> list[Line]:
    places = {"docs": "/docs", "plugins": "/api/plugin-host/plugins", "nav": "/api/plugin-host/nav"}
    return [
        line(span("honeyhost", "bold"), " serves at ", span(address, "bold")),
        *(line(f"  {name:<9}", span(address + path, "cyan")) for name, path in places.items()),
        administrator,
    ]


def _serve(streams: Streams, listener: socket.socket, workers: int) -> None:
    config = uvicorn.Config(
        APPLICATION, factory=True, workers=workers, log_config=_logging(), use_colors=streams.err.colour, lifespan="on"
    )
    try:
        started = _alone(config, listener) if workers == 1 else _together(config, listener)
    except SystemExit:  # the server's way to say that the application cannot be imported
        started = False
    if not started:
        raise StartFailedError("the server stopped before it served; the lines above say why", hint="honeyhost list")


def _alone(config: uvicorn.Config, listener: socket.socket) -> bool:
    """
    Serve in this process; whether it ever did.
    """
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return server.started


def _together(config: uvicorn.Config, listener: socket.socket) -> bool:
    """
    Serve in several processes; whether they could start. The application is made here once before: where that fails the
    processes would be started again and again.
    """
    uvicorn.Config(APPLICATION, factory=True, log_config=None).load()
    processes = Multiprocess(config, sockets=[listener])
    processes.run()
    return all(process.exitcode != STARTUP_FAILURE for process in processes.processes)


def _logging() -> dict[str, Any]:
    """
    The server's own logging, but all of it on standard error, and the host's beside it.
    """
    config = copy.deepcopy(LOGGING_CONFIG)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    config["loggers"]["honeyhost"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return config
