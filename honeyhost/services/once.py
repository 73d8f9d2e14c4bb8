"""
Once: what is made at its first use, by one thread, whoever else asks meanwhile.
"""

from collections.abc import Callable
from functools import cached_property
from threading import RLock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class once(cached_property[Made], Generic[Made]):  # noqa: N801 - a decorator, as the one that it is made of
    """
    A ``cached_property`` that two threads do not make twice: Python's own stopped to see to that with 3.12. After the first use
    it costs nothing; all of a process that are being made wait for each other.
    """

    _making = RLock()

    def __init__(self, make: Callable[[Any], Made]) -> None:
        super().__init__(make)

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """
        What was made, or is made now.
        """
        if instance is None:
            return self
        with self._making:
            return super().__get__(instance, owner)
