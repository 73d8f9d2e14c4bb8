"""
Codes: what each problem of a build means, and what to do about it.
"""

from honeyhost.diagnostics import Code

CODES = (
    Code(
        code="build-manifest-missing",
        meaning="The project that is being built has no plugin.yaml at its root or in a package.",
        mend="Put plugin.yaml beside the plugin's code.",
    ),
    Code(
        code="build-manifest-ambiguous",
        meaning="Several packages of the project have a plugin.yaml, and a project builds one plugin.",
        mend="Name the package as 'package' in [tool.hatch.metadata.hooks.honeyhost].",
    ),
    Code(
        code="build-metadata-differs",
        meaning="pyproject.toml says something else than plugin.yaml: an installer and the host would see two plugins.",
        mend="List the field in project.dynamic, so that it is taken from plugin.yaml.",
    ),
    Code(
        code="build-link",
        meaning="A folder of the plugin is a link. Wheels hold no links, so it would be missing.",
        mend="Put the folder there, or take the link out.",
    ),
)
