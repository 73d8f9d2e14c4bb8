"""
The shapes of plugins: their rows, their navigation, and what may be changed of them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from honeyhost.api.shapes.base import LINE, Given, ProblemShape, Shown

PLUGIN: Mapping[str, Any] = {
    "slug": "healthcare",
    "kind": "vertical",
    "enabled": True,
    "config": {"clinic": "North", "smtp_password": "********"},
    "nav": True,
    "sort": 10,
    "labels": {"en": "Healthcare", "ar": "الرعاية الصحية"},
    "version": "0.3.0",
    "display_name": "Healthcare",
    "state": "running",
    "wanted": "enabled",
    "actual": "running",
    "origin": {"kind": "entry-point", "location": "/srv/site", "distribution": "honeyframe-healthcare"},
    "reasons": [],
    "problems": [],
    "quarantine": None,
    "revision": 41,
}

_TAG = r"^[A-Za-z0-9-]{1,35}$"


def _whole(value: Any) -> Any:
    """
    The number as JSON Schema counts: 10.0 is a whole one.
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Language = Annotated[str, Field(pattern=_TAG)]
_Label = Annotated[str, Field(min_length=1, max_length=120, pattern=LINE)]
_LABELS: dict[str, Any] = {
    "type": "object",
    "description": "texts by language",
    "maxProperties": 50,
    "propertyNames": {"pattern": _TAG},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": LINE},
}


class OriginShape(Shown):
    """
    Where a plugin was found.
    """

    model_config = ConfigDict(extra="allow")

    kind: str = Field(description="entry-point, directory or archive")
    location: str
    distribution: str | None = None


class QuarantineShape(Shown):
    """
    Why a plugin was taken out.
    """

    model_config = ConfigDict(extra="allow")

    phase: str | None = Field(default=None, description="what it was doing: load, init or start")
    count: int | None = Field(default=None, description="how often it took the process with it")
    error: str | None = None
    at: str | None = None


class PluginShape(Shown):
    """
    One plugin: attached, rejected, unreadable or failed; the record with what the host knows beside it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [dict(PLUGIN)]})

    slug: str | None = Field(description="null where not even the name can be read")
    kind: str
    enabled: bool = Field(description="the wish; what became of it is the state")
    config: Mapping[str, Any] = Field(description="secrets read as ********")
    nav: bool = Field(description="whether it shows in the navigation")
    sort: int
    labels: Mapping[str, str] = Field(description="texts by language")
    version: str | None
    display_name: str | None
    state: str = Field(description="running, loaded, attached, disabled, failed, quarantined, stopped, rejected")
    wanted: Literal["enabled", "disabled"]
    actual: str
    origin: OriginShape
    reasons: list[ProblemShape] = Field(description="why it does not answer, all of them")
    problems: list[ProblemShape] = Field(description="what was found in its manifest")
    quarantine: QuarantineShape | None = None
    revision: int = Field(description="of its record, for If-Match; 0 where it has none yet")


class InstancesOfPlugin(Shown):
    """
    On how many processes the plugin is in which state.
    """

    total: int
    states: Mapping[str, int]


class PluginDetail(PluginShape):
    """
    One plugin with what every process says of it, and the schema of its configuration.
    """

    instances: InstancesOfPlugin
    config_schema: Mapping[str, Any] | None = Field(description="JSON Schema; null where any object will do")


class NavShape(Shown):
    """
    One entry of the sidebar.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "healthcare-patients",
                    "plugin": "healthcare",
                    "label": "Patients",
                    "path": "/plugins/healthcare/patients",
                    "icon": "users",
                    "order": 10,
                    "permission": "patient.read",
                }
            ]
        }
    )

    id: str
    plugin: str
    label: str | Mapping[str, str] | None
    path: str
    icon: str | None
    order: int
    permission: str | None


class DashboardShape(Shown):
    """
    Plugins, navigation and capabilities in one answer.
    """

    plugins: list[PluginShape]
    nav: list[NavShape]
    capabilities: list[str]


class Toggle(Given):
    """
    The wish; without a body the present one is turned round.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    enabled: Annotated[bool, Field(strict=True)]


class Arrangement(Given):
    """
    Where and how a plugin shows in the navigation; what is left out or null stays.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"sort": 20, "labels": {"en": "Clinic"}}, {"nav": False}]})

    nav: Annotated[bool, Field(strict=True)] | None = None
    sort: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000), BeforeValidator(_whole)] | None = None
    labels: Annotated[dict[_Language, _Label], Field(max_length=50), WithJsonSchema(_LABELS)] | None = None

    def wishes(self) -> Mapping[str, Any]:
        """
        What is to be changed.
        """
        found = {"nav": self.nav, "sort": self.sort, "labels": self.labels}
        return {name: value for name, value in found.items() if value is not None}
