"""
The cache, in memory and in Redis: what is kept, for whom, and how long.
"""

import asyncio
import math
import os
import uuid
from collections import OrderedDict
from enum import IntEnum
from importlib.util import find_spec

import pytest
from guarding import Guarded

from honeyhost.errors import (
    OperationLimitedError,
    OperationRefusedError,
    PermissionNotGrantedError,
    SettingsError,
)
from honeyhost.sdk.operations import CACHE_DELETE, CACHE_GET, CACHE_SET
from honeyhost.services.cache import CacheStore, PluginCache, store

ALL = ("cache:read", "cache:write")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture(params=["memory", "redis"])
def url(request):
    if request.param == "memory":
        return "mem://"
    return request.getfixturevalue("redis_url")


@pytest.fixture
def slug():
    """
    A plugin that no other test has.
    """
    return f"clinic-{uuid.uuid4().hex}"


@pytest.fixture
def redis_url():
    """
    Redis, or a skip that says what is missing.
    """
    if find_spec("redis") is not None and asyncio.run(_answers(REDIS)):
        return REDIS
    missing = "Redis takes part where its client is installed (extra 'redis') and TEST_REDIS_URL answers"
    if os.environ.get("TEST_SERVICES") == "required":
        pytest.fail(missing)
    pytest.skip(missing)


async def _answers(url):
    from redis.asyncio import Redis  # noqa: PLC0415 - where it is installed

    async with Redis.from_url(url) as client:
        try:
            return await client.ping()
        except OSError:
            return False


def run(test, url, *slugs, grants=ALL):
    """
    A test with ``host.cache`` of each plugin, whose values are forgotten afterwards.
    """

    async def main():
        kept = CacheStore(url)
        plugins = [Guarded(*grants, slug=slug) for slug in slugs]
        try:
            return await test(kept, *((PluginCache(plugin.guard, kept), plugin) for plugin in plugins))
        finally:
            for slug in slugs:
                await kept.forget(slug)
            await kept.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    "value",
    [
        *(
            0,
            1,
            -1,
            10**30,
            -(10**30),
            1.5,
            1e300,
            5.0,
            True,
            False,
            "",
            "5",
            "null",
            "ü\u2028\x00",
            [],
            {},
            [None],
            {"": None},
        ),
        {"a": [1, {"b": [True, None, "x"]}], "ü": -0.5},
        "bytes:x",
        "x" * 100_000,
    ],
)
def test_a_value_comes_back_as_it_was(url, slug, value):
    async def test(kept, plugin):
        cache, guarded = plugin
        await cache.set("key", value)
        back = await cache.get("key", "default")
        assert (back, type(back)) == (value, type(value))
        assert guarded.counted(CACHE_SET) == guarded.counted(CACHE_GET) == (1, 0, 0)

    run(test, url, slug)


def test_where_there_is_none_it_is_the_default(url, slug):
    async def test(kept, plugin):
        cache, guarded = plugin
        default = object()
        assert await cache.get("key") is None
        assert await cache.get("key", default) is default
        await cache.set("key", 1)
        assert await cache.get("key", default) == 1
        assert await cache.delete("key") is None
        await cache.delete("key")
        assert await cache.get("key", default) is default
        assert guarded.counted(CACHE_DELETE) == (2, 0, 0)
        assert CACHE_GET.answer_shape.of(await cache.get("key")).found is False

    run(test, url, slug)


