"""
Errors: what the ledger refuses, in words for the person who asked.
"""


class LedgerError(Exception):
    """
    The root of what the ledger refuses.
    """


class UnknownRecordError(LedgerError):
    """
    There is no such account or entry.
    """


class LedgerConflictError(LedgerError):
    """
    The wish contradicts what is in the books.
    """


class LedgerBusyError(LedgerError):
    """
    Others were faster each time; the wish itself may be in order.
    """
