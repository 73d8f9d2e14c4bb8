from collections.abc import Callable

from honeyhost.discovery.inventory import DiscoveryFailure, Origin
from honeyhost.resolver import DependencyCycle, DependencyRejected, PluginMissing, PluginVersionMismatch


def test_a_plugin_that_is_not_installed(found: Callable, only: Callable) -> None:
    reports = found("reports", "1.0.0", requires_plugins={"finance": ">=1.2"}, lines={"requires_plugins.finance": (8, 12)})
    reason = only(reports, found("healthcare"))
    assert isinstance(reason, PluginMissing)
    assert reason.to_json() == {
        "code": "plugin-missing",
        "params": {"dependency": "finance", "required": ">=1.2", "unreadable": None, "archive": None, "near": None},
        "message": "plugin 'reports' 1.0.0 needs plugin 'finance' >=1.2, which is not installed",
        "hint": "install finance >=1.2",
    }
    assert reason.source == "plugins/reports/plugin.yaml:8:12"
    assert (reason.wanted, reason.found) == ("plugin 'finance' >=1.2", "not installed")
    assert reason.change == "install plugin finance >=1.2"


def test_any_version_is_written_without_one(found: Callable, only: Callable) -> None:
    reason = only(found("reports", "1.0.0", requires_plugins={"finance": ""}))
    assert reason.message == "plugin 'reports' 1.0.0 needs plugin 'finance', which is not installed"
    assert reason.hint == "install finance"


def test_a_misspelt_plugin_has_a_near_miss(found: Callable, only: Callable) -> None:
    reason = only(found("reports", requires_plugins={"finanze": ">=1"}), found("finance"), found("healthcare"))
    assert (reason.near, reason.hint) == ("finance", "did you mean 'finance'?")


def test_a_plugin_that_cannot_be_read_is_said_to_be_there(found: Callable, only: Callable) -> None:
    broken = DiscoveryFailure(name="finance", origin=Origin(kind="directory", location="/srv/plugins/finance"), problems=())
    nameless = DiscoveryFailure(origin=Origin(kind="archive", location="/srv/x.whl"), problems=())
    reason = only(found("reports", requires_plugins={"finance": ">=1"}), failures=(broken, nameless))
    assert reason.message == (
        "plugin 'reports' 0.3.0 needs plugin 'finance' >=1, which is found in /srv/plugins/finance and cannot be read"
    )
    assert (reason.hint, reason.change) == ("honeyhost check finance", "mend plugin finance")


def test_a_plugin_that_lies_packed_is_not_installed(found: Callable, only: Callable) -> None:
    packed = found("finance", "1.2.0", kind="archive", location="/srv/archives/finance.whl")
    reason = only(found("reports", requires_plugins={"finance": ">=1"}), packed)
    assert reason.message == "plugin 'reports' 0.3.0 needs plugin 'finance' >=1, which is only there as an archive"
    assert reason.hint == "install it from /srv/archives/finance.whl"


def test_a_plugin_in_another_version(found: Callable, only: Callable) -> None:
    reports = found("reports", "1.0.0", requires_plugins={"finance": ">=1.2,<2"}, lines={"requires_plugins.finance": (8, 12)})
    reason = only(reports, found("finance", "1.1.0", lines={"version": (2, 10)}))
    assert isinstance(reason, PluginVersionMismatch)
    assert reason.to_json() == {
        "code": "plugin-version-mismatch",
        "params": {"dependency": "finance", "required": ">=1.2,<2", "actual": "1.1.0"},
        "message": "plugin 'reports' 1.0.0 needs plugin 'finance' >=1.2,<2, found 1.1.0",
        "hint": "install finance 1.2 or newer and older than 2",
    }
    assert (reason.source, reason.fact_source) == ("plugins/reports/plugin.yaml:8:12", "plugins/finance/plugin.yaml:2:10")
    assert (reason.wanted, reason.found) == ("plugin 'finance' >=1.2,<2", "1.1.0")
    assert reason.change == "plugin finance 1.2 or newer and older than 2"


def test_a_pre_release_of_a_plugin_counts(found: Callable, refuse: Callable) -> None:
    assert refuse(found("reports", requires_plugins={"finance": ">=1"}), found("finance", "1.2.0rc1")) == ()


def test_all_lacking_plugins_are_named(found: Callable, refuse: Callable) -> None:
    reasons = refuse(found("reports", requires_plugins={"finance": ">=2", "crm": ">=1"}), found("finance", "1.0"))
    assert [reason.code for reason in reasons] == ["plugin-version-mismatch", "plugin-missing"]


def test_a_rejected_plugin_takes_along_who_needs_it(found: Callable, only: Callable) -> None:
    reports = found("reports", "1.0.0", requires_plugins={"finance": ">=1"}, lines={"requires_plugins.finance": (8, 12)})
    finance = found("finance", "1.3.0", min_host_version="2.1", lines={"min_host_version": (3, 1)})
    reason = only(reports, finance)
    assert isinstance(reason, DependencyRejected)
    assert reason.message == (
        "plugin 'reports' 1.0.0 needs plugin 'finance', which is rejected: "
        "plugin 'finance' 1.3.0 needs host >=2.1, this host is 1.9.4"
    )
    assert reason.hint == "upgrade the host to 2.1 or newer, or install a release of finance for host 1.9.4"
    assert (reason.source, reason.fact_source) == (
        "plugins/reports/plugin.yaml:8:12",
        "plugins/finance/plugin.yaml:3:1 | host_version: HONEYHOST_HOST_VERSION",
    )
    assert (reason.wanted, reason.found) == ("plugin 'finance'", "rejected (host-too-old)")
    assert reason.change == "host 2.1 or newer (for finance)"
    assert reason.params["dependency"] == "finance"
    assert reason.params["chain"] == ("reports", "finance")
    assert reason.params["cause"]["code"] == "host-too-old"


