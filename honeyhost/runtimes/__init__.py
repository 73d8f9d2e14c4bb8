"""
Runtimes: how the code of a plugin runs. Today in this process; other runtimes stand beside it in files of their own.
"""

from honeyhost.runtimes.namespace import install_namespace
from honeyhost.runtimes.python import Imported, import_references, imported_files

__all__ = ["Imported", "import_references", "imported_files", "install_namespace"]
