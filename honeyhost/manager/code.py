"""
The code: what the generations of a plugin share that differ only in when they lived.
"""

from threading import Lock

from honeyhost.errors import LoadError
from honeyhost.runtimes import Space, close_space, open_space


class Code:
    """
    The modules of a plugin, imported once for all generations that hold it and forgotten after the last.

    ``anew`` says that code which this process has imported before may not be taken again.
    """

    __slots__ = ("_lock", "_space", "_users", "anew", "slug")

    def __init__(self, slug: str, *, anew: bool) -> None:
        self.slug = slug
        self.anew = anew
        self._users = 0
        self._space: Space | None = None
        self._lock = Lock()

    def space(self, package: str) -> Space:
        """
        Where its modules are imported; opened at the first time.

        Raises:
            LoadError: if nobody holds it any more, or the package holds more code than a host reads.
            RestartNeededError: if Python cannot import it a second time.
        """
        with self._lock:
            if self._users == 0:
                raise LoadError(f"plugin '{self.slug}' was dropped before it was loaded", plugin=self.slug)
            if self._space is None:
                self._space = open_space(self.slug, package, anew=self.anew)
            return self._space

    def hold(self) -> None:
        """
        Count one more who needs it.
        """
        with self._lock:
            self._users += 1

    def release(self, *, keep: bool = False) -> bool:
        """
        Count one less, and say whether its modules were let go of; with ``keep`` they stay for whoever loads it next.
        """
        with self._lock:
            self._users -= 1
            if self._users or self._space is None:
                return False
            space, self._space = self._space, None
        close_space(space, keep=keep)
        return not keep
