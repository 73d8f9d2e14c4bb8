"""
The compiler: what accepted plugins bring, found out in a child process that may hang, exit or crash.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.errors import AttachError, LoadError, RouteRefusedError
from honeyhost.manager.spec import PluginSpec

_ANSWER_LIMIT = 64 * 1024 * 1024
_START_LIMIT = 60.0
_ERRORS: Mapping[str, type[AttachError]] = {"LoadError": LoadError, "RouteRefusedError": RouteRefusedError}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiler:
    """
    How to compile: below which prefix, with which plugin roots, and how long one plugin may take, in seconds.
    """

    prefix: str
    roots: tuple[Path, ...] = ()
    seconds: float = 30.0
    path: tuple[str, ...] = field(default_factory=lambda: tuple(sys.path))

    def compile(
        self, specs: Sequence[PluginSpec], *, progress: Callable[[str], None] | None = None
    ) -> tuple[dict[str, CompiledPlugin], dict[str, AttachError]]:
        """
        What each plugin brings, and for the others why that could not be found out, by slug.

        A plugin that hangs or ends the process takes the child with it; the plugins behind it get a new one.
        """
        compiled: dict[str, CompiledPlugin] = {}
        failed: dict[str, AttachError] = {}
        left = list(specs)
        while left:
            for word, value in self._session(left):
                if word == "compiled":
                    compiled[value["slug"]] = CompiledPlugin.from_json(value)
                elif word == "failed":
                    failed[value["slug"]] = _ERRORS[value["kind"]](value["message"], hint=value["hint"], plugin=value["slug"])
                elif word == "started" and progress is not None:
                    progress(value)
            left = [spec for spec in left if spec.slug not in compiled and spec.slug not in failed]
        return compiled, failed

    def _session(self, specs: Sequence[PluginSpec]) -> Iterator[tuple[str, Any]]:
        """
        The answers of one child; the last one says what ended it, if that was not the end of the work.
        """
        request = {
            "prefix": self.prefix,
            "roots": [str(root) for root in self.roots],
            "path": [entry for entry in self.path if entry],
            "plugins": [spec.to_json() for spec in specs],
        }
        at_work: str | None = None
        with _Child(json.dumps(request)) as child:
            while True:
                answer = child.answer(self.seconds if at_work else _START_LIMIT)
                if isinstance(answer, str):
                    slug = at_work or specs[0].slug
                    yield "failed", {"slug": slug, "kind": "LoadError", "message": f"plugin '{slug}' {answer}", "hint": None}
                    return
                word, value = answer
                if word == "done":
                    return
                at_work = value if word == "started" else None
                yield word, value


class _Child:
    """
    One child process: a request in, answers out, killed when the work is left.
    """

    def __init__(self, request: str) -> None:
        self._request = request.encode()
        self._buffer = bytearray()

    def __enter__(self) -> Self:
        code = "from honeyhost.manager.child import main; main()"
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
            start_new_session=True,
        )
        stdin, self._stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError):
            stdin.write(self._request)
            stdin.close()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # what a plugin has started goes too
        self._process.wait()
        if self._stdout is not None:
            self._stdout.close()

    def answer(self, seconds: float) -> tuple[str, Any] | str:
        """
        The next answer, or a phrase for what came instead.
        """
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if len(self._buffer) > _ANSWER_LIMIT:
                return "brings more than the compiler reads (64 MiB)"
            chunk = self._read(deadline)
            if chunk is None:
                return f"did not finish importing within {seconds:g} s"
            if not chunk:
                return f"ended the process while it was imported (exit code {self._process.wait()})"
            self._buffer += chunk
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        word, value = json.loads(line)
        return word, value

    def _read(self, deadline: float) -> bytes | None:
        assert self._stdout is not None  # noqa: S101 - asked for above
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return None
        return os.read(self._stdout.fileno(), 1 << 16)
