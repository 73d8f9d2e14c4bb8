"""
Changes: everything that somebody can change, each in one transaction with its record in the audit.
"""

from honeyhost.store.group_changes import GroupChanges
from honeyhost.store.plugin_changes import PluginChanges
from honeyhost.store.state_import import StateImport
from honeyhost.store.token_changes import TokenChanges


class Changes(PluginChanges, GroupChanges, TokenChanges, StateImport):
    """
    The changes that one actor makes. Several in one ``database.transaction()`` are one whole: all of them or none.
    """
