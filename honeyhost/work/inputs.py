"""
Inputs: what is given to a capability, held against the schema that its plugin brings.
"""

from collections.abc import Mapping
from typing import Any

from honeyhost.diagnostics import Problem
from honeyhost.manager.schemas import BrokenSchemaError, SchemaCheck

__all__ = ["BrokenSchemaError", "InputCheck"]

Schema = Mapping[str, Any]


class InputCheck:
    """
    One schema, ready for as many inputs as come: making it ready costs more than a run.

    Raises:
        BrokenSchemaError: if it is no JSON Schema.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._check = SchemaCheck(schema, code="input", whole="the input")

    def problems(self, given: Mapping[str, Any]) -> tuple[Problem, ...]:
        """
        What stands against an input, by place; no value is quoted.

        Raises:
            BrokenSchemaError: if the schema refers to what is not in it.
        """
        return self._check.problems(dict(given))
