"""
Taking up what was applied, where that cannot be done at once.
"""

import asyncio
from datetime import timedelta

import pytest
from versions import managed

from honeyhost.errors import StoreError
from honeyhost.manager.booting import Boot
from honeyhost.propagation.drift import Drift
from honeyhost.recorded import snapshot_path
from honeyhost.renewing import Renewal
from honeyhost.settings import Settings


@pytest.fixture
def renewal(tmp_path, monkeypatch):
    """
    A renewal over a host without plugins, for which something was applied.
    """
    monkeypatch.setattr("honeyhost.renewing._EVERY", 0.001)
    monkeypatch.setattr("honeyhost.renewing._AGAIN", 0.001)
    settings = Settings(data_dir=tmp_path)
    path = snapshot_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("applied")
    manager = managed().manager
    boot = Boot(plugins=(), snapshot="an older one")
    return Renewal(settings, manager._site, manager, Drift(timedelta(0)), boot)


def test_an_applied_state_that_cannot_be_looked_at_is_told_and_looked_at_again(renewal, caplog):
    looks = []

    async def run():
        mended = asyncio.Event()

        def applied():
            looks.append("a look")
            if len(looks) <= 3:
                raise StoreError("the list cannot be read", hint="mend it")
            loop.call_soon_threadsafe(mended.set)

        loop = asyncio.get_running_loop()
        renewal._applied = applied
        assert await renewal.take_up_applied() is False
        (fact,) = renewal._drift.facts
        assert (fact.kind, fact.hint) == ("snapshot", "mend it")
        watching = asyncio.create_task(renewal.watch_snapshot())
        await mended.wait()
        async with renewal._lock:
            assert renewal._drift.facts == ()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(run())
    assert len(looks) == 4
    assert len(caplog.messages) == 1


def test_what_was_applied_while_the_host_was_made_is_looked_at(renewal):
    async def run():
        looked = asyncio.Event()
        loop = asyncio.get_running_loop()
        renewal._applied = lambda: loop.call_soon_threadsafe(looked.set)
        watching = asyncio.create_task(renewal.watch_snapshot())
        await looked.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(run())
