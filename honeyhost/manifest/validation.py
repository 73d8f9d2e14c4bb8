"""
Validation: from a source to a manifest, with all its problems at once.

``validate`` returns a value and never raises; ``load_manifest`` is for callers that want the manifest or an error.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from honeyhost.diagnostics import Problem, error, has_errors, info
from honeyhost.errors import InvalidManifestError
from honeyhost.manifest.document import MAX_BYTES, Document, from_mapping
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.manifest.reader import read
from honeyhost.manifest.references import check_references
from honeyhost.manifest.rules import check_rules
from honeyhost.manifest.shape import said, unknown_fields
from honeyhost.manifest.tree import SourceTree, UnreadableError, read_bounded
from honeyhost.manifest.wording import top_fields, worded

Source = bytes | str | Path | Mapping[str, Any]
MANIFEST_NAME = "plugin.yaml"
MAX_PROBLEMS = 100

_REQUIRED = {"name": "unnamed", "version": "0"}


def validate(source: Source, *, file: str | None = None) -> tuple[PluginManifest | None, tuple[Problem, ...]]:
    """
    The manifest that a source spells, and everything that is to be said about it. Never raises.

    Args:
        source: YAML as bytes or text, the path of a plugin.yaml, or a mapping that another reader made.
        file: how the file is named to people; for a path, the path.

    Returns:
        The manifest, or None where there is an error; and the problems, errors, warnings and remarks, in the file's order.
    """
    document, problems = _document(source, file)
    return (None, problems) if document is None else validate_document(document)


def validate_document(
    document: Document, *, tree: SourceTree | None = None, package: str = ""
) -> tuple[PluginManifest | None, tuple[Problem, ...]]:
    """
    As :func:`validate`, for what was read already.

    Args:
        document: what the reader made.
        tree: where given, what the manifest points at is looked up there, so that those problems come along.
        package: the package that relative references start from; needed with ``tree``.
    """
    value = said(document.value, PluginManifest)
    found = list(unknown_fields(document.value, PluginManifest))
    refused: frozenset[str] = frozenset()
    try:
        manifest = PluginManifest.model_validate(value)
    except ValidationError as cause:
        found.extend(worded(cause, document))
        refused = top_fields(cause)
        manifest = _remainder(value, refused)
    found.extend(check_rules(manifest, refused=refused))
    if tree is not None:
        found.extend(check_references(manifest, tree, package))
    problems = _bounded(document.positions, found)
    return (None if has_errors(problems) else manifest), problems


def load_manifest(source: Source) -> PluginManifest:
    """
    The manifest that a source spells, or that stands beside the code of a package that is being imported.

    Args:
        source: as for :func:`validate`, or the name of an imported package (``__package__``).

    Raises:
        InvalidManifestError: with all problems.
    """
    if isinstance(source, str) and all(part.replace("-", "_").isidentifier() for part in source.split(".")):
        document, problems = _beside(source)
    else:
        document, problems = _document(source, None)
    if document is None:
        raise _invalid(problems)
    manifest, problems = validate_document(document)
    if manifest is None:
        raise _invalid(problems)
    return manifest


def _document(source: Source, file: str | None) -> tuple[Document | None, tuple[Problem, ...]]:
    if isinstance(source, Mapping):
        return from_mapping(source, file=file)
    if isinstance(source, Path):
        try:
            data = read_bounded(source, MAX_BYTES)
        except UnreadableError as cause:
            return None, (cause.problem.at(file=file or str(source)),)
        return read(data, file=file or str(source))
    return read(source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source, file=file)


def _beside(package: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """
    The document beside a package's code. The package is asked for its folder, never imported.
    """
    module = sys.modules.get(package)
    if module is None or not hasattr(module, "__path__"):
        message = f"'{package}' is not an imported package, so no {MANIFEST_NAME} can stand beside its code"
        return None, (error("package-missing", message, hint="pass __package__, a Path, or the YAML itself"),)
    for folder in module.__path__:
        beside = Path(folder, MANIFEST_NAME)
        if beside.exists():
            return _document(beside, None)
    return _inside_archive(module, package)


def _inside_archive(module: ModuleType, package: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """
    The document of a package that was imported from an archive.
    """
    loader: Any = module.__loader__
    for folder in module.__path__:
        file = f"{folder}/{MANIFEST_NAME}"
        try:
            return read(loader.get_data(file), file=file)
        except (AttributeError, OSError):
            continue
    return None, (error("file-missing", f"no {MANIFEST_NAME} stands beside the code of '{package}'"),)


def _remainder(value: Mapping[str, Any], refused: frozenset[str]) -> PluginManifest:
    """
    What is left of a refused manifest, so that the rules can speak about it in the same breath.
    """
    kept = {key: item for key, item in value.items() if key not in refused}
    return PluginManifest.model_validate({**_REQUIRED, **kept})


def _bounded(positions: Positions, found: Iterable[Problem]) -> tuple[Problem, ...]:
    problems = positions.all_located(found)
    if len(problems) <= MAX_PROBLEMS:
        return problems
    errors_first = sorted(problems, key=lambda problem: problem.severity != "error")[:MAX_PROBLEMS]
    message = f"{len(problems) - MAX_PROBLEMS} more problems are not shown"
    return (*positions.all_located(errors_first), info("more-problems", message, file=positions.file, hint="mend these first"))


def _invalid(problems: tuple[Problem, ...]) -> InvalidManifestError:
    errors = [problem for problem in problems if problem.severity == "error"]
    first = errors[0]
    place = ":".join(str(part) for part in (first.file or MANIFEST_NAME, first.line, first.column) if part is not None)
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return InvalidManifestError(f"{place}: {first.message}{more}", problems, hint=first.hint)
