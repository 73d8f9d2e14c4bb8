"""
The page about Python: the names that platforms and plugins may import.
"""

import inspect
from types import ModuleType
from typing import Any

import honeyhost
from honeyhost import sdk
from pages.text import code, document, prose, table

INTRODUCTION = """
What stands here is a promise; every other module may change between versions. A plugin imports `honeyhost.sdk` and
nothing else.
"""

BY_HAND = {
    "__version__": "The version of honeyhost.",
    "ANY_PERMISSION": "`*`: held by administrators, it is every permission of every plugin and of the host.",
    "Identity": "The type of the function that says who is asking: `async (HTTPConnection) -> Caller | None`.",
}
"""Constants and types, which have no docstring at run time."""


def page() -> str:
    """
    The public names of the package, then those for plugins.
    """
    return document("Python", INTRODUCTION, *(_section(module) for module in (honeyhost, sdk)))


def _section(module: ModuleType) -> str:
    names = sorted(module.__all__, key=str.lower)
    return f"## {module.__name__}\n\n{table(('name', 'what it is'), [_row(module, name) for name in names])}"


def _row(module: ModuleType, name: str) -> tuple[str, str]:
    thing = getattr(module, name)
    if name in BY_HAND:
        return code(name), BY_HAND[name]
    about = prose((inspect.getdoc(thing) or "").partition("\n\n")[0])
    return code(name + _signature(thing)), about


def _signature(thing: Any) -> str:
    if inspect.isclass(thing) or not inspect.isfunction(thing):
        return ""
    parameters = inspect.signature(thing).parameters.values()
    shown = [parameter.name if parameter.default is parameter.empty else f"{parameter.name}=…" for parameter in parameters]
    return f"({', '.join(shown)})"
