"""
The plugin object: functions that others call by name, and what is done when a plugin starts and ends.

::

    class Clinic(Plugin):
        async def init(self, host: HostAPI) -> None:
            self.pool = await connect(host.config.get("clinic.url"))

        @function()
        async def summary(self, patient: int) -> dict[str, Any]:
            ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from honeyhost.sdk.host import HostAPI

Marked = TypeVar("Marked", bound=Callable[..., Any])
_MARKS = "__honeyhost_marks__"


class Plugin:
    """
    The base of plugin objects. Everything may be left out; ``init``, ``shutdown`` and ``health`` may be plain functions too,
    which the host runs in a thread.
    """

    host: HostAPI
    """The host; set before :meth:`init`."""

    async def init(self, host: HostAPI) -> None:
        """
        Called once, after all plugins were loaded and before any request or call; what it raises fails the plugin.
        """

    async def shutdown(self) -> None:
        """
        Called once at the end, when no request or call is under way any more.
        """

    async def health(self) -> Any:
        """
        How the plugin is, as JSON; raising says that it is not well.
        """
        return None


@dataclass(frozen=True, slots=True)
class Mark:
    """
    What a decorator says of a method. ``name`` is None where the method's own name stands.
    """

    kind: Literal["function", "capability", "job"]
    name: str | None


def function(name: str | None = None) -> Callable[[Marked], Marked]:
    """
    Let a method be called by name, from other plugins and by the host.
    """
    return _marking(Mark("function", name))


def capability(slug: str) -> Callable[[Marked], Marked]:
    """
    Let a method answer a capability that the manifest declares, or publish one that it does not.
    """
    return _marking(Mark("capability", slug))


def job(id: str) -> Callable[[Marked], Marked]:  # noqa: A002 - the manifest's word
    """
    Let a method do a job that the manifest declares.
    """
    return _marking(Mark("job", id))


def marks_of(found: Any) -> tuple[Mark, ...]:
    """
    What decorators say of a function or method.
    """
    marks: tuple[Mark, ...] = getattr(found, _MARKS, ())
    return marks


def _marking(mark: Mark) -> Callable[[Marked], Marked]:
    if not isinstance(mark.name, str | None):
        raise TypeError(f"@{mark.kind} is written with brackets: @{mark.kind}(...)")

    def marked(target: Marked) -> Marked:
        method = target.__func__ if isinstance(target, staticmethod | classmethod) else target
        if not callable(method):
            raise TypeError(f"@{mark.kind} marks a method, and this is a {type(target).__name__}; write @{mark.kind}(...)")
        setattr(method, _MARKS, (*marks_of(method), mark))
        return target

    return marked