def test_a_chain_is_drawn_to_its_root(found: Callable, only: Callable) -> None:
    reports = found("reports", "1.0.0", requires_plugins={"finance": ""})
    finance = found("finance", "1.3.0", requires_plugins={"ledger": ""})
    reason = only(reports, finance, found("ledger", "2.0.0", min_host_version="2.1"))
    assert reason.message == (
        "plugin 'reports' 1.0.0 needs plugin 'finance', which is rejected (reports -> finance -> ledger): "
        "plugin 'ledger' 2.0.0 needs host >=2.1, this host is 1.9.4"
    )
    assert reason.chain == ("reports", "finance", "ledger")


def test_a_plugin_that_is_rejected_itself_says_its_own_reason_to_others(found: Callable, decide: Callable) -> None:
    plugins = (
        found("reports", requires_plugins={"finance": ""}),
        found("finance", min_host_version="2.1", requires_plugins={"ledger": ""}),
        found("ledger", min_host_version="3"),
    )
    resolution = decide(*plugins)
    assert [reason.code for reason in resolution.reasons_of(plugins[1])] == ["host-too-old", "dependency-rejected"]
    assert resolution.reasons_of(plugins[0])[0].chain == ("reports", "finance")


def test_a_cycle_is_drawn_for_each_member(found: Callable, decide: Callable) -> None:
    one = found("alpha", "1.0", requires_plugins={"beta": ""}, lines={"requires_plugins.beta": (5, 3)})
    two = found("beta", "2.0", requires_plugins={"alpha": ""})
    resolution = decide(one, two)
    (reason,) = resolution.reasons_of(one)
    assert isinstance(reason, DependencyCycle)
    assert reason.to_json() == {
        "code": "dependency-cycle",
        "params": {"cycle": ("alpha", "beta")},
        "message": "plugin 'alpha' 1.0 needs itself: alpha -> beta -> alpha",
        "hint": "take one step out of requires_plugins, as 'beta' in alpha",
    }
    assert reason.source == "plugins/alpha/plugin.yaml:5:3"
    assert reason.wanted == "no way back to itself"
    (other,) = resolution.reasons_of(two)
    assert other.found == "beta -> alpha -> beta"
    assert other.change == reason.change == "break the cycle alpha -> beta -> alpha"


def test_a_plugin_may_need_itself_alone(found: Callable, only: Callable) -> None:
    reason = only(found("alpha", "1.0", requires_plugins={"alpha": ""}))
    assert reason.message == "plugin 'alpha' 1.0 needs itself: alpha -> alpha"
    assert reason.hint == "take one step out of requires_plugins, as 'alpha' in alpha"


def test_of_a_long_way_the_two_ends_are_drawn(found: Callable, decide: Callable) -> None:
    ring = [found(f"p{number:02}", requires_plugins={f"p{(number + 1) % 12:02}": ""}) for number in range(12)]
    (reason,) = decide(*ring).reasons_of(ring[0])
    assert reason.found == "p00 -> p01 -> p02 -> p03 -> p04 -> p05 -> p06 -> (4 more) -> p11 -> p00"
    assert len(reason.params["cycle"]) == 12


def test_who_needs_a_cycle_is_told_of_it(found: Callable, only: Callable) -> None:
    cycle = (found("alpha", requires_plugins={"beta": ""}), found("beta", requires_plugins={"alpha": ""}))
    reason = only(found("gamma", requires_plugins={"alpha": ""}), *cycle)
    assert (reason.code, reason.cause.code) == ("dependency-rejected", "dependency-cycle")


def test_within_a_cycle_what_else_is_wrong_is_not_hidden(found: Callable, decide: Callable) -> None:
    one = found("alpha", requires_plugins={"beta": ""})
    two = found("beta", requires_plugins={"alpha": ""}, min_host_version="2.1")
    resolution = decide(one, two)
    assert [reason.code for reason in resolution.reasons_of(one)] == ["dependency-cycle", "dependency-rejected"]
    assert [reason.code for reason in resolution.reasons_of(two)] == ["host-too-old", "dependency-cycle"]


def test_two_cycles_in_a_row_are_told_apart(found: Callable, decide: Callable) -> None:
    one = found("alpha", requires_plugins={"beta": "", "delta": ""})
    others = (
        found("beta", requires_plugins={"alpha": ""}),
        found("delta", requires_plugins={"gamma": ""}),
        found("gamma", requires_plugins={"delta": ""}),
    )
    assert [reason.code for reason in decide(one, *others).reasons_of(one)] == ["dependency-cycle", "dependency-rejected"]


def test_an_archive_is_asked_about_its_needs_too(found: Callable, decide: Callable) -> None:
    packed = found("reports", kind="archive", requires_plugins={"alpha": ""})
    cycle = (found("alpha", requires_plugins={"beta": ""}), found("beta", requires_plugins={"alpha": ""}))
    (reason,) = decide(packed, *cycle).reasons_of(packed)
    assert reason.code == "dependency-rejected"
