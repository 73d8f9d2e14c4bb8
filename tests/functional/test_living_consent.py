"""
Row 60 of the attacks: a new version asks for more. An operator has the last word, and what operators edited stays edited.
"""

import json

import pytest

pytestmark = pytest.mark.slow
DATABASE = {"type": "db", "access": "read", "scope": ["clinic_*"]}
WEB = {"type": "http", "scope": ["fhir.acme.example"]}
FIRST = {
    "permissions": ["clinic.read", "clinic.edit"],
    "seed_groups": [{"name": "nurses", "permissions": ["clinic.read"]}],
    "host_permissions": [DATABASE],
}
SECOND = {
    "version": "2.0.0",
    "permissions": ["clinic.read", "clinic.edit", "clinic.erase"],
    "seed_groups": [{"name": "nurses", "permissions": ["clinic.read", "clinic.erase"]}],
    "host_permissions": [DATABASE, WEB],
}


@pytest.fixture
def said(honeyhost):
    """
    Runs a command that has to end so, and gives its document.
    """

    def run(*words, code=0):
        done = honeyhost(*words, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    return run


@pytest.fixture
def clinic(platform, said):
    """
    A plugin in its first version, granted what it asks for and applied; an operator has edited the group that it seeds.
    """
    platform.add("clinic", FIRST)
    platform.add("ledger")
    said("grant", "clinic", "--all")
    said("apply")
    said("group", "remove", "nurses", "--permission", "clinic.read")
    said("group", "add", "nurses", "--permission", "clinic.edit")
    return platform


def nurses(said):
    """
    What the group holds, and what was taken out of it.
    """
    (group,) = [group for group in said("group", "list")["groups"] if group["name"] == "nurses"]
    return [[entry["permission"] for entry in group[key]] for key in ("permissions", "removed")]


def row(said):
    return next(row for row in said("list")["plugins"] if row["name"] == "clinic")


def test_a_version_that_asks_for_more_runs_without_it_until_it_is_granted_and_edits_are_kept(clinic, said):
    assert nurses(said) == [["clinic.edit"], ["clinic.read"]]
    clinic.add("clinic", SECOND)
    said("apply")
    assert (row(said)["state"], row(said)["version"]) == ("accepted", "2.0.0")
    assert [problem["code"] for problem in row(said)["problems"]] == ["grant-open"]
    [check] = [check for check in said("doctor")["checks"] if check["id"] == "grants"]
    assert "runs without http:fhir.acme.example, which this version asks for" in check["message"]
    asked = said("grant", "clinic")
    assert (asked["waiting"], list(asked["grants"])) == (["http:fhir.acme.example"], ["db:read:clinic_*"])
    said("grant", "clinic", "http:fhir.acme.example")
    assert row(said)["problems"] == []
    held, removed = nurses(said)
    assert ("clinic.edit" in held, "clinic.read" in held, "clinic.read" in removed) == (True, False, True)


def test_a_version_may_go_on_without_what_it_asks_for_in_addition(clinic, said):
    clinic.add("clinic", SECOND)
    answered = said("grant", "clinic", "--without-new-grants")
    assert answered["waiting"] == []
    assert set(answered["grants"]) == {"db:read:clinic_*"}
    said("apply")
    assert (row(said)["state"], row(said)["version"]) == ("accepted", "2.0.0")


def test_the_plan_names_the_permissions_that_come_before_anything_is_written(clinic, said):
    clinic.add("clinic", {**SECOND, "host_permissions": FIRST["host_permissions"]})
    planned = said("plan")
    added = {change["summary"] for change in planned["changes"] if (change["action"], change["kind"]) == ("add", "permission")}
    assert any("clinic.erase" in summary for summary in added)
    digest = planned["digest"]
    clinic.add("clinic", {**SECOND, "version": "2.0.1", "host_permissions": FIRST["host_permissions"]})
    said("apply", "--digest", digest, code=1)
    assert nurses(said) == [["clinic.edit"], ["clinic.read"]]
