"""
Manifests that are objects in code, read in a child process.
"""

import fcntl
import os
from pathlib import Path

import pytest

from honeyhost.discovery import objects
from honeyhost.discovery.objects import read_object


@pytest.fixture
def module(tmp_path):
    """
    Write the code of the module ``honeyframe_object`` and read an object of it.
    """

    def read(code, attribute="manifest", time_limit=10.0):
        (tmp_path / "honeyframe_object.py").write_text(code)
        return read_object("honeyframe_object", attribute, [str(tmp_path), *_standard_library()], time_limit=time_limit)

    return read


def _standard_library():
    folder = Path(os.__file__).parent
    return [str(folder), str(folder / "lib-dynload")]


def why(result):
    value, [problem] = result
    assert value is None
    assert problem.code == "object-manifest-unreadable"
    prefix = "the manifest object 'honeyframe_object:manifest' cannot be read: "
    assert problem.message.startswith(prefix)
    return problem.message.removeprefix(prefix)


@pytest.mark.parametrize(
    "code",
    [
        "manifest = {'name': 'demo', 'version': '1'}",
        "import dataclasses\n@dataclasses.dataclass\nclass M:\n    name: str\n    version: str\n    title: str = None\nmanifest = M('demo', '1')",
        "class M:\n    def model_dump(self, **options):\n        return {'name': 'demo', 'version': '1'}\nmanifest = M()",
    ],
)
def test_mapping_dataclass_and_model_are_read(code, module):
    assert module(code) == ({"name": "demo", "version": "1"}, ())


def test_object_may_be_below_another(module):
    assert module("class Plugin:\n    manifest = {'name': 'demo'}", "Plugin.manifest") == ({"name": "demo"}, ())


def test_what_the_module_prints_is_no_answer(module):
    code = "import sys\nprint('{}')\nsys.stderr.write('noise')\nmanifest = {'name': 'demo'}"
    assert module(code) == ({"name": "demo"}, ())


def test_module_that_hangs_is_ended_at_the_limit(module):
    assert why(module("import time\ntime.sleep(600)", time_limit=0.3)) == "it gave no answer within 0.3 s"


STARTS_ANOTHER = """
import subprocess, sys
held = "import fcntl, pathlib, sys, time; lock = open({lock!r}, 'w'); fcntl.flock(lock, fcntl.LOCK_EX); print(flush=True)"
late = "; time.sleep(15); pathlib.Path({lock!r} + '.survived').touch()"
subprocess.Popen([sys.executable, "-c", held + late], stdout=subprocess.PIPE).stdout.readline()
manifest = {{"name": "demo"}}
"""


def test_what_the_module_started_is_ended_too(module, tmp_path):
    lock = tmp_path / "lock"
    assert module(STARTS_ANOTHER.format(lock=str(lock)))[0] == {"name": "demo"}
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # given once the process that holds it is gone
    assert not (tmp_path / "lock.survived").exists()


@pytest.mark.parametrize("code", ["import os\nos._exit(3)", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
def test_module_that_ends_the_process_is_contained(code, module):
    assert why(module(code)).startswith("the process ended without an answer (status ")


def test_module_that_exits_is_contained(module):
    assert why(module("raise SystemExit(4)")) == "SystemExit: 4"


def test_module_that_fails_says_why(module):
    assert why(module("1 / 0")) == "ZeroDivisionError: division by zero"
    assert why(module("x = 1")) == "AttributeError: module 'honeyframe_object' has no attribute 'manifest'"


def test_answer_of_megabytes_is_cut_off(module):
    assert why(module("manifest = {'name': 'x' * 10_000_000}")) == "it answers with more than 262,144 bytes"


def test_object_that_spells_no_mapping_is_refused(module):
    assert why(module("manifest = 3")) == "TypeError: 'int' object is not iterable"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("b'no json'", "the answer is not what our reader writes"),
        ("b'[' * 100_000", "the answer is not what our reader writes"),
        ("b'[1]'", "no mapping"),
        ("b'{\"manifest\": 1}'", "no mapping"),
    ],
)
def test_module_that_writes_to_the_pipe_itself_is_not_believed(written, expected, module):
    code = f"import os, sys\nos.write(int(sys.argv[1]), {written})\nos._exit(0)"
    assert why(module(code)) == expected


def test_settings_of_the_host_are_not_passed_on(module, monkeypatch):
    monkeypatch.setenv("HONEYHOST_ADMIN_TOKEN", "secret")
    monkeypatch.setenv("DATABASE_URL", "secret")
    value, _ = module("import os\nmanifest = {'seen': sorted(os.environ)}")
    assert not {"HONEYHOST_ADMIN_TOKEN", "DATABASE_URL"} & set(value["seen"])


def test_process_that_cannot_be_started_is_a_problem(module, monkeypatch):
    monkeypatch.setattr(objects.sys, "executable", "/missing/python")
    assert why(module("manifest = {}")) == "no process could be started: No such file or directory"


def test_no_descriptor_is_left_open(module):
    before = len(list(Path("/proc/self/fd").iterdir()))
    module("manifest = {'name': 'demo'}")
    module("raise SystemExit")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
