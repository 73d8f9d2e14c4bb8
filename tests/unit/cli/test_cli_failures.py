import json
import stat

import pytest
import typer

from honeyhost.cli.failures import CouldNotRunError, _silence, exit_code, guarded
from honeyhost.cli.streams import OutputClosedError
from honeyhost.cli.wishes import Wishes
from honeyhost.diagnostics import error
from honeyhost.errors import (
    InvalidManifestError,
    MissingExtraError,
    RefusedError,
    StoreUnavailableError,
    UnknownPluginError,
    UsageError,
)


def raising(cause):
    def action():
        raise cause

    return action


def test_the_exit_code_is_what_the_action_says(reader):
    assert guarded(reader.streams, lambda: 1) == 1
    assert guarded(reader.streams, lambda: None) == 0


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (RefusedError("x"), 1),
        (UsageError("x"), 2),
        (MissingExtraError("web", needed_for="x", module="y"), 2),
        (UnknownPluginError("x"), 2),
        (StoreUnavailableError("x"), 2),
        (CouldNotRunError("x"), 2),
    ],
)
def test_refusals_are_one_and_what_could_not_run_is_two(cause, code):
    assert exit_code(cause) == code


def test_an_error_is_its_code_its_message_and_what_to_do_on_standard_error(reader):
    cause = UnknownPluginError("there is no plugin 'healthcar' on this host", hint="did you mean healthcare?")
    assert guarded(reader.streams, raising(cause)) == 2
    assert reader.out == ""
    assert reader.err == "error[unknown-plugin]: there is no plugin 'healthcar' on this host\nhelp: did you mean healthcare?\n"


def test_an_error_without_a_hint_is_one_line(reader):
    assert guarded(reader.streams, raising(RefusedError("not now"))) == 1
    assert reader.err == "error[refused]: not now\n"


def test_the_problems_of_an_error_are_shown_before_it(reader):
    problems = [error("field-missing", "'version' is missing", file="p.yaml", line=1, column=1)]
    cause = InvalidManifestError("p.yaml is no manifest", problems, hint="mend it")
    guarded(reader.streams, raising(cause))
    assert reader.err == (
        "error[field-missing]: 'version' is missing\n"
        "  --> p.yaml:1:1\n"
        "error[manifest-invalid]: p.yaml is no manifest\n"
        "help: mend it\n"
    )


def test_with_json_a_failure_is_a_document_on_standard_output(make_reader):
    reader = make_reader(wishes=Wishes(json=True))
    assert guarded(reader.streams, raising(RefusedError("not now"))) == 1
    assert json.loads(reader.out)["error"]["code"] == "refused"
    assert json.loads(reader.out)["version"] == 1
    assert reader.err == ""


def test_a_missing_library_of_an_extra_is_told_with_the_line_that_installs_it(reader):
    cause = ModuleNotFoundError("No module named 'sqlalchemy'", name="sqlalchemy.orm")
    assert guarded(reader.streams, raising(cause), command="honeyhost plan") == 2
    assert reader.err == (
        "error[missing-extra]: honeyhost plan needs the extra 'store', and the module 'sqlalchemy' is not installed\n"
        "help: pip install 'honeyhost[store]'\n"
    )


def test_any_other_missing_module_is_a_mistake_of_ours(reader):
    assert guarded(reader.streams, raising(ModuleNotFoundError("No module named 'x'", name="x"))) == 2
    assert reader.err.startswith("error[internal-error]: honeyhost made a mistake: ModuleNotFoundError: No module named 'x'\n")


def test_a_mistake_is_one_line_and_a_file_that_only_its_user_can_read(reader, report_folder):
    assert guarded(reader.streams, raising(ZeroDivisionError("by zero"))) == 2
    (file,) = report_folder.iterdir()
    assert reader.err == (
        "error[internal-error]: honeyhost made a mistake: ZeroDivisionError: by zero\n"
        f"help: please report it with the file {file}\n"
    )
    text = file.read_text()
    assert text.startswith("honeyhost 0.1.0\nPython ")
    assert "ZeroDivisionError: by zero" in text
    assert "in action" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_traceback_is_shown_to_those_who_debug(make_reader):
    reader = make_reader(wishes=Wishes(debug=True))
    guarded(reader.streams, raising(RefusedError("not now")))
    assert reader.err.startswith("Traceback (most recent call last):")
    assert reader.err.endswith("error[refused]: not now\n")


def test_an_interrupt_is_130_and_says_nothing(reader):
    assert guarded(reader.streams, raising(KeyboardInterrupt())) == 130
    assert (reader.out, reader.err) == ("", "")


def test_a_prompt_that_ends_without_an_answer_is_a_refusal(reader):
    assert guarded(reader.streams, raising(typer.Abort())) == 1
    assert reader.err == ""


def test_a_reader_that_has_gone_is_told_nothing(reader, monkeypatch):
    silenced = []
    monkeypatch.setattr("honeyhost.cli.failures._silence", lambda: silenced.append(True))
    assert guarded(reader.streams, raising(OutputClosedError())) == 141
    assert silenced == [True]
    assert reader.err == ""


def test_hostile_text_in_an_error_is_shown_not_obeyed(reader):
    guarded(reader.streams, raising(RefusedError("plugin '\x1b[2J'", hint="\u202e")))
    assert reader.err == "error[refused]: plugin '\\x1b[2J'\nhelp: \\u202e\n"


def test_silence_lets_the_last_flush_of_the_interpreter_go_nowhere(tmp_path, monkeypatch):
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        _silence()
        out.write("left over")
        out.flush()
    assert (tmp_path / "out").read_text() == ""
