"""
apply killed with SIGKILL: whatever it was doing, every command works afterwards and the next apply brings the platform there.
"""

import json
import subprocess
import sys
import time

import pytest

KILLS = 8


def _changed(platform, number):
    """
    Give each plugin another version and another file, so that every apply has something to write.
    """
    for slug in ("finance", "fleet", "health"):
        platform.add(slug, {"version": f"1.0.{number}"}, files={"backend/extra.py": f"number = {number}\n"})


def _apply():
    return subprocess.Popen(
        [sys.executable, "-m", "honeyhost", "apply"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.mark.parametrize("manifest", ["pages.ts", "pages[1].ts"])
def test_what_a_killed_apply_was_writing_is_swept_by_the_next(platform, honeyhost, manifest):
    platform.add("finance")
    left = [platform.data / ".snapshot.abc123.tmp", platform.data / f".{manifest}.abc123.tmp"]
    others = platform.data / ".pages1.ts.abc123.tmp"
    for file in (*left, others):
        file.write_bytes(b"half")
    done = honeyhost("apply", environ={"HONEYHOST_FRONTEND_MANIFEST": str(platform.data / manifest)})
    assert done.returncode == 0
    assert [file for file in left if file.exists()] == []
    assert others.exists()


@pytest.mark.slow
def test_a_killed_apply_loses_nothing(platform, honeyhost):
    _changed(platform, 0)
    started = time.monotonic()
    assert honeyhost("apply").returncode == 0
    whole = time.monotonic() - started
    states = set()
    for number in range(1, KILLS + 1):
        _changed(platform, number)
        process = _apply()
        try:
            process.wait(timeout=whole * number / KILLS)
        except subprocess.TimeoutExpired:
            process.kill()
        states.add(process.wait())
        listed = honeyhost("list", "--json")
        assert listed.returncode == 0, listed.stderr
        plugins = json.loads(listed.stdout)["plugins"]
        assert {plugin["name"]: plugin["state"] for plugin in plugins} == dict.fromkeys(
            ("finance", "fleet", "health"), "accepted"
        )
    assert -9 in states
    assert honeyhost("apply").returncode == 0
    planned = json.loads(honeyhost("plan", "--json").stdout)
    assert (planned["changes"], planned["failures"]) == ([], [])
    assert [file.name for file in platform.data.rglob("*") if file.name.endswith((".tmp", ".part"))] == []
