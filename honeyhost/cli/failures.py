"""
Failures: what an exception becomes on the screen, and the exit code it ends with.

0 fine, 1 refused or errors found, 2 wrong use or could not run, 130 interrupted, 141 nobody reads the answer any more.
"""

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import typer

from honeyhost import __version__
from honeyhost.cli.output import failure, write_json
from honeyhost.cli.render.problems import help_line, problem_lines
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import OutputClosedError, Streams
from honeyhost.diagnostics import Problem
from honeyhost.errors import (
    CapabilityNotFoundError,
    FunctionNotFoundError,
    HoneyhostError,
    MissingExtraError,
    PluginNotFoundError,
    StoreUnavailableError,
    UnknownPluginError,
    UsageError,
)
from honeyhost.names import closest

REFUSED = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
NOBODY_READS = 141
"""128 and the number of SIGPIPE, as 130 is 128 and that of SIGINT."""

EXTRAS = {
    **dict.fromkeys(("fastapi", "starlette", "uvicorn"), "web"),
    **dict.fromkeys(("sqlalchemy", "alembic", "jsonschema"), "store"),
    "psycopg": "postgres",
    "watchfiles": "watch",
    "cashews": "cache",
    "redis": "redis",
    **dict.fromkeys(("httpcore", "idna"), "http"),
    "aiosmtplib": "mail",
}
"""Modules of optional libraries, and the extra that brings each."""


class CouldNotRunError(HoneyhostError):
    """
    The command was right, and what it needs is not to be had.
    """

    code = "could-not-run"


_COULD_NOT_RUN = (
    UsageError,
    CapabilityNotFoundError,
    UnknownPluginError,
    PluginNotFoundError,
    FunctionNotFoundError,
    StoreUnavailableError,
    CouldNotRunError,
)


def guarded(streams: Streams, action: Callable[[], Any], *, command: str = "honeyhost") -> int:
    """
    The exit code of the action, whatever happens in it; what went wrong is said.
    """
    try:
        try:
            code = action()
            streams.out.flush()
        except KeyboardInterrupt:
            return INTERRUPTED
        except OutputClosedError:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place: every error is worded here
            return report(streams, error, command)
    except OutputClosedError:
        _silence()
        return NOBODY_READS
    return code if isinstance(code, int) else 0


def report(streams: Streams, error: Exception, command: str) -> int:
    """
    Say what went wrong, as text or as the JSON document; the exit code is returned.
    """
    missing = _missing_extra(error, command)
    known = missing if missing is not None else error
    if isinstance(known, HoneyhostError):
        _say(streams, error, known.to_problem(), getattr(known, "problems", ()))
        return exit_code(known)
    if isinstance(known, typer.TyperException):
        problem, usage = _wrong_use(known)
        _say(streams, error, problem, usage=usage)
        return COULD_NOT_RUN
    if isinstance(known, typer.Abort):
        return REFUSED
    _say(streams, error, _bug(error))
    return COULD_NOT_RUN


def exit_code(error: HoneyhostError) -> int:
    """
    2 where the command was wrong or could not run, 1 where it was refused.
    """
    return COULD_NOT_RUN if isinstance(error, _COULD_NOT_RUN) else REFUSED


def _say(
    streams: Streams, error: Exception, problem: Problem, problems: Iterable[Problem] = (), *, usage: str | None = None
) -> None:
    if streams.wishes.debug:
        streams.err.write("".join(traceback.format_exception(error)))
    if streams.wishes.json:
        write_json(streams.out, failure(problem))
        return
    streams.out.flush()
    lines = [content for found in problems for content in problem_lines(found, width=streams.err.width)]
    lines += problem_lines(replace(problem, hint=None))
    if usage:
        lines.append(line(span("usage: ", "dim"), usage))
    if problem.hint:
        lines.append(help_line(problem.hint))
    streams.err.show(lines)


def _wrong_use(error: typer.TyperException) -> tuple[Problem, str | None]:
    """
    What the parser says, in our form.
    """
    context = getattr(error, "ctx", None)
    near = closest(getattr(error, "option_name", ""), getattr(error, "possibilities", None) or ())
    text = str(error) if near else error.format_message()
    command = context.command_path if context is not None else "honeyhost"
    hint = f"did you mean {near}?" if near else f"{command} --help"
    usage = " ".join(context.get_usage().removeprefix("Usage:").split()) if context is not None else None
    message = (text[:1].lower() + text[1:]).replace(": Value error, ", ": ").rstrip(".")
    return Problem(severity="error", code=UsageError.code, message=message, hint=hint), usage


def _missing_extra(error: Exception, command: str) -> MissingExtraError | None:
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return None
    module = error.name.partition(".")[0]
    return MissingExtraError(EXTRAS[module], needed_for=command, module=module) if module in EXTRAS else None


def _bug(error: Exception) -> Problem:
    """
    One line for the screen; all that helps to find the mistake goes to a file that only this user can read. Arguments are
    left out of it: they can be secrets.
    """
    facts = f"honeyhost {__version__}\nPython {platform.python_version()} on {platform.platform()}\n\n"
    with tempfile.NamedTemporaryFile(
        "w", prefix="honeyhost-report-", suffix=".txt", encoding="utf-8", errors="backslashreplace", delete=False
    ) as file:
        file.write(facts + "".join(traceback.format_exception(error)))
    return Problem(
        severity="error",
        code="internal-error",
        message=f"honeyhost made a mistake: {type(error).__name__}: {error}",
        params={"report": file.name},
        hint=f"please report it with the file {file.name}",
    )


def _silence() -> None:
    """
    Let the interpreter's own last flush of the standard streams go nowhere.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
