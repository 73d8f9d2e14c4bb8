"""
Attach: what a plugin brings, compared with what was applied, and put in place with its undo.

One file per kind of contribution; ``routing`` is the part that answers requests. The web framework is imported by
``routing`` alone.
"""

from honeyhost.attach.change import AttachPlan, Change, Contribution, difference

__all__ = ["AttachPlan", "Change", "Contribution", "difference"]
