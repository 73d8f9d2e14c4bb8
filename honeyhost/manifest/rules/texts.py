"""
Texts: templates, translations and error codes that are told apart and can be found again.
"""

import re
from collections.abc import Iterator

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.manifest.types import is_language
from honeyhost.names import closest

_TEMPLATE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_NAMESPACE = re.compile(r"_?[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")


def templates(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Templates are named as loaders name them.
    """
    yield from repeated([template.name for template in manifest.templates], "templates", "the template", below="name")
    for index, template in enumerate(manifest.templates):
        if _TEMPLATE.fullmatch(template.name) is None:
            message = f"'{excerpt(template.name)}' is not the name of a template"
            path = child(child("templates", index), "name")
            yield error("template-name-invalid", message, path=path, hint="write 'folder/name.html'")


def translations(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Languages are named by tags, each once, and every translation is in one of them.
    """
    spec = manifest.i18n
    if spec is None:
        return
    if spec.namespace is not None and _NAMESPACE.fullmatch(spec.namespace) is None:
        message = f"'{excerpt(spec.namespace)}' is not a namespace"
        yield error("namespace-invalid", message, path="i18n.namespace", hint="write lower-case words: healthcare")
    yield from repeated(spec.languages, "i18n.languages", "the language", harmless=True)
    places = [(tag, child("i18n.languages", index)) for index, tag in enumerate(spec.languages)]
    places.extend((tag, child("i18n.translations", tag)) for tag in spec.translations)
    for tag, path in places:
        if not is_language(tag):
            message = f"'{excerpt(tag)}' is not a language tag"
            yield error("language-invalid", message, path=path, hint="write a tag such as en, ar or pt-BR")
        elif spec.languages and tag not in spec.languages:
            near = closest(tag, spec.languages)
            message = f"texts in '{tag}' are not among the languages"
            hint = f"did you mean '{near}'?" if near else f"add {tag} to languages"
            yield warning("language-unlisted", message, path=path, hint=hint, language=tag)


def error_codes(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each error has one message.
    """
    yield from repeated([code.code for code in manifest.error_codes], "error_codes", "the error code", below="code")
