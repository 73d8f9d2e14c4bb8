"""
Codes: what planning, applying and the gate can answer.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="plan-changed",
        meaning="apply was given the digest of another plan: something has changed since that plan was looked at.",
        mend="Look at honeyhost plan again and apply its digest.",
    ),
    Code(
        code="attach-failed",
        meaning="A plugin could not be attached. What it had attached already was taken back; the other plugins went on.",
        mend="Read the reason behind the message, mend the plugin or the store, and apply again.",
    ),
    Code(
        code="route-refused",
        meaning="A route of the plugin asks for a permission that its manifest does not declare, or is of a kind that cannot "
        "be served. Every route is public by the manifest, needs a known caller, or needs a declared permission.",
        mend="Declare the permission in plugin.yaml, or correct its spelling on the route.",
    ),
    Code(
        code="not-writable",
        meaning="A generated file cannot be written: its folder is missing rights, is no folder, or the disk is full.",
        mend="Mend the folder, or name another with the setting that the message speaks of, and do it again.",
    ),
    Code(
        code="not-authenticated",
        meaning="The route needs a known caller, and the request carries no token that the host knows (HTTP 401).",
        mend="Send Authorization: Bearer TOKEN, or what the platform's own identity asks for.",
    ),
    Code(
        code="permission-missing",
        meaning="The caller is known and lacks the permission or scope that the answer names (HTTP 403).",
        mend="Give the permission to one of the caller's groups, or use a token that has it.",
    ),
    Code(
        code="not-found",
        meaning="No plugin answers at this address: it is unknown, disabled or rejected (HTTP 404).",
        mend="honeyhost list says which plugins there are and why one is not served.",
    ),
    Code(
        code="content-too-large",
        meaning="The body is larger than the host lets plugins receive (HTTP 413).",
        mend="Send less, or raise the setting max_body_size.",
    ),
    Code(
        code="plugin-failed",
        meaning="The plugin failed to import or to start, so its routes answer 503 while all others are served.",
        mend="The log names the error; honeyhost check and honeyhost plan show it too.",
    ),
    Code(
        code="identity-unavailable",
        meaning="The store that knows the tokens cannot be reached, so the host cannot say who is asking (HTTP 503).",
        mend="Check the setting database_url and that the database runs; the host recovers by itself.",
    ),
    Code(
        code="plugin-timeout",
        meaning="The plugin did not answer within the host's time limit (HTTP 504).",
        mend="Make the route faster, or raise the setting request_timeout.",
    ),
)
