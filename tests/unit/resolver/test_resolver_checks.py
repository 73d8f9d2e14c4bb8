from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver import Check, HostReason
from honeyhost.resolver.rules import RULES


@dataclass(frozen=True)
class LicenceCheck:
    """
    A host's own rule: plugins need a licence.
    """

    licensed: frozenset[str]
    spoken: bool = False
    rule: str = "licence"

    def __call__(self, plugin: DiscoveredPlugin) -> Iterable[Check]:
        passed = plugin.manifest.license in self.licensed
        message = f"licence {plugin.manifest.license}"
        reason = HostReason(
            plugin=plugin.name, version=plugin.version, code="no-licence", rule=self.rule, text="said by the host"
        )
        yield Check(
            rule=self.rule,
            passed=passed,
            fact=str(plugin.manifest.license),
            source="licences.toml",
            message=message,
            reason=reason if self.spoken else None,
        )


MIT = LicenceCheck(frozenset({"MIT"}))


def test_a_check_of_the_hosts_own_admits(found: Callable, decide: Callable) -> None:
    plugin = found(license="MIT")
    resolution = decide(plugin, checks=(MIT,))
    assert resolution.accepted == (plugin,)
    assert resolution.checks_of(plugin)[-1].to_json() == {
        "rule": "licence",
        "passed": True,
        "fact": "MIT",
        "source": "licences.toml",
        "message": "licence MIT",
    }


def test_a_failed_check_of_the_hosts_own_refuses_in_its_words(found: Callable, decide: Callable) -> None:
    plugin = found(license="GPL", min_host_version="9")
    resolution = decide(plugin, checks=(MIT,))
    old, licence = resolution.reasons_of(plugin)
    assert old.code == "host-too-old"
    assert licence == HostReason(
        plugin="healthcare",
        version="0.3.0",
        source="licences.toml",
        code="licence",
        rule="licence",
        text="licence GPL",
        fact="GPL",
    )
    assert resolution.checks_of(plugin)[-1].reason == licence


def test_a_failed_check_may_bring_its_reason(found: Callable, refuse: Callable) -> None:
    (reason,) = refuse(found(license="GPL"), checks=(LicenceCheck(frozenset(), spoken=True),))
    assert (reason.code, reason.message) == ("no-licence", "said by the host")


def test_a_reason_of_a_passed_check_is_none(found: Callable, refuse: Callable) -> None:
    assert refuse(found(license="MIT"), checks=(LicenceCheck(frozenset({"MIT"}), spoken=True),)) == ()


def test_a_refusal_of_the_host_takes_along_who_needs_it(found: Callable, refuse: Callable) -> None:
    reports = found("reports", license="MIT", requires_plugins={"healthcare": ""})
    (reason,) = refuse(reports, found(license="GPL"), checks=(MIT,))
    assert (reason.code, reason.cause.code) == ("dependency-rejected", "licence")


def test_every_rule_is_asked_in_order_and_none_is_hidden_by_a_rejection(found: Callable, decide: Callable) -> None:
    plugin = found(
        min_host_version="2.1",
        requires_python=">=4",
        runtime="wasm",
        requires_plugins={"finance": ""},
        permissions=["host.read"],
        routers=[{"router": ".a:r", "permission": "a.b"}],
    )
    resolution = decide(plugin)
    checks = resolution.checks_of(plugin)
    assert list(dict.fromkeys(check.rule for check in checks)) == [rule.name for rule in RULES]
    codes = [
        "host-too-old",
        "python-mismatch",
        "runtime-unavailable",
        "plugin-missing",
        "permission-reserved",
        "permission-unknown",
    ]
    assert [reason.code for reason in resolution.reasons_of(plugin)] == codes
    assert [check.reason for check in checks if not check.passed] == list(resolution.reasons_of(plugin))


