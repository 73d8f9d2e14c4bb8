import pytest
from packaging.specifiers import Specifier

from honeyhost.resolver.versions import exceeds, intersection, phrase, side, specifiers, unmet


@pytest.mark.parametrize(
    ("demand", "actual"),
    [
        (">=2.0", "2.1.0rc1"),
        (">=2.1.0rc1", "2.1.0"),
        ("==1.4.0", "1.4.0+acme"),
        ("~=1.4", "1.9.4"),
        ("===1.4", "1.4"),
        ("", "1.0"),
        (" >= 1 , < 3 ", "2"),
    ],
)
def test_a_version_meets_a_demand(demand: str, actual: str) -> None:
    assert unmet(demand, actual) == ()


@pytest.mark.parametrize(
    ("demand", "actual"), [(">=2.1", "2.1.0rc1"), ("<2.1", "2.1.0rc1"), ("~=1.4", "2.0"), ("!=1.9.*", "1.9.4")]
)
def test_a_version_does_not_meet_a_demand(demand: str, actual: str) -> None:
    assert unmet(demand, actual) == (Specifier(demand),)


def test_only_the_parts_that_are_not_met_are_named_in_their_order() -> None:
    assert [str(part) for part in unmet(">=2,!=1.9.4,<3", "1.9.4")] == [">=2", "!=1.9.4"]


def test_specifiers_keep_the_written_order() -> None:
    assert [str(part) for part in specifiers("<3,>=2.1, !=2.5")] == ["<3", ">=2.1", "!=2.5"]


@pytest.mark.parametrize(
    ("specifier", "actual", "expected"),
    [
        (">=2", "1", "below"),
        (">2", "2", "below"),
        ("<2", "2", "above"),
        ("<=2", "3", "above"),
        ("!=2", "2", "excluded"),
        ("==2.*", "1.9", "below"),
        ("==2.*", "3.0", "above"),
        ("~=2.1", "2.0", "below"),
        ("~=2.1", "3.0", "above"),
        ("===2.0", "2", "excluded"),
        ("===2.0", "1", "below"),
        ("===unknown", "1", "excluded"),
    ],
)
def test_a_version_stands_on_one_side_of_a_specifier(specifier: str, actual: str, expected: str) -> None:
    assert side(Specifier(specifier), actual) == expected


@pytest.mark.parametrize(
    ("minimum", "demand", "expected"),
    [
        (None, None, ""),
        ("2.1", None, ">=2.1"),
        (None, "< 3, >=2", "<3,>=2"),
        ("2.1", "<3", ">=2.1,<3"),
        ("2.1", ">=2.1,<3", ">=2.1,<3"),
        ("v2.1", None, ">=2.1"),
        ("2.1+acme", None, ">=2.1"),
    ],
)
def test_a_minimum_and_a_demand_are_one_demand(minimum: str | None, demand: str | None, expected: str) -> None:
    assert intersection(minimum, demand) == expected


@pytest.mark.parametrize(
    ("actual", "prefix", "expected"),
    [
        ("1.6.9", "1.6", False),
        ("1.6.9", "1.6.*", False),
        ("1.5", "1.6", False),
        ("1.7.0rc1", "1.6", True),
        ("2", "1.6", True),
        ("1.6.2", "1.6.1", True),
        ("1", "1.0.0", False),
        ("1!1.0", "1.6", True),
    ],
)
def test_a_prefix_covers_its_releases(actual: str, prefix: str, expected: bool) -> None:
    assert exceeds(actual, prefix) is expected


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        ("", "any version"),
        (">=2.1", "2.1 or newer"),
        (">2.1", "newer than 2.1"),
        ("<=2", "2 or older"),
        (">=2.1,<3", "2.1 or newer and older than 3"),
        ("!=2.0", "other than 2.0"),
        ("==2.1.*", "2.1.*"),
        ("===2", "exactly 2"),
        ("~=2.1", "compatible with 2.1"),
    ],
)
def test_a_demand_is_put_into_words(demand: str, words: str) -> None:
    assert phrase(demand) == words
