"""
A working directory without settings, and an environment without any.
"""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("HONEYHOST_") or name in ("INSTALL_DIR", "DATA_DIR"):
            monkeypatch.delenv(name)
    here = tmp_path / "platform"
    (here / "plugins").mkdir(parents=True)
    monkeypatch.chdir(here)
    return here
