"""
The stores: every table of one database, and the way to change them.
"""

from honeyhost.store.audit import AuditTable
from honeyhost.store.catalog import Catalog
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.instances import InstanceTable
from honeyhost.store.plugins import PluginTable
from honeyhost.store.sessions import SessionTable
from honeyhost.store.tokens import TokenTable


class Stores:
    """
    Everything that is kept in one database. Cheap to make: nothing is opened before its first use.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.plugins = PluginTable(database)
        self.catalog = Catalog(database)
        self.tokens = TokenTable(database)
        self.sessions = SessionTable(database)
        self.audit = AuditTable(database)
        self.instances = InstanceTable(database)

    def changes(self, actor: str) -> Changes:
        """
        The changes that somebody makes; each is one transaction that also writes down who made it.
        """
        return Changes(self.database, actor)
