"""
Progress: that long work goes on, told on standard error.

On a terminal it is one line, shown when the work takes longer than half a second and drawn again at most eight times a second.
Elsewhere each step is a plain line. For screen readers nothing is drawn again; every half minute a line says what is going on.
"""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Literal, Self

from honeyhost.cli.render.text import cells, line
from honeyhost.cli.streams import OutputClosedError, Streams
from honeyhost.names import visible

Mode = Literal["redrawn", "spoken", "plain", "none"]

PATIENCE = 0.5
"""Seconds before the line appears."""
REDRAW = 0.125
REMINDER = 30.0
_CLEAR = "\r\x1b[K"


def mode_for(streams: Streams) -> Mode:
    """
    How progress is told on these streams.
    """
    wishes = streams.wishes
    if wishes.json or not wishes.progress:
        return "none"
    if not (streams.err.terminal and streams.out.terminal):
        return "plain"
    return "spoken" if wishes.accessible or streams.err.dumb else "redrawn"


class Progress:
    """
    The steps of one piece of work; a context manager, and a function to call with the text of each step.
    """

    def __init__(self, streams: Streams, mode: Mode, *, clock: Callable[[], float] = monotonic) -> None:
        self._screen = streams.err
        self._mode = mode
        self._clock = clock
        self._started = clock()
        self._text = ""
        self._drawn = ""
        self._over = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        if self._mode in ("redrawn", "spoken"):
            self._thread = Thread(target=self._tell, name="honeyhost-progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if self._drawn:
            self._screen.write(_CLEAR)

    def __call__(self, text: str) -> None:
        """
        The step that is being done now.
        """
        self._text = text
        if self._mode in ("plain", "spoken"):
            self._screen.show([line(text)])

    def tick(self) -> None:
        """
        Draw the line, or remind a listener, where it is time.
        """
        if not self._text:
            return
        if self._mode == "spoken":
            self._screen.show([line(f"still working: {self._text}")])
        elif self._text != self._drawn and self._clock() - self._started >= PATIENCE:
            self._drawn = self._text
            self._screen.write(f"{_CLEAR}{self._fitting(self._text)}")

    def _tell(self) -> None:
        try:
            while not self._over.wait(REDRAW if self._mode == "redrawn" else REMINDER):
                self.tick()
        except OutputClosedError:
            self._over.set()

    def _fitting(self, text: str) -> str:
        """
        As much of the text as one line holds: a line that wraps cannot be drawn again.
        """
        room = (self._screen.width or 80) - 1
        shown = visible(text)
        while cells(shown) > room:
            shown = shown[:-1]
        return shown
