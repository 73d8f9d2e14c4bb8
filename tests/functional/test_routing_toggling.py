import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from hosting import Hosting, Plugin, by_header, hosting, router

from honeyhost.errors import UnknownPluginError

BASE = "/api/plugins/clinic"
KNOWN = "somebody"


def toggled(hosted: Hosting, slug: str, *, enabled: bool) -> Any:
    return asyncio.run(hosted.manager.set_enabled(slug, enabled=enabled))


def test_a_disabled_plugin_is_gone_at_once_and_comes_back() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), Plugin("ledger", [router(("/a", lambda: "in"))]))
    assert hosted.get(BASE + "/a", KNOWN).status_code == 200
    assert toggled(hosted, "clinic", enabled=False) == "disabled"
    answer = hosted.get(BASE + "/a", KNOWN)
    assert (answer.status_code, answer.json()) == (404, hosted.get("/api/plugins/nobody/a").json())
    assert hosted.get("/api/plugins/ledger/a", KNOWN).status_code == 200
    assert set(hosted.app.openapi()["paths"]) == {"/api/plugins/ledger/a"}
    assert toggled(hosted, "clinic", enabled=True) == "attached"
    assert hosted.get(BASE + "/a", KNOWN).status_code == 200
    assert hosted.manager.state("clinic") == "loaded"


def test_a_plugin_that_nobody_has_attached_cannot_be_toggled() -> None:
    hosted = hosting()
    with pytest.raises(UnknownPluginError) as unknown:
        toggled(hosted, "nobody", enabled=True)
    assert (unknown.value.message, unknown.value.hint) == ("no attached plugin is called 'nobody'", "honeyhost list")
    assert (hosted.manager.state("nobody"), hosted.manager.failure("nobody")) == (None, None)


def test_a_request_in_flight_finishes_on_its_own_snapshot() -> None:
    async def main() -> list[Any]:
        begun, go = asyncio.Event(), asyncio.Event()
        made = APIRouter()

        @made.get("/slow")
        async def slow() -> str:
            begun.set()
            await go.wait()
            return "finished"

        hosted = hosting(Plugin("clinic", [made]))
        async with hosted.client(KNOWN) as client:
            flying = asyncio.create_task(client.get(BASE + "/slow"))
            await begun.wait()
            await hosted.manager.set_enabled("clinic", enabled=False)
            gone = await client.get(BASE + "/slow")
            await hosted.manager.set_enabled("clinic", enabled=True)
            go.set()
            return [gone.status_code, (await flying).text, (await client.get(BASE + "/slow")).text]

    assert asyncio.run(main()) == [404, '"finished"', '"finished"']


def test_a_request_that_waits_for_its_plugin_to_load_is_served_though_it_is_disabled_meanwhile() -> None:
    async def main() -> list[Any]:
        asked, go = asyncio.Event(), asyncio.Event()

        async def identity(connection: Any) -> Any:
            if "slow" in connection.headers:
                asked.set()
                await go.wait()
            return await by_header(connection)

        hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), identity=identity)
        async with hosted.client(KNOWN) as client:
            flying = asyncio.create_task(client.get(BASE + "/a", headers={"slow": "1"}))
            await asked.wait()
            await hosted.manager.set_enabled("clinic", enabled=False)
            go.set()
            return [(await flying).status_code, (await client.get(BASE + "/a")).status_code]

    assert asyncio.run(main()) == [200, 404]


def test_two_changes_at_once_come_one_after_the_other() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))

    async def main() -> Any:
        changes = [hosted.manager.set_enabled("clinic", enabled=enabled) for enabled in (False, True, False, True)]
        await asyncio.gather(*changes)
        return hosted.manager.state("clinic")

    assert asyncio.run(main()) == "attached"


def test_detaching_leaves_the_application_as_it_was() -> None:
    app = FastAPI()
    app.get("/own")(lambda: "own")
    app.dependency_overrides[hosting] = len
    kept = app.dependency_overrides
    before = (list(app.router.routes), app.openapi, dict(app.exception_handlers), app.openapi())
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    assert hosted.get(BASE + "/a", KNOWN).status_code == 200
    assert app.openapi() != before[3]
    app.dependency_overrides[toggled] = len
    hosted.detach()
    assert (list(app.router.routes), app.openapi, dict(app.exception_handlers), app.openapi()) == before
    assert all(found is route for found, route in zip(app.router.routes, before[0], strict=True))
    assert app.dependency_overrides is kept
    assert kept == {hosting: len, toggled: len}
    assert "openapi" not in app.__dict__
    assert hosted.get(BASE + "/a", KNOWN).status_code == 404
    assert hosted.get("/openapi.json").json()["paths"].keys() == {"/own"}


def test_detaching_leaves_overrides_that_the_host_has_put_in_place() -> None:
    app = FastAPI()
    hosted = hosting(app=app)
    mine: dict[Any, Any] = {}
    app.dependency_overrides = mine
    hosted.detach()
    assert app.dependency_overrides is mine


def test_detaching_puts_back_an_override_of_the_document() -> None:
    app = FastAPI()
    own = lambda: {"paths": {}}  # noqa: E731 - compared by identity
    app.openapi = own  # type: ignore[method-assign] # the framework's documented way
    hosting(app=app).detach()
    assert app.openapi is own


def test_an_application_can_be_attached_to_again() -> None:
    app = FastAPI()
    for name in ("first", "second"):
        hosted = hosting(Plugin("clinic", [router(("/a", lambda name=name: name))]), app=app)
        assert hosted.get(BASE + "/a", KNOWN).json() == name
        hosted.detach()
