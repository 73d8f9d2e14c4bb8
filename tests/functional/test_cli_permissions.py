"""
``check`` and permissions that a manifest names and does not declare.
"""

import json

import pytest

pytestmark = pytest.mark.slow
TYPO = {"routers": [{"router": ".backend.notes:router", "permission": "clinic.raed"}]}


def problems(run, *arguments, **environment):
    done = run("check", "clinic", "--json", *arguments, **environment)
    (result,) = json.loads(done.stdout)["results"]
    return done.returncode, [(problem["severity"], problem["code"], problem["hint"]) for problem in result["problems"]]


def test_a_permission_that_nobody_could_declare_is_an_error_with_the_near_one(platform, honeyhost):
    platform.add("clinic", TYPO)
    assert problems(honeyhost) == (1, [("error", "permission-unknown", "did you mean 'clinic.read'?")])


def test_a_permission_of_the_platform_is_no_problem(platform, honeyhost, monkeypatch):
    platform.add("clinic", TYPO)
    monkeypatch.setenv("HONEYHOST_PLATFORM_PERMISSIONS", "clinic.raed")
    assert problems(honeyhost) == (0, [])


def test_a_permission_that_a_required_plugin_may_declare_is_a_warning(platform, honeyhost):
    platform.add("clinic", TYPO | {"requires_plugins": {"staff": ">=1"}})
    code, found = problems(honeyhost)
    assert (code, [(severity, word) for severity, word, _ in found]) == (0, [("warning", "permission-unknown")])


def test_everything_that_is_found_is_asked_the_same(platform, honeyhost):
    platform.add("clinic", TYPO)
    platform.add("ledger")
    done = honeyhost("check", "--json")
    assert {result["target"]: result["valid"] for result in json.loads(done.stdout)["results"]} == {
        "clinic": False,
        "ledger": True,
    }
