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
    The platform with another version and another route of each plugin, so that every apply has something to write.
    """
    for slug in ("finance", "fleet", "health"):
        platform.add(slug, {"version": f"1.0.{number}"}, files={"backend/extra.py": f"number = {number}\n"})
    return platform


def _apply():
    return subprocess.Popen(
        [sys.executable, "-m", "honeyhost", "apply"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_what_a_killed_apply_was_writing_is_swept_by_the_next(platform, honeyhost):
    platform.add("finance")
    left = platform.data / ".snapshot.abc123.tmp"
    left.write_bytes(b"half")
    assert honeyhost("apply").returncode == 0
    assert not left.exists()


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
