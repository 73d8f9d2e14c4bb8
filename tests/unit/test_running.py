"""
The parts of one attached host, where its start or its end does not go as usual.
"""

import asyncio

import pytest
from fastapi import FastAPI
from hosting import PREFIX, by_header

from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.site import Site
from honeyhost.running import Running
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord


def no_stores():
    raise AssertionError("nobody asked for the stores")


@pytest.fixture
def running(tmp_path):
    """
    A host without plugins.
    """
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'honeyhost.db'}")
    made = Running.begin(settings, Site(app=FastAPI(), prefix=Prefix.parse(PREFIX)), by_header, no_stores)
    yield made
    made.close()


def test_a_start_that_is_given_up_ends_what_had_started(running):
    said = []

    async def run():
        starting = asyncio.Event()

        async def start():
            said.append("started")
            starting.set()
            await asyncio.Event().wait()

        async def stop():
            said.append("stopped")

        running.manager.start, running.manager.stop = start, stop

        async def serve():
            async with running.serving(no_stores):
                said.append("served")

        serving = asyncio.create_task(serve())
        await starting.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(run())
    assert said == ["started", "stopped"]


def test_every_reload_that_is_under_way_is_ended_with_the_host(running):
    ended = []

    async def run():
        both = asyncio.Event()

        async def reload(slug):
            begun.append(slug)
            if len(begun) == 2:
                both.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(slug)

        begun = []
        running.renewal.reload = reload
        async with running.serving(no_stores):
            for _ in range(2):
                running._take_up({}, {"clinic": PluginRecord(slug="clinic", reloads=1)})
            await both.wait()
        await running.reloaded("clinic")

    asyncio.run(run())
    assert ended == ["clinic", "clinic"]
