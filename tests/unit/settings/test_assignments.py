"""
Assignments: the line on which a key of the file begins.
"""

import pytest

from honeyhost.settings.assignments import Assignment, Given, line_of, variable

TEXT = '''# trust = "in a comment"
"trust" = "off"
archives = [
  "pins = 3",
  "b",
]
note = """
pins = "in a text"
[pins]
"""

[pins]
trust = "inside"
overrides = 1

[overrides.a]
b = 1
[overrides.c]
[[many]]
x = 1
'''


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("trust", 2),
        ("archives", 3),
        ("note", 7),
        ("pins", 12),
        ("overrides", 16),
        ("many", 19),
        ("x", None),
        ("b", None),
        ("nowhere", None),
    ],
)
def test_a_key_is_found_where_its_statement_begins(name, line):
    assert line_of(name, TEXT) == line


def test_lines_end_as_toml_says_and_not_at_every_separator_that_unicode_knows():
    assert line_of("b", 'a = "x\u2028y"\r\nb = 1\r\n') == 2


def test_a_later_value_replaces_an_earlier_one_and_ends_what_was_added_up():
    given = Given(
        assignments=(
            Assignment(name="pins", value={"a": "1"}, place="honeyhost.toml"),
            Assignment(name="pins", value="text", place="HONEYHOST_PINS"),
            Assignment(name="trust", value="off", place="argument"),
        )
    )

    assert given.values() == {"pins": "text", "trust": "off"}
    assert given.source("pins") == "HONEYHOST_PINS"
    assert given.source("debug") == "default"


def test_a_setting_has_a_variable():
    assert variable("data_dir") == "HONEYHOST_DATA_DIR"
