"""
Agreements: whether a distribution, its entry point and its manifest speak of one plugin.
"""

from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.discovery.declarations import Declaration
from honeyhost.discovery.metadata import Metadata
from honeyhost.discovery.readings import Reading
from honeyhost.names import is_slug


def declaration_problems(name: str, entry: Declaration) -> Iterator[Problem]:
    """
    What is wrong with one line of the group itself; ``name`` is how messages call the distribution.
    """
    if not is_slug(entry.name):
        yield error(
            "entry-point-name",
            f"{name} declares a plugin '{entry.name}', which is no slug",
            hint="a slug has lower-case letters, digits and single hyphens",
            name=entry.name,
        )
    if entry.module is None:
        yield error(
            "entry-point-value",
            f"{name} points plugin '{entry.name}' at '{entry.value}', which names no module",
            hint="write 'package.module:attribute'",
            value=entry.value,
        )


def agreement(
    name: str, entry: Declaration, reading: Reading | tuple[Problem, ...], about: Metadata | None
) -> Iterator[Problem]:
    """
    What does not fit together; nothing where there is no manifest to compare with.

    Args:
        name: how messages call the distribution.
        entry: the line of the group that led to the manifest.
        reading: the manifest.
        about: what the distribution calls itself; None where that says nothing, as it is with editables.
    """
    if not isinstance(reading, Reading) or reading.manifest is None:
        return
    locate = reading.positions.located
    yield from map(locate, _name_problems(name, entry, reading.manifest.name, reading.file))
    if about is not None:
        yield from map(locate, _version_problems(about, reading.manifest.version, reading.file))


def _name_problems(name: str, entry: Declaration, found: str, file: str) -> Iterator[Problem]:
    """
    Whether the entry point and the manifest speak of one plugin.
    """
    if entry.name != found:
        yield error(
            "entry-point-mismatch",
            f"{name} declares plugin '{entry.name}', and its manifest is that of '{found}'",
            path="name",
            file=file,
            hint=f"call both '{found}'",
            declared=entry.name,
            found=found,
        )


def _version_problems(about: Metadata, found: str, file: str) -> Iterator[Problem]:
    """
    Whether distribution and manifest have the same version; two spellings of it are one.
    """
    if about.version != found and not _same_version(about.version, found):
        yield warning(
            "version-mismatch",
            f"the distribution {about.name} is {about.version}, its manifest says {found}",
            path="version",
            file=file,
            hint="give both the same version; the build hook of honeyhost takes it from plugin.yaml",
            distribution=about.version,
            manifest=found,
        )


def _same_version(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False
