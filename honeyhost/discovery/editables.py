"""
Editables: the manifest of a distribution whose code stands in a project folder, found without importing anything.

The module finders of the process are asked where the top package is (``find_spec`` of a dotted name would import its
parent), and only a place below the project's folder counts. Where no finder is alive - another process installed it, or
its hook is broken - the usual layouts of a project are looked at.

Source: PEP 660 and the "direct URL" specification of packaging.python.org.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from urllib.parse import unquote, urlsplit

from honeyhost.diagnostics import Problem, error
from honeyhost.discovery import files
from honeyhost.discovery.locating import prefixes
from honeyhost.discovery.readings import MANIFEST, Reading, read_yaml
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.tree import UnreadableError, read_bounded

_LIMIT = 64 * 1024


def project_of(dist_info: str) -> Path | None:
    """
    The project folder of an editable installation; None for every other one.
    """
    try:
        data = files.read(f"{dist_info}/direct_url.json", _LIMIT)
    except (OSError, OverflowError):
        return None
    if data is None or b'"editable"' not in data:
        return None
    try:
        value = json.loads(data)
        editable = value["dir_info"]["editable"] is True
        url = urlsplit(value["url"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Path(unquote(url.path)) if editable and url.scheme == "file" else None


def locate_editable(name: str, module: str, project: Path, path: Sequence[str]) -> Reading | tuple[Problem, ...]:
    """
    The reading of the manifest that belongs to a module of an editable distribution, or why there is none.

    Args:
        name: how messages call the distribution.
        module: what its entry point names.
        project: the folder that it was installed from.
        path: where modules are looked for.
    """
    for folder, package in _places(module, project, path):
        file = Path(os.path.realpath(folder / MANIFEST))
        if not file.exists():
            continue
        if not _below(project, file):
            return (_outside(name, file, project),)
        try:
            data = read_bounded(file, MAX_BYTES)
        except UnreadableError as cause:
            return (cause.problem.at(file=str(file)),)
        return read_yaml(data, file=str(file), root=file.parent, package=package)
    return (_missing(name, module, project),)


def stands_elsewhere(module: str, project: Path, path: Sequence[str]) -> bool:
    """
    Whether the finders know the module's top package, and know it outside the project.
    """
    top = module.partition(".")[0]
    specs = [spec for finder in sys.meta_path if (spec := _asked(finder, top, path)) is not None]
    return bool(specs) and not any(
        _below(project, Path(place)) for spec in specs for place in (*_submodule_locations(spec), spec.origin or "") if place
    )


def _places(module: str, project: Path, path: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """
    The folders that may hold the manifest, with the package that each of them would be.
    """
    for package in prefixes(module):
        top, *rest = package.split(".")
        for folder in _locations(top, path):
            if _below(project, folder):
                yield Path(folder, *rest), package
        for folder in _locations(package, path) if rest else ():
            if _below(project, folder):
                yield folder, package
    for package in prefixes(module):
        for base in (project / "src", project):
            yield base.joinpath(*package.split(".")), package
    yield project, module


def _locations(name: str, path: Sequence[str]) -> Iterator[Path]:
    """
    Where the finders say that a package has its modules. Finders are other people's code, so each is asked on its own.
    """
    for finder in sys.meta_path:
        spec = _asked(finder, name, path)
        if spec is not None:
            yield from (Path(location) for location in _submodule_locations(spec))


def _asked(finder: object, name: str, path: Sequence[str]) -> ModuleSpec | None:
    if finder is PathFinder:
        # It asks sys.modules for the parent of a dotted name; the folders of one are joined by the caller.
        return None if "." in name else PathFinder.find_spec(name, list(path))
    find_spec = getattr(finder, "find_spec", None)
    try:
        spec = find_spec(name, None) if find_spec is not None else None
    except Exception:  # noqa: BLE001 - a finder of somebody else that fails has found nothing
        return None
    return spec if isinstance(spec, ModuleSpec) else None


def _submodule_locations(spec: ModuleSpec) -> Iterable[str]:
    try:
        return list(spec.submodule_search_locations or ())
    except Exception:  # noqa: BLE001 - the locations of a namespace may ask for a parent that is not imported
        return ()


def _below(project: Path, place: Path) -> bool:
    root, real = os.path.realpath(project), os.path.realpath(place)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _outside(name: str, file: Path, project: Path) -> Problem:
    return error(
        "path-escapes",
        f"the manifest of {name} lies outside its project '{project}'",
        file=str(file),
        hint="an editable distribution carries what is below the folder that it was installed from",
    )


def _missing(name: str, module: str, project: Path) -> Problem:
    return error(
        "manifest-missing",
        f"{name} is installed from '{project}', and no {MANIFEST} stands there in the package of '{module}'",
        file=str(project),
        hint=f"put {MANIFEST} beside the package's code; an entry point names a module of its own distribution",
        module=module,
    )
