"""
What holds of every resolution, whatever was found.
"""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory, Origin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.resolver import DependencyRejected, HostProfile, Policy, Resolution, explain, resolve

SLUGS = ("alpha", "beta", "delta", "gamma", "omega")
PERMISSIONS = ("alpha.read", "beta.read", "shared.read", "host.read", "catalog.read")
SPECIFIERS = ("", ">=1", ">=2", "<2", "!=1.9.4", ">=1,<3")
PROFILE = HostProfile(
    host_version="1.9.4",
    python_version="3.11.7",
    catalog={"catalog.read": "host"},
    prefix="/api/{slug}",
    reserved_paths=frozenset({"/api/omega"}),
)

capabilities = st.lists(st.sampled_from(("alpha.do", "beta.do", "any.do")), max_size=2, unique=True)
fields = st.fixed_dictionaries(
    {},
    optional={
        "requires_host": st.sampled_from(SPECIFIERS),
        "min_host_version": st.sampled_from(("1.0", "2.1")),
        "tested_up_to": st.sampled_from(("1.2", "2")),
        "requires_python": st.sampled_from((">=3.11", ">=4", "<3.11")),
        "runtime": st.sampled_from(("python", "wasm")),
        "requires_plugins": st.dictionaries(st.sampled_from(SLUGS), st.sampled_from(SPECIFIERS), max_size=3),
        "permissions": st.lists(st.sampled_from(PERMISSIONS), max_size=2, unique=True),
        "routers": st.lists(st.sampled_from(PERMISSIONS).map(lambda name: {"router": ".a:r", "permission": name}), max_size=2),
        "routes": st.lists(
            st.sampled_from(("/a/{x}", "/a/{y}", "/b")).map(lambda path: {"method": "GET", "path": path, "handler": "f"}),
            max_size=2,
        ),
        "menu_items": st.lists(st.sampled_from(("one", "two")).map(lambda name: {"id": name, "label": name}), max_size=2),
        "capabilities": capabilities.map(lambda slugs: [{"slug": slug, "handler": "f"} for slug in slugs]),
        "templates": st.lists(
            st.integers(0, 1).map(lambda rank: {"name": "x", "path": "x", "override": True, "priority": rank}), max_size=1
        ),
        "seed_groups": st.lists(
            st.sampled_from(PERMISSIONS).map(lambda name: {"name": "g", "permissions": [name]}), max_size=1
        ),
    },
)


def plugin_of(slug: str, version: str, kind: Any, place: str, manifest: dict[str, Any]) -> DiscoveredPlugin:
    return DiscoveredPlugin(
        manifest=PluginManifest.model_validate({"name": slug, "version": version, **manifest}),
        origin=Origin(kind=kind, location=f"/{place}/{slug}", distribution=place if kind == "entry-point" else None),
        root=Path("/srv"),
        package=slug,
        digest="sha256:0",
        manifest_file="plugin.yaml",
        positions=Positions(),
    )


plugins = st.builds(
    plugin_of,
    st.sampled_from(SLUGS),
    st.sampled_from(("1.0", "2.0", "2.1rc1")),
    st.sampled_from(("directory", "directory", "entry-point", "archive")),
    st.sampled_from(("one", "two")),
    fields,
)
inventories = st.lists(
    plugins, max_size=7, unique_by=lambda plugin: (plugin.name, plugin.origin.kind, plugin.origin.location)
).map(tuple)
policies = st.builds(
    Policy,
    overrides=st.dictionaries(
        st.sampled_from(SLUGS), st.frozensets(st.sampled_from(("host-version", "python-version"))), max_size=2
    ),
    pins=st.dictionaries(st.sampled_from(SLUGS), st.sampled_from(("one", "two", "/one/alpha")), max_size=1),
)


def resolved(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> Resolution:
    return resolve(Inventory(plugins=found), PROFILE, policy)


@settings(max_examples=200, deadline=None)
@given(inventories, policies, st.randoms(use_true_random=False))
def test_the_order_in_which_plugins_were_found_does_not_matter(
    found: tuple[DiscoveredPlugin, ...], policy: Policy, random: Any
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert resolved(tuple(shuffled), policy) == resolved(found, policy)


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_every_plugin_has_one_verdict_and_no_reason_means_accepted(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    resolution = resolved(found, policy)
    rejected = [rejection.plugin for rejection in resolution.rejected]
    assert len(resolution.accepted) + len(resolution.installable) + len(rejected) == len(found)
    for plugin in found:
        passed = plugin in resolution.accepted or plugin in resolution.installable
        assert passed == (not resolution.reasons_of(plugin)) == (resolution.verdict_on(plugin) == "accepted")
        assert passed != (plugin in rejected)


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_an_accepted_plugin_comes_after_all_that_it_needs(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    before: set[str] = set()
    for plugin in resolved(found, policy).accepted:
        assert plugin.name not in before
        assert before.issuperset(plugin.manifest.requires_plugins)
        before.add(plugin.name)


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_accepted_plugins_claim_nothing_twice(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    accepted = resolved(found, policy).accepted
    permissions = [name for plugin in accepted for name in plugin.permissions]
    entries = [item.id for plugin in accepted for item in plugin.manifest.menu_items]
    abilities = [capability.slug for plugin in accepted for capability in plugin.manifest.capabilities]
    templates = [(entry.name, entry.priority) for plugin in accepted for entry in plugin.manifest.templates]
    for names in (permissions, entries, abilities, templates):
        assert len(names) == len(set(names))


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_the_checks_of_a_plugin_say_exactly_its_reasons(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    resolution = resolved(found, policy)
    for plugin in found:
        failed = [check.reason for check in resolution.checks_of(plugin) if not check.passed]
        assert failed == list(resolution.reasons_of(plugin))


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_every_explanation_can_be_worded(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    resolution = resolved(found, policy)
    for plugin in found:
        explanation = explain(resolution, plugin)
        assert bool(explanation.smallest_change) == (explanation.verdict == "rejected")
        assert explanation.failed_rules <= explanation.rules == 16
        for reason in resolution.reasons_of(plugin):
            assert reason.to_json()["message"].startswith(f"plugin '{plugin.name}' {plugin.version} ")
            assert all((reason.hint, reason.wanted, reason.found, reason.change))


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_an_unrelated_plugin_changes_no_verdict(found: tuple[DiscoveredPlugin, ...], policy: Policy) -> None:
    stranger = plugin_of(
        "zeta", "1.0", "directory", "three", {"permissions": ["zeta.read"], "menu_items": [{"id": "z", "label": "Z"}]}
    )
    with_it, without = resolved((*found, stranger), policy), resolved(found, policy)
    assert stranger in with_it.accepted
    assert tuple(plugin for plugin in with_it.accepted if plugin != stranger) == without.accepted
    assert with_it.rejected == without.rejected
    assert with_it.installable == without.installable


@settings(max_examples=200, deadline=None)
@given(inventories, policies)
def test_a_chain_ends_at_a_plugin_that_is_rejected_for_a_reason_of_its_own(
    found: tuple[DiscoveredPlugin, ...], policy: Policy
) -> None:
    resolution = resolved(found, policy)
    for rejection in resolution.rejected:
        for reason in rejection.reasons:
            if isinstance(reason, DependencyRejected):
                assert reason.chain[:2] == (rejection.plugin.name, reason.dependency)
                assert not isinstance(reason.cause, DependencyRejected)
                assert reason.cause.plugin == reason.chain[-1]
