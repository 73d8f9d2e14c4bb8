"""
The refusal: an archive that has no single safe reading, with every reason found.
"""

from collections.abc import Sequence
from typing import Any

from honeyhost.diagnostics import Problem, error


class ArchiveRefusedError(Exception):
    """
    The archive, or one file in it, is not read; ``problems`` says why.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def refusal(code: str, message: str, **facts: Any) -> ArchiveRefusedError:
    """
    The refusal for one reason; ``facts`` as for :func:`honeyhost.diagnostics.error`.
    """
    return ArchiveRefusedError((error(code, message, **facts),))
