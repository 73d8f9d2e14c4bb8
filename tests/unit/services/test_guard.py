"""
The guard: granted, refused, limited, counted, and taken back while it runs.
"""

import asyncio

import pytest

from honeyhost.errors import (
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    PermissionNotGrantedError,
)
from honeyhost.sdk.operations import CACHE_GET, CACHE_SET, CONFIG_PLATFORM, DB_QUERY, HTTP_REQUEST, LOG, PLUGIN_CALL, SEND_EMAIL
from honeyhost.services.guard import Guard
from honeyhost.services.usage import Usage


class Guarded:
    def __init__(self, *grants, limits=None):
        self.grants = {text: {} for text in grants}
        self.usage = Usage()
        self.refusals = []
        self.guard = Guard(
            "clinic", grants=lambda: self.grants, usage=self.usage, limits=limits or {}, refused=self.refusals.append
        )

    def figures(self, operation):
        return self.usage.figures()["clinic"][operation.name]


def test_nothing_is_granted_by_itself():
    guarded = Guarded()
    with pytest.raises(PermissionNotGrantedError) as caught:
        guarded.guard.admit(CACHE_GET, "beds")
    assert caught.value.message == "plugin 'clinic' may not do cache.get: 'cache:read:beds' is not granted"
    assert caught.value.hint == "ask for it under host_permissions, then: honeyhost grant clinic cache:read:beds"
    assert caught.value.params == {"plugin": "clinic", "operation": "cache_get", "grant": "cache:read:beds"}
    assert guarded.refusals == [("clinic", "cache_get", "cache:read:beds", "permission-not-granted")]
    assert (guarded.figures(CACHE_GET).refused, guarded.figures(CACHE_GET).done) == (1, 0)


@pytest.mark.parametrize(
    ("grant", "operation", "scope"),
    [
        ("cache:read", CACHE_GET, "beds"),
        ("cache:read:bed*", CACHE_GET, "beds"),
        ("cache:readwrite:beds", CACHE_SET, "beds"),
        ("db:read:patient_*", DB_QUERY, "patient_note"),
        ("db:read:warehouse/fct_*", DB_QUERY, "warehouse/fct_visits"),
        ("http:*.Example.com", HTTP_REQUEST, ("api.example.com", "https://api.example.com")),
        ("http:https://api.example.com", HTTP_REQUEST, ("api.example.com", "https://api.example.com")),
        ("email:Example.com", SEND_EMAIL, "example.com"),
        ("config:mail", CONFIG_PLATFORM, "mail.sender"),
        ("plugin_call:billing", PLUGIN_CALL, "billing.total"),
        ("plugin_call:billing.total", PLUGIN_CALL, "billing.total"),
    ],
)
def test_a_grant_lets_its_scope_pass(grant, operation, scope):
    Guarded(grant).guard.admit(operation, scope)


@pytest.mark.parametrize(
    ("grant", "operation", "scope"),
    [
        ("cache:write", CACHE_GET, "beds"),
        ("cache:read:bed", CACHE_GET, "beds"),
        ("db:read:patient_*", DB_QUERY, "warehouse/patient_note"),
        ("db:read:patient_?", DB_QUERY, "patient_a"),
        ("http:*.example.com", HTTP_REQUEST, ("example.com",)),
        ("http:example.com", HTTP_REQUEST, ("evil-example.com",)),
        ("email:example.com", SEND_EMAIL, "mail.example.com"),
        ("config:mail", CONFIG_PLATFORM, "mailer"),
        ("plugin_call:billing", PLUGIN_CALL, "billing-eu.total"),
        ("plugin_call:billing.total", PLUGIN_CALL, "billing.totals"),
    ],
)
def test_and_nothing_beside_it(grant, operation, scope):
    with pytest.raises(PermissionNotGrantedError):
        Guarded(grant).guard.admit(operation, scope)


def test_every_scope_has_to_be_granted_and_each_entry_counts_for_itself():
    guarded = Guarded("email:a.org", "email:b.org")
    guarded.guard.admit(SEND_EMAIL, "a.org", "b.org")
    with pytest.raises(PermissionNotGrantedError, match=r"email:c\.org"):
        guarded.guard.admit(SEND_EMAIL, "a.org", "c.org")


def test_without_a_scope_any_grant_of_the_kind_will_do():
    Guarded("db:read:patient_*").guard.admit(DB_QUERY)
    with pytest.raises(PermissionNotGrantedError, match="'db:read' is not granted"):
        Guarded("db:write:patient_*").guard.admit(DB_QUERY)


def test_what_needs_no_grant_is_let_through_and_counted():
    guarded = Guarded()
    guarded.guard.admit(LOG)
    assert guarded.figures(LOG).last_at > 0


def test_a_grant_that_is_taken_back_counts_from_the_next_operation_on():
    guarded = Guarded("cache:read")
    guarded.guard.admit(CACHE_GET, "beds")
    guarded.grants = {}
    with pytest.raises(PermissionNotGrantedError):
        guarded.guard.admit(CACHE_GET, "beds")
    guarded.grants = {"cache:read:beds": {}}
    guarded.guard.admit(CACHE_GET, "beds")


def test_a_grant_that_nobody_understands_grants_nothing():
    with pytest.raises(PermissionNotGrantedError):
        Guarded("cache", "everything", "cache:read", "").guard.admit(CACHE_SET, "beds")