class Level(IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


def test_what_is_kept_is_what_json_has(url, slug):
    async def test(kept, plugin):
        cache, _ = plugin
        for value, plain in ((Level.HIGH, 3), (Name("ada"), "ada"), (OrderedDict(a=Level.HIGH), {"a": 3})):
            await cache.set("key", value)
            back = await cache.get("key")
            assert (back, type(back)) == (plain, type(plain))

    run(test, url, slug)


def test_who_changes_a_value_changes_nobody_else_s(url, slug):
    async def test(kept, plugin):
        cache, _ = plugin
        given = {"list": [1]}
        await cache.set("key", given)
        given["list"].append(2)
        first = await cache.get("key")
        first["list"].append(3)
        assert await cache.get("key") == {"list": [1]}

    run(test, url, slug)


async def expired(cache, key):
    """
    Wait until the key has no value any more.
    """
    while await cache.get(key) is not None:  # noqa: ASYNC110 - a cache tells nobody
        await asyncio.sleep(0.001)


def test_a_value_is_gone_after_its_time(url, slug):
    async def test(kept, plugin):
        cache, _ = plugin
        await cache.set("short", 1, ttl=0.00001)
        await cache.set("long", 1, ttl=1e300)
        await expired(cache, "short")
        assert await cache.get("long") == 1

    run(test, url, slug)


def test_a_value_that_is_kept_anew_is_kept_as_long_as_was_said_now(url, slug):
    async def test(kept, plugin):
        cache, _ = plugin
        await cache.set("key", 1, ttl=0.05)
        await cache.set("key", 2)
        await cache.set("other", 1, ttl=0.05)
        await expired(cache, "other")
        await cache.set("other", 2)
        assert (await cache.get("key"), await cache.get("other")) == (2, 2)

    run(test, url, slug)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None is what a cache gives where it has nothing"),
        ({1}, "the value is no JSON: Object of type set is not JSON serializable"),
        (b"x", "the value is no JSON: Object of type bytes is not JSON serializable"),
        (math.nan, "the value is no JSON: Out of range float values are not JSON compliant"),
        ([math.inf], "the value is no JSON: Out of range float values are not JSON compliant"),
        (
            "\ud800",
            "the value is no JSON: 'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed",
        ),
        ((1, 2), "the value would come back as another"),
        ({"a": (1,)}, "the value would come back as another"),
        ({1: "a"}, "the value would come back as another"),
        ({None: "a"}, "the value would come back as another"),
        ("x" * (1024 * 1024 - 1), "the value has 1048577 bytes as JSON; the most is 1048576"),
        ("ü" * (512 * 1024), "the value has 1048578 bytes as JSON; the most is 1048576"),
    ],
)
def test_what_is_no_json_or_too_large_is_refused(url, slug, value, said):
    async def test(kept, plugin):
        cache, guarded = plugin
        with pytest.raises(OperationRefusedError) as refused:
            await cache.set("key", value)
        assert str(refused.value) == f"cache.set of plugin '{slug}' is refused: {said}"
        assert refused.value.params == {"plugin": slug, "operation": "cache_set"}
        assert await cache.get("key") is None
        assert guarded.counted(CACHE_SET) == (0, 0, 1)

    run(test, url, slug)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_nested_without_an_end_is_refused(slug):
    endless = []
    endless.append(endless)

    async def test(kept, plugin):
        for value in (endless, nested(100_000)):
            with pytest.raises(OperationRefusedError, match="is refused: the value is no JSON"):
                await plugin[0].set("key", value)

    run(test, "mem://", slug)


@pytest.mark.parametrize("ttl", [0, -1, math.nan, math.inf, "1"])
def test_a_time_is_a_number_of_seconds_above_0(slug, ttl):
    async def test(kept, plugin):
        with pytest.raises(OperationRefusedError, match="is refused: the ttl is no number of seconds above 0"):
            await plugin[0].set("key", 1, ttl=ttl)

    run(test, "mem://", slug)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb", "a\x00", "\u2028", "\ud800", 1, None])
@pytest.mark.parametrize("operation", ["get", "set", "delete"])
def test_a_key_is_a_short_printable_text(slug, operation, key):
    async def test(kept, plugin):
        cache, _ = plugin
        with pytest.raises(OperationRefusedError) as refused:
            await getattr(cache, operation)(*((key, 1) if operation == "set" else (key,)))
        assert str(refused.value) == f"cache.{operation} of plugin '{slug}' is refused: a key is 1 to 200 printable characters"

    run(test, "mem://", slug)


SIGNS = ["*", "?", "a*", "[ab]", "a?c", "\\*", "a:b", "..", "%", " ", ".*", "a|b", "(", "x" * 200, "ключ"]


def test_no_sign_in_a_key_means_anything(url, slug):
    async def test(kept, plugin):
        cache, _ = plugin
        for number, key in enumerate(["abc", "a", "b", *SIGNS]):
            await cache.set(key, number)
        for number, key in enumerate(["abc", "a", "b", *SIGNS]):
            assert await cache.get(key) == number
        for key in SIGNS:
            await cache.delete(key)
            assert await cache.get(key) is None
        assert [await cache.get(key) for key in ("abc", "a", "b")] == [0, 1, 2]

    run(test, url, slug)


def test_keys_belong_to_one_plugin(url, slug):
    other = f"{slug}-x"

    async def test(kept, first, second):
        await first[0].set("key", 1)
        await second[0].set("key", 2)
        for key in ("x:key", "-x:key", "*", f"../{other}:key", f"plug:{other}:key", "-x*", ":key"):
            assert await first[0].get(key) is None
            await first[0].delete(key)
        assert (await first[0].get("key"), await second[0].get("key")) == (1, 2)

    run(test, url, slug, other)


