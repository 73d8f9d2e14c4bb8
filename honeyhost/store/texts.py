"""
Texts: names that people give to groups, members, tokens and themselves, and documents, before they reach the database.
"""

import json
from typing import Any

from honeyhost.errors import StoreError, UsageError
from honeyhost.names import hidden_characters, visible

LONGEST_GROUP = 100
LONGEST_PERMISSION = 200
LONGEST_SUBJECT = 255


def demand_text(what: str, text: str, longest: int) -> str:
    """
    The text, where it can be kept and shown.

    Args:
        what: Whose name it is, with its article: ``a group``.
        text: As given.
        longest: In characters.

    Raises:
        UsageError: It is empty, too long, or has characters that nobody sees.
    """
    if not text.strip():
        raise UsageError(f"{what} needs a name", hint="an empty one was given")
    if len(text) > longest:
        raise UsageError(f"the name of {what} has {len(text)} characters; {longest} are allowed")
    hidden = hidden_characters(text)
    if hidden:
        shown = visible(text)
        raise UsageError(f"the name of {what}, '{shown}', has characters that are not shown: {', '.join(hidden)}")
    return text


def json_text(document: Any, where: str = "the database") -> str:
    """
    The document as JSON.

    Args:
        document: Made of mappings with texts as keys, lists, texts, finite numbers, booleans and None.
        where: What is to keep it, for the message.

    Raises:
        StoreError: It is made of something else.
    """
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"{where} cannot keep this value: {error}") from error
