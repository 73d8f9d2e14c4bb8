import pytest
from pydantic import ValidationError

from honeyhost.manifest import PluginManifest, label_text
from honeyhost.manifest.scalars import Plain


def manifest(**fields: object) -> PluginManifest:
    return PluginManifest.model_validate({"name": "demo", "version": "1.10", **fields})


def test_name_and_version_are_enough():
    plain = manifest()
    assert plain.title() == "demo"
    assert plain.kind == "integration"
    assert plain.runtime.type == "python"
    assert plain.version == "1.10"


def test_a_manifest_cannot_be_changed():
    with pytest.raises(ValidationError):
        manifest().name = "other"  # type: ignore[misc]


def test_unknown_keys_are_kept_and_read_as_yaml_means_them():
    kept = manifest(theme={"dark": Plain("true"), "name": "true"}, nav=[{"label": "x", "path": "/demo", "badge": Plain("3")}])
    assert kept.unknown_fields == ("theme",)
    assert kept.model_extra == {"theme": {"dark": True, "name": "true"}}
    assert kept.nav[0].model_extra == {"badge": 3}


def test_what_has_one_main_value_may_be_written_as_that_value():
    short = manifest(permissions=["note.read"], routers=[".a:r"], runtime="wasm")
    assert short.permissions[0].id == "note.read"
    assert short.routers[0].router == ".a:r"
    assert short.runtime.type == "wasm"


def test_menus_nest():
    item = {"id": "a", "label": "A", "children": [{"id": "b", "label": "B", "path": "/demo"}]}
    assert manifest(menu_items=[item]).menu_items[0].children[0].path == "/demo"


@pytest.mark.parametrize(
    ("language", "text"), [("ar", "مرضى"), ("ar-EG", "مرضى"), ("fr", "Patients"), ("en", "Patients"), ("pt-BR", "Pacientes")]
)
def test_a_label_answers_in_a_language_its_base_or_english(language: str, text: str):
    assert label_text({"en": "Patients", "ar": "مرضى", "pt-BR": "Pacientes"}, language) == text


def test_a_label_without_english_answers_with_its_first_text():
    assert label_text({"de": "Patienten", "fr": "Patients"}, "ja") == "Patienten"
    assert label_text("Patients", "ja") == "Patients"
    assert label_text(None) is None


def test_the_copy_of_a_wheel_is_read_as_the_same_manifest():
    text = '{"name":"demo","version":"1.10","routers":[{"router":".a:r"}],"sort":3,"extra":[1]}'
    assert PluginManifest.from_json(text) == manifest(routers=[".a:r"], sort=Plain("3"), extra=[Plain("1")])
