from collections.abc import Callable

from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.parts import LandingPage, MenuItem, NavItem, RuntimeSpec, Translations, Workflow, WorkflowStep
from honeyhost.manifest.scalars import Plain
from honeyhost.manifest.shape import nested, said, unknown_fields

Told = Callable[..., list[str]]


def test_the_parts_of_the_model_are_found_alone_in_lists_and_in_themselves():
    parts = nested(PluginManifest)
    assert parts["nav"] is NavItem
    assert parts["runtime"] is RuntimeSpec
    assert parts["landing_page"] is LandingPage
    assert parts["i18n"] is Translations
    assert nested(MenuItem) == {"children": MenuItem}
    assert nested(Workflow) == {"steps": WorkflowStep}
    assert "requires_plugins" not in parts


def test_unknown_keys_are_found_at_every_level(told: Told):
    document = {
        "name": "a",
        "verison": "1",
        "nav": [{"label": "x", "icno": "y"}, "text"],
        "menu_items": [{"id": "a", "children": [{"id": "b", "lable": "x"}]}],
        "runtime": {"typ": "python"},
        "workflows": [{"steps": [{"when": {"equal": 1}}]}],
        "jobs": [{"args": {"anything": 1}}],
        "requires_plugins": {"anything": "1"},
        "routers": "text",
        "zzz": 1,
    }
    assert told(unknown_fields(document, PluginManifest)) == [
        "warning[unknown-field] verison: 'verison' is not a field of plugin.yaml and is ignored | did you mean 'version'?",
        "warning[unknown-field] nav[0].icno: 'icno' is not a field of 'nav[0]' and is ignored | did you mean 'icon'?",
        (
            "warning[unknown-field] menu_items[0].children[0].lable: 'lable' is not a field of 'menu_items[0].children[0]' and is "
            "ignored | did you mean 'label'?"
        ),
        "warning[unknown-field] runtime.typ: 'typ' is not a field of 'runtime' and is ignored | did you mean 'type'?",
        (
            "warning[unknown-field] workflows[0].steps[0].when.equal: 'equal' is not a field of 'workflows[0].steps[0].when' and is "
            "ignored | did you mean 'equals'?"
        ),
        (
            "warning[unknown-field] zzz: 'zzz' is not a field of plugin.yaml and is ignored | "
            "take it out, unless a newer host or the platform itself reads it"
        ),
    ]


def test_a_long_unknown_key_is_quoted_in_part():
    (problem,) = unknown_fields({"x" * 5000: 1}, PluginManifest)
    assert len(problem.message) < 120
    assert problem.path is not None
    assert len(problem.path) < 80


def test_fields_that_say_nothing_are_left_out_in_depth():
    document = {
        "name": Plain("a"),
        "author": Plain(""),
        "license": None,
        "homepage": "",
        "nav": [{"label": "x", "icon": Plain("")}, Plain("")],
        "runtime": {"type": Plain("")},
        "requires_plugins": {"b": Plain("")},
        "workflows": [{"steps": [{"args": {"a": Plain("")}, "when": {"equals": Plain("")}}]}],
        "unknown": Plain(""),
    }
    assert said(document, PluginManifest) == {
        "name": "a",
        "homepage": "",
        "nav": [{"label": "x"}, ""],
        "runtime": {},
        "requires_plugins": {"b": ""},
        "workflows": [{"steps": [{"args": {"a": ""}, "when": {"equals": ""}}]}],
        "unknown": "",
    }
