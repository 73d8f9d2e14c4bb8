from collections.abc import Callable

from honeyhost.manifest.grants import asked_by, request_digest
from honeyhost.resolver import Consent, GrantMissing, explain
from honeyhost.services.grants import parse_grant

ASKS = [{"type": "db", "access": "readwrite", "scope": ["patient_*"]}, {"type": "config", "scope": ["mail"]}]


def consents(*texts: str, digest: str | None = None) -> dict[str, Consent]:
    return {"healthcare": Consent(grants=tuple(grant for text in texts for grant in parse_grant(text)), digest=digest)}


def check(decide: Callable, plugin: object, **wishes: object) -> object:
    found = explain(decide(plugin, **wishes), plugin)
    return next(check for check in found.checks if check.rule == "grants")


def test_a_request_that_nobody_answered_waits_and_every_piece_of_it_is_a_reason(found: Callable, refuse: Callable) -> None:
    plugin = found(host_permissions=ASKS, lines={"host_permissions": (7, 1)})
    reasons = refuse(plugin, consents={})
    assert [reason.grant for reason in reasons] == ["db:read:patient_*", "db:write:patient_*", "config:mail"]
    assert isinstance(reasons[0], GrantMissing)
    assert reasons[0].to_json() == {
        "code": "grant-missing",
        "params": {"grant": "db:read:patient_*", "granted": ()},
        "message": "plugin 'healthcare' 0.3.0 asks the host for db:read:patient_*, and nobody has answered that yet",
        "hint": "honeyhost grant healthcare 'db:read:patient_*', or honeyhost grant healthcare --without-new-grants",
    }
    assert (reasons[0].source, reasons[0].fact_source) == ("plugins/healthcare/plugin.yaml:7:1", "the operator's grants")
    assert (reasons[0].wanted, reasons[0].found) == ("db:read:patient_*", "not answered yet")
    assert reasons[0].change == "grant db:read:patient_*"


def test_what_was_granted_is_named_beside_what_is_missing(found: Callable, refuse: Callable) -> None:
    reasons = refuse(found(host_permissions=ASKS), consents=consents("db:read:patient_*", "config"))
    (reason,) = reasons
    assert (reason.wanted, reason.found) == ("db:write:patient_*", "db:read:patient_*")
    assert reason.message.endswith("asks the host for db:write:patient_*, and has db:read:patient_*")


def test_a_request_that_is_granted_is_admitted(found: Callable, refuse: Callable, decide: Callable) -> None:
    plugin = found(host_permissions=ASKS)
    granted = consents("db:read", "db:write:patient_*", "config:mail")
    assert refuse(plugin, consents=granted) == ()
    said = check(decide, plugin, consents=granted)
    assert said.message == "asks for db:read:patient_*, db:write:patient_*, config:mail: granted"
    assert said.source == "plugins/healthcare/plugin.yaml | the operator's grants"


def test_a_request_that_was_answered_is_admitted_with_what_was_granted_and_that_is_told(
    found: Callable, decide: Callable
) -> None:
    plugin = found(host_permissions=ASKS, lines={"host_permissions": (7, 1)})
    answered = consents("config", digest=request_digest(asked_by(plugin.manifest)))
    resolution = decide(plugin, consents=answered)
    assert resolution.rejected == ()
    (problem,) = resolution.warnings_of(plugin)
    assert (problem.severity, problem.code, problem.line) == ("info", "grant-withheld", 7)
    assert problem.message == (
        "plugin 'healthcare' 0.3.0 runs without db:read:patient_*, db:write:patient_*, which the operator did not grant"
    )
    assert check(decide, plugin, consents=answered).message.endswith(": runs without db:read:patient_*, db:write:patient_*")


def test_a_request_that_nobody_ever_answered_waits_and_one_that_asks_for_less_than_is_granted_does_not(
    found: Callable, refuse: Callable
) -> None:
    assert [reason.grant for reason in refuse(found(host_permissions=ASKS), consents=consents("config:mail"))] == [
        "db:read:patient_*",
        "db:write:patient_*",
    ]
    granted = consents("db:read", "db:write", "config", digest="sha256:of-another-request")
    assert refuse(found(host_permissions=ASKS), consents=granted) == ()
    assert refuse(found(host_permissions=ASKS[1:]), consents=granted) == ()


def test_an_upgrade_that_asks_for_more_runs_without_it_until_it_is_answered_and_that_is_told(
    found: Callable, decide: Callable
) -> None:
    before = found(host_permissions=ASKS[1:])
    answered = consents("config:mail", digest=request_digest(asked_by(before.manifest)))
    upgrade = found(host_permissions=ASKS, lines={"host_permissions": (7, 1)})
    resolution = decide(upgrade, consents=answered)
    assert resolution.rejected == ()
    (problem,) = resolution.warnings_of(upgrade)
    assert (problem.severity, problem.code, problem.line) == ("warning", "grant-open", 7)
    assert problem.message == (
        "plugin 'healthcare' 0.3.0 runs without db:read:patient_*, db:write:patient_*, "
        "which this version asks for and nobody has answered"
    )
    assert problem.hint == "honeyhost grant healthcare --all, or --without-new-grants"


def test_a_piece_that_was_granted_in_part_is_answered(found: Callable, refuse: Callable) -> None:
    assert [
        reason.grant for reason in refuse(found(host_permissions=ASKS), consents=consents("db:write:patient_a", "db:read"))
    ] == ["config:mail"]


def test_nobody_is_asked_where_the_answers_are_not_known(found: Callable, refuse: Callable, decide: Callable) -> None:
    plugin = found(host_permissions=ASKS)
    assert refuse(plugin) == ()
    assert check(decide, plugin).message.endswith("; this host's operator was not asked")


def test_a_plugin_that_asks_for_nothing_is_admitted(found: Callable, refuse: Callable, decide: Callable) -> None:
    assert refuse(found(), consents={}) == ()
    assert check(decide, found(), consents={}).message == "asks nothing of the host"
