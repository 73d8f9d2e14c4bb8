import pytest

from honeyhost.cli.render.colour import paint
from honeyhost.cli.render.excerpt import LONGEST, excerpt, word_at
from honeyhost.cli.render.formats import concise, github
from honeyhost.cli.render.problems import counted, problem_lines
from honeyhost.diagnostics import error, info, warning

FILE = "plugins/healthcare/plugin.yaml"
SOURCE = "name: healthcare\npermissions:\n  - patient.raed\n"


def drawn(lines):
    return [paint(content, colour=False) for content in lines]


def test_an_error_shows_code_place_line_caret_and_help():
    problem = error(
        "unknown-permission",
        '"patient.raed" is not in the permission catalog',
        path="permissions[0]",
        file=FILE,
        line=3,
        column=5,
        hint='did you mean "patient.read"?',
    )
    assert drawn(problem_lines(problem, {FILE: SOURCE})) == [
        'error[unknown-permission]: "patient.raed" is not in the permission catalog',
        "  --> plugins/healthcare/plugin.yaml:3:5   permissions[0]",
        "3 |   - patient.raed",
        "  |     ^^^^^^^^^^^^",
        'help: did you mean "patient.read"?',
    ]


def test_a_warning_shows_its_place_without_the_line():
    problem = warning("unknown-field", '"dbt_workspce" is ignored', path="dbt_workspce", file=FILE, line=1, column=1)
    assert drawn(problem_lines(problem, {FILE: SOURCE})) == [
        'warning[unknown-field]: "dbt_workspce" is ignored',
        "  --> plugins/healthcare/plugin.yaml:1:1   dbt_workspce",
    ]


def test_a_problem_without_a_file_shows_its_path():
    assert drawn(problem_lines(info("note", "a remark", path="nav[0]"))) == ["info[note]: a remark", "  --> nav[0]"]


def test_a_problem_without_any_place_is_one_line():
    assert drawn(problem_lines(error("bad", "no place"))) == ["error[bad]: no place"]


def test_a_source_that_is_not_at_hand_is_not_quoted():
    assert len(problem_lines(error("bad", "x", file=FILE, line=1, column=1))) == 2


def test_hostile_text_of_a_problem_is_shown_not_obeyed():
    problem = error("bad", "name \x1b[2J\u202e", path="\x07", file="a\x1b]0;b", hint="\x9b")
    assert drawn(problem_lines(problem)) == [
        r"error[bad]: name \x1b[2J\u202e",
        r"  --> a\x1b]0;b   \x07",
        r"help: \x9b",
    ]


def test_the_place_is_as_exact_as_is_known():
    assert error("c", "m", file="f", line=1, column=2).place == "f:1:2"
    assert error("c", "m", file="f", line=1).place == "f:1"
    assert error("c", "m", file="f").place == "f"
    assert error("c", "m").place == ""


def test_one_is_counted_without_an_s():
    assert (counted(1, "error"), counted(0, "error"), counted(2, "error")) == ("1 error", "0 errors", "2 errors")


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("name: healthcare", 1, "name"),
        ("name: healthcare  # why", 7, "healthcare"),
        ("name: \"a 'b' #c\" # d", 7, "\"a 'b' #c\""),
        ("name: 'it''s' x", 7, "'it''s'"),
        ("  - patient.raed", 5, "patient.raed"),
        ("permissions: [patient.read, a b]", 15, "patient.read"),
        ("permissions: [patient.read, a b]", 29, "a b"),
        ("text: one, two", 7, "one, two"),
        ("url: http://x/y", 6, "http://x/y"),
        ("name: [a, b]", 7, "[a, b]"),
        ("name: x", 30, ""),
    ],
)
def test_the_caret_covers_the_scalar_at_the_column(row, column, word):
    assert word_at(row, column) == word


def test_the_caret_stands_under_wide_and_escaped_letters():
    assert drawn(excerpt("日本: \x1b x: bad", 1, 5)) == [r"1 | 日本: \x1b x: bad", "  |       ^^^^^^"]


def test_a_byte_order_mark_is_not_counted():
    assert drawn(excerpt("\ufeffname: x", 1, 7)) == ["1 | name: x", "  |       ^"]


def test_a_line_that_the_source_does_not_have_is_not_quoted():
    assert excerpt("one\n", 2, 1) == []
    assert excerpt("one\n", 0, 1) == []


def test_a_line_without_a_column_has_no_caret():
    assert drawn(excerpt("one\n", 1, None)) == ["1 | one"]
    assert drawn(excerpt("one\n", 1, 99)) == ["1 | one"]


def test_a_very_long_line_is_quoted_around_the_column():
    lines = drawn(excerpt("x" * 5000 + " bad: 1", 1, 5002))
    assert len(lines[0]) == len("1 | ") + LONGEST
    assert lines[0].endswith(" bad: 1")
    assert lines[1].endswith("^^^")
    narrow = drawn(excerpt("a: " + "y" * 100, 1, 1, width=40))
    assert narrow == ["1 | a: " + "y" * 33, "  | ^"]


def test_concise_is_one_line_for_each_problem():
    problem = error("bad", "no such thing", file="f.yaml", line=3, column=5)
    assert drawn([concise("t", problem)]) == ["f.yaml:3:5: error[bad]: no such thing"]
    assert drawn([concise("healthcare", error("bad", "x"))]) == ["healthcare: error[bad]: x"]


def test_github_annotations_escape_what_would_end_them():
    problem = error("bad", "100% sure\n::error::x", file="a,b:c.yaml", line=3, column=5, hint="mend it")
    assert drawn([github("t", problem)]) == [
        "::error title=bad,file=a%2Cb%3Ac.yaml,line=3,col=5::100%25 sure ::error::x (mend it)"
    ]
    assert drawn([github("t", info("note", "m"))]) == ["::notice title=note,file=t::m"]
    assert drawn([github("t", warning("w", "m", file="f", line=1))]) == ["::warning title=w,file=f,line=1::m"]
