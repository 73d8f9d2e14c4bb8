"""
Files: what the paths of a manifest point at, and whether it is what the field needs.
"""

import json
from collections.abc import Callable, Iterator

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.tree import SourceTree, UnreadableError

_Check = Callable[[str, str, SourceTree], Iterator[Problem]]


def check_files(manifest: PluginManifest, tree: SourceTree) -> Iterator[Problem]:
    """
    A problem for each path that is not there, leads out of the plugin, or is not what its field needs.
    """
    for path, place, check in _paths(manifest):
        if not tree.exists(path):
            yield _missing(path, place, tree)
        else:
            yield from check(path, place, tree)
    yield from _languages(manifest, tree)


def _paths(manifest: PluginManifest) -> Iterator[tuple[str, str, _Check]]:
    single: tuple[tuple[str, _Check], ...] = (
        ("config_schema", _schema),
        ("migrations", _holding("env.py")),
        ("frontend_entry", _file),
        ("frontend_bundle", _holding("honeyhost.json")),
    )
    for field, check in single:
        if (path := getattr(manifest, field)) is not None:
            yield path, field, check
    if manifest.runtime.path is not None:
        yield manifest.runtime.path, "runtime.path", _file
    for index, path in enumerate(manifest.dbt_workspace):
        yield path, child("dbt_workspace", index), _holding("dbt_project.yml")
    yield from _in_entries(manifest)
    if manifest.i18n is not None and manifest.i18n.directory is not None:
        yield manifest.i18n.directory, "i18n.directory", _folder


def _in_entries(manifest: PluginManifest) -> Iterator[tuple[str, str, _Check]]:
    for index, route in enumerate(manifest.routes):
        if route.args is not None:
            yield route.args, child(child("routes", index), "args"), _schema
    for index, capability in enumerate(manifest.capabilities):
        if capability.input_schema is not None:
            yield capability.input_schema, child(child("capabilities", index), "input_schema"), _schema
    for index, template in enumerate(manifest.templates):
        yield template.path, child(child("templates", index), "path"), _file


def _missing(path: str, place: str, tree: SourceTree) -> Problem:
    """
    Why a path does not exist: the tree says whether it would lead out of the plugin.
    """
    try:
        tree.read(path, 0)
    except UnreadableError as cause:
        if cause.problem.code == "path-escapes":
            message = f"'{path}' leads outside the plugin, through a link"
            return error("path-escapes", message, path=place, hint="copy what it points at into the plugin", found=path)
    except OSError:
        pass
    message = f"'{path}' does not exist below the plugin's root"
    return error("path-missing", message, path=place, hint="paths are looked up beside plugin.yaml", found=path)


def _file(path: str, place: str, tree: SourceTree) -> Iterator[Problem]:
    if tree.is_dir(path):
        yield error("path-kind", f"'{path}' is a folder, and a file is wanted", path=place, found=path)


def _folder(path: str, place: str, tree: SourceTree) -> Iterator[Problem]:
    if not tree.is_dir(path):
        yield error("path-kind", f"'{path}' is a file, and a folder is wanted", path=place, found=path)


def _holding(name: str) -> _Check:
    def check(path: str, place: str, tree: SourceTree) -> Iterator[Problem]:
        inside = f"{path.rstrip('/')}/{name}"
        if not tree.is_dir(path):
            yield from _folder(path, place, tree)
        elif not tree.exists(inside):
            message = f"the folder '{path}' has no {name}"
            yield error(
                "path-incomplete", message, path=place, hint=f"add {inside}, or name the folder that has it", found=path
            )

    return check


def _schema(path: str, place: str, tree: SourceTree) -> Iterator[Problem]:
    if tree.is_dir(path):
        yield from _file(path, place, tree)
        return
    fault = _json_fault(path, tree)
    if fault is not None:
        yield error("schema-file-invalid", f"'{path}' is not a JSON Schema: {fault}", path=place, found=path)


def _json_fault(path: str, tree: SourceTree) -> str | None:
    try:
        schema = json.loads(tree.read(path, MAX_BYTES))
    except OSError as cause:
        return str(cause)
    except json.JSONDecodeError as cause:
        return f"{cause.msg} in line {cause.lineno}, column {cause.colno}"
    except (ValueError, RecursionError):
        return "it is not JSON"
    return None if isinstance(schema, dict | bool) else "it is not an object"


def _languages(manifest: PluginManifest, tree: SourceTree) -> Iterator[Problem]:
    """
    A language without texts: neither in the manifest nor in a file.
    """
    spec = manifest.i18n
    if spec is None or spec.directory is None or not tree.is_dir(spec.directory):
        return
    for index, tag in enumerate(spec.languages):
        file = f"{spec.directory.rstrip('/')}/{tag}.json"
        if tag not in spec.translations and not tree.exists(file):
            message = f"there are no texts in '{tag}': {file} does not exist"
            yield warning("language-empty", message, path=child("i18n.languages", index), hint=f"add {file}", language=tag)
