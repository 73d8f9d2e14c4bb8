"""
Words: options and arguments that several commands have, and the way from a signature to its body.
"""

from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any

import typer

from honeyhost.cli.completion import plugin_names

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, and nothing else there.")]
Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 where anything would change.")]
PluginName = Annotated[str, typer.Argument(metavar="NAME", autocompletion=plugin_names, show_default=False)]


def run_body(command: str, context: typer.Context, **words: Any) -> int:
    """
    The exit code of a command, whose body is imported now.
    """
    answer: int = import_module(body_of(command)).run(context.obj, **words)
    return answer


def body_of(command: str) -> str:
    """
    The module of a command: ``state import`` lives in ``commands.state.import_``, because one word belongs to the language.
    """
    words = [f"{word}_" if iskeyword(word) else word for word in command.split()]
    return ".".join(["honeyhost.cli.commands", *words])
