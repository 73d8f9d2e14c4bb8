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
    The wish contradicts what is already on record.
    """
