"""
Syntax: what the YAML parser complains about, in words that say what to do.
"""

from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.document import too_deep

_EXCERPT = 60
_COLUMN = "entries of one list or mapping start in the same column, and nothing follows a closing quote"

_WORDS = (
    ("mapping values are not allowed", "a second ': ' stands in one line", "put quotes round text that holds ': '"),
    ("could not find expected ':'", "a key is not followed by ': '", "write 'key: value', with a space after the colon"),
    ("expected <block end>", "the text or its indentation does not fit here", _COLUMN),
    ("did not find expected key", "the text or its indentation does not fit here", _COLUMN),
    ("did not find expected '-' indicator", "the text or its indentation does not fit here", _COLUMN),
    ("sequence entries are not allowed", "a list starts where none can stand", "start the list on the next line"),
    ("unexpected end of stream", "a quote is opened and not closed", "close it"),
    ("expected ',' or", "a bracket or a comma is missing", "close the bracket that was opened before"),
    ("stream end", "a bracket is opened and not closed", "close it"),
    ("cannot start any token", "text starts with a character that YAML keeps for itself", "put quotes round the text"),
    ("unknown escape", "the escape after '\\' is unknown", "use single quotes, or write '\\\\'"),
    ("escape", "the escape does not name a character", "use single quotes, or write '\\\\'"),
)


def problem(cause: Exception) -> Problem:
    """
    What stopped the parser, with its place.
    """
    said = str(getattr(cause, "problem", None) or cause)
    if "nesting depth" in said:  # the C parser has a bound of its own
        return _placed(too_deep(""), cause)
    words, hint = next(((words, hint) for part, words, hint in _WORDS if part in said), (f"the parser says: {said}", None))
    return _placed(error("yaml-syntax", f"this is not YAML: {words}", hint=hint), cause)


def excerpt(text: str) -> str:
    """
    The text as a message may quote it: not longer than a line.
    """
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


def _placed(found: Problem, cause: Any) -> Problem:
    mark = getattr(cause, "problem_mark", None) or getattr(cause, "context_mark", None)
    return found if mark is None else found.at(line=mark.line + 1, column=mark.column + 1)
