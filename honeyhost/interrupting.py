"""
Interrupting: a process that is told to end while its plugins start does not wait for them.

Servers only note such a signal until the application has started, which a plugin that hangs can hold up for a long time.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(interrupt: Callable[[], None]) -> Iterator[None]:
    """
    Meanwhile SIGINT and SIGTERM also call ``interrupt``, which may be called from a signal handler. The second signal raises
    KeyboardInterrupt, so that code which keeps the event loop to itself ends too.

    In any thread but the main one nothing changes: signals are not its matter.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}
    told = 0

    def ending(number: int, frame: FrameType | None) -> None:
        nonlocal told
        told += 1
        handler = before[number]
        if callable(handler):
            handler(number, frame)
        elif handler == signal.SIG_DFL:
            signal.signal(number, handler)
            signal.raise_signal(number)
        interrupt()
        if told > 1:
            raise KeyboardInterrupt

    for ended in _ENDING:
        before[ended] = signal.signal(ended, ending)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is ending:
                signal.signal(number, handler)
