"""
The page about HTTP: the host's own verbs.
"""

import tempfile
from pathlib import Path
from typing import Any

from honeyhost.fastapi import create_app
from honeyhost.settings import Settings
from pages.text import code, document, prose, table

INTRODUCTION = """
Plugins answer below `/api/plugins/<slug>/`, or below the prefix that the platform chose. These are the host's own
verbs. Errors are problem details (RFC 9457, `application/problem+json`) with the `code` and `params` of [the
codes](codes.md).

Who asks is said by `Authorization: Bearer TOKEN`, or by what the platform plugs in as identity. Answers come in this
order: 404 for an unknown or disabled plugin, 401 for a stranger, 403 where a permission is missing (the problem names
it).
"""


def page() -> str:
    """
    Every verb of the host, as its own API document says it.
    """
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(install_dir=Path(folder), data_dir=Path(folder) / "data"))
        paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    rows = [
        (code(method.upper()), code(path), prose(operation.get("description") or operation.get("summary")))
        for path, operations in sorted(paths.items())
        if not path.startswith("/api/plugins/")
        for method, operation in operations.items()
    ]
    return document("HTTP", INTRODUCTION, table(("method", "path", "what"), rows))
