"""
The shapes that all verbs share.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

LINE = r"^[^\x00-\x1f\x7f]*$"
"""Text of one line."""
_WORD = r"^[^\x00-\x20\x7f/]+$"

Text = Annotated[str, Field(max_length=200, pattern=LINE)]
"""A line of text that a person wrote."""
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=_WORD)]
"""A name without spaces, slashes and control characters; that of a group."""
PermissionName = Annotated[str, Field(min_length=1, max_length=200, pattern=_WORD)]
"""A permission."""
SubjectName = Annotated[str, Field(min_length=1, max_length=255, pattern=_WORD)]
"""The id of a caller."""
Named = Annotated[
    dict[Name, Any],
    Field(max_length=100),
    WithJsonSchema(
        {"type": "object", "maxProperties": 100, "propertyNames": {"minLength": 1, "maxLength": 100, "pattern": _WORD}}
    ),
]
"""Anything by name."""


class Given(BaseModel):
    """
    What a caller sends: unknown members are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """
    What the host answers.
    """

    model_config = ConfigDict(frozen=True)


class HoneyhostProblem(Shown):
    """
    A problem document (RFC 9457). Depending on ``code`` it has more members: the facts that the detail was made from.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "needs the scope 'plugins.manage'",
                    "code": "permission-missing",
                    "permission": "plugins.manage",
                }
            ]
        },
    )

    type: str = Field(description="always about:blank: the title is that of the status")
    title: str
    status: int
    detail: str = Field(description="what happened, for people")
    code: str = Field(description="what happened, for programs; `honeyhost explain CODE` says how to mend it")
    hint: str | None = Field(default=None, description="the next thing to do")
    problems: list["ProblemShape"] = Field(default=[], description="what is wrong with a request, place by place")


class ProblemShape(Shown):
    """
    One finding about a manifest, a configuration or a request.
    """

    severity: str = Field(description="error, warning or info")
    code: str
    params: Mapping[str, Any] = Field(description="the facts that the message was made from, for translations")
    message: str
    path: str | None = Field(description="the place inside the document: nav[2].icon")
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
