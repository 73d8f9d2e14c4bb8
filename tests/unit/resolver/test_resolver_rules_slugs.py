from collections.abc import Callable

from honeyhost.resolver import SlugConflict


def test_two_distributions_with_one_slug_are_both_refused_and_name_each_other(found: Callable, decide: Callable) -> None:
    one = found("healthcare", "0.3.0", kind="entry-point", location="/site/a", distribution="honeyframe-healthcare")
    two = found("healthcare", "1.0", kind="entry-point", location="/site/b", distribution="acme-health", lines={"name": (1, 7)})
    resolution = decide(one, two)
    assert resolution.accepted == ()
    (first,) = resolution.reasons_of(one)
    (second,) = resolution.reasons_of(two)
    assert isinstance(first, SlugConflict)
    assert first.to_json() == {
        "code": "slug-conflict",
        "params": {"carrier": "honeyframe-healthcare", "others": ("1.0 from acme-health",), "pin": None},
        "message": "plugin 'healthcare' 0.3.0 from honeyframe-healthcare shares its name with 1.0 from acme-health",
        "hint": 'uninstall one of them, or pin one in honeyhost.toml: pins.healthcare = "honeyframe-healthcare"',
    }
    assert first.fact_source == "/site/b"
    assert second.message == "plugin 'healthcare' 1.0 from acme-health shares its name with 0.3.0 from honeyframe-healthcare"
    assert second.source == "plugins/healthcare/plugin.yaml:1:7"
    assert (first.wanted, first.found) == ("name healthcare for honeyframe-healthcare", "1.0 from acme-health")
    assert first.change == "pin healthcare to honeyframe-healthcare"


def test_a_pin_decides_in_any_spelling(found: Callable, decide: Callable) -> None:
    one = found(kind="entry-point", location="/site/a", distribution="honeyframe-healthcare")
    two = found("healthcare", "1.0", kind="directory", location="/srv/plugins/healthcare")
    resolution = decide(one, two, pins={"healthcare": "Honeyframe_Healthcare"})
    assert resolution.accepted == (one,)
    (reason,) = resolution.reasons_of(two)
    assert reason.message == (
        "plugin 'healthcare' 1.0 comes from /srv/plugins/healthcare, and its name is pinned to Honeyframe_Healthcare"
    )
    assert reason.hint == "uninstall /srv/plugins/healthcare, or change the pin in honeyhost.toml: pins.healthcare"
    assert reason.found == "pinned to Honeyframe_Healthcare"


def test_a_folder_is_pinned_by_its_location(found: Callable, decide: Callable) -> None:
    one = found(kind="entry-point", location="/site/a", distribution="honeyframe-healthcare")
    two = found("healthcare", "1.0", location="/srv/plugins/healthcare")
    assert decide(one, two, pins={"healthcare": "/srv/plugins/healthcare"}).accepted == (two,)


def test_a_pin_to_somebody_else_refuses_also_a_single_claimant(found: Callable, decide: Callable) -> None:
    only = found(kind="entry-point", location="/site/a", distribution="acme-health")
    resolution = decide(only, pins={"healthcare": "honeyframe-healthcare"})
    assert resolution.accepted == ()
    assert resolution.reasons_of(only)[0].code == "slug-conflict"


def test_a_pin_to_nobody_there_refuses_all(found: Callable, decide: Callable) -> None:
    one, two = found(location="/a"), found(location="/b")
    resolution = decide(one, two, pins={"healthcare": "honeyframe-healthcare"})
    assert [rejection.reasons[0].code for rejection in resolution.rejected] == ["slug-conflict", "slug-conflict"]


def test_a_claimant_that_is_refused_for_other_reasons_contests_the_slug_all_the_same(found: Callable, decide: Callable) -> None:
    sound, old = found(location="/a"), found(location="/b", min_host_version="9")
    resolution = decide(sound, old)
    assert resolution.accepted == ()
    assert [reason.code for reason in resolution.reasons_of(old)] == ["slug-conflict", "host-too-old"]


def test_who_needs_a_contested_slug_is_taken_along(found: Callable, only: Callable) -> None:
    reason = only(found("reports", requires_plugins={"healthcare": ""}), found(location="/a"), found(location="/b"))
    assert (reason.code, reason.cause.code) == ("dependency-rejected", "slug-conflict")


def test_who_needs_a_pinned_slug_gets_the_pinned_one(found: Callable, decide: Callable) -> None:
    reports = found("reports", requires_plugins={"healthcare": ">=2"})
    old, new = found("healthcare", "1.0", location="/a"), found("healthcare", "2.0", location="/b")
    assert decide(reports, old, new, pins={"healthcare": "/b"}).accepted == (new, reports)


def test_an_archive_of_an_installed_plugin_contests_nothing(found: Callable, decide: Callable) -> None:
    installed = found("healthcare", "0.3.0")
    newer = found("healthcare", "0.4.0", kind="archive", location="/srv/archives/healthcare.whl")
    resolution = decide(installed, newer)
    assert (resolution.accepted, resolution.installable) == ((installed,), (newer,))


def test_an_archive_of_another_distribution_than_the_pinned_one_is_refused(found: Callable, decide: Callable) -> None:
    archive = found(kind="archive", location="/srv/archives/x.whl", distribution="acme-health")
    (reason,) = decide(archive, pins={"healthcare": "honeyframe-healthcare"}).reasons_of(archive)
    assert reason.message == (
        "plugin 'healthcare' 0.3.0 comes from acme-health, and its name is pinned to honeyframe-healthcare"
    )
