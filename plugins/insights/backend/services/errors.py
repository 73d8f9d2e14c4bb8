"""
Errors: why there are no figures.
"""


class BoardUnavailableError(Exception):
    """
    One of the others gives no figures now; the message says which, and why.
    """
