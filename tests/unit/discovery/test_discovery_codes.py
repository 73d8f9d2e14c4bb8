"""
Every code that this room can emit is explained.
"""

import re
from pathlib import Path

import pytest

import honeyhost.discovery
from honeyhost.discovery import codes, notes
from honeyhost.discovery.distributions import Note
from honeyhost.manifest import codes as manifest_codes

ROOM = Path(honeyhost.discovery.__file__).parent


def emitted():
    pattern = re.compile(r"(?:error|warning|info|severity|refusal|make)\(\s*\"([a-z0-9-]+)\"")
    found = {code for file in ROOM.rglob("*.py") for code in pattern.findall(file.read_text())}
    return found | set(notes._WORDS)


def test_every_code_is_explained_once():
    explained = [code.code for code in codes.CODES]
    assert len(explained) == len(set(explained))
    assert emitted() - {code.code for code in manifest_codes.CODES} == set(explained)


@pytest.mark.parametrize("code", codes.CODES, ids=lambda code: code.code)
def test_every_explanation_is_a_sentence_and_says_what_to_do(code):
    assert code.meaning.endswith(".")
    assert code.mend.endswith(".")


@pytest.mark.parametrize("code", notes._WORDS)
def test_every_note_is_worded_with_its_place(code):
    problem = notes.worded(Note(code, "/place", "/other"))
    assert (problem.code, problem.file) == (code, "/place")
    assert "/place" in problem.message
