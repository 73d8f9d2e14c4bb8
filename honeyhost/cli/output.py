"""
Output for programs: one JSON document on standard output, in UTF-8, with its version.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from honeyhost.cli.streams import Screen
from honeyhost.diagnostics import Problem
from honeyhost.names import hidden_characters

VERSION = 1
_ESCAPED = re.compile(r"[^\x20-\x7e\n]")
_BASIC_PLANE = 0xFFFF


def document(body: Mapping[str, Any]) -> dict[str, Any]:
    """
    The body as a document; ``version`` stands first.
    """
    return {"version": VERSION, **body}


def failure(problem: Problem) -> dict[str, Any]:
    """
    The document of a command that failed.
    """
    return document({"error": problem.to_json()})


def write_json(screen: Screen, body: Any) -> None:
    """
    Write one document: on one line for programs, indented for people. Characters that could steer a terminal are written as
    JSON's own escapes, so the data stays the same and the screen is safe.
    """
    text = json.dumps(body, ensure_ascii=False, indent=2 if screen.terminal else None)
    screen.write_utf8(_ESCAPED.sub(_escape, text) + "\n")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if not hidden_characters(character):
        return character
    number = ord(character)
    if number <= _BASIC_PLANE:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
