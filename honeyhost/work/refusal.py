"""
The refusal: a capability that somebody was not allowed to run, as those who keep account of it are told.
"""

from typing import Any, NamedTuple


class RunRefusal(NamedTuple):
    """
    ``actor`` is the caller's id, ``plugin`` the one that publishes the capability, ``by`` the one that ran it for the caller;
    None where the caller asked the host.
    """

    actor: str
    plugin: str
    capability: str
    permission: str
    by: str | None = None

    def details(self) -> dict[str, Any]:
        """
        What the audit keeps beside actor and plugin.
        """
        return {"capability": self.capability, "permission": self.permission, "by": self.by}
