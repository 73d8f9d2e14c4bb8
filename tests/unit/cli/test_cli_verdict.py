from honeyhost.cli.render.colour import paint
from honeyhost.cli.render.glyphs import ASCII, UNICODE
from honeyhost.cli.render.verdict import verdict_lines
from honeyhost.diagnostics import warning
from honeyhost.resolver.checks import Check
from honeyhost.resolver.explanation import Explanation
from honeyhost.resolver.reasons import HostReason, HostTooOld

FILE = "plugins/healthcare/plugin.yaml"
TOO_OLD = HostTooOld(plugin="healthcare", version="0.3.0", required=">=2.1", actual="1.9.4", source=f"{FILE}:4:20")
FAILED = Check(
    rule="host-version",
    passed=False,
    fact="1.9.4",
    source=f"{FILE}:4:20 | HONEYHOST_HOST_VERSION",
    message=TOO_OLD.message,
    reason=TOO_OLD,
)
HOUSE = Check(rule="house-rule", passed=False, fact="", source="this host", message="the house wants an owner")
PASSED = Check(rule="python-version", passed=True, fact="3.11.7", source="this interpreter", message="runs on Python 3.11.7")


def explained(*checks, verdict="rejected", change="host 2.1 or newer", **facts):
    return Explanation(name="healthcare", version="0.3.0", verdict=verdict, checks=checks, smallest_change=change, **facts)


def drawn(explanation, glyphs=UNICODE, width=None, **how):
    return [paint(content, colour=False) for content in verdict_lines(explanation, glyphs, width, **how)]


def test_a_failed_rule_says_what_was_wanted_and_found_and_where_both_stand():
    assert drawn(explained(FAILED, PASSED)) == [
        "healthcare 0.3.0 is rejected: 1 of 2 rules failed",
        "✗ host-too-old   wanted host >=2.1   found 1.9.4",
        f"                 {FILE}:4:20 | HONEYHOST_HOST_VERSION",
        "✓ 1 rule passed (-v shows each with its fact and source)",
        "smallest change: host 2.1 or newer",
    ]


def test_an_accepted_plugin_may_bear_a_note():
    assert drawn(explained(PASSED, verdict="accepted", change=None), note=", and disabled") == [
        "healthcare 0.3.0 is accepted, and disabled",
        "✓ 1 rule passed (-v shows each with its fact and source)",
    ]


def test_verbose_shows_the_rules_that_passed_with_their_sources():
    assert drawn(explained(FAILED, PASSED), verbose=True)[3:6] == [
        "✓ 1 rule passed",
        "  python-version   runs on Python 3.11.7",
        "                   this interpreter",
    ]


def test_a_check_without_a_reason_is_told_by_its_message():
    assert drawn(explained(HOUSE))[1] == "✗ house-rule   the house wants an owner"


def test_on_a_narrow_terminal_the_facts_stand_below_each_other_and_places_stay_whole():
    assert drawn(explained(FAILED), width=30) == [
        "healthcare 0.3.0 is rejected: 1 of 1 rule failed",
        "✗ host-too-old",
        "    wanted host >=2.1",
        "    found 1.9.4",
        f"    {FILE}:4:20",
        "    | HONEYHOST_HOST_VERSION",
        "smallest change: host 2.1 or",
        "newer",
    ]


def test_without_glyphs_of_unicode_the_words_still_say_it():
    lines = drawn(explained(FAILED, PASSED), ASCII)
    assert lines[1].startswith("x host-too-old")
    assert lines[3].startswith("+ 1 rule passed")


def test_the_way_to_a_refused_need_is_drawn():
    lines = drawn(explained(FAILED, drawings=(("healthcare 0.3.0", "-> finance 1.0 (wanted >=2)"),)))
    assert lines[3:5] == ["  healthcare 0.3.0", "  -> finance 1.0 (wanted >=2)"]


def test_warnings_stand_below_the_rules():
    warned = explained(PASSED, verdict="accepted", change=None, warnings=(warning("tested-up-to", "older", hint="test it"),))
    assert drawn(warned)[1:3] == ["warning[tested-up-to]: older", "help: test it"]


def test_a_long_passed_rule_wraps_on_a_terminal():
    lines = drawn(explained(PASSED, verdict="accepted", change=None), width=25, verbose=True)
    assert all(len(text) <= 25 or " " not in text.strip() for text in lines[2:4])


def test_hostile_words_of_a_house_rule_are_shown_not_obeyed():
    reason = HostReason(plugin="a", version="1", code="house", rule="house", text="\x1b[2J", wish="\u202e", fact="\x07")
    check = Check(rule="house", passed=False, fact="", source="\x9b", message=reason.message, reason=reason)
    text = "\n".join(drawn(explained(check)))
    assert "\\u202e" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
