"""
The page about codes: what a problem, a reason or an error means, and how to mend it.
"""

from honeyhost.cli.catalogue import catalogue
from pages.text import code, document, prose, table

INTRODUCTION = """
Every problem, reason and error has a code. It is stable, and it is what scripts should look at; the message is for
people. On the command line, `honeyhost explain CODE` prints the same.
"""


def page() -> str:
    """
    Every code in alphabetical order.
    """
    rows = [(code(word), prose(entry.meaning), prose(entry.mend)) for word, entry in catalogue().items()]
    return document("Problem codes", INTRODUCTION, table(("code", "means", "to mend it"), rows))
