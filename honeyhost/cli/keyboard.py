"""
The keyboard, and who sits at it.
"""

import os
import pwd


def actor() -> str:
    """
    The person at the keyboard as the audit names them; their login name, which no variable of the environment can change.
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"cli:{name}"
