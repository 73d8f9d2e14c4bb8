"""
Spaces: the names under which the code of a plugin is imported, and the sources that it is imported from.

The first generation of a plugin has the real names of its modules. Each later one gets names of its own
(``_hh_<slug>_g<N>``), so that two generations live side by side without a line of the one running in the other: taking the
old modules out of ``sys.modules`` and importing again under the same names mixes the two in every import that a handler of
the old one does late. What the code imports of itself by its real name is led to its own generation.
"""

import builtins
import importlib
import itertools
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import Loader
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder, SourceFileLoader
from threading import Lock
from types import ModuleType
from typing import Any

from honeyhost.errors import RestartNeededError
from honeyhost.runtimes.sources import SourceFile, Sources, capture, folders_of


class Space:
    """
    A package under a name. ``name`` is the package's own, or one that only this generation has.
    """

    def __init__(self, package: str, name: str, sources: Sources | None) -> None:
        self.package = package
        self.name = name
        self.sources = sources
        self.users = 1
        self.loading = True
        """Whether its first modules are being imported: until then compiled files beside the sources may be used."""
        self._before = frozenset(_inside(name))
        self._builtins: dict[str, Any] | None = None

    @property
    def aliased(self) -> bool:
        """
        Whether its modules have other names than their own.
        """
        return self.name != self.package

    def module_name(self, name: str) -> str:
        """
        What a module of the package is called here.
        """
        inside = _below(name, self.package)
        return name if inside is None else self.name + inside

    def builtins(self) -> dict[str, Any]:
        """
        What stands behind the names of every module of it: Python's own, with an import that knows whose code asks.
        """
        if self._builtins is None:
            self._builtins = {**vars(builtins), "__import__": _Importing(self)}
        return self._builtins

    def forget(self) -> None:
        """
        Let go of every module that was imported here.
        """
        for name in [name for name in _inside(self.name) if name not in self._before]:
            _remove(name)
        if self.aliased:
            for name in [name for name in _inside(self.package) if _belongs(name, self.name)]:
                _remove(name)
            _forget_loggers(self.name)


class _Importing:
    """
    ``__import__`` for the modules of one space: what they import of their own package is their own generation's.
    """

    def __init__(self, space: Space) -> None:
        self._space = space

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the name that Python gives it
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        space, names = self._space, fromlist or ()
        if level:
            return builtins.__import__(name, globals, locals, names, level)
        inside = _below(name, space.package)
        if inside is not None and names:
            return builtins.__import__(space.name + inside, globals, locals, names, 0)
        if inside is not None:
            importlib.import_module(space.name + inside)
            return self._standing_in(name.partition(".")[0])
        below = (_below(space.package, name) or "")[1:].partition(".")[0]
        if below and below in names:
            builtins.__import__(name, globals, locals, [other for other in names if other != below], 0)
            return self._standing_in(name)
        found = builtins.__import__(name, globals, locals, names, 0)
        if not names and _below(space.package, name.partition(".")[0]):
            return self._standing_in(name.partition(".")[0])  # what it binds holds the plugin's package too
        return found

    def _standing_in(self, name: str) -> ModuleType:
        """
        A package above the plugin's, as the plugin sees it: with its own generation in it.
        """
        if name == self._space.package:
            return importlib.import_module(self._space.name)
        made = _StandIn(name)
        below = _below(self._space.package, name) or ""
        child = below[1:].partition(".")[0]
        setattr(made, child, self._standing_in(f"{name}.{child}"))
        return made


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self.__name__), attribute)


