"""
Codes: what operations of the host can answer a plugin.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="operation-error",
        meaning="An operation of the host that a plugin asked for came to nothing.",
        mend="Read the error in the message; it names the plugin and the operation.",
    ),
    Code(
        code="permission-not-granted",
        meaning="A plugin asked its host for something that no operator has granted, or that was taken back.",
        mend="Ask for it under host_permissions in plugin.yaml; 'honeyhost grant NAME' shows what it has and gives more.",
    ),
    Code(
        code="operation-limited",
        meaning="A plugin asked for an operation more often than it may in a minute.",
        mend="Ask less often, or raise the setting operation_limits for that plugin and operation.",
    ),
    Code(
        code="operation-refused",
        meaning="A plugin asked for something that cannot be meant, or that is allowed to none, as two statements at once.",
        mend="Read the message; docs/how-to/ask-the-host.md says what each operation takes.",
    ),
    Code(
        code="operation-timeout",
        meaning="An operation of the host took longer than it may, and was interrupted.",
        mend="Ask for less at a time, or raise query_timeout or http_timeout.",
    ),
    Code(
        code="operation-failed",
        meaning="The service behind an operation failed: the database, the cache, another server, the mail server.",
        mend="Read the error in the message; the rest is the service's matter.",
    ),
)
