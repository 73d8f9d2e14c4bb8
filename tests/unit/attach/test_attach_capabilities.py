"""
Capabilities as contributions, and whose a slug is.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeyhost.attach.capabilities import CapabilityPoint, contested
from honeyhost.attach.change import difference
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery import DiscoveredPlugin, Origin
from honeyhost.manifest import PluginManifest
from honeyhost.manifest.positions import Positions

PLUGINS = ("archive", "clinic", "ledger")
SLUGS = ("total", "ledger.total", "clinic.beds", "archive", "ledger", "other.name", "ledger.total.net")


def contributions(compiled, *declared):
    manifest = {"name": "ledger", "version": "1.0", "permissions": ["ledger.read"], "capabilities": list(declared)}
    plugin = DiscoveredPlugin(
        manifest=PluginManifest.model_validate(manifest),
        origin=Origin(kind="directory", location="/x"),
        root=Path("/x"),
        package="plugins.ledger",
        digest="sha256:1",
        manifest_file="plugin.yaml",
        positions=Positions(),
    )
    found = CompiledPlugin(slug="ledger", version="1.0", digest="sha256:1", capabilities=compiled)
    return tuple(CapabilityPoint().contributions(plugin, found))


def test_each_says_what_answers_it_and_who_may_run_it():
    declared = {"slug": "ledger.sum", "handler": "sum", "permission": "ledger.read", "input_schema": "sum.json"}
    found = contributions({"ledger.sum": "sum", "total": "count"}, declared)
    assert [(one.kind, one.plugin, one.key, one.summary, one.details) for one in found] == [
        (
            "capability",
            "ledger",
            "ledger.sum",
            "ledger.sum (ledger.read)",
            {"function": "sum", "policy": "ledger.read", "input_schema": "sum.json"},
        ),
        ("capability", "ledger", "total", "total (authenticated)", {"function": "count", "policy": "authenticated"}),
    ]


def test_a_permission_that_is_taken_away_is_a_change_of_the_plan():
    declared = {"slug": "ledger.sum", "handler": "sum"}
    guarded = contributions({"ledger.sum": "sum"}, {**declared, "permission": "ledger.read"})
    (change,) = difference(guarded, contributions({"ledger.sum": "sum"}, declared)).changes
    assert (change.action, change.details["policy"], change.details["before"]["policy"]) == (
        "change",
        "authenticated",
        "ledger.read",
    )


@pytest.mark.parametrize(
    ("published", "refused"),
    [
        ({"ledger": ["ledger.total"], "archive": ["archive.total", "total"]}, {}),
        ({"ledger": [], "archive": ["ledger.total"]}, {"archive": ["ledger"]}),
        ({"ledger": ["ledger.total"], "archive": ["ledger.total"]}, {"archive": ["ledger"]}),
        ({"ledger": [], "archive": ["ledger"]}, {"archive": ["ledger"]}),
        ({"ledger": ["total"], "archive": ["total"]}, {"ledger": ["archive"], "archive": ["ledger"]}),
        (
            {"ledger": ["total"], "archive": ["total"], "clinic": ["total"]},
            {"archive": ["clinic", "ledger"], "clinic": ["archive", "ledger"], "ledger": ["archive", "clinic"]},
        ),
        ({"ledger": ["ledgers.total"], "archive": []}, {}),
    ],
)
def test_a_name_is_its_owners_and_any_other_nobodys_who_shares_it(published, refused):
    assert {slug: error.params["others"] for slug, error in contested(published).items()} == refused


def test_the_error_names_both_and_a_name_that_nobody_can_contest():
    error = contested({"ledger": ["total"], "archive": ["total"]})["archive"]
    assert error.message == "plugin 'archive' publishes the capability 'total', and so does plugin 'ledger'"
    assert error.hint == "begin its name with the plugin's own: 'archive.total'"


@given(st.dictionaries(st.sampled_from(PLUGINS), st.lists(st.sampled_from(SLUGS), unique=True)))
def test_whoever_is_left_shares_no_name_and_bears_none_of_another(published):
    refused = contested(published)
    left = [(plugin, slug) for plugin, slugs in published.items() if plugin not in refused for slug in slugs]
    assert len({slug for _, slug in left}) == len(left)
    assert [(plugin, slug) for plugin, slug in left if slug.partition(".")[0] in published.keys() - {plugin}] == []
    assert all(set(error.params["others"]) <= published.keys() - {plugin} for plugin, error in refused.items())