def test_a_plugin_is_forgotten_with_all_its_values_and_no_other(url, slug):
    others = (f"{slug}-x", f"_{slug}", f"x{slug}", f"{slug}x")

    async def test(kept, first, *rest):
        for key in ("a", "b:c", "*", "[x]"):
            await first[0].set(key, 1)
        for cache, _ in rest:
            await cache.set("a", 2)
        await kept.forget(slug)
        await kept.forget(slug)
        assert [await first[0].get(key) for key in ("a", "b:c", "*", "[x]")] == [None] * 4
        assert [await cache.get("a") for cache, _ in rest] == [2] * 4

    run(test, url, slug, *others)


@pytest.mark.parametrize("name", ["*", "", "a*", "a:b", "?", "[a-z]", "A", "a\n"])
def test_only_a_slug_is_forgotten(name):
    with pytest.raises(ValueError, match="is no slug"):
        asyncio.run(CacheStore("mem://").forget(name))


@pytest.mark.parametrize(
    ("grants", "operation", "wanted"),
    [
        (("cache:write",), "get", "cache:read:session:1"),
        (("cache:read",), "set", "cache:write:session:1"),
        (("cache:read",), "delete", "cache:write:session:1"),
        (("cache:read:other:*", "cache:write"), "get", "cache:read:session:1"),
        (("cache:read:*", "cache:write:session"), "set", "cache:write:session:1"),
        ((), "get", "cache:read:session:1"),
    ],
)
def test_each_operation_needs_its_grant_for_the_key(slug, grants, operation, wanted):
    async def test(kept, plugin):
        cache, guarded = plugin
        with pytest.raises(PermissionNotGrantedError) as refused:
            await getattr(cache, operation)(*(("session:1", 1) if operation == "set" else ("session:1",)))
        assert refused.value.params["grant"] == wanted
        name = {"get": CACHE_GET, "set": CACHE_SET, "delete": CACHE_DELETE}[operation]
        assert guarded.counted(name) == (0, 1, 0)
        assert [refusal.grant for refusal in guarded.refusals] == [wanted]

    run(test, "mem://", slug, grants=grants)


def test_a_grant_that_is_taken_back_counts_from_the_next_operation_on(slug):
    async def test(kept, plugin):
        cache, guarded = plugin
        guarded.grant("cache:read:session:*", "cache:write:session:*")
        await cache.set("session:1", 1)
        guarded.grant("cache:write:session:*")
        with pytest.raises(PermissionNotGrantedError):
            await cache.get("session:1")
        await cache.delete("session:1")

    run(test, "mem://", slug)


def test_a_plugin_that_asks_too_often_is_limited():
    async def main():
        guarded = Guarded(*ALL, limits={"cache_get": 1})
        cache = PluginCache(guarded.guard, CacheStore("mem://"))
        await cache.get("key")
        with pytest.raises(OperationLimitedError):
            await cache.get("key")

    asyncio.run(main())


@pytest.mark.parametrize(
    "url", ["", "mem", "mem://host", "mem://?size=1", "disk://", "memory://", "http://x", "redis", "file:///x", "client://"]
)
def test_a_url_of_no_cache_is_said(url):
    with pytest.raises(SettingsError) as wrong:
        CacheStore(url)
    assert str(wrong.value) == "the setting 'cache_url' is no address of a cache"
    assert wrong.value.hint == "write mem://, redis://host:6379/0 or rediss://…"


def test_the_memory_forgets_what_was_not_asked_for_longest(monkeypatch, slug):
    monkeypatch.setattr(store, "_ENTRIES", 3)

    async def test(kept, plugin):
        cache, _ = plugin
        for key in "abc":
            await cache.set(key, key)
        await cache.get("a")
        await cache.set("d", "d")
        assert [await cache.get(key) for key in "abcd"] == ["a", None, "c", "d"]

    run(test, "mem://", slug)


def test_the_memory_is_bounded_in_bytes(monkeypatch, slug):
    monkeypatch.setattr(store, "_BYTES", 10_000)

    async def test(kept, plugin):
        cache, _ = plugin
        largest = 0
        for number in range(200):
            await cache.set(f"key{number}", "x" * 100)
            await cache.set("same", number)
            held = kept._memory.backend.store
            largest = max(largest, sum(len(raw) for _, raw in held.values() if isinstance(raw, bytes)))
        assert 4000 < largest <= 10_200
        assert isinstance(held, OrderedDict)
        assert (await cache.get("key199"), await cache.get("same"), await cache.get("key0")) == ("x" * 100, 199, None)
        await cache.set("large", "x" * 20_000)
        assert await cache.get("large") is None

    run(test, "mem://", slug)


def test_the_memory_outlives_a_loop_and_starts_no_task():
    kept = CacheStore("mem://")
    cache = PluginCache(Guarded(*ALL).guard, kept)

    async def keep():
        await cache.set("key", 1, ttl=100)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(keep())
    assert asyncio.run(cache.get("key")) == 1
    asyncio.run(kept.close())
    assert asyncio.run(cache.get("key")) is None
