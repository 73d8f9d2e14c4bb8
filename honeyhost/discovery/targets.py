"""
Targets: what a person names on a command line - a folder, a manifest, an archive, a plugin - and what stands there.
"""

from dataclasses import dataclass
from pathlib import Path

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.discovery.archives import SUFFIXES, read_archive, tree_of
from honeyhost.discovery.directories import name_problems
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory, Origin
from honeyhost.discovery.look import discover
from honeyhost.discovery.options import DiscoveryOptions
from honeyhost.discovery.readings import MANIFEST, Found, Whereabouts, read_yaml, settle
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.tree import FolderTree, SourceTree, UnreadableError
from honeyhost.names import closest, is_slug


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """
    What a target is. ``manifest``, ``plugin`` and ``tree`` are None where it cannot be read; ``problems`` says why.
    """

    target: str
    name: str | None
    origin: Origin | None
    manifest: PluginManifest | None
    problems: tuple[Problem, ...]
    tree: SourceTree | None
    package: str
    plugin: DiscoveredPlugin | None


def locate(target: str, options: DiscoveryOptions | None = None) -> Located:
    """
    What a target is: a folder with a plugin.yaml (or a project with one package that has one), the plugin.yaml itself, a
    wheel, an archive, or the name of a plugin that a look finds. Never raises, and runs nothing.
    """
    path = Path(target)
    if path.is_dir():
        return _folder(target, path, options)
    if path.suffix.lower() in SUFFIXES:
        return _located(target, read_archive(path))
    if path.name == MANIFEST or path.is_file():
        return _manifest(target, path)
    return _named(target, options)


def _folder(target: str, folder: Path, options: DiscoveryOptions | None) -> Located:
    if (folder / MANIFEST).exists():
        return _manifest(target, folder / MANIFEST, options)
    inside = sorted([*folder.glob(f"src/*/{MANIFEST}"), *folder.glob(f"*/{MANIFEST}")])
    if len(inside) == 1:
        return _manifest(target, inside[0], options)
    named = _named(target, options) if is_slug(target) else None
    if named is not None and named.origin is not None:
        return named
    what = f"no {MANIFEST}" if not inside else f"{len(inside)} plugins, and one is wanted"
    hint = f"create {MANIFEST}, or name the folder that has it" if not inside else "name one of its folders"
    return _nothing(target, error("manifest-missing", f"'{target}' holds {what}", file=str(folder), hint=hint))


def _manifest(target: str, file: Path, options: DiscoveryOptions | None = None) -> Located:
    """
    The plugin of a manifest in a folder. A folder that a project builds a wheel from may have any name.
    """
    folder = file.parent
    name = folder.resolve().name
    where = Whereabouts(origin=Origin(kind="directory", location=str(folder)), name=name if is_slug(name) else None)
    try:
        data = FolderTree(folder).read(file.name, MAX_BYTES)
    except UnreadableError as cause:
        return _located(target, settle((cause.problem.at(file=str(file)),), where))
    is_source = (folder / "__init__.py").exists() or _has_project(folder)
    package = name if (folder / "__init__.py").exists() else f"plugins.{name}"
    reading = read_yaml(data, file=str(file), root=folder, package=package)
    wrong = () if is_source and not _in_root(folder, options) else tuple(name_problems(reading, folder.resolve()))
    return _located(target, settle(reading, where, wrong))


def _has_project(folder: Path) -> bool:
    return (folder / "pyproject.toml").exists()


def _in_root(folder: Path, options: DiscoveryOptions | None) -> bool:
    options = options or DiscoveryOptions.from_environment()
    roots = [root.resolve() for root in (options.bundled_root, options.customer_root) if root is not None]
    return folder.resolve().parent in roots


def _named(target: str, options: DiscoveryOptions | None) -> Located:
    inventory = discover(options)
    found = [item for item in _items(inventory) if item.name == target]
    if not found:
        return _nothing(target, _unknown(target, inventory))
    located = _located(target, found[0])
    if len(found) == 1:
        return located
    others = ", ".join(str(item.origin) for item in found[1:])
    message = f"'{target}' is found in {len(found)} places; this is {found[0].origin}, the others are {others}"
    return _located(target, found[0], warning("target-ambiguous", message, hint="name a folder or an archive"))


def _items(inventory: Inventory) -> tuple[Found, ...]:
    return (*inventory.plugins, *inventory.failures)


def _located(target: str, found: Found, *more: Problem) -> Located:
    plugin = found if isinstance(found, DiscoveredPlugin) else None
    return Located(
        target=target,
        name=found.name,
        origin=found.origin,
        manifest=plugin.manifest if plugin is not None else None,
        problems=(*found.problems, *more),
        tree=_tree(plugin) if plugin is not None else None,
        package=plugin.package if plugin is not None else "",
        plugin=plugin,
    )


def _tree(plugin: DiscoveredPlugin) -> SourceTree:
    if plugin.origin.kind == "archive":
        return tree_of(plugin.root, plugin.package)
    return FolderTree(plugin.root)


def _nothing(target: str, problem: Problem) -> Located:
    return Located(
        target=target, name=None, origin=None, manifest=None, problems=(problem,), tree=None, package="", plugin=None
    )


def _unknown(target: str, inventory: Inventory) -> Problem:
    known = {item.name for item in _items(inventory) if item.name is not None}
    near = closest(target, known)
    hint = f"did you mean '{near}'?" if near else "name a folder, a wheel, an archive, or a plugin that 'honeyhost list' shows"
    return error(
        "target-not-found", f"'{target}' is neither a path nor the name of a plugin", hint=hint, target=target, near=near
    )
