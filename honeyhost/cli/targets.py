"""
Targets: what ``check`` looks at, with all problems of each and the texts that may be quoted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from honeyhost.cli.verdicts import as_problem
from honeyhost.diagnostics import Problem, has_errors
from honeyhost.discovery import DiscoveredPlugin, DiscoveryFailure, Inventory, Located, Origin, locate
from honeyhost.discovery.archives import tree_of
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.reader import read
from honeyhost.manifest.references import check_references
from honeyhost.manifest.tree import FolderTree, SourceTree
from honeyhost.manifest.validation import MANIFEST_NAME, validate_document
from honeyhost.resolver import resolve
from honeyhost.resolver.reasons import PermissionUnknown
from honeyhost.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """
    One thing that was checked; ``plugin`` is None where it cannot be used.
    """

    target: str
    name: str | None
    plugin: DiscoveredPlugin | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {
            "target": self.target,
            "name": self.name,
            "valid": not has_errors(self.problems),
            "problems": [problem.to_json() for problem in self.problems],
        }


def named_targets(words: Sequence[str], settings: Settings) -> list[Target]:
    """
    The targets that a person named: folders, archives, plugins.
    """
    options = settings.discovery_options()
    return [_decided(_target(word, locate(word, options)), settings) for word in words]


def found_targets(inventory: Inventory, settings: Settings) -> list[Target]:
    """
    Everything that was found, by name.
    """
    finds: list[DiscoveredPlugin | DiscoveryFailure] = [*inventory.plugins, *inventory.failures]
    targets = [
        _plugin(find.name, find, find.problems)
        if isinstance(find, DiscoveredPlugin)
        else _failure(find.name or find.origin.location, find.name, find.origin, find.problems)
        for find in finds
    ]
    return sorted((_decided(target, settings) for target in targets), key=lambda target: target.name or target.target)


def _decided(target: Target, settings: Settings) -> Target:
    """
    The target, with the host's word on permissions that its manifest does not declare. By itself a manifest cannot know
    whether somebody else declares them; where it requires no other plugin, only this platform could.
    """
    plugin = target.plugin
    open_questions = any(problem.code == PermissionUnknown.code for problem in target.problems)
    if plugin is None or not open_questions or plugin.manifest.requires_plugins:
        return target
    verdict = resolve(Inventory(plugins=(plugin,)), settings.profile(), settings.policy())
    refused = tuple(as_problem(reason) for reason in verdict.reasons_of(plugin) if reason.code == PermissionUnknown.code)
    others = (problem for problem in target.problems if problem.code != PermissionUnknown.code)
    return replace(target, problems=_in_order((*others, *refused)))


def _target(word: str, located: Located) -> Target:
    if located.plugin is not None:
        return _plugin(word, located.plugin, located.problems)
    return _failure(word, located.name, located.origin, located.problems)


def _plugin(word: str, plugin: DiscoveredPlugin, problems: Iterable[Problem]) -> Target:
    """
    A usable plugin, and what its manifest points at.
    """
    tree = tree_of(plugin.root, plugin.package) if plugin.origin.kind == "archive" else FolderTree(plugin.root)
    dangling = check_references(plugin.manifest, tree, plugin.package)
    return Target(
        target=word,
        name=plugin.name,
        plugin=plugin,
        problems=_in_order((*problems, *plugin.positions.all_located(dangling))),
        sources=_sources(tree, plugin.positions.file or plugin.manifest_file),
    )


def _failure(word: str, name: str | None, origin: Origin | None, problems: Iterable[Problem]) -> Target:
    """
    Something unusable. In a folder its manifest is asked once more, together with what it points at, so that nobody mends one
    error only to be told of the next.
    """
    found = tuple(problems)
    if origin is None or origin.kind != "directory":
        return Target(target=word, name=name, plugin=None, problems=found)
    folder = Path(origin.location)
    file = next((problem.file for problem in found if problem.line is not None and problem.file), str(folder / MANIFEST_NAME))
    tree = FolderTree(folder)
    return Target(
        target=word,
        name=name,
        plugin=None,
        problems=_in_order((*found, *_pointed_at(tree, file, f"plugins.{folder.resolve().name}"))),
        sources=_sources(tree, file),
    )


def _pointed_at(tree: SourceTree, file: str, package: str) -> tuple[Problem, ...]:
    try:
        document, _ = read(tree.read(MANIFEST_NAME, MAX_BYTES), file=file)
    except OSError:
        return ()
    return () if document is None else validate_document(document, tree=tree, package=package)[1]


def _sources(tree: SourceTree, file: str) -> Mapping[str, str]:
    """
    The manifest's text, read through the tree: what is outside the plugin is never quoted.
    """
    try:
        return {file: tree.read(MANIFEST_NAME, MAX_BYTES).decode("utf-8", "replace")}
    except OSError:
        return {}


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """
    Each problem once, by its place in the file; those without a place first.
    """
    once: list[Problem] = []
    for problem in problems:
        if problem not in once:
            once.append(problem)
    return tuple(sorted(once, key=lambda problem: (problem.line or 0, problem.column or 0)))
