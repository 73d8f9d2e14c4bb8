from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def test_templates_are_named_as_loaders_name_them(ask: Ask):
    assert ask(templates=[{"name": "emails/welcome.html", "path": "t/a.html"}, {"name": "a", "path": "a"}]) == []


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/../b", "a b", "", "a\\b", ".a"])
def test_any_other_name_of_a_template_is_refused(ask: Ask, name: str):
    assert ask(templates=[{"name": name, "path": "a"}]) == [
        f"error[template-name-invalid] templates[0].name: '{name}' is not the name of a template | write 'folder/name.html'"
    ]


def test_templates_and_error_codes_are_told_apart(ask: Ask):
    template, code = {"name": "a", "path": "a"}, {"code": "a", "message": "A"}
    assert ask(templates=[template, template], error_codes=[code, code]) == [
        (
            "error[duplicate-id] templates[1].name: the template 'a' stands twice, first in templates[0] | "
            "keep one, or name the other differently"
        ),
        (
            "error[duplicate-id] error_codes[1].code: the error code 'a' stands twice, first in error_codes[0] | "
            "keep one, or name the other differently"
        ),
    ]


def test_translations_have_languages_and_a_namespace(ask: Ask):
    assert ask(i18n={"languages": ["en", "pt-BR"], "translations": {"en": {"a.title": "A"}}, "namespace": "demo.ui"}) == []
    assert ask(i18n={"translations": {"en": {"a": "A"}}}) == []
    assert ask(i18n=None) == []


def test_languages_are_tags_each_once_and_hold_all_translations(ask: Ask):
    spec = {
        "languages": ["en", "english", "en"],
        "translations": {"english": {}, "en_US": {}, "pt": {}, "enn": {}},
        "namespace": "A b",
    }
    assert ask(i18n=spec) == [
        "error[namespace-invalid] i18n.namespace: 'A b' is not a namespace | write lower-case words: healthcare",
        "warning[duplicate-id] i18n.languages[2]: the language 'en' stands twice, first in i18n.languages[0] | keep one",
        "error[language-invalid] i18n.languages[1]: 'english' is not a language tag | write a tag such as en, ar or pt-BR",
        "error[language-invalid] i18n.translations.english: 'english' is not a language tag | write a tag such as en, ar or pt-BR",
        "error[language-invalid] i18n.translations.en_US: 'en_US' is not a language tag | write a tag such as en, ar or pt-BR",
        "warning[language-unlisted] i18n.translations.pt: texts in 'pt' are not among the languages | add pt to languages",
        "warning[language-unlisted] i18n.translations.enn: texts in 'enn' are not among the languages | did you mean 'en'?",
    ]
