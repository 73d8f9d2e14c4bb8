"""
Codes: what running a capability can answer.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="capability-not-found",
        meaning="No attached plugin publishes a capability of that slug.",
        mend="'honeyhost capability list' shows every one; mind the slug that the message suggests.",
    ),
    Code(
        code="arguments-invalid",
        meaning="The input of a capability is not what its input_schema says, or what its function takes; no value is told.",
        mend="Mend the places that the problems name.",
    ),
    Code(
        code="input-missing",
        meaning="The input of a capability lacks a member that its input_schema requires.",
        mend="Send it.",
    ),
    Code(
        code="input-unknown-key",
        meaning="The input of a capability has a member that its input_schema does not know.",
        mend="Leave it out, or mend its name.",
    ),
    Code(
        code="input-value",
        meaning="A value in the input of a capability is not what its input_schema wants at that place.",
        mend="Send what the message says is wanted.",
    ),
)
