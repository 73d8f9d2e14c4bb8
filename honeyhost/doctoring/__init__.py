"""
Doctoring: a platform examined from the ground up, each finding with the way to mend it.

Nothing is changed, and no code of a plugin runs.
"""

from honeyhost.doctoring.examination import examine
from honeyhost.doctoring.finding import Check, Repair, Status

__all__ = ["Check", "Repair", "Status", "examine"]
