from honeyhost.manifest import PluginManifest, validate
from honeyhost.manifest.rules import NOT_ATTACHED


def test_a_field_that_has_no_effect_yet_is_named():
    manifest, (problem,) = validate("name: demo\nversion: 1.0\njobs:\n- {id: a, handler: '.a:f', schedule: '* * * * *'}\n")
    assert manifest is not None
    assert (problem.severity, problem.code, problem.path, problem.line) == ("info", "not-attached-yet", "jobs", 4)
    assert problem.message == "'jobs' is declared, not attached by this version"
    assert problem.hint == "it is checked, and has no effect yet"


def test_an_empty_one_is_not():
    assert validate("name: demo\nversion: 1.0\njobs: []\nwidgets:\n")[1] == ()


def test_only_fields_that_exist_are_listed():
    assert PluginManifest.model_fields.keys() > NOT_ATTACHED
