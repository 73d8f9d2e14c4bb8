"""
A guard as a plugin has it, with grants that a test may change under it.
"""

from honeyhost.sdk.operations import Operation
from honeyhost.services.guard import Guard
from honeyhost.services.usage import OperationFigures, Usage


class Guarded:
    """
    The guard of the plugin ``clinic``, what is granted to it, and what was refused.
    """

    def __init__(self, *grants: str, slug: str = "clinic", limits: dict[str, int] | None = None) -> None:
        self.usage = Usage()
        self.refusals = []
        self.grant(*grants)
        self.guard = Guard(
            slug, grants=lambda: self.granted, usage=self.usage, limits=limits or {}, refused=self.refusals.append
        )

    def grant(self, *grants: str) -> None:
        """
        Grant these, and nothing else any more.
        """
        self.granted = {grant: {} for grant in grants}

    def figures(self, operation: Operation) -> OperationFigures:
        """
        What was counted of an operation.
        """
        return self.usage.tally(self.guard.slug, operation.name).figures()

    def counted(self, operation: Operation) -> tuple[int, int, int]:
        """
        How often it was done, refused for want of a grant, and failed.
        """
        figures = self.figures(operation)
        return figures.done, figures.refused, figures.errors
