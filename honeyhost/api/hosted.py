"""
What the HTTP interface needs of a host.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from honeyhost.manager.booting import Boot
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.propagation.drift import Status
from honeyhost.sdk import Caller, Identity
from honeyhost.services.logs import LogBuffer
from honeyhost.store.records import InstanceReport, PluginRecord


class Stored(Protocol):
    """
    The stores of the host, as ``honeyhost.store.stores.Stores`` has them; a protocol, because that one needs the database
    library, and a platform with an identity of its own may go without.
    """

    @property
    def catalog(self) -> Any:
        """
        Permissions, groups and members.
        """
        ...

    @property
    def tokens(self) -> Any:
        """
        The access tokens.
        """
        ...

    @property
    def sessions(self) -> Any:
        """
        The sessions of browsers.
        """
        ...

    @property
    def audit(self) -> Any:
        """
        Who changed what.
        """
        ...

    def changes(self, actor: str) -> Any:
        """
        The changes that somebody makes.
        """
        ...


class Hosted(Protocol):
    """
    A host that is attached to an application.
    """

    @property
    def settings(self) -> Any:
        """
        The settings: ``control_rate``, ``session_hours``.
        """
        ...

    @property
    def identity(self) -> Identity:
        """
        Who is asking.
        """
        ...

    @property
    def manager(self) -> Manager:
        """
        The plugins and their states.
        """
        ...

    @property
    def live(self) -> Live:
        """
        What answers at this moment.
        """
        ...

    @property
    def boot(self) -> Boot:
        """
        What the start found.
        """
        ...

    @property
    def records(self) -> Mapping[str, PluginRecord]:
        """
        The records of this moment: another mapping after every change.
        """
        ...

    @property
    def stores(self) -> Stored:
        """
        The database; opened at the first use.
        """
        ...

    @property
    def logs(self) -> LogBuffer:
        """
        What was logged in this process.
        """
        ...

    def status(self) -> Status:
        """
        What this process runs beside what is wanted.
        """
        ...

    def instances(self) -> Sequence[InstanceReport]:
        """
        What every process said last; asks the database.
        """
        ...

    async def set_enabled(self, slug: str, *, enabled: bool, actor: str = "host", revision: int | None = None) -> PluginRecord:
        """
        Enable or disable a plugin.
        """
        ...

    async def toggle(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        Turn the wish round.
        """
        ...

    async def configure(
        self, slug: str, patch: Mapping[str, Any], *, actor: str = "host", revision: int | None = None
    ) -> PluginRecord:
        """
        Merge a change into the configuration.
        """
        ...

    async def arrange(  # noqa: PLR0913 - each is a wish of its own
        self,
        slug: str,
        *,
        nav: bool | None = None,
        sort: int | None = None,
        labels: Mapping[str, str] | None = None,
        actor: str = "host",
        revision: int | None = None,
    ) -> PluginRecord:
        """
        Change how a plugin shows in the navigation.
        """
        ...

    async def reload(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        Load a plugin anew, in every process.
        """
        ...

    async def release(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        Take a plugin out of quarantine.
        """
        ...

    async def grant(
        self, slug: str, grants: Collection[str], *, digest: str | None = None, actor: str = "host"
    ) -> PluginRecord:
        """
        Grant exactly this of what a plugin asks of the host.
        """
        ...

    def request(self, slug: str) -> Any:
        """
        What a plugin asks of the host, and what was answered: ``digest``, ``rows()``. Looks for plugins anew.
        """
        ...

    def usage(self) -> Mapping[str, Any]:
        """
        What each plugin did through its host, by slug and operation.
        """
        ...

    async def run_capability(self, slug: str, input: Mapping[str, Any] | None = None, *, caller: Caller | None = None) -> Any:  # noqa: A002
        """
        What a capability answers, for a caller.
        """
        ...

    def figures(self) -> Mapping[str, Any]:
        """
        What was counted of the calls to each plugin that answers.
        """
        ...

    def explain(self, slug: str) -> Mapping[str, Any] | None:
        """
        The document of ``why --json``; None where nothing of that name is found. Looks for plugins anew.
        """
        ...

    def examine(self) -> Sequence[Mapping[str, Any]]:
        """
        The checks of the doctor: ``id``, ``status``, ``message``, ``fix``.
        """
        ...
