import json
from pathlib import Path

import pytest

from honeyhost.manifest import PluginManifest, json_schema
from honeyhost.manifest.schema import DIALECT, SCHEMA_ID

GOLDEN = Path(__file__).parents[2] / "golden" / "plugin.schema.json"


def test_the_schema_is_the_one_that_was_agreed_on():
    assert json_schema() == json.loads(GOLDEN.read_text()), (
        "if the change is meant: honeyhost schema > tests/golden/plugin.schema.json"
    )


def test_the_schema_says_what_it_is_and_how_an_editor_finds_it():
    schema = json_schema()
    assert (schema["$schema"], schema["$id"]) == (DIALECT, SCHEMA_ID)
    assert "# yaml-language-server: $schema=plugin.schema.json" in schema["$comment"]
    assert schema["required"] == ["name", "version"]


def test_every_field_and_every_part_is_described():
    schema = json_schema()
    assert schema["properties"].keys() == PluginManifest.model_fields.keys()
    for place in (schema, *schema["$defs"].values()):
        assert place.get("description") or any(option.get("description") for option in place["anyOf"])
        for option in (place, *place.get("anyOf", ())):
            for name, field in option.get("properties", {}).items():
                assert field.get("description"), name


def test_unknown_keys_are_open_everywhere():
    schema = json_schema()
    places = [option for place in (schema, *schema["$defs"].values()) for option in (place, *place.get("anyOf", ()))]
    assert all(place["additionalProperties"] is True for place in places if place.get("type") == "object")


@pytest.mark.parametrize("field", ["version", "min_host_version", "tested_up_to"])
def test_a_version_without_quotes_is_no_complaint(field: str):
    assert json_schema()["properties"][field]["type"] == ["string", "number"]


def test_what_may_be_written_short_may_be_text():
    schema = json_schema()
    for part in ("RouterEntry", "PermissionDeclaration", "RuntimeSpec"):
        assert [option["type"] for option in schema["$defs"][part]["anyOf"]] == ["string", "object"]
    assert [option["type"] for option in schema["properties"]["dbt_workspace"]["anyOf"]] == ["string", "array"]


def test_a_null_is_no_value_that_anyone_writes():
    assert '"null"' not in json.dumps(json_schema())
