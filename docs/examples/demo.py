"""
The demonstration: a platform with one plugin from a wheel and two from folders, one of which an operator has to consent to,
served on loopback.

It needs Python 3.11 with pip and nothing else, works in a temporary directory, and leaves nothing behind. ``--check`` asks the
running platform what it promises and leaves; without it the platform runs until it is interrupted.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
FAVOURITE_PORT = 8000
START_LIMIT = 60.0


def main() -> int:
    """
    Build, install, plan, apply, serve; then ask, or wait.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="assert over HTTP what the platform promises, and leave")
    parser.add_argument("--port", type=int, default=None, help=f"default {FAVOURITE_PORT}, or a free one where that is taken")
    wishes = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # leave by the way that cleans up
    with tempfile.TemporaryDirectory(prefix="honeyhost-demo-") as folder:
        demo = Demo(Path(folder), port=wishes.port or free_port(), token=secrets.token_urlsafe(24))
        demo.install()
        demo.show("list")
        if wishes.check:
            check_waiting(demo)
        else:
            demo.show("why", "insights")
        demo.show("grant", "insights", "--all")
        demo.show("plan")
        demo.show("apply")
        with demo.served() as server:
            if not wishes.check:
                demo.greet()
                return wait(server)
            check(demo)
        with demo.served():
            check_kept(demo)
        say("\nall promises kept")
        return 0


@dataclass(frozen=True)
class Demo:
    """
    The platform of the demonstration: its folder, its port and the token of its administrator.
    """

    folder: Path
    port: int
    token: str

    def install(self) -> None:
        """
        A fresh environment with honeyhost, and the plugin healthcare as a wheel beside it.
        """
        say("- setting up a fresh environment (about half a minute)")
        venv.create(self.folder / "venv", with_pip=True)
        self._pip("install", "hatchling>=1.27", f"{REPOSITORY}[web,store,cache]")
        say("- building the plugin healthcare and installing its wheel")
        self._pip(
            "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(self.folder), f"{REPOSITORY}/plugins/healthcare"
        )
        self._pip("install", *map(str, self.folder.glob("honeyframe_healthcare-*.whl")))

    def show(self, *command: str) -> None:
        """
        Run a command of honeyhost, and show it with its output.
        """
        say(f"\n$ honeyhost {' '.join(command)}")
        subprocess.run([self._honeyhost, *command], env=self._environment, cwd=self.folder, check=True)

    def overheard(self, *command: str) -> str:
        """
        The same, and what it has said.
        """
        say(f"\n$ honeyhost {' '.join(command)}")
        said = subprocess.check_output([self._honeyhost, *command], env=self._environment, cwd=self.folder, text=True)
        say(said)
        return said

    def read(self, *command: str) -> Any:
        """
        The JSON document that a command of honeyhost prints.
        """
        asked = [self._honeyhost, *command, "--json"]
        return json.loads(subprocess.check_output(asked, env=self._environment, cwd=self.folder))

    @contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        """
        The running platform, ready to answer.
        """
        command = [self._honeyhost, "serve", "--host", HOST, "--port", str(self.port)]
        say(f"\n$ honeyhost {' '.join(command[1:])}")
        with subprocess.Popen(command, env=self._environment, cwd=self.folder) as server:
            try:
                self._await_ready(server)
                yield server
            finally:
                server.terminate()

    def ask(self, path: str, *, method: str = "GET", body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """
        Status and JSON content of one request.
        """
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read() or b"null")

    def greet(self) -> None:
        """
        Where to look.
        """
        base = f"http://{HOST}:{self.port}"
        say(
            f"""
The platform is running.

  API documents        {base}/docs
  from the wheel       {base}/api/plugins/healthcare/patients
  from a folder        {base}/api/plugins/finance/reports/trial-balance?on=2026-08-31
  over both            {base}/api/plugins/insights/board?on=2026-12-31
  navigation           {base}/api/plugin-host/nav
  all plugins          {base}/api/plugin-host/plugins

Ask as the administrator:

  curl -H 'Authorization: Bearer {self.token}' {base}/api/plugins/healthcare/patients?search=muller

Ctrl-C ends it."""
        )

    @property
    def _honeyhost(self) -> str:
        return str(self.folder / "venv" / "bin" / "honeyhost")

    @property
    def _environment(self) -> Mapping[str, str]:
        # The repository is the platform's installation: its folder plugins/ holds all plugins, and the installed wheel of
        # healthcare goes before the folder of the same name. Settings of the surroundings are left out.
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(("HONEYHOST_", "PYTHONPATH"))}
        return {
            **inherited,
            "HONEYHOST_INSTALL_DIR": str(REPOSITORY),
            "HONEYHOST_DATA_DIR": str(self.folder / "data"),
            "HONEYHOST_ADMIN_TOKEN": self.token,
        }

    def _pip(self, *arguments: str) -> None:
        python = self.folder / "venv" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)

    def _await_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise SystemExit(f"the server ended with {server.returncode} before it was ready")
            try:
                if self.ask("/healthz")[0] == 200:  # noqa: PLR2004 - HTTP
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the server was not ready within {START_LIMIT:.0f} s")


