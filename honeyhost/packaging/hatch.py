"""
The hatchling hooks: a plugin's metadata and its wheel, made from its plugin.yaml.

::

    [build-system]
    requires = ["hatchling>=1.27", "honeyhost"]
    build-backend = "hatchling.build"

    [project]
    name = "honeyframe-healthcare"
    dynamic = ["version", "dependencies", "entry-points"]

    [tool.hatch.metadata.hooks.honeyhost]
    dependencies = ["httpx>=0.28"]      # beside honeyhost, where the plugin needs more

    [tool.hatch.build.targets.wheel.hooks.honeyhost]

A plugin with errors is not built, and neither is one whose project says something else than its manifest.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from hatchling.plugin import hookimpl
from pathspec import GitIgnoreSpec

from honeyhost.diagnostics import Problem
from honeyhost.discovery.archives import read_archive
from honeyhost.discovery.copies import PLACE, write_copy
from honeyhost.discovery.inventory import DiscoveryFailure
from honeyhost.packaging.derived import Written, derive, disagreements
from honeyhost.packaging.editable import editable_package, package_init
from honeyhost.packaging.layout import INIT, find_layout, shipped
from honeyhost.packaging.project import Project, read_project
from honeyhost.packaging.refusing import refusal, worded

NAME = "honeyhost"


class PluginMetadataHook(MetadataHookInterface):
    """
    Sets ``version``, ``dependencies``, ``entry-points`` and ``requires-python`` where the project lists them as dynamic.
    """

    PLUGIN_NAME = NAME

    def update(self, metadata: dict[str, Any]) -> None:
        """
        Write into the ``project`` table what the manifest says.
        """
        project = _project(Path(self.root), self.config, references=False)
        derived = derive(project.manifest, project.package)
        more = self.config.get("dependencies", [])
        values: dict[str, Any] = {
            "version": derived.version,
            "dependencies": [derived.requirement, *more],
            "entry-points": derived.entry_points,
            "requires-python": derived.requires_python,
        }
        for field in metadata.get("dynamic", ()):
            if values.get(field) is not None:
                metadata[field] = values[field]


class PluginBuildHook(BuildHookInterface[BuilderConfig]):
    """
    Checks the plugin, embeds the copy of its manifest, and maps a folder plugin to its package.
    """

    PLUGIN_NAME = NAME

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scratch = Path(mkdtemp(prefix="honeyhost-build-"))
        # Also where hatchling fails between the two steps: it has no step for that.
        self._clean = finalize(self, rmtree, self._scratch, ignore_errors=True)

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """
        Before the wheel is built: refuse, or say which files go where.
        """
        if self.target_name != "wheel":
            return
        project = _project(Path(self.root), self._options(), references=True)
        self._cross_check(project)
        for problem in project.problems:
            if problem.severity == "warning":
                self.app.display_warning("\n".join(worded(problem)))
        if version == "editable":
            self._map_editable(project, build_data)
        else:
            self._map(project, build_data)
            build_data["extra_metadata"][self._written("plugin.json", _copy(project))] = PLACE.removeprefix("extra_metadata/")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """
        After the wheel was built: read it as a host will.
        """
        del build_data
        self._clean()
        if self.target_name != "wheel" or version == "editable":
            return
        found = read_archive(Path(artifact_path))
        if isinstance(found, DiscoveryFailure):
            Path(artifact_path).unlink()
            raise refusal(found.problems)

    def _options(self) -> dict[str, Any]:
        """
        What the project says to the build hook, else to the metadata hook.
        """
        hooks: dict[str, Any] = self.metadata.hatch.metadata.hook_config
        return {**hooks.get(NAME, {}), **self.config}

    def _cross_check(self, project: Project) -> None:
        core = self.metadata.core
        written = Written(
            version=self.metadata.version,
            requires_python=core.requires_python,
            dependencies=core.dependencies,
            entry_points=core.entry_points,
        )
        found = tuple(disagreements(derive(project.manifest, project.package), written))
        if found:
            raise refusal(problem.at(file="pyproject.toml") for problem in found)

    def _map(self, project: Project, build_data: dict[str, Any]) -> None:
        if not project.layout.is_folder:
            return
        ships = shipped(project.layout, project.manifest, _ignored(self.build_config))
        if ships.problems:
            raise refusal(ships.problems)
        base = project.package.replace(".", "/")
        for path in ships.files:
            build_data["force_include"][str(project.layout.root / path)] = f"{base}/{path}"
        if INIT not in ships.files:
            source = self._written(INIT, package_init(project.package, project.manifest.name))
            build_data["force_include"][source] = f"{base}/{INIT}"

    def _map_editable(self, project: Project, build_data: dict[str, Any]) -> None:
        if not project.layout.is_folder:
            return
        source = self._written(INIT, editable_package(project.package, project.layout.root))
        target = f"{project.package.replace('.', '/')}/{INIT}"
        # The first keeps hatchling from guessing which folders are the project's code, the second is what it ships.
        build_data["force_include"][source] = target
        build_data["force_include_editable"][source] = target

    def _written(self, name: str, text: str) -> str:
        place = self._scratch / name
        place.write_text(text, encoding="utf-8")
        return str(place)


@hookimpl
def hatch_register_build_hook() -> type[PluginBuildHook]:
    """
    The build hook, for hatchling.
    """
    return PluginBuildHook


@hookimpl
def hatch_register_metadata_hook() -> type[PluginMetadataHook]:
    """
    The metadata hook, for hatchling.
    """
    return PluginMetadataHook


def _project(root: Path, options: dict[str, Any], *, references: bool) -> Project:
    layout = find_layout(root, package=options.get("package"))
    if isinstance(layout, Problem):
        raise refusal([layout])
    project = read_project(layout, references=references)
    if isinstance(project, Project):
        return project
    complete = project if references else read_project(layout, references=True)
    raise refusal(project if isinstance(complete, Project) else complete)


def _copy(project: Project) -> str:
    return write_copy(
        project.manifest,
        project.positions,
        package=project.package,
        path=f"{project.package.replace('.', '/')}/{project.layout.manifest.name}",
        sha256=hashlib.sha256(project.data).hexdigest(),
    )


def _ignored(config: BuilderConfig) -> Callable[[str], bool]:
    if config.ignore_vcs:
        return lambda _: False
    return GitIgnoreSpec.from_lines(config.load_vcs_exclusion_patterns()).match_file
