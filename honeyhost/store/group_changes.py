"""
Group changes: who may do what, as operators decide it.
"""

from collections.abc import Callable

from honeyhost.store.catalog import Catalog
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.decisions import stored_label
from honeyhost.store.records import LabelText
from honeyhost.store.signed import Signed
from honeyhost.store.texts import LONGEST_GROUP, LONGEST_PERMISSION, LONGEST_SUBJECT, demand_text


class GroupChanges(Signed):
    """
    Changes of groups. Each says whether anything changed; nothing is audited where nothing did.

    Every method raises UsageError for a name that cannot be kept, and StoreUnavailableError.
    """

    def __init__(self, database: Database, actor: str, *, now: Clock = utc_now) -> None:
        super().__init__(database, actor, now=now)
        self._catalog = Catalog(database)

    def create_group(self, name: str, label: LabelText | None = None) -> bool:
        """
        Make a group, or name one that is there already; without a label such a one stays as it is.
        """
        demand_text("a group", name, LONGEST_GROUP)
        with self._database.transaction():
            known = any(record.name == name for record in self._catalog.groups())
            made = (not known or label is not None) and self._catalog.label_group(name, label)
            if made:
                self._note("group.label" if known else "group.create", name, label=stored_label(label))
        return made

    def delete_group(self, name: str) -> bool:
        """
        Remove a group that an operator made, with its members.

        Raises:
            RefusedError: A plugin seeds the group.
        """
        return self._decided("group.delete", name, self._catalog.delete_group)

    def grant(self, group: str, permission: str) -> bool:
        """
        Put a permission into a group, or a removed seed grant back; the group is made where it is new.

        Raises:
            RefusedError: No attached plugin declares the permission, and it is not the host's.
        """
        demand_text("a permission", permission, LONGEST_PERMISSION)
        return self._decided("group.grant", group, lambda name: self._catalog.grant(name, permission), permission=permission)

    def revoke(self, group: str, permission: str) -> bool:
        """
        Take a permission out of a group; a seed grant stays out also after an upgrade of its plugin.
        """
        demand_text("a permission", permission, LONGEST_PERMISSION)
        return self._decided("group.revoke", group, lambda name: self._catalog.revoke(name, permission), permission=permission)

    def add_member(self, group: str, subject: str) -> bool:
        """
        Put somebody into a group.
        """
        demand_text("a member", subject, LONGEST_SUBJECT)
        return self._decided("group.add-member", group, lambda name: self._catalog.add_member(name, subject), subject=subject)

    def remove_member(self, group: str, subject: str) -> bool:
        """
        Take somebody out of a group.
        """
        demand_text("a member", subject, LONGEST_SUBJECT)
        return self._decided(
            "group.remove-member", group, lambda name: self._catalog.remove_member(name, subject), subject=subject
        )

    def _decided(self, action: str, group: str, decide: Callable[[str], bool], **details: str) -> bool:
        demand_text("a group", group, LONGEST_GROUP)
        with self._database.transaction():
            differs = decide(group)
            if differs:
                self._note(action, group, **details)
        return differs
