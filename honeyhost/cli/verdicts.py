"""
Verdicts: reasons of the resolver in the form of problems, where both are shown in one list.
"""

import re

from honeyhost.diagnostics import Problem, error
from honeyhost.resolver.reasons import Reason

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")


def as_problem(reason: Reason) -> Problem:
    """
    The reason in the form of a problem, at the place of the demand.
    """
    problem = error(reason.code, reason.message, hint=reason.hint, **reason.params)
    place = _PLACE.match(reason.source)
    if place is None:
        return problem
    return problem.at(file=place["file"], line=int(place["line"]), column=int(place["column"]))
