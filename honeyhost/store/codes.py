"""
Codes: what the store can answer instead of an outcome.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="store-error",
        meaning="The database refused: its schema is newer than this honeyhost, or a value cannot be kept in it.",
        mend="Read the message; where the schema is newer, run the honeyhost that wrote it or a later one.",
    ),
    Code(
        code="store-unavailable",
        meaning="The database cannot be reached, is not a database, has no tables yet, or stayed locked too long.",
        mend="Check the setting database_url (honeyhost config), that the server runs and that the file may be written. "
        "Missing tables are made by honeyhost apply.",
    ),
    Code(
        code="store-conflict",
        meaning="Somebody else changed the record after it was read, so that writing it would have undone their change.",
        mend="Read the record again and repeat the change.",
    ),
)
