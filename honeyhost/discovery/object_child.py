"""
The child of ``discovery.objects``: imports one module and writes what one of its objects spells to a pipe.

Run as a program of its own, isolated, with the standard library only.
"""

import json
import os
import sys
from dataclasses import asdict, is_dataclass
from importlib import import_module
from typing import Any


def main(pipe: int, module: str, attribute: str, path: list[str]) -> None:
    """
    Write ``{"manifest": {...}}`` or ``{"error": "..."}`` to the pipe.
    """
    os.set_inheritable(pipe, False)  # noqa: FBT003 - what the module starts must not keep the pipe open
    sys.path[:] = path
    try:
        found: Any = import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
        answer: dict[str, Any] = {"manifest": spelt(found)}
    except BaseException as cause:  # noqa: BLE001 - SystemExit too: whatever a module does, the answer is one line
        answer = {"error": f"{type(cause).__name__}: {cause}"[:500]}
    write_all(pipe, json.dumps(answer, default=str).encode())
    os._exit(0)  # threads and exit handlers of the module are not waited for


def spelt(found: Any) -> dict[str, Any]:
    """
    The mapping that an object spells: a mapping, a dataclass instance or a pydantic model.
    """
    if hasattr(found, "model_dump"):
        return dict(found.model_dump(mode="json", exclude_unset=True))
    if is_dataclass(found) and not isinstance(found, type):
        return {key: value for key, value in asdict(found).items() if value is not None}
    return dict(found)


def write_all(pipe: int, data: bytes) -> None:
    """
    Write until everything is written or nobody reads.
    """
    while data:
        data = data[os.write(pipe, data) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
