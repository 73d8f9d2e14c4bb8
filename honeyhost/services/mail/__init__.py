"""
E-mail: messages of plugins in the platform's name, to granted domains.
"""

from honeyhost.services.mail.mailer import Mailer
from honeyhost.services.mail.plugin import PluginEmail

__all__ = ["Mailer", "PluginEmail"]
