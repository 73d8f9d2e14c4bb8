"""
The unmeant: what a plugin asked an operation for, and what cannot be meant or is allowed to no plugin.
"""

from honeyhost.errors import OperationRefusedError
from honeyhost.sdk.operations import Operation
from honeyhost.services.guard import Guard


class UnmeantError(ValueError):
    """
    Why something cannot be meant, said by whoever read it; who asked for it is known further up.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def refused(guard: Guard, operation: Operation, error: UnmeantError) -> OperationRefusedError:
    """
    The same, with the plugin and the operation that it asked for.
    """
    return OperationRefusedError(
        f"{operation.path} of plugin '{guard.slug}' is refused: {error.message}",
        hint=error.hint,
        plugin=guard.slug,
        operation=operation.name,
    )
