"""
Derived metadata: what a project's metadata must say, because its plugin.yaml says so.

The manifest is the single source. A project that lists the fields as dynamic gets them from here; one that writes them
itself is asked whether it wrote the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from honeyhost import __version__
from honeyhost.diagnostics import Problem, error
from honeyhost.discovery.declarations import Declaration
from honeyhost.discovery.distributions import GROUP
from honeyhost.manifest.model import PluginManifest
from honeyhost.names import distribution_key

SDK = "honeyhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """
    What follows from a manifest, and from the SDK that the plugin is built against.
    """

    slug: str
    package: str
    version: str
    requires_python: str | None
    requirement: str

    @property
    def entry_points(self) -> dict[str, dict[str, str]]:
        """
        The group of plugins with the one entry point of this plugin.
        """
        return {GROUP: {self.slug: f"{self.package}:manifest"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """
    What a project's metadata says.
    """

    version: str
    requires_python: str
    dependencies: Sequence[str]
    entry_points: Mapping[str, Mapping[str, str]]


def derive(manifest: PluginManifest, package: str) -> Derived:
    """
    The metadata of a plugin whose code has the package in the wheel.

    The requirement is on the SDK, which is what the plugin imports. The version of the platform that it needs is the
    manifest's matter: no installer knows the platform.
    """
    return Derived(
        slug=manifest.name,
        package=package,
        version=manifest.version,
        requires_python=manifest.requires_python,
        requirement=f"{SDK}>={Version(__version__).public}",
    )


def disagreements(derived: Derived, written: Written) -> Iterator[Problem]:
    """
    Every point in which a project's metadata says something else than its manifest.
    """
    if Version(written.version) != Version(derived.version):
        yield _disagreement("version", f"project.version is '{written.version}'", f"the version '{derived.version}'")
    yield from _entry_points(derived, written.entry_points.get(GROUP, {}))
    yield from _requirement(derived, written.dependencies)
    python = derived.requires_python
    if python is not None and written.requires_python and SpecifierSet(python) != SpecifierSet(written.requires_python):
        found = f"project.requires-python is '{written.requires_python}'"
        yield _disagreement("requires_python", found, f"requires_python '{python}'")


def _entry_points(derived: Derived, group: Mapping[str, str]) -> Iterator[Problem]:
    wanted = f"{derived.slug} = '{derived.package}:manifest'"
    if derived.slug not in group:
        yield _disagreement("name", f"project.entry-points has no {derived.slug} in [{GROUP}]", wanted)
    for name, value in sorted(group.items()):
        module = Declaration(name, value, 0).module or ""
        inside = module == derived.package or module.startswith(f"{derived.package}.")
        if name != derived.slug:
            yield _disagreement(
                "name", f"project.entry-points has {name} = '{value}' in [{GROUP}]", f"the plugin '{derived.slug}'"
            )
        elif not inside:
            yield _disagreement("name", f"project.entry-points has {name} = '{value}' in [{GROUP}]", wanted)


def _requirement(derived: Derived, dependencies: Sequence[str]) -> Iterator[Problem]:
    found = [requirement for requirement in _parsed(dependencies) if distribution_key(requirement.name) == SDK]
    if not found:
        yield _disagreement(
            None, f"project.dependencies has no {SDK}", f"'{derived.requirement}', the SDK that it is built against"
        )
    for requirement in found:
        if not requirement.specifier.contains(__version__, prereleases=True):
            message = f"project.dependencies has '{requirement}'"
            yield _disagreement(None, message, f"'{derived.requirement}': it is being built against {SDK} {__version__}")


def _parsed(dependencies: Sequence[str]) -> Iterator[Requirement]:
    for text in dependencies:
        try:
            yield Requirement(text)
        except InvalidRequirement:  # the backend refuses it in its own words
            continue


def _disagreement(path: str | None, found: str, wanted: str) -> Problem:
    return error(
        "build-metadata-differs",
        f"{found}; plugin.yaml wants {wanted}",
        path=path,
        hint="list the field in project.dynamic, so that it is taken from plugin.yaml",
    )
