"""
Settings: what the operator decides about a platform, and where each decision was written down.
"""

from honeyhost.settings.model import Settings
from honeyhost.settings.origins import SettingOrigin

__all__ = ["SettingOrigin", "Settings"]
