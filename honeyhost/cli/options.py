"""
Options: those that every command has, as typer parameters; their values are ``honeyhost.cli.wishes``.
"""

from enum import StrEnum
from typing import Annotated, Any

import typer
import typer.main


class Colour(StrEnum):
    """
    The words that ``--color`` takes.
    """

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _shape(
    *,
    color: Annotated[Colour | None, typer.Option(help="When to use colour.")] = None,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="Show no progress of long work.")] = False,
    accessible: Annotated[bool, typer.Option("--accessible", help="For screen readers: no glyphs, no redrawing.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")] = False,
) -> None:
    """
    Only the shape of the options. None for a default: any other would be validated, with a library that takes longer to
    import than all the rest of the parser.
    """


def shared_parameters() -> list[Any]:
    """
    The options as parameters that any command may be given; their values are not handed to it.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(_shape)
    parameters = list(typer.main.get_command(app).params)
    for parameter in parameters:
        parameter.expose_value = False
    return parameters
