import json

import pytest
from pydantic import ValidationError

from honeyhost.manifest import from_json, to_json, validate


def test_the_copy_holds_what_the_author_wrote_and_no_defaults(seed: bytes):
    manifest, _ = validate(seed)
    assert manifest is not None
    copy = json.loads(to_json(manifest))
    assert list(copy) == [
        "name",
        "version",
        "display_name",
        "permissions",
        "seed_groups",
        "routers",
        "nav",
        "dbt_workspace",
        "frontend_entry",
    ]
    assert copy["nav"][0] == {"label": "Patient 360", "path": "/healthcare/patients", "icon": "users"}
    assert copy["routers"][0] == {"router": "plugins.healthcare.backend.routers.patients:router"}
    assert copy["version"] == "0.1.0"


def test_the_copy_is_read_as_the_same_manifest(seed: bytes):
    manifest, _ = validate(
        seed
        + b"theme: {dark: true, size: 1.5, name: 'true'}\njobs: [{id: a, handler: .a:f, schedule: '* * * * *', args: {n: 1}}]\n"
    )
    assert manifest is not None
    assert from_json(to_json(manifest)) == manifest
    assert to_json(from_json(to_json(manifest))) == to_json(manifest)


def test_the_copy_is_valid_as_a_mapping_too(seed: bytes):
    manifest, _ = validate(seed)
    assert manifest is not None
    again, problems = validate(json.loads(to_json(manifest)))
    assert again == manifest
    assert [problem.code for problem in problems] == ["not-attached-yet"]


def test_what_is_no_copy_is_refused():
    with pytest.raises(ValidationError):
        from_json('{"name": "../escaped", "version": "1"}')
