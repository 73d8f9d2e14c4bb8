"""
The editable package: what an editable installation of a folder plugin puts in place of its code.

The code stands in the project's folder, whose name is not the package's, so no entry of the path can lead there. A package of
one small module does: it takes the folder for its own path.
"""

from pathlib import Path

_TEMPLATE = '''\
"""
{package}: an editable installation. The code stands in {shown}.
"""

from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

_FOLDER = Path({folder!r})

__path__ = [str(_FOLDER)]
# Files beside the code are asked of the loader, so it has to stand where the code is.
__loader__ = SourceFileLoader(__name__, str(_FOLDER / "__init__.py"))
__spec__.loader = __loader__
__spec__.submodule_search_locations = __path__
'''
_WITH_INIT = """
__file__ = str(_FOLDER / "__init__.py")
__spec__.origin = __file__
exec(compile(Path(__file__).read_bytes(), __file__, "exec"))
"""
_WITHOUT_INIT = """

def __getattr__(name: str) -> Any:
    if name == "manifest":
        from honeyhost.sdk import load_manifest

        return load_manifest(__name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""
_GENERATED = '''\
"""
{package}: the plugin '{slug}', in the package that its wheel gives it.
"""

from typing import Any

from honeyhost.sdk import load_manifest


def __getattr__(name: str) -> Any:
    if name == "manifest":
        return load_manifest(__name__)
    raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
'''


def editable_package(package: str, folder: Path) -> str:
    """
    The source of the module that stands for a folder's package in an editable installation.
    """
    start = _TEMPLATE.format(package=package, shown=ascii(str(folder))[1:-1], folder=str(folder))
    return start + (_WITH_INIT if (folder / "__init__.py").is_file() else _WITHOUT_INIT)


def package_init(package: str, slug: str) -> str:
    """
    The ``__init__.py`` of a wheel's package where the folder has none: importing it loads nothing, and ``manifest`` is there
    for who asks for it.
    """
    return _GENERATED.format(package=package, slug=slug)