FULL = {
    "min_host_version": "1.0",
    "tested_up_to": "1.9",
    "requires_python": ">=3.11",
    "requires_plugins": {"finance": ">=1", "crm": ""},
    "permissions": ["patient.read"],
    "routers": [{"router": ".a:r", "permission": "patient.read"}],
    "routes": [{"method": "GET", "path": "/a", "handler": "f"}, {"method": "PUT", "path": "/a", "handler": "f"}],
    "menu_items": [{"id": "a", "label": "A"}],
    "capabilities": [{"slug": "healthcare.find", "handler": "f"}],
    "templates": [{"name": "base.html", "path": "base.html", "override": True}],
}
FULL_FACTS = {
    "slug": ("/srv/plugins/healthcare", "no other has the name 'healthcare'"),
    "host-version": ("1.9.4", "needs host >=1.0, this host is 1.9.4"),
    "tested-up-to": ("1.9.4", "was tested up to host 1.9"),
    "python-version": ("3.11.7", "needs Python >=3.11, this host runs on Python 3.11.7"),
    "runtime": ("python", "runs on the runtime 'python'"),
    "required-plugins": ("finance 1.3.0, crm 2.0", "needs finance >=1, crm, found finance 1.3.0, crm 2.0"),
    "dependency-cycles": ("no cycle", "nothing that it needs leads back to it"),
    "permission-declarations": ("1 declared", "declares 1 of its own, none in the host's name space"),
    "permission-names": ("1 named", "names patient.read: all known"),
    "permission-owners": ("patient.read", "nobody else declares its permissions"),
    "paths": (
        "/api/plugins/healthcare",
        "is served under /api/plugins/healthcare, which the host leaves to it; no two of its 2 routes are alike",
    ),
    "navigation": ("a", "every entry of its navigation has an id of its own"),
    "capabilities": ("healthcare.find", "nobody else has its capabilities"),
    "templates": ("base.html", "nobody else overrides its templates with the same priority"),
    "dependencies": ("finance, crm", "accepted: finance, crm"),
}
BARE_FACTS = {
    "slug": ("honeyframe-healthcare", "the name 'healthcare' is pinned to honeyframe-healthcare"),
    "host-version": ("1.9.4", "asks for no particular host version"),
    "tested-up-to": ("1.9.4", "does not say up to which host it was tested"),
    "python-version": ("3.11.7", "asks for no particular Python"),
    "runtime": ("python", "runs on the runtime 'python'"),
    "required-plugins": ("none", "needs no other plugin"),
    "dependency-cycles": ("no cycle", "nothing that it needs leads back to it"),
    "permission-declarations": ("0 declared", "declares no permission"),
    "permission-names": ("0 named", "names no permission"),
    "permission-owners": ("none", "claims nothing under permissions"),
    "paths": ("/api/plugins/healthcare", "is served under /api/plugins/healthcare, which the host leaves to it"),
    "navigation": ("none", "claims nothing under menu_items"),
    "capabilities": ("none", "claims nothing under capabilities"),
    "templates": ("none", "claims nothing under templates"),
    "dependencies": ("none", "needs no other plugin"),
}


@pytest.mark.parametrize("rule", FULL_FACTS)
def test_a_passed_rule_says_its_fact(found: Callable, decide: Callable, rule: str) -> None:
    plugin = found(**FULL)
    resolution = decide(plugin, found("finance", "1.3.0"), found("crm", "2.0"))
    (check,) = [check for check in resolution.checks_of(plugin) if check.rule == rule]
    assert (check.passed, check.fact, check.message) == (True, *FULL_FACTS[rule])


@pytest.mark.parametrize("rule", BARE_FACTS)
def test_a_passed_rule_says_that_nothing_was_asked(found: Callable, decide: Callable, rule: str) -> None:
    plugin = found(distribution="honeyframe-healthcare")
    resolution = decide(plugin, pins={"healthcare": "honeyframe-healthcare"})
    (check,) = [check for check in resolution.checks_of(plugin) if check.rule == rule]
    assert (check.passed, check.fact, check.message) == (True, *BARE_FACTS[rule])


def test_the_source_of_a_check_names_the_demand_and_the_fact(found: Callable, decide: Callable) -> None:
    plugin = found(
        min_host_version="2.1", requires_python=">=3.11", lines={"min_host_version": (4, 20), "requires_python": (5, 1)}
    )
    sources = {check.rule: check.source for check in decide(plugin).checks_of(plugin)}
    assert sources["host-version"] == "plugins/healthcare/plugin.yaml:4:20 | host_version: HONEYHOST_HOST_VERSION"
    assert sources["python-version"] == "plugins/healthcare/plugin.yaml:5:1 | this interpreter"
    assert sources["tested-up-to"] == "host_version: HONEYHOST_HOST_VERSION"
    assert sources["permission-names"] == "plugins/healthcare/plugin.yaml | the host's permission catalog (0)"


def test_a_field_that_is_not_set_has_no_line(found: Callable, decide: Callable) -> None:
    plugin = found(lines={"": (1, 1)})
    sources = {check.rule: check.source for check in decide(plugin).checks_of(plugin)}
    assert sources["required-plugins"] == "plugins/healthcare/plugin.yaml"


def test_facts_of_the_host_are_asked_on_the_source_of_requires_host(found: Callable, decide: Callable) -> None:
    plugin = found(min_host_version="1.0", requires_host="<2", lines={"requires_host": (4, 20)})
    (check,) = [check for check in decide(plugin).checks_of(plugin) if check.rule == "host-version"]
    assert check.source.startswith("plugins/healthcare/plugin.yaml:4:20 | ")


def test_facts_say_what_was_waived(found: Callable, decide: Callable) -> None:
    plugin = found(requires_host="<1.5", requires_python="<3.11", tested_up_to="1.2")
    resolution = decide(plugin, overrides={"healthcare": frozenset({"host-version", "python-version"})})
    messages = {check.rule: check.message for check in resolution.checks_of(plugin)}
    assert messages["host-version"] == "needs host <1.5, this host is 1.9.4; the operator waived the upper bound"
    assert messages["python-version"] == (
        "needs Python <3.11, this host runs on Python 3.11.7; the operator waived the upper bound"
    )
    assert messages["tested-up-to"] == "was tested up to host 1.2; host 1.9.4 is newer, which is a warning only"
