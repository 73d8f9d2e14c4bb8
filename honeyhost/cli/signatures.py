"""
Signatures: what can be typed. Each function is one command; its docstring is the help, ``EXAMPLES`` stand above it.

The bodies live in ``honeyhost.cli.commands`` and are imported when a command runs, so that ``--help`` and completion cost
nothing but the parser.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from honeyhost.cli import access, capabilities, verbs
from honeyhost.cli.completion import code_words, plugin_names
from honeyhost.cli.words import Check, Json, PluginName
from honeyhost.cli.words import run_body as _run


class Format(StrEnum):
    """
    How ``check`` writes its problems.
    """

    TEXT = "text"
    CONCISE = "concise"
    GITHUB = "github"
    JSON = "json"


def list_plugins(context: typer.Context, *, json: Json = False) -> int:
    """
    Every plugin, accepted or not, with version, state and reasons.

    Imports no code of any plugin.
    """
    return _run("list", context, json=json)


def check(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET", autocompletion=plugin_names, show_default=False, help="A folder, a wheel, or a plugin's name."
        ),
    ] = None,
    *,
    host_version: Annotated[
        str | None, typer.Option(metavar="X", help="Ask also whether a host of this version would accept it.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How problems are written.")] = Format.TEXT,
    json: Json = False,
) -> int:
    """
    All problems of a manifest and of what it points at.

    References are looked up in the source: no code of the plugin runs. Without a target every plugin found is checked.
    Exits 1 on errors.
    """
    form = Format.JSON if json else form
    return _run("check", context, targets=targets or [], host_version=host_version, strict=strict, form=form.value)


def why(
    context: typer.Context,
    name: PluginName,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the rules that passed, too.")] = False,
    json: Json = False,
) -> int:
    """
    Why a plugin is accepted or not, and the smallest change.

    Every rule with its fact and where the fact came from.
    """
    return _run("why", context, name=name, verbose=verbose, json=json)


def plan(
    context: typer.Context,
    *,
    check: Check = False,
    everything: Annotated[bool, typer.Option("--all", help="List the unchanged plugins, too.")] = False,
    detail: Annotated[bool, typer.Option("--detail", help="Show the fields of each change.")] = False,
    json: Json = False,
) -> int:
    """
    What apply would change, with a digest to agree to.
    """
    return _run("plan", context, check=check, everything=everything, detail=detail, json=json)


def apply(
    context: typer.Context,
    *,
    digest: Annotated[
        str | None, typer.Option(metavar="D", help="Apply only this plan; eight digits of the digest are enough.")
    ] = None,
    check: Check = False,
    json: Json = False,
) -> int:
    """
    Carry the plan out: routes, permissions, generated files.

    Never asks. A plugin that fails is rolled back, the others go on, and the exit code is 1.
    """
    return _run("apply", context, digest=digest, check=check, json=json)


def serve(  # noqa: PLR0913 - the options of the command
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="P", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="Processes that answer.")] = 1,
    no_apply: Annotated[bool, typer.Option("--no-apply", help="Serve what was applied; leave a pending plan alone.")] = False,
    safe_mode: Annotated[bool, typer.Option("--safe-mode", help="Start without any plugin; the wishes stay.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Take up changed plugin folders at once.")] = False,
) -> int:
    """
    Run the bundled platform with its plugins.

    Applies a pending plan first. Needs the extras web and store.
    """
    return _run(
        "serve",
        context,
        host=host,
        port=port,
        workers=workers,
        apply_first=not no_apply,
        safe_mode=safe_mode,
        watch=watch,
    )


def dev(  # noqa: PLR0913 - the options of the command
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="P", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="Processes that answer.")] = 1,
    no_apply: Annotated[bool, typer.Option("--no-apply", help="Serve what was applied; leave a pending plan alone.")] = False,
    safe_mode: Annotated[bool, typer.Option("--safe-mode", help="Start without any plugin; the wishes stay.")] = False,
) -> int:
    """
    Run the platform and take up changed plugin folders at once.

    The same as serve --watch. Needs the extras web, store and watch.
    """
    return _run("dev", context, host=host, port=port, workers=workers, apply_first=not no_apply, safe_mode=safe_mode)


def schema(context: typer.Context, *, json: Json = False) -> int:
    """
    The JSON Schema of plugin.yaml, for editors.
    """
    return _run("schema", context, json=json)


def config(context: typer.Context, *, json: Json = False) -> int:
    """
    Every setting, its value and where it came from.
    """
    return _run("config", context, json=json)


def explain(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE", autocompletion=code_words, show_default=False)] = None,
    *,
    json: Json = False,
) -> int:
    """
    What a problem code means and how to mend it.

    Without a code all of them are listed.
    """
    return _run("explain", context, code=code, json=json)


COMMANDS: Mapping[str, Callable[..., int]] = {
    "list": list_plugins,
    "check": check,
    "why": why,
    "plan": plan,
    "apply": apply,
    "serve": serve,
    "dev": dev,
    **verbs.COMMANDS,
    **capabilities.COMMANDS,
    **access.COMMANDS,
    "schema": schema,
    "config": config,
    "explain": explain,
}
GROUPS: Mapping[str, str] = {**capabilities.GROUPS, **access.GROUPS}
"""Commands of two words: the first word, and what the commands behind it are about."""
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "": ("honeyhost list", "honeyhost check plugins/healthcare"),
    "list": ("honeyhost list", "honeyhost list --json"),
    "check": ("honeyhost check plugins/healthcare", "honeyhost check --host-version 2.1 --format concise"),
    "why": ("honeyhost why healthcare", "honeyhost why healthcare -v"),
    "plan": ("honeyhost plan", "honeyhost plan --check"),
    "apply": ("honeyhost apply", "honeyhost apply --digest 4f1c9a02"),
    "serve": ("honeyhost serve", "honeyhost serve --host 0.0.0.0 --port 80 --workers 4"),
    "dev": ("honeyhost dev", "honeyhost dev --port 0"),
    **verbs.EXAMPLES,
    **capabilities.EXAMPLES,
    **access.EXAMPLES,
    "schema": ("honeyhost schema > plugin.schema.json", "honeyhost schema --json"),
    "config": ("honeyhost config", "honeyhost config --json"),
    "explain": ("honeyhost explain host-too-old", "honeyhost explain"),
}
