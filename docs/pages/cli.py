"""
The page about the command line.
"""

from collections.abc import Iterable
from typing import Any

from honeyhost.cli.app import Commands
from honeyhost.cli.options import shared_parameters
from honeyhost.cli.signatures import COMMANDS, EXAMPLES
from pages.text import code, document, prose, table

INTRODUCTION = """
The answer goes to standard output; progress, counts and the `next:` line go to standard error. `--json` prints exactly
one document, with `"version": 1`, also where the command fails.

| exit code | means |
|---|---|
| 0 | done; for commands that read, also where some plugin is rejected |
| 1 | errors found, an action refused, or something would change with `--check` |
| 2 | wrong use, or it could not run: a missing extra, a setting with a wrong value |
| 130 | interrupted |

Colour is decided for each stream: `--color`, then `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE`, `TERM=dumb`, and
whether it is a terminal. Nothing is cut where the output is not a terminal.
"""


def page() -> str:
    """
    Every command with its examples and options.
    """
    group = Commands(name="honeyhost")
    shared = {parameter.name for parameter in shared_parameters()} | {"help"}
    sections = [_command(name, group.get_command(None, name), shared) for name in COMMANDS]
    first = group.get_command(None, next(iter(COMMANDS)))
    common = [parameter for parameter in first.get_params(_context(first, "")) if parameter.name in shared]
    return document("Command line", INTRODUCTION, *sections, "## Options of every command", _options(first, common))


def _command(name: str, command: Any, shared: Iterable[str]) -> str:
    usage = command.get_usage(_context(command, f"honeyhost {name}")).removeprefix("Usage: ")
    own = [parameter for parameter in command.get_params(_context(command, name)) if parameter.name not in shared]
    examples = "\n".join(f"$ {example}" for example in EXAMPLES[name])
    text = "\n\n".join(prose(paragraph) for paragraph in (command.help or "").split("\n\n"))
    parts = [f"## {name}", text, f"```console\n{examples}\n```", code(usage)]
    return "\n\n".join([*parts, _options(command, own)] if own else parts)


def _options(command: Any, parameters: Iterable[Any]) -> str:
    context = _context(command, "")
    records = [parameter.get_help_record(context) for parameter in parameters]
    return table(("option", "meaning"), [(code(record[0]), record[1]) for record in records if record is not None])


def _context(command: Any, name: str) -> Any:
    return command.context_class(command, info_name=name)
