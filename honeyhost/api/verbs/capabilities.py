"""
The verbs of capabilities: functions that plugins publish under slugs of their own.
"""

from typing import Annotated, Any

from fastapi import Body, Path
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.interface import READ, RUN, Interface, answer
from honeyhost.api.shapes.capabilities import CapabilityOutput
from honeyhost.work.capabilities import runnable
from honeyhost.work.outputs import written

_Slug = Annotated[str, Path(description="the capability", examples=["newsletter.send"])]
_Input = Annotated[
    dict[str, Any] | None,
    Body(
        description="The capability's input; each member is an argument of its function.",
        openapi_examples={"send": {"summary": "Arguments by name", "value": {"subject": "November"}}},
    ),
]


def add_capabilities(interface: Interface) -> None:
    """
    List and run capabilities.
    """
    host = interface.host

    @interface.verb("GET", "/capabilities", Needs(scope=READ), answers=list[str], described="Slugs, sorted")
    async def list_capabilities(caller: Asking) -> Response:
        """
        The capabilities of all plugins that answer, as far as the caller holds the permissions to run them.
        """
        return answer(list(runnable(host.live, caller)))

    @interface.verb(
        "POST",
        "/capabilities/{slug}/run",
        Needs(scope=RUN, body=True),
        answers=CapabilityOutput,
        also=(404, 409, 502, 504),
        described="The capability's output",
    )
    async def run_capability(slug: _Slug, caller: Asking, body: _Input = None) -> Response:
        """
        Run a capability. Its plugin has to be enabled, and the caller to hold its permission.
        """
        output = await host.run_capability(slug, body, caller=caller)
        return Response(written(slug, output), media_type="application/json")
