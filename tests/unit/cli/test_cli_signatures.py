import ast
import inspect
from importlib.util import find_spec
from pathlib import Path

import pytest

from honeyhost.cli.app import entries, summary
from honeyhost.cli.signatures import COMMANDS, EXAMPLES, GROUPS
from honeyhost.cli.words import body_of


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_body(name):
    assert find_spec(body_of(name)) is not None


@pytest.mark.parametrize("name", GROUPS)
def test_every_group_has_two_examples_and_commands(name):
    assert len(EXAMPLES[name]) == 2
    assert all(example.startswith(f"honeyhost {name} ") for example in EXAMPLES[name])
    assert [word for word, _ in entries(name)] == [
        command.removeprefix(f"{name} ") for command in COMMANDS if command.startswith(f"{name} ")
    ]
    assert name not in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_hands_over_is_what_its_body_takes(name):
    handed = _handed(COMMANDS[name])
    assert handed == _taken(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_two_examples_and_a_summary_that_fits_one_line(name):
    assert len(EXAMPLES[name]) == 2
    assert all(example.startswith(f"honeyhost {name}") or example == f"honeyhost {name}" for example in EXAMPLES[name])
    assert summary(COMMANDS[name]).endswith(".")
    assert len(summary(COMMANDS[name])) + 11 <= 80


def _handed(function):
    tree = ast.parse(inspect.getsource(function))
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_run"]
    return {keyword.arg for keyword in call.keywords}


def _taken(name):
    path = Path(find_spec(body_of(name)).origin)
    functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    (run,) = [function for function in functions if function.name == "run"]
    assert [argument.arg for argument in run.args.args] == ["streams"]
    return {argument.arg for argument in run.args.kwonlyargs}
