"""
The namespace ``plugins``: folders of both roots importable as ``plugins.<slug>``.

A finder of our own answers for the top name alone. It stands before the path finder, so that a distribution that happens to
ship a regular package ``plugins`` cannot hide the folders, and it also lists what the import path has under that name, so
that wheels in the seed's form (``plugins.healthcare`` as a namespace) join in.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

NAMESPACE = "plugins"


class PluginNamespaceFinder:
    """
    Finds the package ``plugins`` as a namespace over the given roots, the first one winning.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(str(root) for root in roots)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002 - protocol
        """
        The spec of the namespace; None for every other name.
        """
        if name != NAMESPACE or path is not None:
            return None
        spec = ModuleSpec(NAMESPACE, None, is_package=True)
        spec.submodule_search_locations = list(dict.fromkeys((*self.roots, *_elsewhere())))
        return spec


def _elsewhere() -> Sequence[str]:
    spec = PathFinder.find_spec(NAMESPACE, None)
    return list(spec.submodule_search_locations or ()) if spec is not None else ()


def install_namespace(roots: Sequence[Path]) -> Callable[[], None]:
    """
    Make ``plugins.<slug>`` importable from the roots; the result takes the finder and what it made back.

    Calling it again with the same roots changes nothing.
    """
    for finder in sys.meta_path:
        if isinstance(finder, PluginNamespaceFinder) and finder.roots == tuple(str(root) for root in roots):
            return lambda: None
    added = PluginNamespaceFinder(roots)
    before = sys.modules.pop(NAMESPACE, None)
    sys.meta_path.insert(0, added)
    import_module(NAMESPACE)  # at once: a plugin that was imported before looks its parent up by name

    def remove() -> None:
        if added in sys.meta_path:
            sys.meta_path.remove(added)
        sys.modules.pop(NAMESPACE, None)
        if before is not None:
            sys.modules[NAMESPACE] = before

    return remove
