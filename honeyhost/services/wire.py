"""
The wire: operations by name, with JSON in and out. What a plugin in another runtime says is carried to its host through here.
"""

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

from pydantic import ValidationError

from honeyhost.errors import OperationRefusedError
from honeyhost.names import closest
from honeyhost.sdk.host import HostAPI
from honeyhost.sdk.operations import OPERATIONS, Operation


async def perform(host: HostAPI, name: str, args: Mapping[str, Any]) -> Any:
    """
    What an operation of a plugin's host answers, as JSON has it.

    Args:
        host: of the plugin.
        name: of the operation on the wire: ``db_query``.
        args: its arguments, as the shape of the operation spells them.

    Raises:
        OperationRefusedError: if there is no such operation, or its arguments are none.
        HoneyhostError: as the operation itself.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        near = closest(name, OPERATIONS)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(OPERATIONS)}"
        raise OperationRefusedError(f"the host has no operation '{name}'", hint=hint, plugin=host.slug, operation=name)
    group = getattr(host, operation.service) if operation.service else host
    answer = getattr(group, operation.method)(**_given(host, operation, args))
    answer = await answer if isawaitable(answer) else answer
    return operation.answer_shape.of(answer).model_dump(mode="json")


def _given(host: HostAPI, operation: Operation, args: Mapping[str, Any]) -> dict[str, Any]:
    try:
        given: dict[str, Any] = operation.args_shape.model_validate(dict(args)).given()
    except ValidationError as error:
        said = "; ".join(_said(fault) for fault in error.errors(include_url=False, include_input=False, include_context=False))
        message = f"plugin '{host.slug}' asked for {operation.name} with other arguments: {said}"
        raise OperationRefusedError(message, plugin=host.slug, operation=operation.name) from None
    return given


def _said(fault: Mapping[str, Any]) -> str:
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg'][:1].lower()}{fault['msg'][1:]}" if place else str(fault["msg"])