@pytest.mark.parametrize("limits", [{"cache_get": 2}, {"clinic/cache_get": 2, "cache_get": 99}])
def test_an_operation_is_limited_as_the_operator_says(limits):
    guarded = Guarded("cache:read", limits=limits)
    for _ in range(2):
        guarded.guard.admit(CACHE_GET, "beds")
    with pytest.raises(OperationLimitedError) as caught:
        guarded.guard.admit(CACHE_GET, "beds")
    assert caught.value.message == "plugin 'clinic' asked for cache.get more than 2 times in a minute"
    assert caught.value.params["retry_after"] > 0
    assert guarded.figures(CACHE_GET).limited == 1
    assert guarded.refusals == [("clinic", "cache_get", "", "operation-limited")]


def test_a_limit_is_each_plugins_and_each_operations_own():
    guarded = Guarded("cache:readwrite", limits={"cache_get": 1})
    guarded.guard.admit(CACHE_GET, "beds")
    guarded.guard.admit(CACHE_SET, "beds")
    other = Guard("ledger", grants=lambda: guarded.grants, usage=guarded.usage, limits={"cache_get": 1}, refused=print)
    other.admit(CACHE_GET, "beds")


def test_a_limit_outlives_the_generation_that_it_was_met_in():
    guarded = Guarded("cache:read", limits={"cache_get": 1})
    guarded.guard.admit(CACHE_GET, "beds")
    again = Guard("clinic", grants=lambda: guarded.grants, usage=guarded.usage, limits={"cache_get": 1}, refused=print)
    with pytest.raises(OperationLimitedError):
        again.admit(CACHE_GET, "beds")


def test_what_is_refused_does_not_use_up_the_limit():
    guarded = Guarded("cache:read:beds", limits={"cache_get": 1})
    for _ in range(3):
        with pytest.raises(PermissionNotGrantedError):
            guarded.guard.admit(CACHE_GET, "wards")
    guarded.guard.admit(CACHE_GET, "beds")


async def works():
    return 7


async def breaks():
    raise ConnectionResetError("gone\nand more")


async def says_no():
    raise OperationRefusedError("no", plugin="clinic", operation="cache_get")


async def waits():
    await asyncio.Event().wait()


def test_admitted_work_is_counted_and_timed():
    guarded = Guarded()
    assert asyncio.run(guarded.guard.observe(CACHE_GET, works())) == 7
    assert (guarded.figures(CACHE_GET).done, guarded.figures(CACHE_GET).errors) == (1, 0)
    assert guarded.figures(CACHE_GET).seconds > 0


def test_a_service_that_fails_is_named_and_its_error_is_the_cause():
    guarded = Guarded()
    with pytest.raises(OperationFailedError) as caught:
        asyncio.run(guarded.guard.observe(CACHE_GET, breaks()))
    assert caught.value.message == "cache.get of plugin 'clinic' failed: ConnectionResetError: gone"
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert guarded.figures(CACHE_GET).errors == 1


def test_our_own_errors_go_on_as_they_are():
    guarded = Guarded()
    with pytest.raises(OperationRefusedError, match="no"):
        asyncio.run(guarded.guard.observe(CACHE_GET, says_no()))
    assert guarded.figures(CACHE_GET).errors == 1


def test_whoever_gives_up_waiting_is_no_error_of_the_service():
    guarded = Guarded()

    async def main():
        task = asyncio.create_task(guarded.guard.observe(CACHE_GET, waits()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(main())
    assert guarded.figures(CACHE_GET).errors == 0


def test_figures_go_with_the_plugin():
    guarded = Guarded("cache:read")
    guarded.guard.admit(CACHE_GET, "beds")
    guarded.usage.keep(["ledger"])
    assert guarded.usage.figures() == {}


def test_a_guard_whose_plugin_has_ended_lets_nothing_pass():
    guarded = Guarded("cache:read")
    guarded.guard.ended = True
    with pytest.raises(OperationRefusedError, match="after its end: it was switched off or replaced"):
        guarded.guard.admit(CACHE_GET, "beds")
    guarded.guard.admit(LOG)


def test_what_an_operator_allows_nobody_is_told_too():
    guarded = Guarded("cache:read")
    with pytest.raises(OperationRefusedError):
        asyncio.run(guarded.guard.observe(CACHE_GET, says_no()))
    assert guarded.refusals == [("clinic", "cache_get", "", "operation-refused")]


@pytest.mark.parametrize("scope", ["k" * 3_000_000, ("k" * 3_000_000, "other")])
def test_a_scope_without_an_end_is_cut_where_it_is_shown_and_not_remembered(scope):
    guarded = Guarded()
    with pytest.raises(PermissionNotGrantedError) as caught:
        guarded.guard.admit(CACHE_GET, scope)
    assert len(caught.value.message) < 400
    assert len(guarded.refusals[0].grant) < 300
    assert guarded.guard._moment.decided == {}


def test_a_scope_cannot_forge_a_line_of_a_log_or_of_a_shell():
    guarded = Guarded()
    with pytest.raises(PermissionNotGrantedError) as caught:
        guarded.guard.admit(CACHE_GET, "x\nCRITICAL root; rm -rf /")
    assert "\n" not in caught.value.message + guarded.refusals[0].grant
    assert caught.value.hint.endswith("honeyhost grant clinic 'cache:read:x CRITICAL root; rm -rf /'")
