import pytest

from honeyhost.attach.change import AttachPlan, Change, Contribution, difference
from honeyhost.cli.render.attachments import attachment_lines, duration, failure_lines
from honeyhost.cli.render.changes import digest_digits, plan_lines, plan_total, short_digest
from honeyhost.cli.render.colour import paint
from honeyhost.cli.render.glyphs import ASCII, UNICODE
from honeyhost.diagnostics import error

DIGEST = "sha256:4f1c9a02d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0"
PLAN = AttachPlan(
    changes=(
        Change(
            action="change",
            kind="job",
            plugin="finance",
            summary="close-books",
            details={"schedule": "0 3 * * *", "before": {"schedule": "0 2 * * *"}},
        ),
        Change(action="remove", kind="route", plugin="finance", summary="GET /api/plugins/finance/legacy"),
        Change(
            action="add",
            kind="route",
            plugin="healthcare",
            summary="GET /api/plugins/healthcare/patients   patient.read",
            details={"permission": "patient.read", "methods": ["GET"], "public": False, "args": None, "n": {"a": 1}},
        ),
    ),
    digest=DIGEST,
)
VERSIONS = {"finance": ("1.1.0", "1.2.0"), "healthcare": (None, "0.3.0")}


def drawn(lines):
    return [paint(content, colour=False) for content in lines]


def test_a_plan_is_one_line_for_each_change_under_its_plugin():
    assert drawn(plan_lines(PLAN, VERSIONS, None)) == [
        "~ finance 1.1.0 -> 1.2.0",
        "    ~ job    close-books   schedule 0 2 * * * -> 0 3 * * *",
        "    - route  GET /api/plugins/finance/legacy",
        "+ healthcare 0.3.0",
        "    + route  GET /api/plugins/healthcare/patients   patient.read",
    ]


def test_the_total_counts_and_shows_the_short_digest_last():
    assert drawn([plan_total(PLAN)]) == ["plan: 1 add, 1 change, 1 remove   digest sha256:4f1c9a02"]


def test_an_empty_plan_has_a_digest_too():
    assert drawn([plan_total(AttachPlan(changes=(), digest=DIGEST))]) == ["plan: nothing to change   digest sha256:4f1c9a02"]


def test_detail_shows_the_fields_of_each_change():
    lines = drawn(plan_lines(PLAN, VERSIONS, None, detail=True))
    assert lines[1] == "    ~ job    close-books"
    assert lines[2] == "        schedule: 0 2 * * * -> 0 3 * * *"
    assert lines[-5:] == [
        "        permission: patient.read",
        "        methods: [GET]",
        "        public: no",
        "        args: none",
        "        n: {a: 1}",
    ]


@pytest.mark.parametrize(
    ("versions", "head"),
    [
        ({"a": ("1.0", None)}, "- a 1.0"),
        ({"a": (None, "1.0")}, "+ a 1.0"),
        ({"a": ("1.0", "1.0")}, "~ a 1.0"),
        ({}, "+ a"),
    ],
)
def test_the_head_says_whether_the_plugin_comes_goes_or_changes(versions, head):
    plan = AttachPlan(changes=(Change(action="add", kind="nav", plugin="a", summary="x"),), digest=DIGEST)
    assert drawn(plan_lines(plan, versions, None))[0] == head


def test_without_versions_a_mixed_plugin_changes():
    changes = tuple(Change(action=action, kind="nav", plugin="a", summary="x") for action in ("add", "remove"))
    assert drawn(plan_lines(AttachPlan(changes=changes, digest=DIGEST), {}, None))[0] == "~ a"


def test_a_field_with_a_long_value_is_named_and_not_shown():
    change = Change(action="change", kind="route", plugin="a", summary="x", details={"doc": "y" * 50, "before": {"doc": "z"}})
    plan = AttachPlan(changes=(change,), digest=DIGEST)
    assert drawn(plan_lines(plan, {}, None))[1] == "    ~ route  x   doc differs"


def test_a_field_that_goes_is_a_difference_too():
    before = Contribution(kind="nav", plugin="a", key="k", summary="Ledger", details={"order": 1, "icon": "book"})
    after = Contribution(kind="nav", plugin="a", key="k", summary="Ledger", details={"order": 2})
    plan = difference([before], [after])
    assert drawn(plan_lines(plan, {}, None))[1] == "    ~ nav  Ledger   order 1 -> 2, icon book -> none"


def test_a_long_line_wraps_under_its_summary_and_paths_stay_whole():
    lines = drawn(plan_lines(PLAN, VERSIONS, 40))
    assert lines[-3:] == [
        "    + route  GET",
        "             /api/plugins/healthcare/patients",
        "             patient.read",
    ]


def test_hostile_summaries_are_shown_not_obeyed():
    change = Change(action="add", kind="nav", plugin="a", summary="\x1b[2J\u202e", details={"l": "\x07"})
    lines = drawn(plan_lines(AttachPlan(changes=(change,), digest=DIGEST), {}, None, detail=True))
    assert lines[1:] == ["    + nav  \\x1b[2J\\u202e", "        l: \\x07"]


def test_the_short_digest_is_what_apply_takes():
    assert short_digest(DIGEST) == "sha256:4f1c9a02"
    assert digest_digits(DIGEST) == "4f1c9a02"


def test_an_apply_is_a_row_for_each_plugin():
    problem = error("route-conflict", "GET /reports is declared twice", file="reports/plugin.yaml", line=22, column=7)
    assert drawn(attachment_lines([("finance", 11, 95.4)], [("reports", problem)], UNICODE, None)) == [
        "✓ finance  attached     11 contributions   imported in 95 ms",
        "✗ reports  rolled back  route-conflict: GET /reports is declared twice (reports/plugin.yaml:22:7)",
    ]


def test_a_plugin_that_is_left_out_says_why():
    problem = error("load-failed", "no module named x", hint="install x")
    assert drawn(failure_lines("reports", "0.9", problem, ASCII)) == [
        "x reports 0.9 cannot be attached: load-failed: no module named x",
        "  help: install x",
    ]
    assert len(failure_lines("reports", "0.9", error("c", "m"), ASCII)) == 1


@pytest.mark.parametrize(("seconds", "text"), [(0.0123, "12 ms"), (1.44, "1.4 s"), (75, "75.0 s")])
def test_durations_are_in_milliseconds_or_seconds(seconds, text):
    assert duration(seconds) == text
