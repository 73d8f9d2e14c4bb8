"""
The program as a shell starts it, before it looks at any plugin.
"""

import json
import os
import subprocess
import sys

import pytest

from honeyhost import __version__

WHY_LIGHT = """
import sys
from honeyhost.__main__ import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"rich", "pydantic", "fastapi", "starlette", "uvicorn", "yaml", "sqlalchemy", "importlib_metadata", "packaging"}
    print("heavy:", sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_one_line(word, honeyhost):
    done = honeyhost(word)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"honeyhost {__version__}\n", "")


def test_the_version_is_known_behind_other_options_too(honeyhost):
    assert honeyhost("--color", "never", "--version").stdout == f"honeyhost {__version__}\n"


def test_the_version_imports_no_parser():
    code = "import sys; from honeyhost.__main__ import main; main(['--version']); print('typer' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        [],
        ["lsit"],
        ["list", "--help"],
        ["check", "--help"],
        ["plan", "--help"],
        ["serve", "--help"],
        ["explain", "--help"],
    ],
)
def test_help_and_mistakes_import_no_library_but_the_parser(words):
    done = subprocess.run([sys.executable, "-c", WHY_LIGHT, *words], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "heavy: []"


def test_the_name_alone_is_a_short_help_and_no_success(honeyhost):
    done = honeyhost()
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == "usage: honeyhost COMMAND"
    assert "  list        Every plugin, accepted or not, with version, state and reasons." in lines
    assert lines[-1] == "help: honeyhost --help, or honeyhost COMMAND --help"


def test_help_shows_two_examples_first_and_every_command(honeyhost):
    done = honeyhost("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "Usage: honeyhost [OPTIONS] COMMAND [ARGS]...",
        "",
        "Examples:",
        "  honeyhost list",
        "  honeyhost check plugins/healthcare",
    ]
    for name in ("list", "check", "why", "plan", "apply", "serve", "schema", "config", "explain"):
        assert any(line.startswith(f"  {name} ") for line in lines)


def test_the_help_of_a_command_shows_its_examples_first(honeyhost):
    lines = honeyhost("check", "--help").stdout.splitlines()
    assert lines[:5] == [
        "Usage: honeyhost check [OPTIONS] [TARGET]...",
        "",
        "Examples:",
        "  honeyhost check plugins/healthcare",
        "  honeyhost check --host-version 2.1 --format concise",
    ]


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(honeyhost):
    done = honeyhost("lsit")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error[wrong-use]: there is no command 'lsit'\nhelp: did you mean list?\n"


def test_a_word_that_is_like_no_command_is_answered_with_the_help(honeyhost):
    done = honeyhost("zzz")
    assert done.stderr == "error[wrong-use]: there is no command 'zzz'\nhelp: honeyhost --help\n"


def test_a_misspelt_option_is_answered_with_the_one_that_was_meant_and_the_usage(honeyhost):
    done = honeyhost("list", "--jsno")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error[wrong-use]: no such option: --jsno\nusage: honeyhost list [OPTIONS]\nhelp: did you mean --json?\n"
    )


def test_an_option_that_is_like_no_other_is_answered_with_the_help_of_the_command(honeyhost):
    done = honeyhost("list", "--zzzzz")
    assert done.stderr == (
        "error[wrong-use]: no such option: --zzzzz\nusage: honeyhost list [OPTIONS]\nhelp: honeyhost list --help\n"
    )


def test_a_wrong_value_says_which_are_right(honeyhost):
    done = honeyhost("list", "--color", "pink")
    assert done.returncode == 2
    assert done.stderr == (
        "error[wrong-use]: invalid value for '--color': 'pink' is not one of 'auto', 'always', 'never'\n"
        "usage: honeyhost list [OPTIONS]\n"
        "help: honeyhost list --help\n"
    )


def test_a_missing_argument_is_named(honeyhost):
    done = honeyhost("why")
    assert done.returncode == 2
    assert done.stderr == (
        "error[wrong-use]: missing argument 'NAME'\nusage: honeyhost why [OPTIONS] NAME\nhelp: honeyhost why --help\n"
    )


def test_options_without_a_command_are_wrong_use(honeyhost):
    done = honeyhost("--color", "never")
    assert done.returncode == 2
    assert done.stderr == (
        "error[wrong-use]: missing command\nusage: honeyhost [OPTIONS] COMMAND [ARGS]...\nhelp: honeyhost --help\n"
    )


def test_wrong_use_is_a_json_document_where_json_was_asked_for(honeyhost):
    done = honeyhost("plan", "--chek", "--json")
    assert (done.returncode, done.stderr) == (2, "")
    document = json.loads(done.stdout)
    assert document["version"] == 1
    assert document["error"]["code"] == "wrong-use"
    assert document["error"]["hint"] == "did you mean --check?"
    assert done.stdout.count("\n") == 1


def test_shared_options_may_stand_before_and_behind_the_command(honeyhost):
    first = honeyhost("--color", "always", "explain", "wrong-use")
    last = honeyhost("explain", "wrong-use", "--color", "always")
    assert first.stdout == last.stdout
    assert "\x1b[36mwrong-use\x1b[0m" in first.stdout


def test_colour_can_be_forced_and_forbidden_by_the_environment(honeyhost):
    assert "\x1b[" in honeyhost("explain", "wrong-use", environ={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in honeyhost("explain", "wrong-use", environ={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[" not in honeyhost("explain", "wrong-use").stdout


def test_explain_says_what_a_code_means_and_how_to_mend_it(honeyhost):
    done = honeyhost("explain", "missing-extra")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "missing-extra\n"
        "The command needs an optional part of honeyhost that is not installed here.\n"
        "help: Run the pip line that the message gives.\n"
    )


def test_explain_answers_a_misspelt_code_with_the_one_that_was_meant(honeyhost):
    done = honeyhost("explain", "mising-extra")
    assert done.returncode == 2
    assert done.stderr == (
        "error[unknown-code]: no problem, reason or error has the code 'mising-extra'\nhelp: did you mean missing-extra?\n"
    )


def test_explain_without_a_code_lists_all_of_them(honeyhost):
    done = honeyhost("explain")
    assert done.returncode == 0
    assert done.stdout.startswith("CODE")
    assert any(line.startswith("wrong-use ") for line in done.stdout.splitlines())
    assert done.stderr == "next: honeyhost explain CODE\n"


def test_explain_speaks_json(honeyhost):
    document = json.loads(honeyhost("explain", "refused", "--json").stdout)
    assert document["version"] == 1
    assert [sorted(code) for code in document["codes"]] == [["code", "meaning", "mend"]]


def test_a_reader_that_leaves_early_is_told_nothing():
    command = f"{sys.executable} -m honeyhost explain | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr in ("", "next: honeyhost explain CODE\n")
    assert done.returncode in (0, 141)


def test_a_closed_pipe_ends_the_program_silently_with_141():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "honeyhost", "explain"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_shell_can_complete_commands_options_and_codes(honeyhost):
    def completed(words, number):
        environ = {"_HONEYHOST_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(number)}
        return honeyhost(environ=environ).stdout.split()

    assert completed("honeyhost ch", 1) == ["check"]
    assert set(completed("honeyhost list --", 2)) >= {"--json", "--color", "--help"}
    assert completed("honeyhost explain missing-e", 2) == ["missing-extra"]


def test_the_completion_script_is_shown(honeyhost):
    assert "_HONEYHOST_COMPLETE=complete_bash" in honeyhost("--show-completion", environ={"SHELL": "/bin/bash"}).stdout
