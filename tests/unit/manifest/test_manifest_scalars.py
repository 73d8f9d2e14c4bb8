from typing import Any

import pytest

from honeyhost.manifest.scalars import Plain, core_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("9" * 401, "9" * 401),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("١٢", "١٢"),
    ],
)
def test_text_without_quotes_means_what_the_core_schema_of_yaml_says(text: str, value: Any):
    assert core_value(Plain(text)) == value
    assert type(core_value(Plain(text))) is type(value)


def test_text_in_quotes_stays_text():
    assert core_value("12") == "12"
    assert core_value("") == ""


def test_lists_and_mappings_are_read_in_depth():
    given = {Plain("a"): [Plain("1"), "1", {"b": Plain("true")}], "c": (Plain("2"),)}
    assert core_value(given) == {"a": [1, "1", {"b": True}], "c": [2]}


def test_other_values_are_left_alone():
    assert core_value(3.5) == 3.5
