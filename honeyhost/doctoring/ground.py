"""
The ground: folders, optional libraries, programs beside Python, and the database.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from honeyhost.doctoring.finding import Check, broken, doubtful, noted, ok
from honeyhost.errors import HoneyhostError
from honeyhost.settings import Settings
from honeyhost.settings.origins import shown

_EXTRAS: Mapping[str, tuple[str, ...]] = {
    "web": ("fastapi", "starlette", "uvicorn"),
    "store": ("sqlalchemy", "alembic", "jsonschema"),
}


def folders(settings: Settings) -> Iterator[Check]:
    """
    The folder that the platform writes to, and the one that its plugins come from.
    """
    data = settings.data_dir
    if _writable(data):
        yield ok("data-folder", f"{data} can be written")
    else:
        fix = f"let this user write to {data}, or set HONEYHOST_DATA_DIR to a folder that it may write to"
        yield broken("data-folder", f"{data} cannot be written", fix)
    missing = [str(root) for root in settings.plugin_roots if not root.is_dir()]
    if len(missing) == len(settings.plugin_roots):
        yield noted("plugin-folders", f"neither {' nor '.join(missing)} is there; wheels are found all the same")


def extras(settings: Settings) -> Iterator[Check]:
    """
    The optional libraries that this platform cannot do without.
    """
    wanted: dict[str, tuple[str, ...]] = dict(_EXTRAS)
    if settings.database_url.startswith("postgresql"):
        wanted["postgres"] = ("psycopg",)
    if settings.watch:
        wanted["watch"] = ("watchfiles",)
    lacking = [extra for extra, modules in wanted.items() if not all(map(find_spec, modules))]
    if lacking:
        names = ",".join(lacking)
        yield broken("extras", f"the extras {', '.join(lacking)} are not installed", f"pip install 'honeyhost[{names}]'")
    else:
        yield ok("extras", f"{', '.join(wanted)} are installed")


def programs(_settings: Settings) -> Iterator[Check]:
    """
    Programs that only some platforms need.
    """
    if shutil.which("node") is None:
        yield noted("node", "not installed; needed only to build source plugin pages")


def database(settings: Settings) -> Iterator[Check]:
    """
    Whether the database can be reached, is whole, may be written, and has the tables of this version.
    """
    url = shown(settings.database_url)
    try:
        found = import_module("honeyhost.store.soundness").look_at(settings.database_url)
    except ModuleNotFoundError:
        return  # told with the extras
    except HoneyhostError as failure:
        yield broken("database", failure.message, failure.hint or "see the setting database_url")
        return
    if found.damage is not None:
        fix = "stop the platform, keep a copy of the file, and restore it from a backup"
        yield broken("database", f"{url} is damaged: {found.damage}", fix)
    elif not found.writable:
        yield broken("database", f"{url} cannot be written", "let this user write to it, or name the primary server")
    elif found.schema is None:
        yield noted("database", f"{found.kind}, no tables yet; honeyhost apply makes them")
    elif found.schema < found.wanted:
        text = f"{found.kind}, schema {found.schema}, this version needs {found.wanted}"
        yield doubtful("database", text, "honeyhost doctor --fix", repair="migrate")
    elif found.schema > found.wanted:
        text = f"{found.kind}, schema {found.schema} is newer than {found.wanted}, which this version knows"
        yield broken("database", text, "run the newer honeyhost that made it, or restore a backup of before")
    else:
        yield ok("database", f"{found.kind}, schema {found.schema}, writable")


def _writable(folder: Path) -> bool:
    """
    Whether the folder is there and may be written, or could be made.
    """
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
