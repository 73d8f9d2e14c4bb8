import os
import select
from pathlib import Path

import pytest

from honeyhost.errors import LoadError, RouteRefusedError
from honeyhost.manager.compiler import Compiler
from honeyhost.manager.spec import PluginSpec, RouterSpec

PREFIX = "/api/plugins/{slug}"


def spec(slug, *, permission=None, permissions=(), middleware=(), reference=".backend.notes:router"):
    return PluginSpec(
        slug=slug,
        version="1.0.0",
        digest="sha256:0",
        title=slug.title(),
        package=f"plugins.{slug}",
        routers=(RouterSpec(reference, permission, False),),
        permissions=permissions,
        middleware=middleware,
    )


@pytest.fixture
def compiler(platform):
    return Compiler(prefix=PREFIX, roots=(platform.install / "plugins",), seconds=20)


@pytest.mark.slow
def test_what_a_plugin_brings_is_found_out_without_importing_it_here(platform, compiler):
    platform.add("clinic", files={"backend/__init__.py": "import os\nOWNER = os.getpid()\n"})
    compiled, failed = compiler.compile([spec("clinic", permission="clinic.read", permissions=("clinic.read",))])
    assert failed == {}
    clinic = compiled["clinic"]
    assert [(route.methods, route.path, route.policy) for route in clinic.routes] == [
        (("GET",), "/api/plugins/clinic/notes", "clinic.read"),
        (("GET",), "/api/plugins/clinic/notes/{number:int}", "clinic.read"),
    ]
    assert not clinic.lifespan
    assert clinic.import_ms > 0
    assert [Path(stamp.path).name for stamp in clinic.stamps] == ["__init__.py", "notes.py"]
    assert '"clinic.HTTPValidationError"' in clinic.openapi[1]


@pytest.mark.slow
def test_a_plugin_that_raises_hangs_or_exits_is_named_and_the_others_are_compiled(platform, compiler):
    broken = {
        "raises": (
            "raise ValueError('no database')",
            "plugin 'raises' could not be imported: plugins.raises.backend.notes raised ValueError: no database",
        ),
        "leaves": (
            "import sys; sys.exit(3)",
            "plugin 'leaves' could not be imported: plugins.leaves.backend.notes raised SystemExit: 3",
        ),
        "kills": ("import os; os._exit(7)", "plugin 'kills' ended the process while it was imported (exit code 7)"),
        "hangs": ("import threading; threading.Event().wait()", "plugin 'hangs' did not finish importing within 1 s"),
        "noisy": ("print('x' * 10_000_000)\nfrom fastapi import APIRouter\nrouter = APIRouter()", None),
        "wrong": ("router = 3", "plugin 'wrong' names .backend.notes:router as a router, and it is a int"),
        "absent": ("", "plugin 'absent' names .backend.notes:router, and plugins.absent.backend.notes has no 'router'"),
        "sound": ("from fastapi import APIRouter\nrouter = APIRouter()", None),
    }
    for slug, (code, _) in broken.items():
        platform.add(slug, files={"backend/notes.py": code})
    quick = Compiler(prefix=PREFIX, roots=compiler.roots, seconds=1)
    compiled, failed = quick.compile([spec(slug) for slug in broken])
    assert sorted(compiled) == ["noisy", "sound"]
    assert {slug: error.message for slug, error in failed.items()} == {
        slug: message for slug, (_, message) in broken.items() if message is not None
    }
    assert all(isinstance(error, LoadError) for error in failed.values())
    assert failed["raises"].hint == f"raised at {platform.install}/plugins/raises/backend/notes.py:1"


@pytest.mark.slow
def test_a_route_that_asks_for_an_undeclared_permission_is_refused_with_the_near_one(platform, compiler):
    code = """
        from fastapi import APIRouter, Depends
        from honeyhost.sdk import requires

        router = APIRouter()

        @router.post("/close", dependencies=[Depends(requires("ledger.edti"))])
        async def close() -> None: ...
    """
    platform.add("ledger", files={"backend/notes.py": code})
    _, failed = compiler.compile([spec("ledger", permissions=("ledger.edit", "ledger.read"))])
    error = failed["ledger"]
    assert isinstance(error, RouteRefusedError)
    assert error.message == (
        "plugin 'ledger' asks for the permission 'ledger.edti' on POST /api/plugins/ledger/close, "
        "and its manifest does not declare it"
    )
    assert error.hint == "did you mean 'ledger.edit'?"


@pytest.mark.slow
def test_progress_is_told_as_each_plugin_begins(platform, compiler):
    for slug in ("one", "two"):
        platform.add(slug)
    told = []
    compiler.compile([spec("one"), spec("two")], progress=told.append)
    assert told == ["one", "two"]


@pytest.mark.slow
def test_a_process_that_a_plugin_started_ends_with_the_child(platform, compiler, tmp_path):
    note = tmp_path / "pid"
    code = f"""
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
        open({str(note)!r}, "w").write(str(child.pid))
        import threading
        threading.Event().wait()
    """
    platform.add("spawner", files={"backend/notes.py": code})
    quick = Compiler(prefix=PREFIX, roots=compiler.roots, seconds=2)
    _, failed = quick.compile([spec("spawner")])
    assert "spawner" in failed
    assert ended(int(note.read_text()))


def ended(pid):
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    readable, _, _ = select.select([descriptor], [], [], 10)
    os.close(descriptor)
    return bool(readable)
