"""
Codes: what commands can answer instead of an outcome.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="wrong-use",
        meaning="The command line could not be understood: an unknown command or option, a missing or a wrong value.",
        mend="Read the line that begins with 'help:', or ask 'honeyhost COMMAND --help'.",
    ),
    Code(
        code="missing-extra",
        meaning="The command needs an optional part of honeyhost that is not installed here.",
        mend="Run the pip line that the message gives.",
    ),
    Code(
        code="settings-invalid",
        meaning="A setting has a value that cannot be used.",
        mend="'honeyhost config' shows every setting, its value and where it comes from.",
    ),
    Code(
        code="unknown-plugin",
        meaning="No plugin of this name was found on this host.",
        mend="'honeyhost list' shows every plugin that was found, usable or not.",
    ),
    Code(
        code="unknown-code",
        meaning="No problem, reason or error has this code.",
        mend="'honeyhost explain' without a code lists all of them.",
    ),
    Code(
        code="plugin-rejected",
        meaning="A caller wanted every plugin accepted, and at least one was not.",
        mend="'honeyhost why NAME' shows every rule with its fact, and the smallest change.",
    ),
    Code(
        code="manifest-invalid",
        meaning="A caller wanted a manifest, and it has errors; they are told with it.",
        mend="'honeyhost check PATH' shows all of them with their places.",
    ),
    Code(
        code="refused",
        meaning="The rules do not allow this action in the present state.",
        mend="Read the message: it says what stands against it.",
    ),
    Code(
        code="address-unavailable",
        meaning="The server cannot listen where it was told to: another program does, or the address is not this machine's.",
        mend="Choose another with --host and --port; '--port 0' takes a free one.",
    ),
    Code(
        code="host-unreachable",
        meaning="No running host answers at the address that was asked, or it cannot answer at this moment.",
        mend="Start one with 'honeyhost serve', or name the address of yours with --url or HONEYHOST_URL.",
    ),
    Code(
        code="start-failed",
        meaning="The server stopped before it served.",
        mend="The lines above the message say why; 'honeyhost list' and 'honeyhost why NAME' work without a server.",
    ),
    Code(
        code="internal-error",
        meaning="honeyhost met something that nobody foresaw. This is a mistake in honeyhost, not in a plugin.",
        mend="The report file that the message names holds what is needed to find it. '--debug' shows it at once.",
    ),
)
