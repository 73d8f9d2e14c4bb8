"""
Operations: the one table of what a plugin may do through its host.

The guard reads from it which grant an operation needs, bridges to other runtimes how its arguments and its answer are spelled,
the reference what it says. Names on the wire are seed 001's. Own things need no grant: a plugin's own configuration, log and
texts, and the tables that its own migrations make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Access = Literal["", "read", "write"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Operation:
    """
    One operation. ``name`` is its name on the wire, ``service`` (empty: the host itself) and ``method`` those in Python:
    ``host.db.query``.

    ``args`` and ``answer`` name their shapes. ``permission`` and ``access`` say which grant it needs (None: none), ``scope``
    what is held against the scope of the grant, ``per_minute`` how often a plugin may do it in one process unless the operator
    says otherwise (None: as often as it likes).
    """

    name: str
    service: str
    method: str
    summary: str
    args: str
    answer: str
    permission: str | None = None
    access: Access = ""
    scope: str | None = None
    per_minute: int | None = None

    @property
    def args_shape(self) -> Any:
        """
        The model of its arguments, a class of ``honeyhost.sdk.shapes``: imported by whoever spells them, and by no start.
        """
        return getattr(import_module("honeyhost.sdk.shapes"), self.args)

    @property
    def answer_shape(self) -> Any:
        """
        The model of its answer.
        """
        return getattr(import_module("honeyhost.sdk.shapes"), self.answer)

    @property
    def path(self) -> str:
        """
        Its name in Python, below ``host``.
        """
        return f"{self.service}.{self.method}" if self.service else self.method

    @property
    def wanted(self) -> str:
        """
        The grant that it needs, without a scope: ``db:read``.
        """
        return ":".join(part for part in (self.permission, self.access) if part)


DB_QUERY = Operation(
    name="db_query",
    service="db",
    method="query",
    summary="Rows of a statement that reads",
    args="QueryArgs",
    answer="Rows",
    permission="db",
    access="read",
    scope="each table",
    per_minute=6000,
)
DB_EXECUTE = Operation(
    name="db_exec",
    service="db",
    method="execute",
    summary="Rows that a statement wrote",
    args="ExecuteArgs",
    answer="Affected",
    permission="db",
    access="write",
    scope="each table",
    per_minute=3000,
)
CACHE_GET = Operation(
    name="cache_get",
    service="cache",
    method="get",
    summary="A value of the plugin's part of the cache",
    args="CacheGetArgs",
    answer="Cached",
    permission="cache",
    access="read",
    scope="key",
    per_minute=60_000,
)
CACHE_SET = Operation(
    name="cache_set",
    service="cache",
    method="set",
    summary="Keep a JSON value for some seconds",
    args="CacheSetArgs",
    answer="Done",
    permission="cache",
    access="write",
    scope="key",
    per_minute=60_000,
)
CACHE_DELETE = Operation(
    name="cache_delete",
    service="cache",
    method="delete",
    summary="Forget a value",
    args="CacheDeleteArgs",
    answer="Done",
    permission="cache",
    access="write",
    scope="key",
    per_minute=60_000,
)
HTTP_REQUEST = Operation(
    name="http_request",
    service="http",
    method="request",
    summary="What another server answers",
    args="HttpArgs",
    answer="HttpAnswered",
    permission="http",
    scope="host of the URL",
    per_minute=60,
)
SEND_EMAIL = Operation(
    name="send_email",
    service="email",
    method="send",
    summary="Send one message",
    args="EmailArgs",
    answer="Done",
    permission="email",
    scope="domain of each recipient",
    per_minute=10,
)
LOG = Operation(
    name="log",
    service="log",
    method="write",
    summary="One record of the plugin's log",
    args="LogArgs",
    answer="Done",
)
CONFIG_GET = Operation(
    name="config_get",
    service="config",
    method="get",
    summary="A value of the plugin's own configuration",
    args="ConfigGetArgs",
    answer="ConfigValue",
)
CONFIG_PLATFORM = Operation(
    name="platform_config_get",
    service="config",
    method="platform",
    summary="A value that the operator lets plugins know of the platform",
    args="PlatformConfigArgs",
    answer="ConfigValue",
    permission="config",
    scope="key",
    per_minute=60_000,
)
TRANSLATE = Operation(
    name="translate",
    service="",
    method="translate",
    summary="A text in a language",
    args="TranslateArgs",
    answer="Translated",
)
PLUGIN_CALL = Operation(
    name="plugin_call",
    service="plugins",
    method="call",
    summary="What a function of another plugin answers",
    args="PluginCallArgs",
    answer="Anything",
    permission="plugin_call",
    scope="plugin.function",
    per_minute=6000,
)
CAPABILITY_RUN = Operation(
    name="capability_run",
    service="capabilities",
    method="run",
    summary="What a capability of a plugin answers",
    args="CapabilityRunArgs",
    answer="Anything",
    permission="plugin_call",
    scope="owner.capability",
    per_minute=6000,
)

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        DB_QUERY,
        DB_EXECUTE,
        CACHE_GET,
        CACHE_SET,
        CACHE_DELETE,
        HTTP_REQUEST,
        SEND_EMAIL,
        LOG,
        CONFIG_GET,
        CONFIG_PLATFORM,
        TRANSLATE,
        PLUGIN_CALL,
        CAPABILITY_RUN,
    )
}
"""Every operation by its name on the wire."""
