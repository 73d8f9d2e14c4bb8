import asyncio
import logging
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from hosting import Plugin, hosting, router
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from honeyhost import Host
from honeyhost.settings import Settings

SHARED = "/api/{slug}"
KNOWN = "somebody"


def in_(name: str) -> APIRouter:
    return router(("/a", lambda: name))


def test_with_a_shared_prefix_the_host_answers_what_no_plugin_is_called() -> None:
    app = FastAPI()
    app.get("/api/users")(lambda: "users")
    app.get("/api/{item}/own")(lambda item: f"own {item}")
    hosted = hosting(Plugin("clinic", [in_("clinic")]), app=app, prefix=SHARED)
    app.get("/api/late")(lambda: "late")
    answers = [hosted.get(path, KNOWN) for path in ("/api/users", "/api/x/own", "/api/late", "/api/clinic/a", "/api/nobody")]
    assert [answer.json() for answer in answers[:4]] == ["users", "own x", "late", "clinic"]
    assert (answers[4].status_code, answers[4].json()) == (404, {"detail": "Not Found"})


def test_with_a_shared_prefix_everything_below_a_plugins_slug_is_the_plugins() -> None:
    app = FastAPI()
    app.get("/api/{item}/own")(lambda item: f"own {item}")
    hosted = hosting(Plugin("clinic", [in_("clinic")]), app=app, prefix=SHARED)
    assert hosted.get("/api/clinic/own").status_code == 401
    assert hosted.get("/api/clinic/own", KNOWN).status_code == 404


def test_with_a_prefix_of_their_own_an_unknown_slug_ends_there() -> None:
    app = FastAPI()
    app.get("/api/plugins/{rest:path}")(lambda rest: rest)
    hosted = hosting(Plugin("clinic", [in_("clinic")]), app=app)
    assert hosted.get("/api/plugins/nobody").status_code == 404
    assert [hosted.get(path).json() for path in ("/api/plugins/", "/api/plugins//a")] == ["", "/a"]


def test_a_host_that_has_no_plugins_yet_answers_everything_else_as_before() -> None:
    app = FastAPI()
    app.get("/api")(lambda: "api")
    hosted = hosting(app=app)
    assert [hosted.get(path).status_code for path in ("/api", "/api/", "/api/plugins", "/none")] == [200, 307, 404, 404]


def claiming(app: FastAPI) -> None:
    """
    Five ways of an application to answer below ``/api/``.
    """
    app.get("/api/flat")(lambda: "host")
    deep, deeper = APIRouter(prefix="/included"), APIRouter()
    deeper.get("/x")(lambda: "host")
    deep.include_router(deeper)
    app.include_router(deep, prefix="/api")
    app.mount("/api/mounted", FastAPI(openapi_url=None))
    app.routes.append(Mount("/api", routes=[Mount("/below", routes=[Route("/x", lambda _: PlainTextResponse("host"))])]))
    app.get("/api/{parameter}")(lambda parameter: parameter)


CLAIMED = ("flat", "included", "mounted", "below")


def test_what_the_application_answers_itself_is_known_however_it_does() -> None:
    app = FastAPI()
    claiming(app)
    hosted = hosting(app=app, prefix=SHARED)
    assert hosted.site.claimed() == frozenset(CLAIMED)


@pytest.mark.parametrize("slug", CLAIMED)
def test_a_plugin_with_a_slug_that_the_application_came_to_answer_is_left_out_at_the_start(
    slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    hosted = hosting(Plugin(slug, [in_("plugin")]), Plugin("clinic", [in_("clinic")]), prefix=SHARED)
    claiming(hosted.app)

    async def ask() -> list[Any]:
        async with hosted.running(KNOWN) as client:
            return [(await client.get(f"/api/{name}/a")).status_code for name in (slug, "clinic")]

    assert asyncio.run(ask()) == [404, 200]
    said = f"plugin '{slug}' is left out: the application answers /api/{slug} itself"
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [said]
    assert hosted.manager.state(slug) == "failed"
    assert f"/api/{slug}/a" not in hosted.app.openapi()["paths"]


def test_with_a_prefix_of_their_own_plugins_claim_what_they_like() -> None:
    app = FastAPI()
    app.get("/api/plugins/clinic")(lambda: "host")
    hosted = hosting(Plugin("clinic", [in_("clinic")]), app=app)

    async def ask() -> int:
        async with hosted.running(KNOWN) as client:
            return (await client.get("/api/plugins/clinic/a")).status_code

    assert asyncio.run(ask()) == 200


def test_a_host_refuses_a_slug_that_the_application_answers_at_attaching(platform: Any, header_identity: Any) -> None:
    platform.add("users")
    platform.add("clinic")
    app = FastAPI()
    users = APIRouter(prefix="/users")
    users.get("/notes")(lambda: "the host's")
    app.include_router(users, prefix="/api")
    host = Host(Settings(install_dir=platform.install, data_dir=platform.data), identity=header_identity, prefix=SHARED)
    host.attach(app)
    hosted = hosting(app=FastAPI())
    hosted.app = app
    assert hosted.get("/api/users/notes").json() == "the host's"
    assert hosted.get("/api/clinic/notes", "clinic.read").json() == ["clinic"]
    assert [host.manager.state(slug) for slug in ("users", "clinic")] == [None, "loaded"]
