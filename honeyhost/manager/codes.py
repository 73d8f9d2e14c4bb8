"""
Codes: what loading, steering and calling plugins can answer.
"""

from honeyhost.diagnostics import Code

CODES: tuple[Code, ...] = (
    Code(
        code="load-failed",
        meaning="The plugin's code could not be imported, or is not what the manifest says it is.",
        mend="Read the error in the message; honeyhost check NAME looks at every reference without running anything.",
    ),
    Code(
        code="phase-timeout",
        meaning="The plugin took longer to be imported, initialised or started than the setting start_timeout allows.",
        mend="Let it do long work in a task (host.create_task); a plugin that does so twice in a row is quarantined.",
    ),
    Code(
        code="restart-needed",
        meaning="This process cannot take up another version of the plugin: its code has compiled modules, or no files.",
        mend="Restart the host.",
    ),
    Code(
        code="call-error",
        meaning="A call of a plugin's function came to nothing.",
        mend="Read the error in the message; it names who called whom.",
    ),
    Code(
        code="plugin-not-found",
        meaning="A call named a plugin that is not attached here.",
        mend="'honeyhost list' shows every plugin; mind the name that the message suggests.",
    ),
    Code(
        code="function-not-found",
        meaning="The plugin has no function of that name.",
        mend="Mark a method of its object with @function(), or name a function of its package as '.module:function'.",
    ),
    Code(
        code="plugin-disabled",
        meaning="A call named a plugin that is switched off, quarantined or failed.",
        mend="'honeyhost list' shows why; 'honeyhost enable NAME' or 'honeyhost release NAME' switches it on.",
    ),
    Code(
        code="call-timeout",
        meaning="A plugin's function did not answer within the limit of the call.",
        mend="Give the call more time (timeout), or raise the setting call_timeout.",
    ),
    Code(
        code="call-depth-exceeded",
        meaning="Plugins called each other more than ten deep, mostly in a circle; the message shows the chain.",
        mend="Break the circle.",
    ),
    Code(
        code="call-failed",
        meaning="A plugin's function raised.",
        mend="The log has the traceback, with the plugin's name.",
    ),
    Code(
        code="config-too-large",
        meaning="The configuration of a plugin is larger than the host keeps.",
        mend="Keep large data in a file or a table of the plugin, and its place in the configuration.",
    ),
    Code(
        code="config-schema",
        meaning="The JSON Schema of a plugin's configuration is none, so nothing can be checked against it.",
        mend="Mend the file that config_schema names; honeyhost check NAME says where.",
    ),
    Code(
        code="config-mask",
        meaning="A configuration was sent with the mask of a secret where nothing is stored that it could stand for.",
        mend="Send the secret itself, or leave the key out.",
    ),
    Code(
        code="config-invalid",
        meaning="A configuration is not what the plugin's schema wants; each place is named, no value is repeated.",
        mend="Mend the named keys; the schema is the file that config_schema names.",
    ),
    Code(
        code="json-invalid",
        meaning="The body of a request to the control interface is no JSON object that can be read.",
        mend="Send a JSON object with the content type application/json.",
    ),
)
