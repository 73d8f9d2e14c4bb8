"""
The cache: JSON values of plugins, each under keys that only one of them has.
"""

from honeyhost.services.cache.plugin import PluginCache
from honeyhost.services.cache.store import CacheStore

__all__ = ["CacheStore", "PluginCache"]
