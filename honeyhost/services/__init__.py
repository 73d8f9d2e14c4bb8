"""
Services: what the host's operations for plugins are made of. Each is imported when a plugin first asks for it.
"""

from honeyhost.services.services import Services, ServiceSettings

__all__ = ["ServiceSettings", "Services"]
