"""
Sweeping: of a generation that was dropped nothing is left.
"""

import asyncio
import functools
import gc
import sys
import typing
import weakref

import httpx
from fastapi import FastAPI

from honeyhost.runtimes import sweep

CODE = """
    import typing
    from typing import Annotated, Generic, TypeVar

    from fastapi import APIRouter, Depends
    from pydantic import BaseModel

    T = TypeVar("T")


    class Item(BaseModel):
        number: int


    class Page(BaseModel, Generic[T]):
        items: list[T]


    class Depending:
        def __call__(self) -> int:
            return 3


    def number(extra: Annotated[int, Depends(Depending())]) -> int:
        return extra


    router = APIRouter()


    @router.get("/items")
    async def items(number: Annotated[int, Depends(number)]) -> Page[Item]:
        return Page(items=[Item(number=number)])


    HINTS = typing.get_type_hints(Item), typing.Optional[Item], typing.Union[Item, int]
"""


class Mark:
    pass


async def answered(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host") as client:
        assert "Item" in (await client.get("/openapi.json")).text
        return (await client.get("/items")).json()


def use(packages, space):
    module = packages.module(space, ".code")
    module.mark = Mark()
    app = FastAPI()
    app.include_router(module.router)
    assert asyncio.run(answered(app)) == {"items": [{"number": 3}]}
    found = [module.mark, module.Item, module.Page, module.Depending, module.items, module]
    return [weakref.ref(thing) for thing in found]


def test_nothing_holds_a_generation_that_was_dropped(packages):
    packages.write("code.py", CODE)
    packages.open()
    space = packages.open(anew=True)
    kept = use(packages, space)
    packages.close(space)
    del space
    sweep()
    assert [reference() for reference in kept] == [None] * len(kept)


def test_many_generations_leave_no_more_modules_than_one(packages):
    packages.write("code.py", CODE)
    packages.open()
    for _ in range(3):
        space = packages.open(anew=True)
        use(packages, space)
        packages.close(space)
        name = space.name
        del space
        sweep()
        assert [module for module in sys.modules if module.startswith(name)] == []
    assert len([thing for thing in gc.get_objects() if type(thing) is Mark]) == 0


def test_the_first_generation_can_be_dropped_too(packages):
    packages.write("code.py", CODE)
    space = packages.open()
    kept = use(packages, space)
    packages.close(space)
    del space
    sweep()
    assert [reference() for reference in kept] == [None] * len(kept)


def test_caches_of_the_frameworks_and_of_typing_are_emptied_and_no_others():
    made = {name: functools.lru_cache(lambda value: value) for name in ("fastapi", "elsewhere")}
    for name, cache in made.items():
        module = type(sys)(f"{name}.made_for_this")
        module.cache = cache
        sys.modules[module.__name__] = module
        cache(1)
    sweep()
    for name in made:
        del sys.modules[f"{name}.made_for_this"]
    assert {name: cache.cache_info().currsize for name, cache in made.items()} == {"fastapi": 0, "elsewhere": 1}


def test_typing_forgets_the_types_that_it_was_given():
    kept = []

    def make():
        class Local:
            pass

        kept.append(weakref.ref(Local))
        typing.Optional[Local]  # noqa: UP045 - what fills its cache

    make()
    gc.collect()
    assert kept[0]() is not None
    sweep()
    assert kept[0]() is None
