"""
Functions: what of a plugin can be called by name.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from importlib import import_module
from typing import Any

from honeyhost.errors import LoadError
from honeyhost.names import Reference, closest
from honeyhost.runtimes.spaces import Space
from honeyhost.sdk.plugin import Plugin, marks_of

Callables = Mapping[str, Callable[..., Any]]


class Functions(dict[str, Callable[..., Any]]):
    """
    The functions of the plugin object and of the manifest; and by reference every function that the plugin's package defines.

    ``get`` and ``in`` know what was found until now. Asking with brackets looks for a reference too, and imports its module if
    it was not yet: that may take as long as the plugin likes, and raises LoadError where the module raises.
    """

    def __init__(self, named: Callables, package: str, space: Space | None) -> None:
        super().__init__(named)
        self._package = package
        self._space = space

    def __missing__(self, name: str) -> Callable[..., Any]:
        found = self[name] = self._referred(name)
        return found

    def _referred(self, name: str) -> Callable[..., Any]:
        reference = Reference.parse(name)
        if reference is None:
            raise KeyError(name)
        module_name = reference.in_package(self._package)
        own = self._space.name if self._space is not None else self._package
        if self._space is not None:
            module_name = self._space.module_name(module_name)
        if not _is_inside(module_name, own):
            raise KeyError(name)
        module = _imported(module_name, name)
        try:
            found: Callable[..., Any] = reduce(getattr, reference.attribute.split("."), module)
        except AttributeError:
            raise KeyError(name) from None
        # What the module has only imported is not the plugin's to offer.
        if not callable(found) or not _is_inside(getattr(found, "__module__", None) or "", own):
            raise KeyError(name)
        return found


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _imported(module: str, name: str) -> Any:
    try:
        return import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name is not None and _is_inside(module, error.name):
            raise KeyError(name) from None
        raise LoadError(f"{name} could not be imported: {type(error).__name__}: {error}", reference=name) from error


def plugin_object(slug: str, reference: str, found: Any) -> Plugin:
    """
    The object that a manifest names under ``plugin``.

    Raises:
        LoadError: if it is neither a class nor an instance of ``honeyhost.sdk.Plugin``, or cannot be made.
    """
    if isinstance(found, type) and issubclass(found, Plugin):
        try:
            return found()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            said = f"plugin '{slug}': {reference} could not be made: {type(error).__name__}: {error}"
            raise LoadError(said, plugin=slug, reference=reference) from error
    if isinstance(found, Plugin):
        return found
    raise LoadError(
        f"plugin '{slug}' names {reference} as its object, and it is a {type(found).__name__}",
        hint="name a class that derives from honeyhost.sdk.Plugin, or an instance of one",
        plugin=slug,
        reference=reference,
    )


def methods_of(plugin: Plugin) -> tuple[Callables, Mapping[str, str], Mapping[str, str]]:
    """
    The marked methods of a plugin object by name; and which of them answer capabilities and do jobs.
    """
    functions: dict[str, Callable[..., Any]] = {}
    kinds: dict[str, dict[str, str]] = {"capability": {}, "job": {}}
    for attribute in dir(type(plugin)):
        marks = marks_of(getattr(type(plugin), attribute, None))
        if not marks:
            continue
        method = getattr(plugin, attribute)
        names = [mark.name or attribute for mark in marks if mark.kind == "function"] or [attribute]
        functions.update(dict.fromkeys(names, method))
        for mark in marks:
            if mark.kind != "function" and mark.name is not None:
                kinds[mark.kind][mark.name] = names[0]
    return functions, kinds["capability"], kinds["job"]


def check_handlers(slug: str, handlers: Sequence[str], functions: Callables) -> None:
    """
    Nothing, if every handler of the manifest is a function.

    Raises:
        LoadError: for the first one that is not.
    """
    for name in handlers:
        found = functions.get(name)
        if callable(found):
            continue
        near = closest(name, functions)
        hint = f"did you mean '{near}'?" if near else f"mark a method of its object with @function('{name}')"
        if found is not None:
            said = f"plugin '{slug}' names the handler '{name}', and it is a {type(found).__name__}"
        else:
            said = f"plugin '{slug}' names the handler '{name}', and its object has no function of that name"
        raise LoadError(said, hint=hint, plugin=slug, handler=name)
