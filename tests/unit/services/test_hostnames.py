"""
Host names: one spelling for each.
"""

import sys

import pytest

from honeyhost.services.hostnames import host_name, is_numeric
from honeyhost.services.unmeant import UnmeantError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme.EXAMPLE.", "acme.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
        (f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}.", f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}"),
    ],
)
def test_a_name_is_in_lower_case_and_ascii_without_a_dot_at_its_end(text, name):
    assert host_name(text) == name


@pytest.mark.parametrize("text", ["", ".", "a..b", "a b", "a/b", "a:b", "ü..b", "\u2488.example", "a" * 255])
def test_what_is_no_name_of_a_host_is_none(text):
    with pytest.raises(UnmeantError, match="is no name of a host"):
        host_name(text)


def test_without_the_library_for_other_scripts_their_names_have_to_be_written_in_ascii(monkeypatch):
    monkeypatch.setitem(sys.modules, "idna", None)
    with pytest.raises(UnmeantError, match=r"'bücher\.example' is not written in ASCII") as refused:
        host_name("Bücher.example")
    assert refused.value.hint == "write it in its ASCII form, as 'xn--…'"
    assert host_name("Acme.example") == "acme.example"


@pytest.mark.parametrize(
    ("name", "numeric"), [("127.0.0.1", True), ("a.0x", True), ("a.1b", False), ("1.com", False), ("7", True)]
)
def test_a_name_whose_last_part_is_a_number_is_an_address(name, numeric):
    assert is_numeric(name) is numeric
