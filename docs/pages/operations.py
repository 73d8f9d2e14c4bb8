"""
The page about the operations of the host.
"""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from honeyhost.sdk.operations import OPERATIONS, Operation
from pages.text import code, document, prose, table

INTRODUCTION = """
What a plugin may do through its host, from the one table that the guard, the bridges to other runtimes and this page are made
from. A plugin asks for the grant under `host_permissions`; an operator gives it. Own things need none: the plugin's own
configuration, log and texts, the tables that its own migrations make, its own functions and capabilities.

Each operation is limited per minute, plugin and process, where a number stands; the setting `operation_limits` changes it.
"""
WIRE = """
## On the wire

Plugins in another runtime say the same as JSON: the name, and an object of arguments. Names of seed 001 are kept.
"""


def page() -> str:
    """
    Every operation, then its shapes.
    """
    rows = [
        (code(f"host.{operation.path}"), operation.summary, _grant(operation), operation.scope or "", _limit(operation))
        for operation in OPERATIONS.values()
    ]
    first = table(("operation", "what it gives", "grant", "scope", "a minute"), rows)
    shapes = table(("name", "arguments", "answer", "meaning"), list(_shapes()))
    return document("Operations of the host", INTRODUCTION, first, WIRE, shapes)


def _grant(operation: Operation) -> str:
    return code(operation.wanted) if operation.wanted else "none"


def _limit(operation: Operation) -> str:
    return "" if operation.per_minute is None else f"{operation.per_minute}"


def _shapes() -> Iterator[tuple[str, str, str, str]]:
    for operation in OPERATIONS.values():
        said = prose(cleandoc(operation.args_shape.__doc__ or ""))
        yield code(operation.name), _members(operation.args_shape), _members(operation.answer_shape), said


def _members(shape: Any) -> str:
    schema = shape.model_json_schema()
    required = set(schema.get("required", ()))
    names = [code(name if name in required else f"{name}?") for name in schema.get("properties", {})]
    return ", ".join(names) or prose(cleandoc(shape.__doc__ or ""))