class _Loader(SourceFileLoader):
    """
    Loads one module from what was captured.
    """

    def __init__(self, name: str, file: SourceFile, space: Space) -> None:
        super().__init__(name, file.path)
        self._file = file
        self._space = space

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        # Compiled files are known by the second and the size, which two versions may share.
        if path == self.path and self._space.loading and not self._space.aliased:
            return {"mtime": self._file.mtime // 10**9, "size": len(self._file.data)}
        raise OSError("compiled files are not used")

    def get_data(self, path: Any) -> bytes:
        return self._file.data if path == self.path else super().get_data(path)

    def exec_module(self, module: ModuleType) -> None:
        if self._space.aliased:
            module.__dict__["__builtins__"] = self._space.builtins()
        super().exec_module(module)


class _Leading(Loader):
    """
    Loads a module by its real name where only a later generation is left: as that generation's module.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002 - protocol
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class SpaceFinder:
    """
    Finds the modules of all spaces of this process, before anything else is asked.
    """

    captured = True

    def __init__(self) -> None:
        self.spaces: dict[str, Space] = {}
        """By name."""
        self.later: defaultdict[str, list[Space]] = defaultdict(list)
        """The aliased ones by package, newest last."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002 - protocol
        """
        The spec of a module of a space; None for every other name.

        Raises:
            ModuleNotFoundError: for one that was not there when the sources were captured.
        """
        if not self.spaces:
            return None
        for top in _tops(name):
            space = self.spaces.get(top)
            if space is not None and space.sources is not None:
                return _spec(name, name[len(top) + 1 :], space, space.sources, path)
            if self.later.get(top):
                newest = self.later[top][-1]
                return ModuleSpec(name, _Leading(newest.module_name(name)), is_package=_is_package(newest, name))
        return None


def _is_package(space: Space, name: str) -> bool:
    return space.sources is not None and name[len(space.package) + 1 :] in space.sources.packages


def _spec(name: str, inside: str, space: Space, sources: Sources, path: Sequence[str] | None) -> ModuleSpec | None:
    file = sources.files.get(inside)
    package = inside in sources.packages
    if file is not None:
        spec = ModuleSpec(name, _Loader(name, file, space), origin=file.path, is_package=package)
        spec.has_location = True
    elif package:
        spec = ModuleSpec(name, None, is_package=True)
    else:
        return _other(name, path)
    if package:
        below = inside.replace(".", "/")
        spec.submodule_search_locations = [f"{folder}/{below}" if below else folder for folder in sources.folders]
    return spec


def _other(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """
    A module that is no source: compiled ones and folders of other files are what they are, anything else came after the sources
    were captured.
    """
    found = PathFinder.find_spec(name, path)
    if found is None or found.origin is None or found.origin.endswith(tuple(EXTENSION_SUFFIXES)):
        return found
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


_numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(2))
_lock = Lock()
_finder = SpaceFinder()


def open_space(plugin: str, package: str, *, anew: bool) -> Space:
    """
    The space to import a plugin's code in.

    Args:
        plugin: its slug.
        package: its package.
        anew: whether code that was imported before may not be taken again.

    Raises:
        LoadError: if the package holds more code than a host reads.
        RestartNeededError: if the code was imported before and Python cannot import it a second time.
    """
    known = _taken_again(package, anew=anew)
    if known is not None:
        return known
    sources = capture(package, plugin)
    with _lock:
        finder = _installed()
        taken = package in finder.spaces or bool(finder.later.get(package)) or (anew and any(_inside(package)))
        if not taken:
            return _added(Space(package, package, sources))
        _refuse_once_only(plugin, sources)
        word = plugin.replace("-", "_").strip("_")  # which two plugins may share
        name = f"_hh_{word}_g{next(_numbers[word])}"
        logging.getLogger(name).parent = logging.getLogger(package)  # what is configured for the plugin holds here too
        return _added(Space(package, name, sources))


def _taken_again(package: str, *, anew: bool) -> Space | None:
    """
    The space that has the real names, where its code is what stands there now; one that nobody uses any more goes.
    """
    with _lock:
        known = _installed().spaces.get(package)
        if known is None:
            return None
        if not anew and (known.sources is None or _stands(known.sources, package)):
            known.users += 1
            return known
        if known.users == 0:
            _drop(known)
        return None


def _stands(sources: Sources, package: str) -> bool:
    """
    Whether the sources are what an import would find now: in the same place, which another platform of this process may have
    elsewhere, and unchanged.
    """
    return sources.folders == folders_of(package) and sources.current()


def close_space(space: Space, *, keep: bool = False) -> None:
    """
    Say that a space is not used any more; the last one who does lets go of its modules, unless they are to be kept for whoever
    asks next.
    """
    with _lock:
        space.users -= 1
        if space.users == 0 and not keep:
            _drop(space)


def forget_unused() -> None:
    """
    Let go of all modules that were kept for whoever asks next, and of the finder where nothing is left to be found.
    """
    with _lock:
        for space in [space for space in _finder.spaces.values() if space.users == 0]:
            _drop(space)
        if not _finder.spaces and _finder in sys.meta_path:
            sys.meta_path.remove(_finder)


def _refuse_once_only(plugin: str, sources: Sources | None) -> None:
    if sources is None:
        said = f"plugin '{plugin}' cannot be loaded a second time by this process: its code does not come from files"
        raise RestartNeededError(said, hint="restart the host", plugin=plugin)
    if sources.compiled:
        said = f"plugin '{plugin}' has compiled modules, which Python loads once in a process: {sources.compiled[0]}"
        hint = "restart the host, or let the plugin run in a process of its own (runtime: process)"
        raise RestartNeededError(said, hint=hint, plugin=plugin)


def _installed() -> SpaceFinder:
    """
    The finder. Whoever has put ``sys.meta_path`` back to what it was has forgotten all spaces with it.
    """
    global _finder  # noqa: PLW0603 - one for each time that it is put in place
    if _finder not in sys.meta_path:
        _finder = SpaceFinder()
        sys.meta_path.insert(0, _finder)
    return _finder


def _added(space: Space) -> Space:
    _finder.spaces[space.name] = space
    if space.aliased:
        for older in _finder.later[space.package]:
            for name in [name for name in _inside(space.package) if _belongs(name, older.name)]:
                _remove(name)
        _finder.later[space.package].append(space)
    return space


def _drop(space: Space) -> None:
    if _finder.spaces.get(space.name) is space:
        del _finder.spaces[space.name]
    if space.aliased and space in _finder.later[space.package]:
        _finder.later[space.package].remove(space)
        if not _finder.later[space.package]:
            del _finder.later[space.package]
    space.forget()


def _below(name: str, package: str) -> str | None:
    """
    ``""`` for the package itself, ``.a.b`` for a module below it, None for any other.
    """
    if name == package:
        return ""
    return name[len(package) :] if name.startswith(package + ".") else None


def _tops(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _inside(package: str) -> list[str]:
    head = package + "."
    return [name for name in list(sys.modules) if name == package or name.startswith(head)]


def _belongs(name: str, space: str) -> bool:
    own = getattr(sys.modules.get(name), "__name__", "")
    return _below(own, space) is not None


def _remove(name: str) -> None:
    module = sys.modules.pop(name, None)
    parent, _, child = name.rpartition(".")
    above = sys.modules.get(parent)
    if module is not None and above is not None and vars(above).get(child) is module:
        delattr(above, child)


def _forget_loggers(name: str) -> None:
    loggers = logging.Logger.manager.loggerDict
    for known in [known for known in list(loggers) if _below(known, name) is not None]:
        del loggers[known]
