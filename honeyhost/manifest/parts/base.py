"""
The base of all parts: frozen, open for unknown keys, and built when first used.
"""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from honeyhost.isolation import IsolatedModel
from honeyhost.manifest.types import FreeForm


class Part(IsolatedModel):
    """
    The settings that every part of the manifest shares. Unknown keys are kept in ``model_extra``, read by the YAML core rules.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    __pydantic_extra__: dict[str, FreeForm] = Field(init=False)


class Shorthand(Part):
    """
    A part that may be written as one text: the value of its ``shorthand`` field.
    """

    shorthand: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {cls.shorthand: value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """
        The schema of the mapping, or of the text that stands for it.
        """
        schema = handler.resolve_ref_schema(handler(core_schema))
        text = dict(schema["properties"][cls.shorthand])
        text.pop("title", None)
        text.pop("default", None)
        return {"anyOf": [text, schema]}
