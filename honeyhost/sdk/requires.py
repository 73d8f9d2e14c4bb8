"""
Requirements: how an endpoint of a plugin says which permission its caller needs.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from honeyhost.errors import UsageError
from honeyhost.sdk.caller import Caller
from honeyhost.sdk.host import HostAPI

Passage = tuple[str, Caller | None, frozenset[str], Any, Callable[[], HostAPI] | None]
"""
What runs now: code of which plugin, for whom, which permissions were checked; where it is a call, the chain of calls that led
there (the host's matter); and what gives the host that belongs to this life of the plugin. A plain tuple, because one is made
for every request and call and a named one costs eight times as much.
"""

passage: ContextVar[Passage | None] = ContextVar("honeyhost_passage", default=None)
"""Set by the host round every request to a plugin and round its lifespan; plugins read it through :func:`current_caller`."""


class GateMissingError(PermissionError):
    """
    An endpoint that needs a permission was reached without the host's gate before it.
    """


@dataclass(frozen=True, slots=True)
class Requires:
    """
    The marker that :func:`requires` returns. The gate reads it from the route; called as a dependency it fails closed.
    """

    permission: str

    async def __call__(self) -> Caller | None:
        """
        The caller, where the gate has checked this permission.

        Raises:
            GateMissingError: if no gate did.
        """
        _, caller, checked, _, _ = passage.get() or _NOBODY
        if self.permission not in checked:
            raise GateMissingError(
                f"this endpoint needs the permission '{self.permission}', and no honeyhost gate has checked it; "
                "serve the router through honeyhost.Host"
            )
        return caller


_NOBODY: Passage = ("", None, frozenset(), None, None)


def requires(permission: str) -> Requires:
    """
    A dependency that demands a permission of the caller, checked by the host before any code of the plugin runs.

    ::

        @router.post("/patients", dependencies=[Depends(requires("patient.edit"))])

    The permission must be declared in the plugin's manifest; a route that names another is refused when the plugin is
    attached. As a parameter (``caller: Annotated[Caller, Depends(requires("patient.edit"))]``) it gives the caller.
    """
    return Requires(permission)


def current_caller() -> Caller | None:
    """
    Who is asking, inside a request to a plugin; None for a stranger on a public route, and outside of requests.
    """
    _, caller, _, _, _ = passage.get() or _NOBODY
    return caller


def current_plugin() -> str | None:
    """
    The slug of the plugin whose code is running, for a request or in its lifespan, or None.
    """
    plugin, _, _, _, _ = passage.get() or _NOBODY
    return plugin or None


def current_host() -> HostAPI:
    """
    The host of the plugin whose code is running: in an endpoint, a function, a task or the lifespan of a plugin.

    ::

        @router.get("/patients")
        async def patients() -> list[dict[str, Any]]:
            return await current_host().db.query("SELECT id, name FROM healthcare_patients")

    Raises:
        UsageError: if no code of a plugin is running.
    """
    _, _, _, _, given = passage.get() or _NOBODY
    if given is None:
        raise UsageError(
            "no plugin is running here, so there is no host for it",
            hint="serve it through honeyhost.Host; in a test: with FakeHost(...).running()",
        )
    return given()
