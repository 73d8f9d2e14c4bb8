"""
The cache in Redis: what is written there, what is not read from there, and what happens when it is not there.
"""

import asyncio
import gc
import os
import pickle
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from guarding import Guarded
from proxying import Proxy

from honeyhost.errors import OperationFailedError
from honeyhost.sdk.operations import CACHE_GET
from honeyhost.services.cache import CacheStore, PluginCache

redis = pytest.importorskip("redis.asyncio")
URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
ALL = ("cache:read", "cache:write")


class Trap:
    """
    A pickle that leaves a trace where it is read.
    """

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (Path(self.trace),)


def run(test, url=URL):
    """
    A test with ``host.cache`` of a plugin, its guard, and Redis itself; all of it is forgotten afterwards.
    """
    slug = f"clinic-{uuid.uuid4().hex}"

    async def main():
        kept, guarded = CacheStore(url), Guarded(*ALL, slug=slug)
        async with redis.Redis.from_url(URL) as client:
            try:
                await client.ping()
            except OSError:
                missing = "Redis takes part where TEST_REDIS_URL answers"
                (pytest.fail if os.environ.get("TEST_SERVICES") == "required" else pytest.skip)(missing)
            try:
                return await test(PluginCache(guarded.guard, kept), guarded, client)
            finally:
                await kept.close()
                async for key in client.scan_iter(match=f"plug:{slug}*"):
                    await client.delete(key)

    return asyncio.run(main())


def key(guarded, name="key"):
    return f"plug:{guarded.guard.slug}:{name}"


@pytest.mark.parametrize(
    ("value", "raw"), [({"a": [1, None]}, b'{"a": [1, null]}'), (5, b"5"), (True, b"true"), ("5", b'"5"'), (-1.5, b"-1.5")]
)
def test_values_are_plain_json_under_the_plugin_s_own_keys(value, raw):
    async def test(cache, guarded, client):
        await cache.set("key", value, ttl=100)
        assert await client.get(key(guarded)) == raw
        assert 99_000 < await client.pttl(key(guarded)) <= 100_000
        await cache.set("key", value)
        assert 2_591_000 < await client.ttl(key(guarded)) <= 2_592_000

    run(test)


def test_a_url_says_nothing_about_how_values_are_written():
    async def test(cache, guarded, client):
        await cache.set("key", {"a": 1})
        assert await client.get(key(guarded)) == b'{"a": 1}'
        await client.set(key(guarded), pickle.dumps({"a": 1}))
        assert await cache.get("key", "default") == "default"

    run(test, f"{URL}?pickle_type=default&suppress=true&client_side=true&check_repr=true")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_is_ever_read(tmp_path, protocol):
    trace = tmp_path / "trace"

    async def test(cache, guarded, client):
        for raw in (pickle.dumps(Trap(str(trace)), protocol), b"bytes:" + pickle.dumps(Trap(str(trace)), protocol)):
            await client.set(key(guarded), raw)
            assert await cache.get("key", "default") == "default"
        assert guarded.counted(CACHE_GET) == (2, 0, 0)

    run(test)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Trap(str(trace)), protocol))  # noqa: S301 - this one is the test's own
    assert trace.exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe\x00", b"NaN,", b"9" * 5000, b"bytes:x", b"md5:0_1", b"[" * 100_000],
    ids=["nothing", "half", "no text", "no number", "too many digits", "bytes", "signed", "too deep"],
)
def test_what_is_no_value_of_this_store_is_none(raw):
    async def test(cache, guarded, client):
        await client.set(key(guarded), raw)
        assert await cache.get("key", "default") == "default"
        await cache.set("key", 1)
        assert await cache.get("key") == 1

    run(test)


def test_a_key_of_another_kind_holds_no_value_and_can_be_written():
    async def test(cache, guarded, client):
        await client.lpush(key(guarded), "x")
        assert await cache.get("key", "default") == "default"
        await cache.set("key", 1)
        assert await cache.get("key") == 1

    run(test)


def test_values_that_are_signed_have_to_be_signed():
    async def test(cache, guarded, client):
        await cache.set("key", {"a": 1})
        assert await cache.get("key") == {"a": 1}
        for raw in (b'{"a": 2}', b'md5:00_{"a": 2}', b'none:00_{"a": 2}'):
            await client.set(key(guarded), raw)
            assert await cache.get("key", "default") == "default"

    run(test, f"{URL}?secret=operators")


def test_while_redis_is_away_each_operation_fails_and_afterwards_all_is_as_it_was(caplog):
    proxy = Proxy(urlsplit(URL).port or 6379)
    said = r"cache\.{} of plugin 'clinic-\w+' failed: (ConnectionError|TimeoutError): "

    async def test(cache, guarded, client):
        await cache.set("key", 1)
        proxy.cut()
        for operation, args in (("get", ("key",)), ("set", ("key", 2)), ("delete", ("key",))):
            with pytest.raises(OperationFailedError, match=said.format(operation)):
                await getattr(cache, operation)(*args)
        assert guarded.counted(CACHE_GET) == (0, 0, 1)
        proxy.mend()
        assert await cache.get("key") == 1

    try:
        run(test, f"redis://127.0.0.1:{proxy.port}/0")
    finally:
        proxy.cut()
    assert caplog.records == []


def test_a_password_that_is_wrong_is_a_failure_that_does_not_quote_it():
    async def test(cache, guarded, client):
        with pytest.raises(OperationFailedError, match=r"failed: AuthenticationError|failed: ResponseError") as failed:
            await cache.get("key")
        assert "secret" not in str(failed.value)

    parts = urlsplit(URL)
    run(test, f"redis://nobody:secret@{parts.hostname}:{parts.port or 6379}/0")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a loop leaves behind when it ends
def test_a_store_serves_one_loop_after_another_and_opens_again():
    slug = f"clinic-{uuid.uuid4().hex}"
    kept = CacheStore(URL)
    cache = PluginCache(Guarded(*ALL, slug=slug).guard, kept)

    async def keep():
        await cache.set("key", 1)
        await kept.close()
        await kept.close()
        return await cache.get("key")

    async def forget():
        found = await cache.get("key")
        await kept.forget(slug)
        await kept.close()
        return found

    assert [asyncio.run(keep()), asyncio.run(forget())] == [1, 1]
    gc.collect()
