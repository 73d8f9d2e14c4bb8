"""
The project: a plugin that is about to be built, read and found to be sound.
"""

from dataclasses import dataclass

from honeyhost.diagnostics import Problem
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.manifest.reader import read
from honeyhost.manifest.tree import FolderTree, UnreadableError
from honeyhost.manifest.validation import validate_document
from honeyhost.packaging.layout import MANIFEST, Layout


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """
    A plugin without errors, where it stands, and what it is called in the wheel.
    """

    layout: Layout
    manifest: PluginManifest
    positions: Positions
    package: str
    data: bytes
    problems: tuple[Problem, ...]
    """Warnings and remarks."""


def read_project(layout: Layout, *, references: bool) -> Project | tuple[Problem, ...]:
    """
    The project in a layout, or all its problems.

    Args:
        layout: where the plugin stands.
        references: whether what the manifest points at is looked up, too.
    """
    shown = layout.manifest.relative_to(layout.project).as_posix()
    try:
        data = FolderTree(layout.root).read(MANIFEST, MAX_BYTES)
    except UnreadableError as cause:
        return (cause.problem.at(file=shown),)
    document, problems = read(data, file=shown)
    if document is None:
        return problems
    slug = document.value.get("name")
    package = layout.package_for(slug if isinstance(slug, str) else "")
    tree = FolderTree(layout.root) if references else None
    manifest, problems = validate_document(document, tree=tree, package=package)
    if manifest is None:
        return problems
    return Project(
        layout=layout, manifest=manifest, positions=document.positions, package=package, data=data, problems=problems
    )
