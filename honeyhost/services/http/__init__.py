"""
Outbound HTTP: requests of plugins to other servers, by their granted names and at public addresses only.
"""

from honeyhost.services.http.client import HttpClient
from honeyhost.services.http.plugin import PluginHttp

__all__ = ["HttpClient", "PluginHttp"]
