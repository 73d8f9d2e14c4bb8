"""
Capabilities: what can be typed about the functions that plugins publish under slugs of their own.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from honeyhost.cli.words import Json
from honeyhost.cli.words import run_body as _run


def capability_list(context: typer.Context, *, json: Json = False) -> int:
    """
    Every capability, with its plugin and the permission it needs.

    Starts no plugin.
    """
    return _run("capability list", context, json=json)


def capability_run(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG", show_default=False, help="As capability list shows it.")],
    given: Annotated[
        str | None,
        typer.Argument(metavar="JSON", show_default=False, help="The input, as a JSON object; - reads it."),
    ] = None,
    *,
    timeout: Annotated[float | None, typer.Option(metavar="S", min=0, help="Seconds that it may take.")] = None,
    json: Json = False,
) -> int:
    """
    Run a capability in this process, and print its output.

    Starts its plugin for it; a running host is not asked.
    """
    return _run("capability run", context, slug=slug, given=given, timeout=timeout, json=json)


COMMANDS: Mapping[str, Callable[..., int]] = {
    "capability list": capability_list,
    "capability run": capability_run,
}
GROUPS: Mapping[str, str] = {
    "capability": "Functions that plugins publish for everybody.",
}
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "capability": ("honeyhost capability list", "honeyhost capability run newsletter.send"),
    "capability list": ("honeyhost capability list", "honeyhost capability list --json"),
    "capability run": (
        """honeyhost capability run newsletter.send '{"subject": "November"}'""",
        "honeyhost capability run newsletter.send --json - < input.json",
    ),
}
