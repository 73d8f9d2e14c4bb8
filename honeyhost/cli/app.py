"""
The program: the commands by name, each built when it is asked for, and the help that puts two examples first.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from inspect import cleandoc
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from honeyhost import __version__
from honeyhost.cli.failures import COULD_NOT_RUN, guarded
from honeyhost.cli.options import shared_parameters
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.signatures import COMMANDS, EXAMPLES, GROUPS
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
    if word in GROUPS:
        second, rest = _spelled(rest)
        word = f"{word} {second}".rstrip()
    return guarded(streams, lambda: _dispatched(word, rest, streams), command=f"{_PROGRAM} {word}".rstrip())


def short_help(streams: Streams, group: str = "") -> int:
    """
    What somebody needs who typed the program's name alone, or that of a group of commands. Nothing was asked for, so it is no
    success.
    """
    summaries = dict(entries(group))
    wide = max(len(name) for name in summaries)
    program = f"{_PROGRAM} {group}".rstrip()
    lines: list[Line] = [line(span("usage: ", "dim"), f"{program} COMMAND")]
    lines += [line("  ", span(name.ljust(wide), "bold"), "  ", text) for name, text in summaries.items()]
    lines += [line(span("help: ", "green"), f"{program} --help, or {program} COMMAND --help")]
    streams.err.show(lines)
    return COULD_NOT_RUN


def entries(group: str = "") -> Iterator[tuple[str, str]]:
    """
    The words that may follow the program's name, or that of a group of commands, each with its sentence.
    """
    if group:
        yield from ((name.removeprefix(f"{group} "), summary(COMMANDS[name])) for name in COMMANDS if _in(group, name))
        return
    for name in dict.fromkeys(command.partition(" ")[0] for command in COMMANDS):
        yield name, GROUPS[name] if name in GROUPS else summary(COMMANDS[name])


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
    All commands, or those of one group, for help and for completion; none is built before it is asked for.
    """

    group = ""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        """
        The names in the order of the help.
        """
        return [name for name, _ in entries(self.group)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the framework's signature
        """
        The command of this name, or the group, built now, or None.
        """
        name = f"{self.group} {cmd_name}".lstrip()
        if name in GROUPS:
            return _group(name)
        return _command(name) if name in COMMANDS else None

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """
        The examples, then what the program is.
        """
        _write_examples(formatter, self.group)
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the framework's signature
        """
        The commands with their first sentences, without building them.
        """
        with formatter.section("Commands"):
            formatter.write_dl(list(entries(self.group)))


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
    group, _, second = word.partition(" ")
    if group in GROUPS:
        if not second:
            return _of_group(group, rest, streams)
        near = closest(second, (name for name, _ in entries(group)))
        near, program = near and f"{group} {near}", f"{_PROGRAM} {group}"
    else:
        near, program = closest(word, (name for name, _ in entries())), _PROGRAM
    raise UsageError(f"there is no command '{word}'", hint=f"did you mean {near}?" if near else f"{program} --help")


def _of_group(group: str, rest: list[str], streams: Streams) -> Any:
    """
    The help of a group of commands, or the short one where nothing was asked for.
    """
    if not rest:
        return short_help(streams, group)
    return _group(group).main(rest, prog_name=f"{_PROGRAM} {group}", standalone_mode=False, obj=streams)


def _command(name: str) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(name, cls=Command)(COMMANDS[name])
    command = typer.main.get_command(app)
    command.params += shared_parameters()
    return command


def _group(name: str) -> Any:
    app = typer.Typer(name=name, cls=Commands, rich_markup_mode=None, add_completion=False, help=GROUPS[name])
    app.callback()(_no_options)
    group: Any = typer.main.get_command(app)
    group.group = name
    group.params += shared_parameters()
    return group


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


def _no_options() -> None:
    """
    Nothing stands before the commands of a group.
    """


def _in(group: str, name: str) -> bool:
    return name.startswith(f"{group} ")


def _write_examples(formatter: Any, name: str) -> None:
    with formatter.section("Examples"):
        for example in EXAMPLES[name]:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def _completing() -> bool:
    return f"_{_PROGRAM.upper()}_COMPLETE" in os.environ
