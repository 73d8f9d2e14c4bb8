"""
Errors: what the clinic refuses, in words for the person who asked.
"""


class ClinicError(Exception):
    """
    The root of what the clinic refuses.
    """


class UnknownRecordError(ClinicError):
    """
    There is no such record.
    """


class RecordConflictError(ClinicError):
    """
    The wish contradicts what is already on record, or the rules of the house.
    """


class ClinicUnavailableError(ClinicError):
    """
    Nothing can be read or written now; the wish itself may be in order.
    """
