"""
Validation: it never raises, never accepts what it calls an error, and never says anything it cannot explain.
"""

import json
from collections.abc import Iterable
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from honeyhost.diagnostics import Problem, has_errors
from honeyhost.manifest import PluginManifest, from_json, to_json, validate
from honeyhost.manifest.codes import CODES
from honeyhost.manifest.parts import MenuItem, NavItem, Part
from honeyhost.manifest.shape import nested

KNOWN = {code.code for code in CODES}
MAX_MESSAGE = 500


def _names(model: type[Part], seen: set[type[Part]]) -> Iterable[str]:
    if model not in seen:
        seen.add(model)
        yield from model.model_fields
        for part in nested(model).values():
            yield from _names(part, seen)


FIELDS = sorted(set(_names(PluginManifest, set())))
WORDS = [
    "",
    "demo",
    "1.0",
    ">=1",
    "^1",
    "true",
    "yes",
    "5m",
    "a.b",
    ".a:b",
    "/demo/x",
    "//x",
    "javascript:x",
    "* * * * *",
    "GET",
    "wasm",
    "en",
]

keys = st.sampled_from(FIELDS) | st.text(max_size=8)
scalars = st.sampled_from(WORDS) | st.text(max_size=12) | st.integers() | st.floats() | st.booleans() | st.none()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
)
documents = st.dictionaries(keys, values, max_size=8)
named = st.builds(lambda rest: {**rest, "name": "demo", "version": "1.0"}, documents)


def assert_sound(manifest: PluginManifest | None, problems: tuple[Problem, ...]) -> None:
    assert (manifest is None) == has_errors(problems)
    for problem in problems:
        assert problem.code in KNOWN
        assert problem.message
        assert len(problem.message) < MAX_MESSAGE
        assert problem.hint is None or len(problem.hint) < MAX_MESSAGE
        json.dumps(problem.to_json())


@settings(deadline=None, max_examples=300)
@given(document=documents | named)
def test_any_mapping_is_a_manifest_or_problems(document: dict[str, Any]):
    assert_sound(*validate(document))


@settings(deadline=None)
@given(document=documents | named)
def test_any_yaml_is_a_manifest_or_problems_and_errors_have_a_place(document: dict[str, Any]):
    manifest, problems = validate(yaml.safe_dump(document, allow_unicode=True))
    assert_sound(manifest, problems)
    assert all(problem.line is not None for problem in problems if problem.path is not None)


@settings(deadline=None)
@given(source=st.binary(max_size=200) | st.text(max_size=200))
def test_any_source_is_a_manifest_or_problems(source: bytes | str):
    assert_sound(*validate(source))


@settings(deadline=None)
@given(field=st.sampled_from(sorted(PluginManifest.model_fields)), value=values)
@example(field="requires_plugins", value={"": ""})
@example(field="i18n", value={"translations": {"en": {"\ud800": ""}}})
def test_any_value_in_any_field_is_accepted_or_refused(field: str, value: Any):
    assert_sound(*validate({"name": "demo", "version": "1.0", field: value}))


@settings(deadline=None)
@given(document=named)
def test_an_accepted_manifest_survives_its_copy(document: dict[str, Any]):
    manifest, _ = validate({key: value for key, value in document.items() if not has_errors(validate({**BARE, key: value})[1])})
    if manifest is not None:
        assert from_json(to_json(manifest)) == manifest
        assert validate(json.loads(to_json(manifest)))[0] == manifest


BARE = {"name": "demo", "version": "1.0"}


@settings(deadline=None)
@given(word=st.text(st.characters(categories=["Ll"], max_codepoint=127), min_size=1, max_size=12))
def test_a_key_is_a_field_or_a_warning(word: str):
    _, problems = validate(
        {**BARE, "nav": [{"label": "x", "path": "/demo", word: "x"}], "menu_items": [{"id": "a", "label": "x", word: "x"}]}
    )
    found = [problem.path for problem in problems if problem.code == "unknown-field"]
    assert (f"nav[0].{word}" in found) == (word not in NavItem.model_fields)
    assert (f"menu_items[0].{word}" in found) == (word not in MenuItem.model_fields)
