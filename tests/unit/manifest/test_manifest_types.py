from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from honeyhost.manifest import types
from honeyhost.manifest.scalars import Plain


def accepted(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refusal(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        accepted(kind, value)
    return str(caught.value.errors()[0]["type"])


@pytest.mark.parametrize(("text", "value"), [("true", True), ("FALSE", False), (Plain("True"), True), (True, True)])
def test_truth_is_true_or_false(text: Any, value: bool):
    assert accepted(types.YamlBool, text) is value


@pytest.mark.parametrize("text", ["yes", "no", "on", "1", "", 1, 0, None])
def test_nothing_else_is_truth(text: Any):
    assert refusal(types.YamlBool, text) == "bool_type"


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("-3", -3), ("+3", 3), (12, 12), ("0" * 14 + "1", 1)])
def test_whole_numbers_are_written_in_digits(text: Any, value: int):
    assert accepted(types.YamlInt, text) == value


@pytest.mark.parametrize("text", ["1.0", "1_0", " 1", "٣", "", "9" * 16, True, 1.0])
def test_nothing_else_is_a_whole_number(text: Any):
    assert refusal(types.YamlInt, text) == "integer-expected"


@pytest.mark.parametrize("text", ["0.1.0", "1.10", "1!2.0rc1", "1.0+local", "1.0.0-rc.1"])
def test_versions_are_those_of_pep_440_and_keep_their_text(text: str):
    assert accepted(types.VersionText, text) == text


@pytest.mark.parametrize("text", ["", "x", "1.x", "1..0", "9" * 90 + ".x"])
def test_nothing_else_is_a_version(text: str):
    assert refusal(types.VersionText, text) == "version-invalid"


def test_a_version_prefix_loses_its_star():
    assert accepted(types.VersionPrefix, "1.6.*") == "1.6"
    assert accepted(types.VersionPrefix, "1.6") == "1.6"
    assert refusal(types.VersionPrefix, "*") == "version-invalid"


def test_specifiers_are_those_of_pep_440():
    assert accepted(types.SpecifierText, ">=1.2,<2") == ">=1.2,<2"
    assert accepted(types.SpecifierText, "") == ""
    assert refusal(types.SpecifierText, "1.2") == "specifier-invalid"


@pytest.mark.parametrize("text", ["a.b:c", ".a:b", "plugins.my-plugin.a:B.c", "a:b"])
def test_references_name_a_module_and_an_attribute(text: str):
    assert accepted(types.ReferenceText, text) == text


@pytest.mark.parametrize("text", ["a.b", ":b", "a:", "..a:b", "a b:c", "a:b()", "os:system\n", "a/b:c"])
def test_nothing_else_is_a_reference(text: str):
    assert refusal(types.ReferenceText, text) == "reference-invalid"


@pytest.mark.parametrize("text", ["dbt/", "dbt", ".", "./dbt", "a b/ä.json", "a/..b", "frontend/src/index.tsx"])
def test_paths_lead_into_the_plugin(text: str):
    assert accepted(types.PluginPath, text) == text


@pytest.mark.parametrize("text", ["", "/", "/a", "..", "a/..", "a/../b", "a\\b", "c:", "a%2e"])
def test_nothing_else_is_a_path(text: str):
    assert refusal(types.PluginPath, text) == "path-escapes"


@pytest.mark.parametrize("text", ["a\nb", "a\x1b", "a\u202eb", "a\u2028b", "a\xa0b"])
def test_paths_have_no_characters_that_cannot_be_seen(text: str):
    assert refusal(types.PluginPath, text) == "control-character"


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("2h", 7200), ("1h5s", 3605)])
def test_durations_are_hours_minutes_and_seconds(text: str, seconds: float):
    assert accepted(types.Duration, text) == text
    assert types.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "5x", "1m1h", "m", "1.5h", "٣s", "5m\n", "1234567s"])
def test_nothing_else_is_a_duration(text: str):
    assert refusal(types.Duration, text) == "string_pattern_mismatch"


def test_a_label_is_text_or_text_by_language():
    assert accepted(types.Label, "Patients") == "Patients"
    assert accepted(types.Label, {"en": "Patients", "pt-BR": "Pacientes"}) == {"en": "Patients", "pt-BR": "Pacientes"}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({}, "label-invalid"),
        ([], "label-invalid"),
        (3, "label-invalid"),
        ({"en": 3}, "label-text-invalid"),
        ({"english": "x", "e": "y"}, "language-invalid"),
    ],
)
def test_nothing_else_is_a_label_and_it_is_refused_once(value: Any, kind: str):
    with pytest.raises(ValidationError) as caught:
        accepted(types.Label, value)
    assert [refused["type"] for refused in caught.value.errors()] == [kind]


def test_one_may_stand_for_a_list_of_one():
    assert accepted(types.OneOrMany[str], "dbt/") == ("dbt/",)
    assert accepted(types.OneOrMany[str], ["a", "b"]) == ("a", "b")


def test_free_form_values_follow_yaml():
    assert accepted(types.FreeForm, {"a": Plain("1"), "b": "1"}) == {"a": 1, "b": "1"}
