"""
The verbs of capabilities: functions that plugins publish under slugs of their own.
"""

from typing import Annotated, Any

from fastapi import Body, Path
from starlette.responses import Response

from honeyhost.api.door import Needs
from honeyhost.api.interface import READ, RUN, Interface, answer
from honeyhost.api.problems import ProblemError

_Slug = Annotated[str, Path(description="the capability", examples=["healthcare.admit"])]
_Input = Annotated[dict[str, Any], Body(description="The capability's input.", examples=[{"patient": 7}])]


def add_capabilities(interface: Interface) -> None:
    """
    List and run capabilities. No plugin publishes one yet.
    """

    @interface.verb("GET", "/capabilities", Needs(scope=READ), answers=list[str], described="Slugs")
    async def list_capabilities() -> Response:
        """
        The capabilities that plugins publish.
        """
        return answer([])

    @interface.verb(
        "POST",
        "/capabilities/{slug}/run",
        Needs(scope=RUN, body=True),
        answers=dict[str, Any],
        also=(404, 409),
        described="The capability's output",
    )
    async def run_capability(slug: _Slug, body: _Input) -> Response:  # noqa: ARG001 - until one is published
        """
        Run a capability.
        """
        raise ProblemError(404, "unknown-capability", "no plugin publishes this capability", hint="GET capabilities lists them")
