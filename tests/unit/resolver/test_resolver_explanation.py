from collections.abc import Callable

from honeyhost.resolver import Explanation, Rejection, Resolution, explain


def test_an_explanation_is_the_document_of_why(found: Callable, decide: Callable) -> None:
    plugin = found(
        min_host_version="2.1",
        permissions=["patient.read"],
        routers=[{"router": ".a:r", "permission": "patient.raed"}],
        lines={"min_host_version": (4, 20), "routers[0].permission": (31, 5)},
    )
    explanation = explain(decide(plugin), plugin)
    document = explanation.to_json()
    assert list(document) == ["name", "verdict", "checks", "smallest_change"]
    assert (document["name"], document["verdict"]) == ("healthcare", "rejected")
    assert document["checks"][1] == {
        "rule": "host-version",
        "passed": False,
        "fact": "1.9.4",
        "source": "plugins/healthcare/plugin.yaml:4:20 | host_version: HONEYHOST_HOST_VERSION",
        "message": "plugin 'healthcare' 0.3.0 needs host >=2.1, this host is 1.9.4",
    }
    assert document["smallest_change"] == "host 2.1 or newer, and declare permission patient.raed or use patient.read"
    assert (explanation.version, explanation.rules, explanation.failed_rules) == ("0.3.0", 16, 2)
    assert [check.reason.code for check in explanation.failed if check.reason] == ["host-too-old", "permission-unknown"]


def test_an_accepted_plugin_needs_no_change(found: Callable, decide: Callable) -> None:
    plugin = found(tested_up_to="1.2")
    explanation = explain(decide(plugin), plugin)
    assert (explanation.verdict, explanation.smallest_change, explanation.drawings) == ("accepted", None, ())
    assert [problem.code for problem in explanation.warnings] == ["tested-up-to"]


def test_an_archive_that_passes_is_the_alternative(found: Callable, decide: Callable) -> None:
    plugin = found("healthcare", "0.3.0", min_host_version="2.1")
    older = found("healthcare", "0.2.0", kind="archive", location="/srv/archives/healthcare-0.2.0.whl")
    assert explain(decide(plugin, older), plugin).smallest_change == (
        "host 2.1 or newer; or install healthcare 0.2.0 from /srv/archives/healthcare-0.2.0.whl, which passes every rule here"
    )


def test_the_smallest_change_reaches_through_all_refused_needs_and_says_each_thing_once(
    found: Callable, decide: Callable
) -> None:
    reports = found("reports", min_host_version="2.1", requires_plugins={"finance": "", "crm": ""})
    others = (
        found("finance", requires_plugins={"ledger": ""}, requires_python=">=4"),
        found("crm", min_host_version="2.1", requires_plugins={"ledger": ""}),
        found("ledger", min_host_version="2.2"),
    )
    assert explain(decide(reports, *others), reports).smallest_change == (
        "host 2.1 or newer, and Python 4 or newer (for finance), and host 2.2 or newer (for ledger)"
    )


def test_a_chain_is_drawn_one_plugin_a_line(found: Callable, decide: Callable) -> None:
    reports = found("reports", "1.0.0", requires_plugins={"finance": ">=1.2"})
    finance = found("finance", "1.3.0", requires_plugins={"ledger": ""})
    ledger = found("ledger", "2.0.0", min_host_version="2.1")
    assert explain(decide(reports, finance, ledger), reports).drawings == (
        (
            "reports 1.0.0",
            "-> finance 1.3.0 (wanted >=1.2)",
            "   -> ledger 2.0.0: host-too-old, wanted host >=2.1, found 1.9.4",
        ),
    )


def test_of_a_long_chain_the_two_ends_are_drawn(found: Callable, decide: Callable) -> None:
    chain = [found(f"p{number:02}", requires_plugins={f"p{number + 1:02}": ""}) for number in range(12)]
    plugins = (*chain, found("p12", min_host_version="9"))
    (drawing,) = explain(decide(*plugins), plugins[0]).drawings
    assert len(drawing) == 10
    assert drawing[7:] == (
        f"{'   ' * 6}-> (4 more)",
        f"{'   ' * 7}-> p11 0.3.0",
        f"{'   ' * 8}-> p12 0.3.0: host-too-old, wanted host >=9, found 1.9.4",
    )


def test_a_cycle_is_drawn_back_to_its_beginning(found: Callable, decide: Callable) -> None:
    one = found("alpha", "1.0", requires_plugins={"beta": ">=1"})
    two = found("beta", "2.0", requires_plugins={"alpha": ""})
    explanation = explain(decide(one, two), one)
    assert explanation.drawings == (("alpha 1.0", "-> beta 2.0 (wanted >=1)", "   -> alpha 1.0"),)
    assert explanation.smallest_change == "break the cycle alpha -> beta -> alpha"


def test_a_cycle_with_more_wrong_in_it_is_to_be_broken_once(found: Callable, decide: Callable) -> None:
    one = found("alpha", requires_plugins={"beta": ""})
    two = found("beta", requires_plugins={"alpha": ""}, min_host_version="2.1")
    assert explain(decide(one, two), one).smallest_change == (
        "break the cycle alpha -> beta -> alpha, and host 2.1 or newer (for beta)"
    )


def test_who_needs_a_cycle_is_told_to_break_it(found: Callable, decide: Callable) -> None:
    cycle = (found("alpha", requires_plugins={"beta": ""}), found("beta", requires_plugins={"alpha": ""}))
    gamma = found("gamma", requires_plugins={"alpha": ""})
    assert explain(decide(gamma, *cycle), gamma).smallest_change == "break the cycle alpha -> beta -> alpha"


def test_a_resolution_made_by_hand_is_explained_as_far_as_it_goes(found: Callable, decide: Callable) -> None:
    reports = found("reports", requires_plugins={"finance": ""})
    reasons = decide(reports, found("finance", min_host_version="2.1")).reasons_of(reports)
    by_hand = Resolution(rejected=(Rejection(plugin=reports, reasons=reasons),))
    assert explain(by_hand, reports) == Explanation(
        name="reports", version="0.3.0", verdict="rejected", checks=(), smallest_change="host 2.1 or newer (for finance)"
    )
