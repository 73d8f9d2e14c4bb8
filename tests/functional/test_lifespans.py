import asyncio
import contextvars
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from hosting import Hosting, Plugin, hosting, router

from honeyhost.errors import LoadError
from honeyhost.manager.lifespans import PluginLifespan, has_lifespan
from honeyhost.sdk import current_caller, current_plugin

BASE = "/api/plugins/clinic"
KNOWN = "somebody"
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def state_of(request: Request) -> dict[str, Any]:
    return {key: request.state._state[key] for key in sorted(request.state._state)}


def living(events: list[str], name: str = "clinic", *, path: str = "/state", **state: Any) -> APIRouter:
    """
    A router that says when it starts and stops, and shows the state of its requests.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        events.append(f"start {name}")
        try:
            yield state
        finally:
            events.append(f"stop {name}")

    return router((path, state_of), lifespan=lifespan)


def failing(at: str, error: BaseException) -> APIRouter:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if at == "start":
            raise error
        yield
        raise error

    return router(("/state", state_of), lifespan=lifespan)


def run(hosted: Hosting, ask: Callable[[httpx.AsyncClient], Any]) -> Any:
    """
    What an asynchronous function finds out while the plugins are started.
    """

    async def main() -> Any:
        async with hosted.running(KNOWN) as client:
            return await ask(client)

    return asyncio.run(main())


def test_lifespans_are_entered_in_order_and_left_in_reverse() -> None:
    events: list[str] = []
    names = ("auth", "clinic", "ledger")
    hosted = hosting(*(Plugin(name, [living(events, name), living(events, name + " too", path="/too")]) for name in names))

    async def ask(_: httpx.AsyncClient) -> list[Any]:
        events.append("serving")
        return [hosted.manager.state(name) for name in names]

    assert run(hosted, ask) == ["running"] * 3
    started = [f"start {name}{more}" for name in names for more in ("", " too")]
    stopped = [f"stop {name}{more}" for name in reversed(names) for more in (" too", "")]
    assert events == [*started, "serving", *stopped]
    assert [hosted.manager.state(name) for name in names] == ["stopped"] * 3


def test_the_state_of_a_lifespan_is_in_the_requests_of_its_plugin_alone() -> None:
    first, second = Plugin("clinic", [living([], pool="pool")]), Plugin("ledger", [living([], book="book")])

    async def ask(client: httpx.AsyncClient) -> list[Any]:
        return [(await client.get(f"/api/plugins/{slug}/state")).json() for slug in ("clinic", "ledger")]

    assert run(hosting(first, second), ask) == [{"pool": "pool"}, {"book": "book"}]


def test_middleware_of_the_host_sees_what_a_plugin_puts_into_the_state() -> None:
    app = FastAPI()
    seen: list[Any] = []

    @app.middleware("http")
    async def own(request: Request, call_next: Any) -> Any:
        request.state.pool = "the host's"
        answer = await call_next(request)
        seen.append(request.state.added)
        return answer

    made = living([], pool="pool", other="other")

    @made.get("/add")
    async def add(request: Request) -> None:
        request.state.added = "by the plugin"

    async def ask(client: httpx.AsyncClient) -> Any:
        await client.get(BASE + "/add")
        return await client.get(BASE + "/add")

    assert run(hosting(Plugin("clinic", [made]), app=app), ask).status_code == 200
    assert seen == ["by the plugin"] * 2


def test_a_key_that_the_host_has_set_is_not_replaced() -> None:
    app = FastAPI()

    @app.middleware("http")
    async def own(request: Request, call_next: Any) -> Any:
        request.state.pool = "the host's"
        return await call_next(request)

    async def ask(client: httpx.AsyncClient) -> Any:
        return (await client.get(BASE + "/state")).json()

    hosted = hosting(Plugin("clinic", [living([], pool="pool", other="other")]), app=app)
    assert run(hosted, ask) == {"other": "other", "pool": "the host's"}


def test_seven_hundred_lifespans_start_and_stop() -> None:
    events: list[str] = []
    slugs = [f"p{number}" for number in range(700)]
    hosted = hosting(*(Plugin(slug, [living(events, slug)]) for slug in slugs))

    async def ask(client: httpx.AsyncClient) -> int:
        return (await client.get("/api/plugins/p699/state")).status_code

    assert run(hosted, ask) == 200
    assert events == [*(f"start {slug}" for slug in slugs), *(f"stop {slug}" for slug in reversed(slugs))]


def test_a_lifespan_inherits_no_context_variables_and_knows_its_plugin() -> None:
    found: list[Any] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        found.append((variable.get(), current_plugin(), current_caller()))
        variable.set("mine")
        yield
        found.append((variable.get(), current_plugin()))

    async def look() -> str:
        return variable.get()

    async def ask(client: httpx.AsyncClient) -> str:
        return (await client.get(BASE + "/look")).text

    variable.set("of whoever starts")
    try:
        assert run(hosting(Plugin("clinic", [router(("/look", look), lifespan=lifespan)])), ask) == '"of whoever starts"'
    finally:
        variable.set("unset")
    assert found == [("unset", "clinic", None), ("mine", "clinic")]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("no database"), "plugin 'clinic' raised RuntimeError while starting: no database"),
        (SystemExit(3), "plugin 'clinic' raised RuntimeError while starting: SystemExit: 3"),
    ],
)
def test_a_plugin_that_fails_to_start_answers_503_and_the_others_serve(
    error: BaseException, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[str] = []
    made = living(events, "first", path="/first"), failing("start", error), living(events, "never", path="/never")
    hosted = hosting(Plugin("clinic", made), Plugin("ledger", [living(events, "ledger")]))

    async def ask(client: httpx.AsyncClient) -> list[int]:
        answers = [await client.get(f"/api/plugins/{slug}/state") for slug in ("clinic", "clinic", "ledger")]
        return [answer.status_code for answer in answers]

    assert run(hosted, ask) == [503, 503, 200]
    assert hosted.manager.state("clinic") == "failed"
    failure = hosted.manager.failure("clinic")
    assert isinstance(failure, LoadError)
    assert failure.message == said
    assert [(record.getMessage(), record.phase) for record in caplog.records if record.name == "honeyhost"] == [(said, "start")]
    assert events == ["start first", "stop first", "start ledger", "stop ledger"]


def test_a_plugin_that_hangs_at_start_is_given_up_and_what_had_started_is_stopped() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def hanging(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    plugin = Plugin("clinic", [living(events), router(("/a", lambda: "in"), lifespan=hanging)])
    hosted = hosting(plugin, Plugin("ledger", [living(events, "ledger")]), seconds=0.1)

    async def ask(client: httpx.AsyncClient) -> list[int]:
        return [(await client.get(f"/api/plugins/{path}")).status_code for path in ("clinic/a", "ledger/state")]

    assert run(hosted, ask) == [503, 200]
    failure = hosted.manager.failure("clinic")
    assert failure is not None
    assert failure.message == "plugin 'clinic' did not start within 0.1 s"
    assert events == ["start clinic", "stop clinic", "start ledger", "stop ledger"]


def test_a_plugin_that_was_served_before_it_failed_to_start_is_not_served_after() -> None:
    hosted = hosting(Plugin("clinic", [failing("start", ValueError())]))
    assert hosted.get(BASE + "/state", KNOWN).status_code == 200

    async def ask(client: httpx.AsyncClient) -> int:
        return (await client.get(BASE + "/state")).status_code

    assert run(hosted, ask) == 503
    assert hosted.app.openapi()["paths"] == {}


def test_a_plugin_that_cannot_be_imported_does_not_start_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def middleware(app: Any) -> Any:
        if made:
            raise ValueError("no")
        made.append(app)
        return app

    made: list[Any] = []
    hosted = hosting(Plugin("clinic", [living([])], middleware=[middleware]))

    async def ask(client: httpx.AsyncClient) -> int:
        return (await client.get(BASE + "/state")).status_code

    assert run(hosted, ask) == 503
    logged = [record.getMessage() for record in caplog.records if record.name == "honeyhost"]
    assert logged == ["plugin 'clinic': its middleware could not be made: ValueError: no"]


def test_what_stopping_raises_is_logged_and_the_others_are_stopped(caplog: pytest.LogCaptureFixture) -> None:
    events: list[str] = []
    first, second = living(events, "first"), failing("stop", ValueError("stuck"))
    hosted = hosting(Plugin("auth", [first]), Plugin("clinic", [second]))

    async def ask(_: httpx.AsyncClient) -> None:
        pass

    run(hosted, ask)
    assert events == ["start first", "stop first"]
    (record,) = [record for record in caplog.records if record.name == "honeyhost"]
    assert (record.getMessage(), record.levelno) == ("plugin 'clinic' failed while stopping: stuck", logging.ERROR)
    assert (record.plugin, record.phase) == ("clinic", "stop")


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_plugin_that_hangs_at_stop_is_cancelled(stubborn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honeyhost.manager.lifespans._LAST_SECONDS", 0.01)
    events: list[str] = []

    async def main() -> BaseException | None:
        go = asyncio.Event()

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            yield
            try:
                await go.wait()
            except asyncio.CancelledError:
                events.append("cancelled")
                if not stubborn:
                    raise
                await go.wait()

        started = PluginLifespan("clinic", [APIRouter(lifespan=lifespan)], FastAPI())
        await started.start(5)
        error = await started.stop(0.01)
        go.set()
        return error

    error = asyncio.run(main())
    assert (str(error), events) == ("did not stop within 0.01 s", ["cancelled"])


def test_a_lifespan_that_is_cancelled_with_everything_else_is_no_failure_of_the_plugin() -> None:
    events: list[Any] = []

    async def main() -> BaseException | None:
        started = PluginLifespan("clinic", [living(events)], FastAPI(), died=events.append)
        await started.start(5)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        task.cancel()
        await asyncio.wait({task})
        return await started.stop(5)

    assert isinstance(asyncio.run(main()), asyncio.CancelledError)
    assert events == ["start clinic", "stop clinic"]


def test_a_lifespan_that_was_never_started_stops_at_once() -> None:
    assert asyncio.run(PluginLifespan("clinic", [], FastAPI()).stop(5)) is None


def test_a_start_that_is_given_up_from_outside_takes_the_lifespan_with_it() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await asyncio.Event().wait()
            yield
        finally:
            events.append("ended")

    async def main() -> None:
        starting = PluginLifespan("clinic", [APIRouter(lifespan=lifespan)], FastAPI())
        task = asyncio.create_task(starting.start(60))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert events == ["ended"]


def test_a_plugin_whose_background_work_dies_is_failed_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> list[Any]:
        go, died = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            await go.wait()
            raise ValueError("lost connection")

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(work)
                    yield
            finally:
                died.set()

        hosted = hosting(Plugin("clinic", [router(("/state", state_of), lifespan=lifespan)]))
        async with hosted.running(KNOWN) as client:
            before = await client.get(BASE + "/state")
            go.set()
            await died.wait()
            await asyncio.sleep(0)
            after = await client.get(BASE + "/state")
            return [before.status_code, after.status_code, hosted.manager.state("clinic")]

    assert asyncio.run(main()) == [200, 503, "failed"]
    (message,) = [record.getMessage() for record in caplog.records if record.name == "honeyhost"]
    assert message.startswith("plugin 'clinic' raised ExceptionGroup while running: ")


def test_an_application_can_be_started_again_and_what_had_failed_is_tried_again() -> None:
    events: list[str] = []
    broken = [ValueError("first time")]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if broken:
            raise broken.pop()
        yield

    hosted = hosting(
        Plugin("auth", [living(events, "auth")]), Plugin("clinic", [router(("/a", lambda: "in"), lifespan=lifespan)])
    )

    async def ask(client: httpx.AsyncClient) -> tuple[Any, ...]:
        answers = [await client.get(path) for path in ("/api/plugins/auth/state", BASE + "/a")]
        return (*(answer.status_code for answer in answers), hosted.manager.state("clinic"), hosted.manager.failure("clinic"))

    assert run(hosted, ask)[:3] == (200, 503, "failed")
    assert run(hosted, ask) == (200, 200, "running", None)
    assert events == ["start auth", "stop auth"] * 2


def test_a_plugin_that_is_enabled_late_starts_before_it_answers_with_its_state() -> None:
    events: list[str] = []
    hosted = hosting(Plugin("clinic", [living(events, pool="pool")]), enabled={"clinic": False})

    async def ask(client: httpx.AsyncClient) -> list[Any]:
        before = await client.get(BASE + "/state")
        assert events == []
        state = await hosted.manager.set_enabled("clinic", enabled=True)
        assert await hosted.manager.set_enabled("clinic", enabled=True) == "running"
        return [before.status_code, state, (await client.get(BASE + "/state")).json(), list(events)]

    assert run(hosted, ask) == [404, "running", {"pool": "pool"}, ["start clinic"]]
    assert events == ["start clinic", "stop clinic"]


def test_a_plugin_that_is_enabled_late_from_a_request_outlives_that_request() -> None:
    app = FastAPI()

    @app.post("/enable")
    async def enable() -> str | None:
        async with anyio.create_task_group():
            return await hosted.manager.set_enabled("clinic", enabled=True)

    hosted = hosting(Plugin("clinic", [living([], pool="pool")]), app=app, enabled={"clinic": False})

    async def ask(client: httpx.AsyncClient) -> list[Any]:
        return [(await client.post("/enable")).json(), (await client.get(BASE + "/state")).json()]

    assert run(hosted, ask) == ["running", {"pool": "pool"}]


def test_a_plugin_can_be_stopped_alone_and_started_again() -> None:
    events: list[str] = []
    hosted = hosting(Plugin("clinic", [living(events)]), Plugin("ledger", [living(events, "ledger")]))

    async def ask(client: httpx.AsyncClient) -> list[Any]:
        off = await hosted.manager.set_enabled("clinic", enabled=False)
        middle = [(await client.get(f"/api/plugins/{slug}/state")).status_code for slug in ("clinic", "ledger")]
        assert await hosted.manager.set_enabled("clinic", enabled=False) == "disabled"
        return [off, middle, await hosted.manager.set_enabled("clinic", enabled=True)]

    assert run(hosted, ask) == ["disabled", [404, 200], "running"]
    assert events == ["start clinic", "start ledger", "stop clinic", "start clinic", "stop ledger", "stop clinic"]


def test_a_plugin_that_is_disabled_while_it_starts_is_stopped_when_it_has_started() -> None:
    events: list[str] = []

    async def main() -> Any:
        begun, go = asyncio.Event(), asyncio.Event()

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            begun.set()
            await go.wait()
            events.append("start")
            yield
            events.append("stop")

        plugin = Plugin("clinic", [router(("/a", lambda: "in"), lifespan=lifespan)])
        hosted = hosting(plugin, enabled={"clinic": False})
        async with hosted.running(KNOWN):
            on = asyncio.create_task(hosted.manager.set_enabled("clinic", enabled=True))
            await begun.wait()
            off = asyncio.create_task(hosted.manager.set_enabled("clinic", enabled=False))
            await asyncio.sleep(0)
            go.set()
            return [await on, await off, list(events)]

    assert asyncio.run(main()) == ["disabled", "disabled", ["start", "stop"]]


def test_enabling_without_a_running_application_starts_nothing() -> None:
    events: list[str] = []
    hosted = hosting(Plugin("clinic", [living(events)]), enabled={"clinic": False})
    assert asyncio.run(hosted.manager.set_enabled("clinic", enabled=True)) == "attached"
    assert (hosted.get(BASE + "/state", KNOWN).json(), events) == ({}, [])


@pytest.mark.parametrize("patience", [20.0, 0.05])
def test_requests_in_flight_have_their_lifespan_until_they_end(patience: float) -> None:
    events: list[str] = []

    async def main() -> list[Any]:
        begun, go = asyncio.Event(), asyncio.Event()
        made = living(events, pool="pool")

        @made.get("/slow")
        async def slow(request: Request) -> str:
            begun.set()
            await go.wait()
            events.append("answered")
            return str(request.state.pool)

        hosted = hosting(Plugin("clinic", [made]), seconds=patience)
        async with hosted.running(KNOWN) as client:
            flying = asyncio.create_task(client.get(BASE + "/slow"))
            await begun.wait()
            stopping = asyncio.create_task(hosted.manager.set_enabled("clinic", enabled=False))
            await asyncio.sleep(0)
            gone = await client.get(BASE + "/slow")
            if patience < 1:
                await stopping
            go.set()
            answer = await flying
            await stopping
            return [gone.status_code, answer.status_code, answer.json() if patience > 1 else answer.json()["code"]]

    answered = [404, 200, "pool"] if patience > 1 else [404, 503, "plugin-ended"]
    assert asyncio.run(main()) == answered
    assert events == ["start clinic", *(["answered"] if patience > 1 else []), "stop clinic"]


def test_a_router_without_a_lifespan_has_none_however_deep_it_is_included() -> None:
    inner, middle, outer = APIRouter(), APIRouter(), APIRouter()
    middle.include_router(inner)
    outer.include_router(middle)
    assert not has_lifespan(outer)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("event", ["startup", "shutdown"])
def test_a_handler_in_an_included_router_counts_whenever_it_was_added(late: bool, event: str) -> None:
    inner, outer = APIRouter(), APIRouter()
    if late:
        outer.include_router(inner)
    inner.add_event_handler(event, lambda: None)
    if not late:
        outer.include_router(inner)
    assert has_lifespan(outer)


def test_a_lifespan_in_an_included_router_counts() -> None:
    outer, middle = APIRouter(), APIRouter()
    middle.include_router(living([]))
    outer.include_router(middle)
    assert has_lifespan(outer)


def test_events_of_routers_run_as_lifespans_do() -> None:
    events: list[str] = []
    made = APIRouter(on_startup=[lambda: events.append("start")], on_shutdown=[lambda: events.append("stop")])
    made.get("/state")(state_of)

    async def ask(client: httpx.AsyncClient) -> int:
        return (await client.get(BASE + "/state")).status_code

    assert run(hosting(Plugin("clinic", [made])), ask) == 200
    assert events == ["start", "stop"]
