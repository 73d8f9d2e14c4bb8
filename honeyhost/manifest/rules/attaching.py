"""
What this version reads, checks, and does not attach yet.
"""

from collections.abc import Iterator

from honeyhost.diagnostics import Problem, info
from honeyhost.manifest.model import PluginManifest

NOT_ATTACHED = frozenset(
    {
        "dbt_workspace",
        "error_codes",
        "frontend_bundle",
        "hide_menu_items",
        "i18n",
        "jobs",
        "landing_page",
        "menu_items",
        "routes",
        "templates",
        "widgets",
        "workflows",
    }
)
"""Fields without an attach point. Whoever adds the attach point takes the field out."""


def not_attached(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A remark for each field that has no effect yet.
    """
    for field in sorted(manifest.model_fields_set & NOT_ATTACHED):
        if getattr(manifest, field):
            message = f"'{field}' is declared, not attached by this version"
            yield info("not-attached-yet", message, path=field, field=field, hint="it is checked, and has no effect yet")
