"""
Databases: statements of plugins on the platform's named databases. What a plugin may reach is enforced by the database itself.
"""

from honeyhost.services.databases.databases import Databases
from honeyhost.services.databases.plugin import PluginDatabase

__all__ = ["Databases", "PluginDatabase"]