PATIENTS = "/api/plugins/healthcare/patients"
ADA = {"mrn": "MRN-200001", "given_name": "Ada", "family_name": "Núñez", "birth_date": "1990-05-17"}


def check_waiting(demo: Demo) -> None:
    """
    What the platform says of a plugin that nobody has consented to yet.
    """
    missing = [line.split()[3] for line in demo.overheard("why", "insights").splitlines() if " grant-missing " in line]
    asked = ["plugin_call:healthcare.census", "plugin_call:finance.trial_balance", "cache:read", "cache:write"]
    expect("insights waits for the operator's consent", missing, asked)


def check(demo: Demo) -> None:
    """
    What the platform promises, asked over HTTP.
    """
    expect("a stranger is asked who they are", demo.ask(PATIENTS)[0], 401)
    expect("an unknown plugin is not found", demo.ask("/api/plugins/no-such-plugin/patients")[0], 404)

    status, page = demo.ask(PATIENTS, token=demo.token)
    expect("the plugin from the wheel answers", (status, page["total"]), (200, 24))
    expect("it takes a record in", demo.ask(PATIENTS, method="POST", body=ADA, token=demo.token)[0], 201)
    expect("and refuses its double", demo.ask(PATIENTS, method="POST", body=ADA, token=demo.token)[0], 409)

    status, report = demo.ask("/api/plugins/finance/reports/trial-balance?on=2026-08-31", token=demo.token)
    expect("the plugin from the folder answers", (status, report["debit"]), (200, report["credit"]))

    status, board = demo.ask("/api/plugins/insights/board?on=2026-12-31", token=demo.token)
    figures = board["figures"]
    expect("the board has the figures of both", (status, figures["patients"], figures["income"]), (200, 25, "19500.00"))
    expect("and divides one by the other", figures["income_per_patient"], "780.00")
    again = demo.ask("/api/plugins/insights/board?on=2026-12-31", token=demo.token)[1]
    expect("it keeps them as it was granted to", (board["from_cache"], again["from_cache"]), (False, True))

    documented = demo.ask("/openapi.json")[1]["paths"]
    expect(
        "the API documents hold all",
        {path.split("/")[3] for path in documented if path.startswith("/api/plugins/")},
        {"healthcare", "finance", "insights"},
    )
    labels = [item["label"] for item in demo.ask("/api/plugin-host/nav", token=demo.token)[1]]
    expect("the navigation holds all", labels, ["Patient 360", "Doctors", "Ledger", "Trial balance", "Insights"])

    origins = {plugin["name"]: plugin["origin"]["kind"] for plugin in demo.read("list")["plugins"]}
    wanted = {"healthcare": "entry-point", "finance": "directory", "insights": "directory"}
    expect("each came from where it should", origins, wanted)


def check_kept(demo: Demo) -> None:
    """
    What is still there after a restart.
    """
    found = demo.ask(f"{PATIENTS}?search=nunez", token=demo.token)[1]["items"]
    expect("the record has survived a restart", [patient["mrn"] for patient in found], [ADA["mrn"]])


def expect(promise: str, found: object, wanted: object) -> None:
    """
    Say whether a promise was kept; end the demonstration where not.
    """
    if found != wanted:
        raise SystemExit(f"✗ {promise}: expected {wanted!r}, found {found!r}")
    say(f"✓ {promise}")


def wait(server: subprocess.Popen[bytes]) -> int:
    """
    Until the server ends or somebody interrupts.
    """
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0


def free_port() -> int:
    """
    The favourite port, or another one where it is taken.
    """
    for port in (FAVOURITE_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("no port is free")


def say(text: str) -> None:
    """
    A text for the person who watches, in step with what the programs print.
    """
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
