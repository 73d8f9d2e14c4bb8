"""
The program: the commands by name, each built when it is asked for, and the help that puts two examples first.
"""

import os
from collections.abc import Callable, Sequence
from inspect import cleandoc
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from honeyhost import __version__
from honeyhost.cli.failures import COULD_NOT_RUN, guarded
from honeyhost.cli.options import shared_parameters
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.signatures import COMMANDS, EXAMPLES
from honeyhost.cli.streams import Streams
from honeyhost.cli.wishes import Wishes
from honeyhost.errors import UsageError
from honeyhost.names import closest

_PROGRAM = "honeyhost"
_TAKES_A_VALUE = "--color"


def run(arguments: Sequence[str]) -> int:
    """
    Run the command that the arguments spell; the exit code is returned and every failure is said.
    """
    streams = Streams.of_process(Wishes.of(arguments, os.environ))
    if _completing():
        return guarded(streams, lambda: _program().main([], prog_name=_PROGRAM, standalone_mode=False))
    if not arguments:
        return guarded(streams, lambda: short_help(streams))
    word, rest = _spelled(arguments)
    return guarded(streams, lambda: _dispatched(word, rest, streams), command=f"{_PROGRAM} {word}".rstrip())


def short_help(streams: Streams) -> int:
    """
    What somebody needs who typed the program's name alone. Nothing was asked for, so it is no success.
    """
    wide = max(len(name) for name in COMMANDS)
    lines: list[Line] = [line(span("usage: ", "dim"), f"{_PROGRAM} COMMAND")]
    lines += [line("  ", span(name.ljust(wide), "bold"), "  ", summary(function)) for name, function in COMMANDS.items()]
    lines += [line(span("help: ", "green"), f"{_PROGRAM} --help, or {_PROGRAM} COMMAND --help")]
    streams.err.show(lines)
    return COULD_NOT_RUN


def summary(function: Callable[..., int]) -> str:
    """
    The first sentence of a command's help.
    """
    return cleandoc(function.__doc__ or "").partition("\n")[0]


class Command(typer.core.TyperCommand):
    """
    One command, with two examples at the top of its help.
    """

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """
        The words of the usage line; an argument that must be there has no marks round it.
        """
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """
        The examples, then what the command does.
        """
        _write_examples(formatter, self.name or "")
        super().format_help_text(ctx, formatter)


class Commands(typer.core.TyperGroup):
    """
    All commands, for the help of the program and for completion; none is built before it is asked for.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        """
        The names in the order of the help.
        """
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the framework's signature
        """
        The command of this name, built now, or None.
        """
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """
        The examples, then what the program is.
        """
        _write_examples(formatter, "")
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the framework's signature
        """
        The commands with their first sentences, without building them.
        """
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(function)) for name, function in COMMANDS.items()])


def _spelled(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """
    The first word that is no option - empty where there is none - and all the others: options may stand before the command as
    well as behind it.
    """
    value_follows = False
    for number, word in enumerate(arguments):
        if not value_follows and not word.startswith("-"):
            return word, [*arguments[:number], *arguments[number + 1 :]]
        value_follows = word == _TAKES_A_VALUE
    return "", list(arguments)


def _dispatched(word: str, rest: list[str], streams: Streams) -> Any:
    """
    What the command answers. It is parsed by itself: the whole program is built only for its help and for completion.

    Raises:
        UsageError: if there is no such command; with the one that was probably meant.
    """
    if word in COMMANDS:
        return _command(word).main(rest, prog_name=f"{_PROGRAM} {word}", standalone_mode=False, obj=streams)
    if not word:
        return _program().main(rest, prog_name=_PROGRAM, standalone_mode=False, obj=streams)
    near = closest(word, COMMANDS)
    raise UsageError(f"there is no command '{word}'", hint=f"did you mean {near}?" if near else f"{_PROGRAM} --help")


def _command(name: str) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(name, cls=Command)(COMMANDS[name])
    command = typer.main.get_command(app)
    command.params += shared_parameters()
    return command


def _program() -> Any:
    app = typer.Typer(cls=Commands, rich_markup_mode=None, help="The plugin host.")
    app.callback()(_leading_options)
    program = typer.main.get_command(app)
    program.params += shared_parameters()
    return program


def _show_version(context: typer.Context, value: bool) -> None:  # noqa: FBT001 - the framework calls it
    if value:
        context.obj.answer([line(f"{_PROGRAM} {__version__}")])
        raise typer.Exit


def _leading_options(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", is_eager=True, callback=_show_version, help="Show the version and leave.")
    ] = False,
) -> None:
    """
    Options that stand before any command.
    """


def _write_examples(formatter: Any, name: str) -> None:
    with formatter.section("Examples"):
        for example in EXAMPLES[name]:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def _completing() -> bool:
    return f"_{_PROGRAM.upper()}_COMPLETE" in os.environ
