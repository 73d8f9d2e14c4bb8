"""
What a snapshot records of capabilities, and what is known of them without reading it.
"""

import pytest

from honeyhost.attach.compiled import CompiledPlugin, Fragment
from honeyhost.attach.published import PublishedCapability
from honeyhost.discovery import DiscoveryOptions, discover
from honeyhost.errors import AttachError
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.live import Answering, Live
from honeyhost.manager.snapshot import Snapshot, SnapshotContent, write_snapshot
from honeyhost.manager.spec import PluginSpec

PUBLISHED = {
    "clinic.admit": PublishedCapability(
        slug="clinic.admit", function="admit", permission="clinic.write", input_schema={"type": "object"}
    ),
    "clinic.beds": PublishedCapability(slug="clinic.beds", function=".beds:free"),
}


def plugin(slug="clinic", published=PUBLISHED):
    spec = PluginSpec(slug=slug, version="1.0", digest="1", title="T", package="p", capabilities={"clinic.admit": "admit"})
    compiled = CompiledPlugin(
        slug=slug, version="1.0", digest="1", capabilities={name: one.function for name, one in published.items()}
    )
    facts = PluginFacts(spec=spec, compiled=compiled, capabilities=published)
    return AttachedPlugin(
        slug=slug,
        version="1.0",
        sort=0,
        lifespan=False,
        public=False,
        capabilities={name: one.permission for name, one in published.items()},
        read=lambda: facts,
        read_fragment=Fragment,
    )


def test_all_of_them_is_read_back_and_the_permissions_without_a_record(tmp_path):
    write_snapshot(tmp_path / "snapshot", SnapshotContent(key={}, plugins=(plugin(), plugin("ledger", {}))))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    clinic, ledger = snapshot.plugins()
    assert clinic.capabilities == {"clinic.admit": "clinic.write", "clinic.beds": None}
    assert (ledger.capabilities, clinic.known_digest) == ({}, None)
    live = Live(1, Answering(plugins={"clinic": clinic, "ledger": ledger}), lambda one: one.fragment)
    assert live.capabilities == {"clinic.admit": clinic, "clinic.beds": clinic}
    assert live.capabilities is live.capabilities
    assert clinic.known_digest is None
    assert clinic.facts.capabilities == PUBLISHED
    assert clinic.facts.spec.capabilities == {"clinic.admit": "admit"}
    assert clinic.facts.compiled.capabilities == {"clinic.admit": "admit", "clinic.beds": ".beds:free"}


@pytest.fixture
def found(platform):
    declared = [
        {"slug": "clinic.admit", "handler": "plugins.clinic.backend.notes:get_note", "input_schema": "admit.json"},
        {
            "slug": "clinic.never",
            "handler": ".backend.notes:get_note",
            "permission": "clinic.read",
            "input_schema": "never.json",
        },
    ]
    files = {"admit.json": '{"maxProperties": 1}', "never.json": "false"}
    root = platform.add("clinic", {"capabilities": declared}, files=files)
    (plugin,) = discover(DiscoveryOptions(bundled_root=root.parent, entry_points=False))
    return plugin


def compiled(plugin, **marked):
    functions = {**marked, **specify(plugin).capabilities}
    return CompiledPlugin(slug="clinic", version="1.0.0", digest=plugin.digest, capabilities=functions)


def test_declared_and_marked_ones_are_recorded_with_what_guards_them(found):
    made = attached(found, compiled(found, total="count"))
    assert made.capabilities == {"total": None, "clinic.admit": None, "clinic.never": "clinic.read"}
    published = made.facts.capabilities
    assert published["total"] == PublishedCapability(slug="total", function="count")
    assert published["clinic.admit"].input_schema == {"maxProperties": 1}
    assert published["clinic.never"].input_schema == {"not": {}}
    assert published["clinic.admit"].function == "plugins.clinic.backend.notes:get_note"


def test_their_schemas_stand_for_the_plugin_too(found):
    assert {str(found.root / name) for name in ("admit.json", "never.json")} <= set(specify(found).stamps)


def test_a_schema_that_cannot_be_read_any_more_is_an_attach_failure(found):
    (found.root / "admit.json").write_text("{")
    with pytest.raises(AttachError, match=r"plugin 'clinic': its input_schema 'admit.json' cannot be read"):
        attached(found, compiled(found))
