"""
Random plugins are described as the framework describes included routers, up to names and what the gate asks for.
"""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header
from hosting import Plugin, hosting
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

PREFIX = "/api/plugins/{}"


class Leaf(BaseModel):
    number: int = 0


class Tree(BaseModel):
    leaf: Leaf
    trees: list["Tree"] = []


@dataclass(frozen=True)
class Described:
    """
    One route, or a router with routes.
    """

    method: str
    path: str
    takes: str
    gives: str
    options: tuple[tuple[str, Any], ...] = ()
    inner: tuple["Described", ...] = ()


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.just(["mine"]),
        "deprecated": st.booleans(),
        "include_in_schema": st.booleans(),
        "responses": st.sampled_from(({404: {"description": "gone"}}, {409: {"model": Leaf}})),
    },
)
ROUTE_OPTIONS = st.fixed_dictionaries(
    {"options": OPTIONS, "operation_id": st.sampled_from((None, "a", "a_b", "b__a"))},
    optional={"status_code": st.sampled_from((201, 202))},
)


def frozen(options: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    inner = options.pop("options", {})
    return tuple(sorted({**inner, **options}.items()))


ROUTES = st.builds(
    Described,
    method=st.sampled_from(("GET", "POST", "PUT")),
    path=st.sampled_from(("/x", "/x/{name}", "/y/{number:int}", "/b/x")),
    takes=st.sampled_from(("nothing", "leaf", "tree", "header")),
    gives=st.sampled_from(("nothing", "leaf", "tree", "trees")),
    options=ROUTE_OPTIONS.map(frozen),
)
ROUTERS = st.recursive(
    st.lists(ROUTES, min_size=1, max_size=4).map(tuple),
    lambda inner: st.lists(
        ROUTES
        | st.builds(
            Described,
            method=st.just("router"),
            path=st.sampled_from(("/in", "/in/{deep}")),
            takes=st.just(""),
            gives=st.just(""),
            options=OPTIONS.map(frozen),
            inner=inner,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    max_leaves=4,
)
TAKES: dict[str, Any] = {"leaf": Leaf, "tree": Tree, "header": Annotated[str, Header(alias="x-h")]}
GIVES: dict[str, Any] = {"leaf": Leaf, "tree": Tree, "trees": list[Tree], "nothing": None}


def build(things: Sequence[Described], *, unique: bool, depth: int = 0) -> APIRouter:
    made = APIRouter()
    for place, thing in enumerate(things):
        options = dict(thing.options)
        if thing.method == "router":
            prefix = thing.path.replace("deep", f"deep{depth}") + f"/{place}"
            made.include_router(build(thing.inner, unique=unique, depth=depth + 1), prefix=prefix, **options)
            continue
        if unique:
            options.pop("operation_id", None)

        async def endpoint(given: Any = None) -> Any:
            return given

        endpoint.__annotations__ = {"given": TAKES[thing.takes]} if thing.takes != "nothing" else {"given": int | None}
        endpoint.__name__ = f"x{place}"
        made.add_api_route(thing.path, endpoint, methods=[thing.method], response_model=GIVES[thing.gives], **options)
    return made


def plain(operation: dict[str, Any]) -> dict[str, Any]:
    """
    An operation without what the gate adds to it, and without the tag that it gives where there is none.
    """
    responses = {status: said for status, said in operation["responses"].items() if status not in ("401", "403")}
    kept = {key: value for key, value in operation.items() if key not in ("security", "x-permissions", "operationId")}
    if kept.get("tags") == ["Title"]:
        del kept["tags"]
    return kept | {"responses": responses}


def paths(document: dict[str, Any]) -> dict[str, Any]:
    return {path: {method: plain(found) for method, found in item.items()} for path, item in document["paths"].items()}


@settings(max_examples=80, deadline=None)
@given(ROUTERS)
def test_random_plugins_are_described_as_included_routers(things: tuple[Described, ...]) -> None:
    twin = FastAPI()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the framework, about identifiers that occur twice
        twin.include_router(build(things, unique=True), prefix=PREFIX.format("p"))
        hosted = hosting(Plugin("p", [build(things, unique=True)]))
        expected, found = twin.openapi(), hosted.app.openapi()
    text = json.dumps(expected).replace('"#/components/schemas/', '"#/components/schemas/p.')
    assert paths(found) == paths(json.loads(text))
    schemas = json.loads(text).get("components", {}).get("schemas", {})
    assert found["components"]["schemas"] == {f"p.{name}": schema for name, schema in schemas.items()}


@settings(max_examples=80, deadline=None)
@given(st.lists(ROUTERS, min_size=3, max_size=3))
def test_operation_identifiers_are_unique_in_the_whole_document(routers: list[tuple[Described, ...]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        plugins = [Plugin(slug, [build(things, unique=False)]) for slug, things in zip(("a", "a-b", "b"), routers, strict=True)]
        found = hosting(*plugins).app.openapi()
    identifiers = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
    assert sorted(set(identifiers)) == sorted(identifiers)
