"""
Objects: a manifest that exists only in code, read in a child process that can do no harm to this one.

The child imports the module, which runs code of the plugin; so this happens only where the operator allowed it, and only
where no file was found. It protects this process: a child that hangs is ended, one that exits or prints is an answer like
any other, and an answer is read up to a limit. It does not protect the machine from the plugin.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.document import MAX_BYTES

TIME_LIMIT = 2.0
"""Seconds that a child may take, starting included."""

_CHILD = Path(__file__).with_name("object_child.py")
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "SYSTEMROOT")
"""Variables that a child sees. Settings of the host, with its secrets, are not among them."""
_CHUNK = 64 * 1024


def read_object(
    module: str, attribute: str, path: Sequence[str], *, time_limit: float = TIME_LIMIT
) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """
    The mapping that an object of a module spells, or why there is none. Never raises, never hangs.
    """
    reading, writing = os.pipe()
    try:
        child = _start(writing, module, attribute, path)
    except OSError as cause:
        os.close(reading)
        return None, (_failed(module, attribute, f"no process could be started: {cause.strerror}"),)
    finally:
        os.close(writing)
    try:
        answer, why = _answer(reading, time.monotonic() + time_limit, time_limit)
    finally:
        os.close(reading)
        _end(child)
    if why is not None:
        return None, (_failed(module, attribute, why),)
    return _understood(answer, module, attribute, child.returncode)


def _start(writing: int, module: str, attribute: str, path: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own file; names travel as arguments
        [sys.executable, "-I", "-B", str(_CHILD), str(writing), module, attribute, *path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(writing,),
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
    )


def _answer(reading: int, deadline: float, time_limit: float) -> tuple[bytes, str | None]:
    """
    All that the child writes until it closes its end, or why reading stopped.
    """
    parts: list[bytes] = []
    length = 0
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            part = os.read(reading, _CHUNK)
            if not part:
                return b"".join(parts), None
            parts.append(part)
            length += len(part)
            if length > MAX_BYTES:
                return b"", f"it answers with more than {MAX_BYTES:,} bytes"
    return b"", f"it gave no answer within {time_limit:g} s"


def _end(child: "subprocess.Popen[bytes]") -> None:
    """
    The child and everything it started, ended.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()


def _understood(answer: bytes, module: str, attribute: str, status: int) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    if not answer:
        return None, (_failed(module, attribute, f"the process ended without an answer (status {status})"),)
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return None, (_failed(module, attribute, "the answer is not what our reader writes"),)
    if not isinstance(value, dict) or not isinstance(value.get("manifest"), dict):
        why = str(value.get("error", "no mapping")) if isinstance(value, dict) else "no mapping"
        return None, (_failed(module, attribute, why),)
    return value["manifest"], ()


def _failed(module: str, attribute: str, why: str) -> Problem:
    return error(
        "object-manifest-unreadable",
        f"the manifest object '{module}:{attribute}' cannot be read: {why}",
        hint="put a plugin.yaml beside the code; it is read without running any of it",
        module=module,
    )
