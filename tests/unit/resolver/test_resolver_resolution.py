from collections.abc import Callable

import pytest

from honeyhost.errors import RejectedError
from honeyhost.resolver import Rejection, Resolution


def test_accepted_plugins_are_in_dependency_order_then_by_slug(found: Callable, decide: Callable) -> None:
    plugins = [
        found("alpha", requires_plugins={"zulu": ""}),
        found("bravo"),
        found("charlie", requires_plugins={"bravo": ">=0.3"}),
        found("zulu"),
    ]
    assert [plugin.name for plugin in decide(*plugins).accepted] == ["bravo", "charlie", "zulu", "alpha"]


def test_rejected_plugins_are_in_the_order_of_slugs(found: Callable, decide: Callable) -> None:
    resolution = decide(found("zulu", min_host_version="9"), found("alpha", min_host_version="9"), found("mike"))
    assert [rejection.plugin.name for rejection in resolution.rejected] == ["alpha", "zulu"]
    assert [plugin.name for plugin in resolution.accepted] == ["mike"]


def test_an_archive_that_passes_is_installable_and_not_accepted_for_serving(found: Callable, decide: Callable) -> None:
    good, bad = found("alpha", kind="archive"), found("bravo", kind="archive", min_host_version="9")
    resolution = decide(good, bad)
    assert (resolution.accepted, resolution.installable) == ((), (good,))
    assert [rejection.plugin for rejection in resolution.rejected] == [bad]
    assert [resolution.verdict_on(plugin) for plugin in (good, bad)] == ["accepted", "rejected"]


def test_a_plugin_that_was_found_twice_in_one_place_is_one_plugin(found: Callable, decide: Callable) -> None:
    assert decide(found(), found()).accepted == (found(),)


def test_warnings_stand_under_the_slug_of_the_installed_plugin(found: Callable, decide: Callable) -> None:
    installed = found("healthcare", tested_up_to="1.9")
    packed = found("healthcare", "0.4.0", kind="archive", location="/x.whl", tested_up_to="1.2")
    resolution = decide(installed, packed)
    assert resolution.warnings == {}
    assert [problem.code for problem in resolution.warnings_of(packed)] == ["tested-up-to"]
    assert resolution.warnings_of(installed) == ()


def test_raise_for_rejected_gives_back_a_resolution_without_rejections(found: Callable, decide: Callable) -> None:
    resolution = decide(found())
    assert resolution.raise_for_rejected() is resolution


def test_raise_for_rejected_says_every_reason_and_carries_the_rejections(found: Callable, decide: Callable) -> None:
    resolution = decide(found(min_host_version="2.1", requires_python=">=4"))
    with pytest.raises(RejectedError) as caught:
        resolution.raise_for_rejected()
    assert caught.value.message == (
        "1 rejected: plugin 'healthcare' 0.3.0 needs host >=2.1, this host is 1.9.4; "
        "plugin 'healthcare' 0.3.0 needs Python >=4, this host runs on Python 3.11.7"
    )
    assert caught.value.rejections == resolution.rejected
    assert caught.value.hint == "honeyhost why NAME"


def test_a_resolution_made_by_hand_has_no_checks(found: Callable) -> None:
    plugin = found()
    resolution = Resolution(rejected=(Rejection(plugin=plugin, reasons=()),))
    assert resolution.checks_of(plugin) == ()
    assert resolution.warnings_of(plugin) == ()
    assert resolution.verdict_on(plugin) == "rejected"


def test_an_empty_inventory_has_an_empty_resolution(decide: Callable) -> None:
    assert decide() == Resolution()
