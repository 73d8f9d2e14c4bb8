"""
The Python runtime: a plugin's objects, imported into this process by their references.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any

from honeyhost.errors import LoadError
from honeyhost.names import Reference
from honeyhost.runtimes.spaces import Space


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """
    What importing brought: the objects in the order asked for, how long it took, and the files that were read.
    """

    objects: tuple[Any, ...]
    import_ms: float
    files: tuple[str, ...]


def import_references(plugin: str, package: str, references: Sequence[str], space: Space | None = None) -> Imported:
    """
    The objects that a plugin's references name, imported in a space, or as everything is imported where none is given.

    Raises:
        LoadError: if a module cannot be imported or does not have the attribute; whatever the plugin's code raised is the
            cause. SystemExit counts, KeyboardInterrupt does not.
    """
    started = time.perf_counter()
    objects = tuple(_object(plugin, package, text, space) for text in references)
    elapsed = (time.perf_counter() - started) * 1000
    return Imported(objects=objects, import_ms=elapsed, files=imported_files(space.name if space is not None else package))


def imported_files(package: str) -> tuple[str, ...]:
    """
    The source files of the package's modules that have been imported, sorted.
    """
    inside = package + "."
    found = {
        file
        for name, module in sys.modules.copy().items()
        if (name == package or name.startswith(inside)) and (file := getattr(module, "__file__", None))
    }
    return tuple(sorted(found))


def _object(plugin: str, package: str, text: str, space: Space | None) -> Any:
    reference = Reference.parse(text)
    if reference is None:
        raise LoadError(f"plugin '{plugin}': '{text}' is not a reference", plugin=plugin, reference=text)
    name = reference.in_package(package)
    try:
        module = import_module(name if space is None else space.module_name(name))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise LoadError(
            f"plugin '{plugin}' could not be imported: {name} raised {type(error).__name__}: {error}",
            hint=_place(error),
            plugin=plugin,
            reference=text,
        ) from error
    try:
        return reduce(getattr, reference.attribute.split("."), module)
    except AttributeError:
        raise LoadError(
            f"plugin '{plugin}' names {text}, and {name} has no '{reference.attribute}'",
            hint="honeyhost check " + plugin,
            plugin=plugin,
            reference=text,
        ) from None


def _place(error: BaseException) -> str | None:
    """
    The last line of the traceback that is a file's, for the hint.
    """
    trace = error.__traceback__
    last = None
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith("<frozen"):
            last = trace
        trace = trace.tb_next
    return f"raised at {last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last is not None else None
