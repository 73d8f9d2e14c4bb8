"""
The last known state: the records as a process last read them, in a file, for a start while the database is away.

Only the owner can read it: what operators configured is in it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from honeyhost.store.records import PluginRecord, StoredRecords

FILE_NAME = "last-known.json"
_FORMAT = 1


def keep(folder: Path, known: StoredRecords) -> bool:
    """
    Write the records down where they differ from what stands there, and say whether they did.

    Raises:
        OSError: if the file cannot be written; the old one is still there.
    """
    path = folder / FILE_NAME
    content = _dumped(known)
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return False
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{FILE_NAME}.{os.getpid()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def last_known(folder: Path) -> StoredRecords | None:
    """
    The records as they were last written down; None where there are none, or none that can be read.
    """
    try:
        document = json.loads((folder / FILE_NAME).read_bytes())
        if document["format"] != _FORMAT:
            return None
        records = [_record(row) for row in document["records"]]
        return StoredRecords(records={record.slug: record for record in records}, revision=int(document["revision"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _dumped(known: StoredRecords) -> bytes:
    document = {"format": _FORMAT, "revision": known.revision, "records": list(_rows(known.records))}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _rows(records: Mapping[str, PluginRecord]) -> Iterable[dict[str, Any]]:
    return (asdict(record) for _, record in sorted(records.items()))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _record(row: Mapping[str, Any]) -> PluginRecord:
    installed_at = row["installed_at"]
    return PluginRecord(
        **{
            **row,
            "installed_at": None if installed_at is None else datetime.fromisoformat(installed_at),
            "edited": frozenset(row["edited"]),
        }
    )
