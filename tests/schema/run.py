"""
The API document of the host's own routes against a running host: every operation is asked what the document says it takes, and
what it says it does not, by the administrator and by a stranger.

``nox -s schema`` runs it. Arguments go to ``schemathesis run``: ``nox -s schema -- --seed 7``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOKEN = "hht_administrator_of-the-schema-session"
SLUGS = ("healthcare", "finance")
OWN = r"^/(api/plugin-host|healthz|readyz|metrics)"
"""The paths of the host itself; what plugins answer is theirs."""
LIMIT = 30.0
MANIFEST = """
name: {slug}
version: 1.0.0
permissions: [{slug}.read]
seed_groups: [{{name: {slug}_readers, permissions: [{slug}.read]}}]
nav: [{{label: {slug}, path: /{slug}/start}}]
routers: [{{router: ".backend.notes:router", permission: {slug}.read}}]
config_schema: config.schema.json
"""
CONFIG = {
    "type": "object",
    "properties": {"clinic": {"type": "string"}, "smtp_password": {"type": "string", "writeOnly": True}},
}
CODE = """
from fastapi import APIRouter

router = APIRouter()


@router.get("/notes")
async def list_notes() -> list[str]:
    return []
"""


def main() -> int:
    """
    Both runs; the status of the first that found something, else 0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caller", choices=("administrator", "stranger"), help="only this one")
    wishes, others = parser.parse_known_args()
    callers = [wishes.caller] if wishes.caller else ["administrator", "stranger"]
    found = [caller for caller in callers if ask(caller, others) != 0]
    sys.stdout.write(f"schema: {'found something as ' + ' and '.join(found) if found else 'nothing found'}\n")
    return 1 if found else 0


def ask(caller: str, others: list[str]) -> int:
    """
    The status of one run, against a platform of its own.
    """
    with tempfile.TemporaryDirectory(prefix="honeyhost-schema-") as folder, served(Path(folder)) as address:
        # Warnings say what was asked without an answer worth checking, which is all that a stranger gets.
        known = ["--header", f"Authorization: Bearer {TOKEN}"] if caller == "administrator" else ["--warnings", "off"]
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")]
        command += ["run", f"{address}/openapi.json", "--include-path-regex", OWN, *known, *others]
        sys.stdout.write(f"schema: as {caller}\n")
        sys.stdout.flush()
        return subprocess.run(command, check=False, cwd=folder).returncode


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """
    The address of a platform with two plugins.
    """
    for slug in SLUGS:
        root = folder / "install/plugins" / slug
        (root / "backend").mkdir(parents=True)
        (root / "plugin.yaml").write_text(textwrap.dedent(MANIFEST.format(slug=slug)), encoding="utf-8")
        (root / "config.schema.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        (root / "backend/notes.py").write_text(CODE, encoding="utf-8")
    settings = {
        "INSTALL_DIR": str(folder / "install"),
        "DATA_DIR": str(folder / "data"),
        "ADMIN_TOKEN": TOKEN,
        "CONTROL_RATE": "1000000",
    }
    environ = {**os.environ, **{f"HONEYHOST_{name}": value for name, value in settings.items()}}
    subprocess.run([sys.executable, "-m", "honeyhost", "apply"], env=environ, cwd=folder, check=True)
    log = folder / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "honeyhost", "serve", "--port", "0"],
            env=environ,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.communicate(timeout=LIMIT)


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("honeyhost serves at "):
            address = line.split()[-1]
            _await(address)
            return address
    raise SystemExit(f"the host did not start:\n{log.read_text()}")


def _await(address: str) -> None:
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=LIMIT) as answer:  # noqa: S310 - loopback
                assert json.load(answer)["status"] == "ready"
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
