"""
Identity: the plugin's name, its page, what it needs, and how it runs.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.names import slug_reserved

_NPM_NAME = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
_PROGRAMS = frozenset({"process", "grpc"})


def slug(manifest: PluginManifest) -> Iterator[Problem]:
    """
    The name is not one that the host or Python needs.
    """
    why = slug_reserved(manifest.name)
    if why is not None:
        message = f"the name '{manifest.name}' is {why}"
        yield error("slug-reserved", message, path="name", hint="choose another name", slug=manifest.name)


def homepage(manifest: PluginManifest) -> Iterator[Problem]:
    """
    The page about the plugin is one that a browser may be sent to.
    """
    if manifest.homepage is None:
        return
    try:
        parts = urlsplit(manifest.homepage)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        message = f"'{excerpt(manifest.homepage)}' is not the address of a web page"
        yield error("url-invalid", message, path="homepage", hint="write 'https://…'")


def requirements(manifest: PluginManifest) -> Iterator[Problem]:
    """
    No plugin waits for itself.
    """
    if manifest.name in manifest.requires_plugins:
        path = child("requires_plugins", manifest.name)
        yield error("requires-itself", f"plugin '{manifest.name}' requires itself", path=path, hint="take the entry out")


def runtime(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A runtime has what it starts from, and only one of it.
    """
    spec = manifest.runtime
    if spec.path is not None and spec.command is not None:
        message = "'path' and 'command' both say what is started"
        yield error("runtime-incomplete", message, path="runtime", hint="keep one of them")
    elif spec.type == "wasm" and spec.path is None:
        message = "a wasm runtime needs the path of its module"
        yield error("runtime-incomplete", message, path="runtime", hint="add 'path: plugin.wasm'")
    elif spec.type in _PROGRAMS and not (spec.path or spec.command):
        message = f"a {spec.type} runtime needs the program that it starts"
        yield error("runtime-incomplete", message, path="runtime", hint="add 'path: …' or 'command: […]'")
    elif spec.type == "python" and (spec.path or spec.command):
        message = "a python runtime starts no program, so 'path' and 'command' have no effect"
        yield warning("runtime-incomplete", message, path="runtime", hint="take them out, or name another type")


def frontend_peers(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Peers are named as npm names them.
    """
    for name in manifest.frontend_peers:
        if _NPM_NAME.fullmatch(name) is None:
            message = f"'{excerpt(name)}' is not the name of an npm package"
            yield error("npm-name-invalid", message, path=child("frontend_peers", name), hint="write react or @scope/name")


def dbt_workspaces(manifest: PluginManifest) -> Iterator[Problem]:
    """
    No folder is registered twice.
    """
    yield from repeated([path.rstrip("/") for path in manifest.dbt_workspace], "dbt_workspace", "the folder")
