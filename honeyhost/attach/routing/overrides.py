"""
Overrides: the host's ``dependency_overrides``, closed for plugins while they answer.

A guard rail for well-behaved code: in a plugin ``request.app`` is the host, and a line that is common in tests,
``request.app.dependency_overrides[guard] = ...``, would switch a dependency off for everybody. The gate needs no such rail.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import FastAPI

from honeyhost.errors import RefusedError
from honeyhost.sdk import current_plugin


def _closed(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def checked(self: Any, *arguments: Any, **named: Any) -> Any:
        plugin = current_plugin()
        if plugin is not None:
            raise RefusedError(
                f"plugin '{plugin}' tried to change the host's dependency_overrides",
                hint="override dependencies in tests, from outside of the application",
                plugin=plugin,
            )
        return change(self, *arguments, **named)

    return checked


class Overrides(dict[Callable[..., Any], Callable[..., Any]]):
    """
    Overrides that the code of a plugin can read and not change.
    """

    __setitem__ = _closed(dict.__setitem__)
    __delitem__ = _closed(dict.__delitem__)
    __ior__ = _closed(dict.__ior__)
    clear = _closed(dict.clear)
    pop = _closed(dict.pop)
    popitem = _closed(dict.popitem)
    setdefault = _closed(dict.setdefault)
    update = _closed(dict.update)


def close_overrides(app: FastAPI) -> Callable[[], None]:
    """
    Close the overrides of an application for plugins; the result opens them again.
    """
    before, closed = app.dependency_overrides, Overrides(app.dependency_overrides)
    app.dependency_overrides = closed

    def restore() -> None:
        if app.dependency_overrides is closed:  # not where the host has put another one in its place
            before.clear()
            before.update(closed)
            app.dependency_overrides = before

    return restore
