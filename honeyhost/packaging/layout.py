"""
The layout: where a project keeps its plugin, and which of its files go into the wheel.

Two layouts are known. A *package* has its plugin.yaml beside its code, in ``src/<package>`` or ``<package>``. A *folder*
plugin has its plugin.yaml at the project's root, with ``backend``, ``frontend`` and ``dbt`` below it, so that the same folder
also serves as a plugin of a plugin root; in the wheel it becomes the package ``honeyframe_<slug>``.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.model import PluginManifest

MANIFEST = "plugin.yaml"
INIT = "__init__.py"

_NEVER = frozenset({"__pycache__", "node_modules", "site-packages"})
_NOT_AT_ROOT = frozenset({"build", "dist", "env", "test", "tests", "venv"})
_DBT_OUTPUT = frozenset({"dbt_packages", "logs", "target"})
"""What dbt writes into its project folder."""
_PROJECT_FILES = frozenset(
    {
        *("pyproject.toml", "hatch.toml", "hatch_build.py", "setup.py", "setup.cfg", "noxfile.py", "tox.ini", "conftest.py"),
        *("PKG-INFO", "MANIFEST.in", "Makefile", "uv.lock", "Dockerfile"),
    }
)
_PROJECT_PREFIXES = ("README", "CHANGELOG", "CONTRIBUTING", "LICENSE", "LICENCE", "NOTICE")
_FRONTEND = "frontend"
_FRONTEND_SOURCES = frozenset({"src", "public", "locales"})
_TEST_MARKS = (".test.", ".spec.")
_COMPILED = (".pyc", ".pyo")
_DEPTH = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """
    One plugin in a project.
    """

    project: Path
    root: Path
    """The folder of the plugin.yaml."""
    package: str | None
    """The package of the code; None for a folder plugin that gets its name from its slug."""

    @property
    def is_folder(self) -> bool:
        """
        Whether the project's root is the plugin.
        """
        return self.root == self.project

    @property
    def manifest(self) -> Path:
        """
        The plugin.yaml.
        """
        return self.root / MANIFEST

    def package_for(self, slug: str) -> str:
        """
        The package that the plugin's code has in the wheel.
        """
        return self.package or f"honeyframe_{slug.lstrip('_').replace('-', '_')}"


def find_layout(project: Path, *, package: str | None = None) -> Layout | Problem:
    """
    The plugin of a project, or why there is none.

    Args:
        project: the folder of its pyproject.toml.
        package: the package to build into, where the project names one; it is also where to look.
    """
    if (project / MANIFEST).is_file():
        return Layout(project=project, root=project, package=package)
    found = sorted(_packages(project))
    if package is not None:
        found = [(name, root) for name, root in found if name == package]
    if len(found) == 1:
        return Layout(project=project, root=found[0][1], package=found[0][0])
    if not found:
        message = f"no {MANIFEST} stands in '{project}', in a package of it, or in a package below 'src'"
        return error("build-manifest-missing", message, file=str(project), hint=f"put {MANIFEST} beside the package's code")
    names = ", ".join(name for name, _ in found)
    message = f"'{project}' has {len(found)} packages with a {MANIFEST}: {names}"
    hint = "a project builds one plugin; name it as 'package' in the hook's configuration"
    return error("build-manifest-ambiguous", message, file=str(project), hint=hint, packages=names)


@dataclass(frozen=True, slots=True)
class Shipped:
    """
    The files of a folder plugin that go into the wheel, by their paths below its root, and what cannot go.
    """

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def shipped(layout: Layout, manifest: PluginManifest, ignored: Callable[[str], bool]) -> Shipped:
    """
    What of a folder plugin goes into the wheel, in order.

    Args:
        layout: a folder plugin.
        manifest: its manifest; a built frontend that it names is shipped whole, whatever version control ignores.
        ignored: whether version control ignores a path (a folder's ends in ``/``).
    """
    bundle = PurePosixPath(manifest.frontend_bundle) if manifest.frontend_bundle is not None else None
    workspaces = frozenset(PurePosixPath(path) for path in manifest.dbt_workspace)

    def wanted(path: PurePosixPath, is_folder: bool) -> bool:  # noqa: FBT001 - the shape of a predicate
        if bundle is not None and _related(path, bundle, is_folder=is_folder):
            return True
        if path.parent in workspaces and path.name in _DBT_OUTPUT:
            return False
        return _belongs(path, is_folder=is_folder) and not ignored(f"{path}/" if is_folder else str(path))

    found = list(_walk(layout.root, PurePosixPath(), wanted))
    return Shipped(
        files=tuple(item for item in found if isinstance(item, str)),
        problems=tuple(item for item in found if isinstance(item, Problem)),
    )


def _walk(folder: Path, below: PurePosixPath, wanted: Callable[[PurePosixPath, bool], bool]) -> Iterator[str | Problem]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = below / entry.name
        is_folder = entry.is_dir()
        if not wanted(path, is_folder):
            continue
        if is_folder and entry.is_symlink():
            message = f"'{path}' is a link to a folder, and a wheel holds no links"
            yield error(
                "build-link", message, file=entry.path, hint="put the folder there, or take the link out", found=str(path)
            )
        elif is_folder:
            yield from _walk(Path(entry.path), path, wanted)
        elif entry.is_file():
            yield str(path)


def _belongs(path: PurePosixPath, *, is_folder: bool) -> bool:
    """
    Whether a path is part of the plugin and not of the workshop around it.
    """
    name, at_root = path.name, len(path.parts) == 1
    if name.startswith(".") or name.endswith(_COMPILED) or not _is_frontend_source(path):
        return False
    if is_folder:
        return name not in _NEVER and not (at_root and name in _NOT_AT_ROOT)
    if at_root:
        return name not in _PROJECT_FILES and not name.upper().startswith(_PROJECT_PREFIXES)
    return path.parts[0] != _FRONTEND or not any(mark in name for mark in _TEST_MARKS)


def _is_frontend_source(path: PurePosixPath) -> bool:
    """
    Of the frontend only sources go into the wheel: the host's build has configuration and packages of its own.
    """
    return path.parts[0] != _FRONTEND or len(path.parts) == 1 or path.parts[1] in _FRONTEND_SOURCES


def _related(path: PurePosixPath, bundle: PurePosixPath, *, is_folder: bool) -> bool:
    return path == bundle or bundle in path.parents or (is_folder and path in bundle.parents)


def _packages(project: Path) -> Iterator[tuple[str, Path]]:
    for base in (project / "src", project):
        for root in _with_manifest(base, _DEPTH):
            parts = root.relative_to(base).parts
            if parts[0] != "src" and all(part.replace("-", "_").isidentifier() for part in parts):
                yield ".".join(parts), root


def _with_manifest(folder: Path, depth: int) -> Iterator[Path]:
    if not folder.is_dir() or depth == 0:
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir() or entry.is_symlink() or entry.name.startswith(".") or entry.name in _NEVER | _NOT_AT_ROOT:
            continue
        inner = Path(entry.path)
        if (inner / MANIFEST).is_file():
            yield inner
        else:
            yield from _with_manifest(inner, depth - 1)
