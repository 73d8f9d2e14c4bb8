"""
What is taken out of records before they are kept: secrets, and what is too much.
"""

import enum
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeyhost.names import MASK, called_secret
from honeyhost.services.logs.bounds import (
    DEEPEST,
    LARGEST,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST,
    bounded,
    ending,
    shortened,
    spelled,
)
from honeyhost.services.logs.masks import Masks, masks_of


def masked(text, *secrets):
    return Masks(frozenset(secrets)).text(text)


class TestMasks:
    def test_every_secret_is_replaced_wherever_it_stands(self):
        assert masked("hunter2 and hunter2, and swordfish", "hunter2", "swordfish") == f"{MASK} and {MASK}, and {MASK}"

    def test_what_is_shorter_than_four_characters_is_no_secret(self):
        assert masked("the cat", "cat", "the ") == f"{MASK}cat"
        assert masked("the cat", "cat", "") == "the cat"

    @pytest.mark.parametrize(
        ("text", "secrets"),
        [
            ("1abcd2", ("1abc", "bcd2")),
            ("abcabcab", ("abcab",)),
            ("abcdefgh", ("abcdefgh", "cdef")),
            ("xabcdefx", ("abcdef", "cdef", "xabc", "defx")),
        ],
    )
    def test_secrets_that_overlap_leave_nothing_of_each_other(self, text, secrets):
        assert masked(text, *secrets) == MASK

    @pytest.mark.parametrize(
        "spelled_text",
        [
            json.dumps({"password": 'p"ä\n/ &x'}),
            json.dumps({"password": 'p"ä\n/ &x'}, ensure_ascii=False),
            repr(['p"ä\n/ &x']),
            "https://host/?p=p%22%C3%A4%0A%2F+%26x",
            "https://u:p%22%C3%A4%0A%2F%20%26x@host",
            "https://host/p%22%C3%A4%0A/%20%26x",
        ],
    )
    def test_a_secret_is_known_in_the_spellings_of_json_python_and_urls(self, spelled_text):
        shown = masked(spelled_text, 'p"ä\n/ &x')
        assert MASK in shown
        assert "%26x" not in shown
        assert "&x" not in shown

    def test_a_secret_that_no_encoding_has_does_no_harm(self):
        assert masked("a\udcffbcd", "a\udcffbcd") == MASK

    def test_the_masks_of_the_same_secrets_are_made_once(self):
        assert masks_of(frozenset({"hunter2"})) is masks_of(frozenset({"hunter2"}))

    @given(st.lists(st.text("abc", min_size=4, max_size=8), max_size=4), st.text("abcd", max_size=40))
    def test_no_secret_is_left_in_any_text(self, secrets, text):
        shown = masked(text, *secrets)
        assert not [secret for secret in secrets if secret in shown]
        assert shown.count("d") == text.count("d") or not secrets


def kept(fields, *secrets):
    return bounded(fields, masks_of(frozenset(secrets)))


class Odd:
    def __str__(self):
        raise RuntimeError("no")


class OddMapping(dict):
    def items(self):
        raise RuntimeError("no")


class Colour(str, enum.Enum):  # noqa: UP042 - whose text is not its value
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


