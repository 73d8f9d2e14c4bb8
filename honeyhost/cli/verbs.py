"""
Verbs: what can be typed to steer plugins and to see how they fare.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from honeyhost.cli.completion import plugin_names
from honeyhost.cli.words import Json, PluginName
from honeyhost.cli.words import run_body as _run


class LogLevel(StrEnum):
    """
    The words that ``logs --level`` takes.
    """

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def enable(context: typer.Context, name: PluginName, *, json: Json = False) -> int:
    """
    Let a plugin answer.

    Running hosts take it up within a second, and every later start holds to it.
    """
    return _run("enable", context, name=name, json=json)


def disable(context: typer.Context, name: PluginName, *, json: Json = False) -> int:
    """
    Let a plugin answer no more; all that it brings vanishes at once.

    Its configuration, its grants and its data stay.
    """
    return _run("disable", context, name=name, json=json)


def reload(context: typer.Context, name: PluginName, *, json: Json = False) -> int:
    """
    Load a plugin's code anew in every running host.

    The new generation starts before the old one stops; where it fails to start, the old one goes on.
    """
    return _run("reload", context, name=name, json=json)


def release(context: typer.Context, name: PluginName, *, json: Json = False) -> int:
    """
    Let a quarantined plugin start again.

    Its crashes are counted anew from here.
    """
    return _run("release", context, name=name, json=json)


def configure(
    context: typer.Context,
    name: PluginName,
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            show_default=False,
            help="A key, with dots for the inner ones; the value as JSON where it is some, else as text.",
        ),
    ] = None,
    *,
    json: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="OBJECT", help="What to merge, as a JSON object; - reads it from standard input. Answers in JSON."
        ),
    ] = None,
    unset: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Take a key out.")] = None,
) -> int:
    """
    Show a plugin's configuration, or merge into it.

    What is given is checked against the plugin's schema. Secrets are never shown.
    """
    return _run("configure", context, name=name, assignments=assignments or [], json=json, unset=unset or [])


def call(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    name: PluginName,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", show_default=False, help="As the plugin names it.")],
    arguments: Annotated[
        str | None,
        typer.Argument(metavar="JSON", show_default=False, help="The arguments by name, as a JSON object; - reads it."),
    ] = None,
    *,
    timeout: Annotated[float | None, typer.Option(metavar="S", min=0, help="Seconds that it may take.")] = None,
    json: Json = False,
) -> int:
    """
    Call a plugin's function in this process, and print its answer.

    Starts the plugin for it; a running host is not asked.
    """
    return _run("call", context, name=name, function=function, arguments=arguments, timeout=timeout, json=json)


def status(context: typer.Context, *, json: Json = False) -> int:
    """
    What is wanted, and what each running process has taken up.
    """
    return _run("status", context, json=json)


def logs(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    plugin: Annotated[
        str | None,
        typer.Argument(metavar="NAME", autocompletion=plugin_names, show_default=False, help="host for the host's own."),
    ] = None,
    *,
    level: Annotated[LogLevel | None, typer.Option(metavar="L", help="At or above debug, info, warning, error.")] = None,
    text: Annotated[str | None, typer.Option(metavar="T", help="Only those with this text in them.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="The last so many.")] = 100,
    before: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Only older ones than this; not with --follow.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Of the platform; else HONEYHOST_URL.")] = None,
    token: Annotated[
        str | None, typer.Option(metavar="T", help="Better in HONEYHOST_TOKEN: others can read a command line.")
    ] = None,
    json: Json = False,
) -> int:
    """
    What plugins and the host had to say, asked of a running host.

    The newest comes last. With --follow and --json each line is a record.
    """
    return _run(
        "logs",
        context,
        plugin=plugin,
        level=None if level is None else level.value,
        text=text,
        limit=limit,
        before=before,
        follow=follow,
        url=url,
        token=token,
        json=json,
    )


def doctor(
    context: typer.Context,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended without a decision.")] = False,
    json: Json = False,
) -> int:
    """
    Examine the platform, and say how to mend it.

    Reads only, and runs no code of a plugin, except with --fix. Exits 1 on errors.
    """
    return _run("doctor", context, fix=fix, json=json)


COMMANDS: Mapping[str, Callable[..., int]] = {
    "enable": enable,
    "disable": disable,
    "reload": reload,
    "release": release,
    "configure": configure,
    "call": call,
    "status": status,
    "logs": logs,
    "doctor": doctor,
}
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "enable": ("honeyhost enable finance", "honeyhost enable finance --json"),
    "disable": ("honeyhost disable finance", "honeyhost disable finance --json"),
    "reload": ("honeyhost reload finance", "honeyhost reload finance --json"),
    "release": ("honeyhost release newsletter", "honeyhost release newsletter --json"),
    "configure": (
        "honeyhost configure newsletter from=news@acme.example",
        "honeyhost configure newsletter --json - < new.json",
    ),
    "call": ("honeyhost call finance summary", """honeyhost call finance summary '{"year": 2026}'"""),
    "status": ("honeyhost status", "honeyhost status --json"),
    "logs": ("honeyhost logs finance --level warning", "honeyhost logs --follow"),
    "doctor": ("honeyhost doctor", "honeyhost doctor --fix"),
}
