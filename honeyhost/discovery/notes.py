"""
Notes: what the scan noticed about distributions, worded for people.
"""

from honeyhost.diagnostics import Problem, info, warning
from honeyhost.discovery.distributions import GROUP, Note


def worded(note: Note) -> Problem:
    """
    The finding that a note becomes.
    """
    severity, message, hint = _WORDS[note.code]
    make = info if severity == "info" else warning
    facts = {"other": note.other} if note.other else {}
    return make(note.code, message.format(place=note.place, other=note.other), file=note.place, hint=hint, **facts)


_WORDS = {
    "distribution-shadowed": (
        "warning",
        "the distribution in '{place}' is not used, because '{other}' comes earlier on the path",
        "uninstall one of them",
    ),
    "distribution-torn": (
        "warning",
        "'{place}' has no METADATA: an installation or removal was interrupted",
        "install it again, or remove the folder",
    ),
    "egg-info-ignored": (
        "warning",
        f"'{{place}}' declares [{GROUP}] in the old egg format, which is not read",
        "install the project with 'pip install -e'",
    ),
    "entry-points-damaged": (
        "warning",
        "'{place}' is damaged in {other}; the other distributions are read all the same",
        "install that distribution again, or report it to its author: other tools stop there",
    ),
    "entry-points-not-utf8": (
        "warning",
        "'{place}' is not UTF-8; the other distributions are read all the same",
        "install that distribution again, or report it to its author: other tools stop there",
    ),
    "entry-points-unreadable": ("warning", "'{place}' cannot be read: {other}", "see that the file can be read"),
    "path-unreadable": ("warning", "the path entry '{place}' cannot be listed: {other}", "see that the folder can be read"),
}