class TestFields:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, None),
            (True, True),
            (3, 3),
            (1.5, 1.5),
            ("text", "text"),
            ("a\x1b[31m\n", "a\x1b[31m\n"),
            ([1, (2, "b")], [1, [2, "b"]]),
            ({1}, [1]),
            ({"a": {"b": [None]}}, {"a": {"b": [None]}}),
            ({1: 2}, {"1": 2}),
            (math.nan, "nan"),
            (math.inf, "inf"),
            (2**63 - 1, 2**63 - 1),
            (2**63, str(2**63)),
            pytest.param(10**5000, "<int, which cannot be shown>", id="a number that Python writes for nobody"),
            (ValueError("bad"), "ValueError: bad"),
            (b"x", "b'x'"),
            (Odd(), "<Odd, which cannot be shown>"),
            (OddMapping(a=1), "<OddMapping, which cannot be shown>"),
            (Colour.RED, "red"),
            (Number.ONE, 1),
        ],
    )
    def test_json_stays_and_all_else_becomes_text(self, value, shown):
        found = kept({"field": value})
        assert found == {"field": shown}
        assert type(found["field"]) is type(shown)

    @pytest.mark.parametrize("fields", [OddMapping(a=1), [1, 2], "text"])
    def test_fields_that_are_none_are_kept_as_they_can_be(self, fields):
        assert list(kept(fields)) == ["…"]

    def test_secrets_are_masked_in_values_and_in_keys(self):
        found = kept({"note": "with hunter2", "hunter2": 1, "deep": [{"a": "hunter2!"}]}, "hunter2")
        assert found == {"note": f"with {MASK}", MASK: 1, "deep": [{"a": f"{MASK}!"}]}

    def test_keys_that_look_the_same_behind_their_masks_all_stay(self):
        found = kept({"a-hunter2": 1, "a-swordfish": 2, "a-********": 3}, "hunter2", "swordfish")
        assert found == {f"a-{MASK}": 1, f"a-{MASK} (2)": 2, f"a-{MASK} (3)": 3}

    @pytest.mark.parametrize("name", ["password", "smtp_password", "api-key", "Token", "credentials"])
    def test_what_is_called_like_a_secret_is_masked_whole(self, name):
        assert called_secret(name)
        assert kept({name: "x", "deep": {name: {"a": [1]}}}) == {name: MASK, "deep": {name: MASK}}

    @pytest.mark.parametrize("value", [None, "", 512, True, 0.5])
    def test_numbers_and_nothing_are_no_secrets(self, value):
        assert kept({"tokens": value}) == {"tokens": value}

    def test_more_members_than_there_may_be_are_counted(self):
        found = kept({str(number): number for number in range(MOST + 5)})
        assert (len(found), found["…"]) == (MOST + 1, "5 more")
        found = kept({"list": list(range(MOST + 5))})["list"]
        assert (len(found), found[-1]) == (MOST + 1, "… 5 more")
        assert len(kept({"list": list(range(MOST))})["list"]) == MOST

    def test_what_lies_too_deep_is_counted(self):
        value = deep = {}
        for _ in range(DEEPEST + 3):
            deep["in"] = {}
            deep = deep["in"]
        shown = json.dumps(kept(value), ensure_ascii=False)
        assert shown == '{"in": ' * (DEEPEST) + '"… (1 more)"' + "}" * DEEPEST

    def test_what_holds_itself_comes_to_an_end(self):
        value = []
        value.append(value)
        assert "… (1 more)" in json.dumps(kept({"self": value}), ensure_ascii=False)

    def test_long_texts_and_names_are_cut_and_say_so(self):
        found = kept({"text": "x" * (LONGEST_TEXT + 7), "n" * (LONGEST_NAME + 3): 1})
        assert found["text"] == "x" * LONGEST_TEXT + "… (7 more characters)"
        assert list(found)[1] == "n" * LONGEST_NAME + "… (3 more characters)"

    def test_all_together_have_a_bound(self):
        fields = {f"field{number}": ["y" * 900] * 50 for number in range(50)}
        shown = json.dumps(kept(fields), ensure_ascii=False)
        assert len(shown) < 2 * LARGEST
        assert "more" in shown

    def test_a_secret_at_the_cut_is_masked_before_it_is_cut(self):
        found = kept({"text": "x" * (LONGEST_TEXT - 3) + "swordfish"}, "swordfish")
        assert "swo" not in found["text"]

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
            max_leaves=30,
        )
    )
    def test_whatever_comes_out_is_json(self, value):
        json.dumps(kept({"field": value}), allow_nan=False)


def test_texts_are_cut_at_either_end_and_say_so():
    assert (shortened("abc", 3), ending("abc", 3)) == ("abc", "abc")
    assert shortened("abcde", 3) == "abc… (2 more characters)"
    assert ending("abcde", 3) == "(2 more characters) …cde"
    assert spelled("a") == "a"
