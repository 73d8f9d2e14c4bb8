"""
Codes: why a plugin is rejected, and what is worth a warning.

``permission-unknown``, ``permission-reserved`` and ``permission-foreign`` stand among the manifest's codes: they mean the
same there, found with less knowledge.
"""

from honeyhost.diagnostics import Code

_HOST = (
    (
        "host-too-old",
        "The plugin needs a newer host than this one. A pre-release is older than its release: 2.1.0rc1 does not meet >=2.1.",
        "Upgrade the host, or install a release of the plugin for this host.",
    ),
    (
        "host-too-new",
        "The plugin sets an upper bound on the host's version, and this host lies above it.",
        "Install a newer release of the plugin, or waive the bound with an override of 'host-version'; its use is shown.",
    ),
    (
        "host-excluded",
        "The plugin takes exactly this host version out of the range that it works with.",
        "Run another host version; what an author took out on purpose cannot be waived.",
    ),
    (
        "python-mismatch",
        "The plugin needs another version of Python than the one that runs the host.",
        "Run the host on a Python that fits; an upper bound can be waived with an override of 'python-version'.",
    ),
    (
        "runtime-unavailable",
        "The plugin's code needs a runtime that this host does not have.",
        "Install the plugin on a host that has it, or install a release that needs another runtime.",
    ),
)
_CONSENT = (
    (
        "grant-missing",
        "The plugin asks the host for something, and no operator has ever answered it; it waits for that answer.",
        "'honeyhost grant NAME' shows what it asks for; grant it, or let it run without with --without-new-grants.",
    ),
)
_NEEDS = (
    (
        "plugin-missing",
        "A plugin that this one needs is not installed, or cannot be read. An archive counts only once it is installed.",
        "Install it, mend it, or mend the spelling in requires_plugins.",
    ),
    (
        "plugin-version-mismatch",
        "A plugin that this one needs is installed in a version that does not fit.",
        "Install a version in the range that the message names.",
    ),
    (
        "dependency-rejected",
        "A plugin that this one needs is rejected itself, or needs one that is.",
        "Mend the last plugin of the chain; the others follow by themselves.",
    ),
    (
        "dependency-cycle",
        "The plugin needs itself through its requires_plugins, so no order of starting would do.",
        "Take one step of the drawn cycle out of requires_plugins.",
    ),
)
_CLAIMS = (
    (
        "slug-conflict",
        "Two distributions or folders have one name. Both are refused: which of them is meant cannot be guessed.",
        "Uninstall one, or pin the one that is meant with the setting 'pins'.",
    ),
    (
        "permission-conflict",
        "A permission is declared by two plugins, or the host's catalog has it already. Of two plugins both are refused.",
        "Rename it in one of them; a permission of the host is used without declaring it.",
    ),
    (
        "path-conflict",
        "The host answers the plugin's path itself, or two function routes of the plugin match the same URLs.",
        "Serve plugins under a prefix of their own, or remove one route: names of parameters do not tell routes apart.",
    ),
    (
        "nav-conflict",
        "Two entries of navigation or menus have one id. Of two plugins both are refused.",
        "Give one of them another id.",
    ),
    (
        "capability-conflict",
        "A capability begins with the slug of another plugin, or two plugins declare it.",
        "Begin its name with the slug of the plugin that declares it.",
    ),
    (
        "template-conflict",
        "Two plugins override one template with the same priority. Both are refused.",
        "Give one of them a higher priority.",
    ),
)
_WARNINGS = (
    (
        "grant-withheld",
        "An operator has answered what the plugin asks for, and did not grant all of it. It runs without the rest.",
        "Nothing, if that is meant; 'honeyhost grant NAME --all' grants it.",
    ),
    (
        "grant-open",
        "A new version of the plugin asks the host for more than was answered. It runs with what it has, and without the rest.",
        "'honeyhost grant NAME' shows what is new; '--all' grants it, '--without-new-grants' says no.",
    ),
    (
        "tested-up-to",
        "The host is newer than the last version that the plugin was tested with. It is attached all the same.",
        "Try it; an override of 'host-version' says that it works, or install a newer release.",
    ),
    (
        "override-used",
        "The operator waived an upper bound, and without that the plugin would be rejected or warned about.",
        "Remove the override when a release of the plugin fits this host.",
    ),
)

CODES: tuple[Code, ...] = tuple(
    Code(code=code, meaning=meaning, mend=mend) for code, meaning, mend in (*_HOST, *_CONSENT, *_NEEDS, *_CLAIMS, *_WARNINGS)
)
