from collections.abc import Callable

import pytest

from honeyhost.resolver import HostExcluded, HostTooNew, HostTooOld, Reason


def test_a_host_that_is_too_old(found: Callable, only: Callable) -> None:
    plugin = found(min_host_version="2.1", lines={"min_host_version": (4, 20)})
    reason = only(plugin)
    assert reason == HostTooOld(
        plugin="healthcare",
        version="0.3.0",
        source="plugins/healthcare/plugin.yaml:4:20",
        fact_source="host_version: HONEYHOST_HOST_VERSION",
        required=">=2.1",
        actual="1.9.4",
    )
    assert reason.to_json() == {
        "code": "host-too-old",
        "params": {"required": ">=2.1", "actual": "1.9.4"},
        "message": "plugin 'healthcare' 0.3.0 needs host >=2.1, this host is 1.9.4",
        "hint": "upgrade the host to 2.1 or newer, or install a release of healthcare for host 1.9.4",
    }


def test_a_host_that_is_too_new(found: Callable, only: Callable) -> None:
    reason = only(found(requires_host=">=1,<1.9"))
    assert isinstance(reason, HostTooNew)
    assert reason.message == "plugin 'healthcare' 0.3.0 needs host >=1,<1.9, this host is 1.9.4"
    assert reason.hint == (
        "install a release of healthcare for host 1.9.4, or waive the upper bound in honeyhost.toml: "
        'overrides.healthcare = ["host-version"]'
    )
    assert reason.change == "a release of healthcare for host 1.9.4 or an override of its upper bound"


def test_a_host_that_was_taken_out(found: Callable, only: Callable) -> None:
    reason = only(found(requires_host="!=1.9.4"))
    assert isinstance(reason, HostExcluded)
    assert reason.message == "plugin 'healthcare' 0.3.0 needs host !=1.9.4, this host is 1.9.4"
    assert (reason.hint, reason.change) == ("run a host that is other than 1.9.4", "host other than 1.9.4")


def test_both_fields_are_one_demand_and_the_failing_one_is_the_source(found: Callable, only: Callable) -> None:
    lines = {"min_host_version": (3, 1), "requires_host": (4, 1)}
    old = only(found(min_host_version="2.1", requires_host="<3", lines=lines))
    assert (old.required, old.source) == (">=2.1,<3", "plugins/healthcare/plugin.yaml:3:1")
    new = only(found(min_host_version="1.0", requires_host="<1.5", lines=lines))
    assert (new.required, new.source) == (">=1.0,<1.5", "plugins/healthcare/plugin.yaml:4:1")


def test_a_range_may_be_missed_on_two_sides(found: Callable, refuse: Callable) -> None:
    assert [reason.code for reason in refuse(found(requires_host=">=2,!=1.9.4"))] == ["host-too-old", "host-excluded"]


@pytest.mark.parametrize(
    ("host", "demand", "codes"),
    [
        ("2.1.0rc1", ">=2.1", ["host-too-old"]),
        ("2.1.0rc1", ">=2.0", []),
        ("2.1.0rc1", "<2.1", ["host-too-new"]),
        ("2.1.0", ">=2.1,<2.2", []),
        ("2.1.0+acme.1", "==2.1.0", []),
    ],
)
def test_a_pre_release_of_the_host_comes_before_its_release(
    found: Callable, refuse: Callable, host: str, demand: str, codes: list[str]
) -> None:
    assert [reason.code for reason in refuse(found(requires_host=demand), host_version=host)] == codes


def test_an_override_waives_an_upper_bound_and_is_shown(found: Callable, decide: Callable) -> None:
    plugin = found(requires_host=">=1,<1.5", lines={"requires_host": (4, 16)})
    resolution = decide(plugin, overrides={"healthcare": frozenset({"host-version"})})
    assert resolution.accepted == (plugin,)
    (warning,) = resolution.warnings["healthcare"]
    assert warning.to_json() == {
        "severity": "warning",
        "code": "override-used",
        "params": {"rule": "host-version", "required": ">=1,<1.5", "actual": "1.9.4"},
        "message": "plugin 'healthcare' 0.3.0 needs host >=1,<1.5, this host is 1.9.4; the operator waived the upper bound",
        "path": "requires_host",
        "file": "plugins/healthcare/plugin.yaml",
        "line": 4,
        "column": 16,
        "hint": "remove overrides.healthcare when a release for host 1.9.4 is installed",
    }
    assert resolution.warnings_of(plugin) == (warning,)


@pytest.mark.parametrize("demand", [">=2", "!=1.9.4"])
def test_an_override_waives_nothing_but_an_upper_bound(found: Callable, decide: Callable, demand: str) -> None:
    resolution = decide(found(requires_host=demand), overrides={"healthcare": frozenset({"host-version"})})
    assert resolution.accepted == ()
    assert resolution.warnings == {}


def test_an_override_that_is_not_needed_says_nothing(found: Callable, decide: Callable) -> None:
    resolution = decide(found(requires_host="<2"), overrides={"healthcare": frozenset({"host-version"})})
    assert (len(resolution.accepted), resolution.warnings) == (1, {})


def test_a_host_newer_than_tested_is_a_warning(found: Callable, decide: Callable) -> None:
    resolution = decide(found(tested_up_to="1.6", lines={"tested_up_to": (5, 15)}))
    assert len(resolution.accepted) == 1
    (warning,) = resolution.warnings["healthcare"]
    assert (warning.code, warning.severity, warning.line, warning.path) == ("tested-up-to", "warning", 5, "tested_up_to")
    assert warning.message == "plugin 'healthcare' 0.3.0 was tested up to host 1.6, this host is 1.9.4"
    assert warning.hint == 'try it; then accept it in honeyhost.toml: overrides.healthcare = ["host-version"]'
    assert warning.params == {"tested": "1.6", "actual": "1.9.4"}


@pytest.mark.parametrize("tested", ["1.9", "1.9.*", "2", "1.9.4"])
def test_a_host_that_was_tested_is_no_warning(found: Callable, decide: Callable, tested: str) -> None:
    assert decide(found(tested_up_to=tested)).warnings == {}


def test_an_override_accepts_an_untested_host_and_is_shown(found: Callable, decide: Callable) -> None:
    resolution = decide(found(tested_up_to="1.6"), overrides={"healthcare": frozenset({"host-version"})})
    (warning,) = resolution.warnings["healthcare"]
    assert warning.code == "override-used"
    assert warning.message == (
        "plugin 'healthcare' 0.3.0 was tested up to host 1.6, this host is 1.9.4; the operator accepted that"
    )


def test_what_is_wanted_and_found_stands_apart(found: Callable, only: Callable) -> None:
    reason: Reason = only(found(min_host_version="2.1"))
    assert (reason.wanted, reason.found, reason.change) == ("host >=2.1", "1.9.4", "host 2.1 or newer")
