"""
The shapes of operations' arguments and answers, as bridges to other runtimes spell them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Base64Bytes, ConfigDict, Field, JsonValue, RootModel

from honeyhost.isolation import IsolatedModel

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Level = Literal["debug", "info", "warning", "error"]
Params = Mapping[str, JsonValue]
Addresses = Annotated[tuple[str, ...], Field(min_length=1)]


class Args(IsolatedModel):
    """
    The arguments of an operation, as a bridge spells them; the names are those of the method's parameters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def given(self) -> dict[str, Any]:
        """
        What was said, and nothing that was left out.
        """
        fields = type(self).model_fields.items()
        return {info.alias or name: getattr(self, name) for name, info in fields if name in self.model_fields_set}


class Answer(IsolatedModel):
    """
    The answer of an operation, as a bridge spells it.
    """

    model_config = ConfigDict(frozen=True)

    field: ClassVar[str | None] = None
    """The one field that a plain value stands in; None where the value has the fields itself."""

    @classmethod
    def of(cls, value: Any) -> Self:
        """
        The answer for what the method gave.
        """
        return cls.model_validate(value if cls.field is None else {cls.field: value}, from_attributes=True)


class Done(Answer):
    """
    It was done; there is nothing more to say.
    """

    ok: bool = True

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ARG003 - there is none
        """
        Done.
        """
        return cls()


class QueryArgs(Args):
    """
    One statement that reads, with named parameters (``:patient``).
    """

    sql: str
    params: Params = Field(default_factory=dict)
    database: str = "default"


class Rows(RootModel[list[dict[str, Any]]]):
    """
    Rows by column.
    """

    @classmethod
    def of(cls, value: Any) -> Self:
        """
        The rows that the method gave.
        """
        return cls.model_validate(value)


class ExecuteArgs(QueryArgs):
    """
    One statement that writes, with named parameters.
    """


class Affected(Answer):
    """
    How many rows a statement wrote.
    """

    field = "affected"
    affected: int


class CacheGetArgs(Args):
    """
    A key of the plugin's own space, and what is answered where there is no value.
    """

    key: str
    default: JsonValue = None


class Cached(Answer):
    """
    A value, and whether there was one.
    """

    value: JsonValue = None
    found: bool = False

    @classmethod
    def of(cls, value: Any) -> Self:
        """
        None is no value.
        """
        return cls(value=value, found=value is not None)


class CacheSetArgs(Args):
    """
    A JSON value for ``ttl`` seconds; for as long as the cache keeps it where left out.
    """

    key: str
    value: JsonValue
    ttl: float | None = Field(None, gt=0)


class CacheDeleteArgs(Args):
    """
    A key of the plugin's own space.
    """

    key: str


class HttpArgs(Args):
    """
    One request to another server; ``timeout`` in seconds, no longer than the host's.
    """

    method: Method
    url: str
    params: Mapping[str, str] = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    content: Base64Bytes | None = None
    json_body: JsonValue = Field(None, alias="json")
    timeout: float | None = Field(None, gt=0)


class HttpAnswered(Answer):
    """
    What the other server answered.
    """

    model_config = ConfigDict(ser_json_bytes="base64")

    status: int
    headers: Mapping[str, str]
    body: bytes


class EmailArgs(Args):
    """
    One message; ``reply_to`` is an address.
    """

    to: Addresses
    subject: str
    body: str
    html: str | None = None
    cc: tuple[str, ...] = ()
    reply_to: str | None = None


class LogArgs(Args):
    """
    One record of the plugin's log.
    """

    level: Level
    message: str
    fields: Mapping[str, JsonValue] = Field(default_factory=dict)


class ConfigGetArgs(Args):
    """
    A dotted key of the plugin's own configuration; all of it where empty.
    """

    key: str = ""
    default: JsonValue = None


class ConfigValue(Answer):
    """
    A value of a configuration.
    """

    field = "value"
    value: JsonValue = None


class PlatformConfigArgs(Args):
    """
    A dotted key of what the operator lets plugins know of the platform.
    """

    key: str
    default: JsonValue = None


class TranslateArgs(Args):
    """
    A key of the plugin's texts, with what is put into the text; ``language`` is a BCP 47 tag, the caller's where left out.
    """

    key: str
    args: Mapping[str, JsonValue] = Field(default_factory=dict)
    language: str | None = None


class Translated(Answer):
    """
    The text; the key itself where there is none.
    """

    field = "value"
    value: str


class PluginCallArgs(Args):
    """
    A function of another plugin, with its arguments by name.
    """

    plugin: str
    function: str
    args: Mapping[str, JsonValue] = Field(default_factory=dict)


class CapabilityRunArgs(Args):
    """
    A capability, with its input.
    """

    slug: str
    input: Mapping[str, JsonValue] = Field(default_factory=dict)


class Anything(RootModel[Any]):
    """
    Whatever the other side answers.
    """

    @classmethod
    def of(cls, value: Any) -> Self:
        """
        The value as it is.
        """
        return cls(value)
