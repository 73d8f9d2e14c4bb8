"""
Texts: names that people give to groups, members, tokens and themselves, before they reach the database.
"""

from honeyhost.errors import UsageError
from honeyhost.names import hidden_characters, visible


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
