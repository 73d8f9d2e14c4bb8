"""
Reading the lines of our group.
"""

import pytest

from honeyhost.discovery.declarations import Declaration, parse


def read(text):
    declared = parse(text.encode())
    entries = [(entry.name, entry.value, entry.line) for entry in declared.entries]
    return entries, [(problem.severity, problem.code, problem.message) for problem in declared.problems]


def test_lines_of_the_group_are_read_and_others_are_not():
    text = "# top\n[console_scripts]\nx = y:z\n\n[honeyframe.plugins]\n; comment\ndemo = pkg:manifest\nother=pkg.b : m\n[gui]\na = b\n"
    assert read(text) == ([("demo", "pkg:manifest", 7), ("other", "pkg.b : m", 8)], [])


def test_group_may_be_empty_or_absent():
    assert parse(b"[honeyframe.plugins]\n").declared
    assert not parse(b"[console_scripts]\nhoneyframe = x:y\n").declared


@pytest.mark.parametrize(
    "line",
    ["[Honeyframe.Plugins]", "[honeyframe_plugins]", "[honeyframe.plugin]", "[ honeyframe-plugins ]", "[honeyframe.plugins"],
)
def test_misspelt_group_is_hinted_at(line):
    entries, problems = read(f"{line}\ndemo = pkg:manifest\n")
    message = f"the group {line} is not read, because it is not spelt [honeyframe.plugins]"
    assert (entries, problems) == ([], [("warning", "entry-point-group-misspelt", message)])


def test_group_and_name_stand_there_once():
    text = "[honeyframe.plugins]\ndemo = a:m\ndemo = b:m\n[honeyframe.plugins]\n"
    assert read(text)[1] == [
        ("error", "entry-point-repeated", "the entry point 'demo' stands there twice"),
        ("error", "entry-point-repeated", "the group [honeyframe.plugins] stands there twice"),
    ]


def test_damaged_line_is_an_error_in_our_group_and_a_warning_elsewhere():
    text = "[x]\nbroken\n[honeyframe.plugins]\nalso broken\n"
    assert read(text)[1] == [
        ("warning", "entry-points-damaged", "line 2 is neither a group nor 'name = module:attribute'"),
        ("error", "entry-points-damaged", "line 4 is neither a group nor 'name = module:attribute'"),
    ]


@pytest.mark.parametrize(
    ("value", "module", "attribute"),
    [
        ("plugins.healthcare:manifest", "plugins.healthcare", "manifest"),
        ("pkg", "pkg", "manifest"),
        ("pkg : a.b", "pkg", "a.b"),
        ("pkg:m [extra]", "pkg", "m"),
        ("plugins.my-plugin:manifest", "plugins.my-plugin", "manifest"),
        (".relative:m", None, "manifest"),
        ("../../etc:x", None, "manifest"),
        ("", None, "manifest"),
        ("a b:c", None, "manifest"),
    ],
)
def test_module_and_attribute_of_a_value(value, module, attribute):
    entry = Declaration("demo", value, 1)
    assert (entry.module, entry.attribute) == (module, attribute)
