"""
Loops: what belongs to one event loop, as connections do, and is made anew for another.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class PerLoop(Generic[Made]):
    """
    A thing that is made where an event loop first asks for it. What another loop left behind cannot be used any more, nor
    closed in order, and is let go.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._made: Made | None = None

    def get(self) -> Made:
        """
        The running loop's.
        """
        loop = asyncio.get_running_loop()
        if self._made is None or self._loop is not loop:
            self._loop, self._made = loop, self._make()
        return self._made

    def take(self) -> Made | None:
        """
        The running loop's, if it has one, to be closed; the next who asks gets another.
        """
        made, self._made = self._made, None
        return made if self._loop is asyncio.get_running_loop() else None
