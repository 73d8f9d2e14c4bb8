"""
Rules: what the fields of one manifest must say together. No file is read and no host is asked.

The resolver asks what needs other plugins or the host; references and paths are looked up by ``manifest.references``.
"""

from honeyhost.manifest.rules.asking import RULES, check_rules
from honeyhost.manifest.rules.attaching import NOT_ATTACHED
from honeyhost.manifest.rules.paths import frontend_path

__all__ = ["NOT_ATTACHED", "RULES", "check_rules", "frontend_path"]
