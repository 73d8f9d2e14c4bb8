"""
The two streams: the answer goes to standard output, everything else - counts, progress, ``next:`` - to standard error.

So ``honeyhost list | grep rejected`` gets rows and nothing else. Each stream decides for itself about colour, glyphs and
width.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from honeyhost.cli.render.colour import paint, wanted
from honeyhost.cli.render.glyphs import Glyphs, glyphs_for
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.wishes import Wishes


class OutputClosedError(Exception):
    """
    Whoever read the stream has gone (``| head``); there is nobody to tell.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """
    One stream, and how it may be written to.
    """

    stream: TextIO
    terminal: bool
    dumb: bool
    """A terminal that can do nothing but add lines."""
    colour: bool
    width: int | None
    """Cells of the terminal; None where no terminal reads it: then nothing is wrapped."""
    glyphs: Glyphs

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str], wishes: Wishes) -> "Screen":
        """
        The screen behind a stream of this process.
        """
        terminal = stream.isatty()
        return cls(
            stream=stream,
            terminal=terminal,
            dumb=environ.get("TERM") == "dumb",
            colour=wanted(wishes.colour, environ, terminal=terminal),
            width=_width(stream, environ) if terminal else None,
            glyphs=glyphs_for(stream.encoding or "utf-8", accessible=wishes.accessible),
        )

    def show(self, lines: Iterable[Line]) -> None:
        """
        Write lines; letters that the stream does not have are spelled out.
        """
        text = "".join(paint(content, colour=self.colour) + "\n" for content in lines)
        encoding = self.stream.encoding or "utf-8"
        self.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def write(self, text: str) -> None:
        """
        Write text as it is.

        Raises:
            OutputClosedError: if nobody reads it any more.
        """
        try:
            self.stream.write(text)
            if self.terminal:
                self.stream.flush()
        except BrokenPipeError:
            raise OutputClosedError from None

    def write_utf8(self, text: str) -> None:
        """
        Write text in UTF-8 whatever the stream's own encoding; lone surrogates become JSON's escapes.
        """
        buffer = getattr(self.stream, "buffer", None)
        if buffer is None:
            self.write(text)
            return
        try:
            self.stream.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
            buffer.flush()
        except BrokenPipeError:
            raise OutputClosedError from None

    def flush(self) -> None:
        """
        Hand over what is still kept.

        Raises:
            OutputClosedError: if nobody reads it any more.
        """
        try:
            self.stream.flush()
        except BrokenPipeError:
            raise OutputClosedError from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Streams:
    """
    Both screens and the wishes of the person in front of them.
    """

    out: Screen
    err: Screen
    wishes: Wishes

    @classmethod
    def of_process(cls, wishes: Wishes) -> "Streams":
        """
        The streams of this process.
        """
        return cls(out=Screen.of(sys.stdout, os.environ, wishes), err=Screen.of(sys.stderr, os.environ, wishes), wishes=wishes)

    def answer(self, lines: Iterable[Line]) -> None:
        """
        What was asked for.
        """
        self.out.show(lines)

    def aside(self, lines: Iterable[Line]) -> None:
        """
        What is said beside the answer; nothing of it where a program reads JSON.
        """
        if not self.wishes.json:
            self.out.flush()
            self.err.show(lines)

    def next(self, command: str) -> None:
        """
        The command that follows, as the last line.
        """
        self.aside([line(span("next: ", "green"), span(command, "bold"))])


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
