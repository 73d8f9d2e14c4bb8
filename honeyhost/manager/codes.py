"""
Codes: what loading and steering plugins can answer.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="load-failed",
        meaning="The plugin's code could not be imported, took too long, or is not what the manifest says it is.",
        mend="Read the error in the message; honeyhost check NAME looks at every reference without running anything.",
    ),
)
