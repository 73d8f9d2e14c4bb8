"""
Runtimes: how the code of a plugin runs. Today in this process; other runtimes stand beside it in files of their own.
"""

from honeyhost.runtimes.handle import PluginHandle
from honeyhost.runtimes.namespace import install_namespace
from honeyhost.runtimes.python import Imported, import_references, imported_files
from honeyhost.runtimes.python_handle import PythonHandle
from honeyhost.runtimes.spaces import Space, close_space, forget_unused, open_space
from honeyhost.runtimes.sweeping import sweep

__all__ = [
    "Imported",
    "PluginHandle",
    "PythonHandle",
    "Space",
    "close_space",
    "forget_unused",
    "import_references",
    "imported_files",
    "install_namespace",
    "open_space",
    "sweep",
]
