"""
serve as a shell starts it, with one process and with several.
"""

import signal
import subprocess
import sys

import httpx
import pytest

pytestmark = pytest.mark.slow


class Served:
    """
    A running ``honeyhost serve``, its address and its token.
    """

    def __init__(self, process):
        self.process = process
        self.lines = []
        while not (self.lines and self.lines[-1].startswith("administrator token")):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            self.lines.append(line.rstrip("\n"))
        self.address = next(line for line in self.lines if line.startswith("honeyhost serves at ")).split()[-1]
        self.token = self.lines[-1].split()[-1]

    def get(self, path, **options):
        return httpx.get(self.address + path, timeout=60, **options)

    def end(self, number):
        self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=60)
        return self.process.returncode, rest, errors


@pytest.fixture
def serving(platform):
    processes = []

    # A program that is started where interrupts are ignored ignores them too, and a background job is started so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def serve(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "honeyhost", "serve", "--port", "0", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return Served(process)

    yield serve
    signal.signal(signal.SIGINT, before)
    for process in processes:
        process.kill()
        process.communicate()


def test_serve_answers_with_the_plugins_and_ends_at_an_interrupt(platform, serving):
    platform.add("finance")
    served = serving()
    assert served.lines[0] == "+ finance 1.0.0"
    assert served.get("/healthz").status_code == 200
    assert served.get("/docs").status_code == 200
    assert served.get("/api/plugins/finance/notes").status_code == 401
    answer = served.get("/api/plugins/finance/notes", headers={"Authorization": f"Bearer {served.token}"})
    assert (answer.status_code, answer.json()) == (200, ["finance"])
    code, rest, errors = served.end(signal.SIGINT)
    assert code == 130
    assert rest == ""
    assert "Traceback" not in errors
    assert '"GET /api/plugins/finance/notes HTTP/1.1" 200 OK' in errors


def test_several_workers_share_the_address(platform, serving):
    platform.add("finance")
    served = serving("--workers", "2")
    answer = served.get("/api/plugins/finance/notes", headers={"Authorization": f"Bearer {served.token}"})
    assert answer.json() == ["finance"]
    code, _, errors = served.end(signal.SIGINT)
    assert code == 0
    assert errors.count("Application startup complete.") == 2
    assert "Traceback" not in errors


BREAKS_IN_ITS_LIFESPAN = """
from fastapi import FastAPI

async def lifespan(app):
    raise RuntimeError("no such day")
    yield

def application():
    return FastAPI(lifespan=lifespan)
"""
PROGRAM = """
import sys
from honeyhost.__main__ import main
from honeyhost.cli.commands import serve

serve.APPLICATION = "honeyhost_breaks:application"
if __name__ == "__main__":
    sys.exit(main(["serve", "--port", "0", "--workers", "2"]))
"""


@pytest.mark.parametrize(
    ("module", "code"),
    [(BREAKS_IN_ITS_LIFESPAN, "start-failed"), ("raise RuntimeError('no such day')", "internal-error")],
)
def test_workers_that_cannot_start_end_the_server_with_two(platform, module, code, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(platform.data))
    platform.write(platform.install / "honeyhost_breaks.py", module)
    platform.write(platform.install / "program.py", PROGRAM)
    done = subprocess.run(
        [sys.executable, platform.install / "program.py"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-2].startswith(f"error[{code}]: ")
    assert "no such day" in done.stderr
