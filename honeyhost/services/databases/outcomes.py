"""
Outcomes: why a statement came to nothing, as the threads that run statements say it. They know no guard and no operation.
"""

from honeyhost.services.databases.ownership import Access


class StatementError(Exception):
    """
    The root: a message and the next thing to do.
    """

    def __init__(self, message: str = "", *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Denied(StatementError):  # noqa: N818 - an outcome
    """
    The statement reaches for a table that the plugin may not have.

    Args:
        access: that it wanted.
        scope: the table, as a grant would name it.
        never: why no grant gives it, where that is so.
    """

    def __init__(self, access: Access, scope: str, *, never: str | None = None) -> None:
        super().__init__(scope)
        self.access = access
        self.scope = scope
        self.never = never


class Refused(StatementError):  # noqa: N818 - an outcome
    """
    It cannot be meant, or no plugin may do it.
    """


class Overdue(StatementError):  # noqa: N818 - an outcome
    """
    It took too long and was interrupted.
    """


class Failed(StatementError):  # noqa: N818 - an outcome
    """
    The database says no. ``reason`` is ``constraint``, ``busy``, ``limit``, ``unavailable`` or ``statement``.
    """

    def __init__(self, message: str, *, reason: str = "statement", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
