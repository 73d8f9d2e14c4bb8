"""
A host in an application: from a snapshot and without one, with plugins that work and plugins that do not.
"""

import logging
import sys
import zipfile

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException

from honeyhost.applying import apply
from honeyhost.errors import RouteRefusedError, UnknownPluginError, UsageError
from honeyhost.fastapi import create_app
from honeyhost.host import Host
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.plugins import PluginTable
from honeyhost.store.tokens import TokenTable
from honeyhost.wiring import administrator_token, close_databases, open_database

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
ADMIN = {"X-Caller": "admin"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://platform")


@pytest.fixture
def attached(header_identity):
    """
    An application with a host attached, and the host.
    """

    def make(**wishes):
        app = FastAPI()
        host = Host(Settings.load(), identity=header_identity, **wishes)
        host.attach(app)
        return app, host

    return make


def imported(slug):
    return any(name.startswith(f"plugins.{slug}.") for name in sys.modules)


async def test_a_platform_without_a_snapshot_serves_its_plugins(platform, attached):
    platform.add("clinic")
    app, host = attached()
    assert host.boot.snapshot is None
    async with client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).json() == ["clinic"]
        assert (await http.get("/api/plugins/clinic/notes/7", headers={"X-Caller": "clinic.read"})).json() == {"number": 7}


async def test_a_start_from_a_fitting_snapshot_imports_a_plugin_at_its_first_request_and_no_sooner(platform, attached):
    platform.add("clinic")
    platform.add("ledger")
    apply(Settings.load())
    app, host = attached()
    assert host.boot.snapshot is not None
    async with client(app) as http:
        assert not imported("clinic")
        assert (await http.get("/api/plugins/clinic/notes")).status_code == 401
        assert (await http.get("/openapi.json")).status_code == 200
        assert (await http.get("/api/plugin-host/plugins", headers=ADMIN)).status_code == 200
        assert str(app.url_path_for("clinic:get_note", number="3")) == "/api/plugins/clinic/notes/3"
        assert not imported("clinic"), "neither strangers nor documents import a plugin"
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).json() == ["clinic"]
        assert imported("clinic")
        assert not imported("ledger")


async def test_code_that_changed_since_the_snapshot_is_compiled_at_the_start(platform, attached):
    root = platform.add("clinic")
    platform.add("ledger")
    apply(Settings.load())
    code = (root / "backend/notes.py").read_text()
    platform.write(root / "backend/notes.py", code + '\n\n@router.get("/new")\nasync def new() -> str:\n    return "new"\n')
    app, host = attached()
    assert host.boot.snapshot is None
    assert not imported("ledger"), "what the snapshot still knows is taken from it"
    async with client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes/new", headers=ADMIN)).json() == "new"
        assert "/api/plugins/clinic/notes/new" in (await http.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize(
    "broken",
    [
        {"plugin.yaml": "name: clinic\nversion: 1.0.0\nmin_host_version: '99'\n"},
        {"plugin.yaml": "name: clinic\nversion: [\n"},
        {"backend/notes.py": "raise RuntimeError('no licence')"},
    ],
    ids=["rejected", "unreadable", "failed"],
)
async def test_a_plugin_that_was_mended_since_the_snapshot_is_served_at_the_next_start(platform, attached, broken):
    root = platform.add("clinic")
    for name, text in broken.items():
        platform.write(root / name, text)
    apply(Settings.load())
    platform.add("clinic")
    app, _ = attached()
    async with client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).json() == ["clinic"]


async def test_another_setting_unfits_the_snapshot(platform, attached, monkeypatch):
    platform.add("clinic", {"min_host_version": "1.0"})
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "2.0")
    apply(Settings.load())
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "0.9")
    app, host = attached()
    assert host.boot.snapshot is None
    async with client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 404


async def test_openapi_from_a_snapshot_equals_that_of_the_code(platform):
    platform.add("clinic")
    fresh = create_app(Settings.load()).openapi()
    apply(Settings.load())
    recorded = create_app(Settings.load())
    assert recorded.state.host.boot.snapshot is not None
    assert recorded.openapi() == fresh


async def test_an_application_with_settings_of_its_own_describes_plugins_under_them(platform, header_identity):
    platform.add("clinic")
    apply(Settings.load())

    async def tenant(tenant: str) -> str:
        return tenant

    app = FastAPI(dependencies=[Depends(tenant)])
    scheme = {"type": "apiKey", "in": "header", "name": "X-Caller"}
    Host(Settings.load(), identity=header_identity, security_scheme=scheme).attach(app)
    document = app.openapi()
    operation = document["paths"]["/api/plugins/clinic/notes"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["tenant"]
    assert operation["security"] == [{"honeyhost": []}]
    assert document["components"]["securitySchemes"]["honeyhost"] == scheme


async def test_dependencies_of_the_host_run_before_every_plugin_route(platform, attached):
    platform.add("clinic")

    async def closed() -> None:
        raise HTTPException(418, "closed on Sundays")

    app, _ = attached(dependencies=[Depends(closed)])
    async with client(app) as http:
        answer = await http.get("/api/plugins/clinic/notes", headers=ADMIN)
        assert (answer.status_code, answer.json()) == (418, {"detail": "closed on Sundays"})


async def test_a_plugin_that_cannot_be_imported_is_named_with_its_state_and_the_others_serve(platform, attached, caplog):
    platform.add("broken", files={"backend/notes.py": "raise RuntimeError('no licence')"})
    platform.add("clinic")
    with caplog.at_level(logging.ERROR, "honeyhost"):
        app, _ = attached()
    message = "plugin 'broken' could not be imported: plugins.broken.backend.notes raised RuntimeError: no licence"
    assert [record.getMessage() for record in caplog.records] == [message]
    async with client(app) as http:
        assert (await http.get("/api/plugins/broken/notes", headers=ADMIN)).status_code == 404
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 200
        rows = {row["slug"]: row for row in (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()}
    assert (rows["broken"]["state"], rows["clinic"]["state"]) == ("failed", "loaded")
    assert rows["broken"]["reasons"][0]["message"] == message


async def test_a_plugin_that_hangs_while_it_is_attached_is_left_out_within_the_limit(platform, attached, monkeypatch, caplog):
    monkeypatch.setenv("HONEYHOST_START_TIMEOUT", "0.3")
    platform.add("hangs", files={"backend/notes.py": "import threading\nthreading.Event().wait()\n"})
    platform.add("clinic")
    app, host = attached()
    assert host.boot.failures["hangs"].message == "plugin 'hangs' did not finish importing within 0.3 s"
    async with client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 200
    assert "plugin 'hangs' did not finish importing within 0.3 s" in caplog.text


async def test_a_route_without_a_declared_permission_keeps_the_plugin_out(platform, attached):
    code = """
        from fastapi import APIRouter, Depends
        from honeyhost.sdk import requires

        router = APIRouter()

        @router.get("/x", dependencies=[Depends(requires("clinic.raed"))])
        async def x() -> None: ...
    """
    platform.add("clinic", files={"backend/notes.py": code})
    _, host = attached()
    error = host.boot.failures["clinic"]
    assert isinstance(error, RouteRefusedError)
    assert error.hint == "did you mean 'clinic.read'?"


async def test_a_router_may_be_guarded_by_a_permission_of_the_platform_or_of_a_required_plugin(platform, attached, monkeypatch):
    monkeypatch.setenv("HONEYHOST_PLATFORM_PERMISSIONS", "users.read")
    platform.add("staff", {"routers": [{"router": ".backend.notes:router", "permission": "users.read"}]})
    guarded = {
        "routers": [{"router": ".backend.notes:router", "permission": "staff.read"}],
        "requires_plugins": {"staff": ">=1"},
    }
    platform.add("wards", guarded)
    app, _ = attached()
    async with client(app) as http:
        for path, permission in (("staff", "users.read"), ("wards", "staff.read")):
            assert (await http.get(f"/api/plugins/{path}/notes", headers={"X-Caller": "other.read"})).status_code == 403
            assert (await http.get(f"/api/plugins/{path}/notes", headers={"X-Caller": permission})).json() == [path]


async def test_a_permission_that_nobody_declares_rejects_the_plugin(platform, attached):
    platform.add("staff", {"routers": [{"router": ".backend.notes:router", "permission": "staff.raed"}]})
    app, _ = attached()
    async with client(app) as http:
        (row,) = (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()
    (reason,) = row["reasons"]
    assert (row["state"], reason["code"]) == ("rejected", "permission-unknown")
    assert "staff.read" in reason["hint"]


async def test_what_was_rejected_is_a_row_with_all_its_reasons(platform, attached):
    platform.add("clinic", {"min_host_version": "99", "requires_plugins": {"absent": ">=1"}})
    platform.write(platform.install / "plugins/torn/plugin.yaml", "name: torn\nversion: [")
    app, _ = attached()
    async with client(app) as http:
        rows = {row["slug"]: row for row in (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()}
    assert [reason["code"] for reason in rows["clinic"]["reasons"]] == ["host-too-old", "plugin-missing"]
    assert rows["clinic"]["state"] == "rejected"
    assert rows["torn"]["reasons"][0]["code"] == "yaml-syntax"


async def test_disabling_makes_a_plugin_vanish_at_once_and_for_later_starts(platform, attached):
    platform.add("clinic", {"nav": [{"label": "Ward", "path": "/clinic/ward"}]})
    apply(Settings.load())
    app, host = attached()
    async with client(app) as http:
        assert not (await host.set_enabled("clinic", enabled=False)).enabled
        assert host.manager.state("clinic") == "disabled"
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 404
        assert (await http.get("/api/plugin-host/nav", headers=ADMIN)).json() == []
        assert "/api/plugins/clinic/notes" not in (await http.get("/openapi.json")).json()["paths"]
        later, _ = attached()
        async with client(later) as other:
            assert (await other.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 404
        assert (await host.set_enabled("clinic", enabled=True)).enabled
        assert host.manager.state("clinic") == "attached"
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 200
        assert (await http.get("/api/plugin-host/nav", headers=ADMIN)).json()[0]["label"] == "Ward"


async def test_a_plugin_that_was_never_applied_gets_its_record_when_it_is_disabled(platform, attached):
    platform.add("clinic")
    _, host = attached()
    await host.set_enabled("clinic", enabled=False)
    record = PluginTable(open_database(Settings.load().database_url)).get("clinic")
    assert (record.enabled, record.version) == (False, "1.0.0")


async def test_an_unknown_plugin_cannot_be_disabled(platform, attached):
    _, host = attached()
    with pytest.raises(UnknownPluginError, match=r"^the store has no plugin 'clinic'$"):
        await host.set_enabled("clinic", enabled=False)


async def test_tools_are_told_the_routes_of_plugins_that_answer_without_importing_any(platform, attached):
    platform.add("clinic")
    platform.add("ledger", {"routers": [{"router": ".backend.notes:router", "public": "true"}]})
    apply(Settings.load())
    _, host = attached()
    assert [(route.methods, route.path, route.policy) for route in host.routes()] == [
        (("GET",), "/api/plugins/clinic/notes", "clinic.read"),
        (("GET",), "/api/plugins/clinic/notes/{number:int}", "clinic.read"),
        (("GET",), "/api/plugins/ledger/notes", "public"),
        (("GET",), "/api/plugins/ledger/notes/{number:int}", "public"),
    ]
    assert not imported("clinic")
    await host.set_enabled("clinic", enabled=False)
    assert {route.path.split("/")[3] for route in host.routes()} == {"ledger"}


async def test_detaching_takes_everything_out_and_attaching_again_is_the_same(platform, header_identity):
    platform.add("clinic")
    app = FastAPI()
    before = (list(app.router.routes), dict(app.exception_handlers), app.openapi(), list(sys.meta_path))
    host = Host(Settings.load(), identity=header_identity)
    detach = host.attach(app)
    attached_document = app.openapi()
    detach()
    assert (list(app.router.routes), dict(app.exception_handlers), app.openapi(), list(sys.meta_path)) == before
    assert "openapi" not in app.__dict__
    host.attach(app)
    assert app.openapi() == attached_document


async def test_a_host_is_attached_once(platform, header_identity):
    host = Host(Settings.load(), identity=header_identity)
    host.attach(FastAPI())
    with pytest.raises(UsageError, match=r"^this host is attached to an application already$"):
        host.attach(FastAPI())


@pytest.mark.parametrize("ask", ["manager", "boot"])
async def test_a_host_that_is_not_attached_says_so(platform, ask):
    with pytest.raises(UsageError, match=r"^this host is not attached to an application$"):
        getattr(Host(Settings.load()), ask)


async def test_the_lifespan_attaches_a_host_that_was_not(platform, header_identity):
    platform.add("clinic")
    host = Host(Settings.load(), identity=header_identity)
    app = FastAPI(lifespan=host.lifespan)
    async with host.lifespan(app), client(app) as http:
        assert (await http.get("/api/plugins/clinic/notes", headers=ADMIN)).status_code == 200


async def test_a_shared_prefix_leaves_the_hosts_own_paths_alone(platform, header_identity, caplog):
    platform.add("clinic")
    platform.add("users")
    app = FastAPI()

    @app.get("/api/users/me")
    async def me() -> str:
        return "host"

    host = Host(Settings.load(), identity=header_identity, prefix="/api/{slug}")
    host.attach(app)
    async with client(app) as http:
        assert (await http.get("/api/clinic/notes", headers=ADMIN)).json() == ["clinic"]
        assert (await http.get("/api/users/me")).json() == "host"
        assert (await http.get("/api/unknown/x")).json() == {"detail": "Not Found"}
        rows = {row["slug"]: row for row in (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()}
    assert rows["users"]["reasons"][0]["code"] == "path-conflict"


async def test_what_was_recorded_under_another_prefix_is_not_used(platform, header_identity):
    platform.add("clinic")
    apply(Settings.load())
    app = FastAPI()
    Host(Settings.load(), identity=header_identity, prefix="/api/{slug}").attach(app)
    assert "/api/clinic/notes" in app.openapi()["paths"]
    assert str(app.url_path_for("clinic:list_notes")) == "/api/clinic/notes"


async def test_what_another_version_recorded_is_not_used(platform, attached, monkeypatch):
    platform.add("clinic")
    monkeypatch.setattr("honeyhost.manager.snapshot.__version__", "0.0.1")
    apply(Settings.load())
    monkeypatch.undo()
    monkeypatch.setenv("HONEYHOST_INSTALL_DIR", str(platform.install))
    monkeypatch.setenv("HONEYHOST_DATA_DIR", str(platform.data))
    attached()
    assert imported("clinic"), "it was compiled again"


@pytest.mark.parametrize("prefix", ["api/{slug}", "/api/plugins", "/api/{slug}/x", "/api/{slug}{x}/{slug}", "/x{slug}"])
async def test_a_prefix_that_cannot_be_used_is_refused(platform, prefix):
    with pytest.raises(UsageError, match=r"cannot be used; it must start with '/' and end in '/{slug}'"):
        Host(Settings.load(), prefix=prefix)


async def test_an_archive_is_listed_and_not_served(platform, attached, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "packed-1.zip", "w") as archive:
        archive.writestr("plugin.yaml", "name: packed\nversion: 1.0.0\n")
    monkeypatch.setenv("HONEYHOST_ARCHIVES", f'["{tmp_path / "packed-1.zip"}"]')
    app, _ = attached()
    async with client(app) as http:
        rows = {row["slug"]: row for row in (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()}
        assert (rows["packed"]["state"], rows["packed"]["origin"]["kind"]) == ("accepted", "archive")
        assert (await http.get("/api/plugins/packed/", headers=ADMIN)).status_code == 404


class TestBuiltInIdentity:
    """
    Tokens of the store, as the bundled platform uses them.
    """

    @pytest.fixture
    def app(self, platform):
        platform.add("clinic", {"seed_groups": [{"name": "nurses", "permissions": ["clinic.read"]}]})
        apply(Settings.load())
        return create_app(Settings.load())

    async def test_the_administrator_is_made_once_and_may_do_everything(self, app):
        secret = administrator_token(Settings.load())
        assert administrator_token(Settings.load()) is None
        async with client(app) as http:
            bearer = {"Authorization": f"Bearer {secret}"}
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).json() == ["clinic"]
            assert (await http.get("/api/plugin-host/plugins", headers=bearer)).status_code == 200

    async def test_a_given_administrator_token_is_used(self, app, monkeypatch):
        monkeypatch.setenv("HONEYHOST_ADMIN_TOKEN", "correct-horse-battery-staple")
        administrator_token(Settings.load())
        async with client(app) as http:
            bearer = {"Authorization": "bearer correct-horse-battery-staple"}
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).json() == ["clinic"]

    async def test_a_token_of_a_group_holds_what_the_group_holds(self, app):
        tokens = TokenTable(open_database(Settings.load().database_url))
        nurse = tokens.create("nurse", groups=["nurses"]).secret
        nobody = tokens.create("nobody").secret
        async with client(app) as http:
            answer = await http.get("/api/plugins/clinic/notes", headers={"Authorization": f"Bearer {nurse}"})
            assert answer.json() == ["clinic"]
            refused = await http.get("/api/plugins/clinic/notes", headers={"Authorization": f"Bearer {nobody}"})
            assert refused.status_code == 403
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json() == {
                "type": "about:blank",
                "title": "Forbidden",
                "status": 403,
                "detail": "needs the permission 'clinic.read'",
                "code": "permission-missing",
                "permission": "clinic.read",
                "plugin": "clinic",
            }
            refused = await http.get("/api/plugin-host/plugins", headers={"Authorization": f"Bearer {nurse}"})
            assert (refused.status_code, refused.json()["permission"]) == (403, "plugins.read")

    async def test_a_member_by_subject_holds_what_the_group_holds(self, app):
        database = open_database(Settings.load().database_url)
        issued = TokenTable(database).create("night shift")
        Catalog(database).add_member("nurses", f"token:{issued.record.id}")
        async with client(app) as http:
            bearer = {"Authorization": f"Bearer {issued.secret}"}
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).status_code == 200

    @pytest.mark.parametrize("header", ["Basic abc", "Bearer ", "Bearer nonsense", "Bearer hht_administrator_wrong"])
    async def test_anything_else_is_a_stranger(self, app, header):
        administrator_token(Settings.load())
        async with client(app) as http:
            answer = await http.get("/api/plugins/clinic/notes", headers={"Authorization": header})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"

    async def test_a_revoked_token_ends_within_a_second(self, app, monkeypatch):
        tokens = TokenTable(open_database(Settings.load().database_url))
        issued = tokens.create("nurse", groups=["nurses"])
        bearer = {"Authorization": f"Bearer {issued.secret}"}
        now = [1000.0]
        monkeypatch.setattr("honeyhost.manager.identity.time.monotonic", lambda: now[0])
        async with client(app) as http:
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).status_code == 200
            tokens.revoke(issued.record.id)
            now[0] += 1.01
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).status_code == 401

    async def test_while_the_store_cannot_be_reached_nobody_is_let_through_and_it_recovers_by_itself(self, app, caplog):
        settings = Settings.load()
        secret = administrator_token(settings)
        database = settings.data_dir / "honeyhost.db"
        bearer = {"Authorization": f"Bearer {secret}"}
        close_databases()
        database.rename(settings.data_dir / "away")
        database.mkdir()
        async with client(app) as http:
            answer = await http.get("/api/plugins/clinic/notes", headers=bearer)
            assert (answer.status_code, answer.json()["code"]) == (503, "identity-unavailable")
            assert (await http.get("/api/plugins/clinic/notes")).status_code == 401
            database.rmdir()
            (settings.data_dir / "away").rename(database)
            assert (await http.get("/api/plugins/clinic/notes", headers=bearer)).status_code == 200
        assert "a token cannot be looked up" in caplog.text


class TestHostRoutes:
    """
    The host's own routes.
    """

    async def test_nav_is_filtered_for_the_caller_and_in_their_language(self, platform, attached):
        nav = [
            {"label": {"en": "Ward", "ar": "جناح"}, "path": "/clinic/ward", "permission": "clinic.read"},
            {"label": "About", "path": "/clinic/about", "order": "-1"},
        ]
        platform.add("clinic", {"nav": nav})
        app, _ = attached()
        async with client(app) as http:
            assert (await http.get("/api/plugin-host/nav")).status_code == 401
            some = await http.get("/api/plugin-host/nav", headers={"X-Caller": "other.read"})
            assert [entry["label"] for entry in some.json()] == ["About"]
            every = await http.get("/api/plugin-host/nav", headers={**ADMIN, "Accept-Language": "ar-EG,en;q=0.5"})
            assert [entry["label"] for entry in every.json()] == ["About", "جناح"]

    async def test_the_dashboard_has_plugins_nav_and_capabilities(self, platform, attached):
        platform.add("clinic")
        app, _ = attached()
        async with client(app) as http:
            body = (await http.get("/api/plugin-host/dashboard", headers=ADMIN)).json()
        assert [row["slug"] for row in body["plugins"]] == ["clinic"]
        assert (body["nav"], body["capabilities"]) == ([], [])

    async def test_plugins_are_sorted_by_sort_and_slug_and_hold_the_records_fields(self, platform, attached):
        platform.add("zoo", {"sort": "-1", "labels": {"en": "Zoo"}, "kind": "vertical"})
        platform.add("clinic")
        app, _ = attached()
        async with client(app) as http:
            rows = (await http.get("/api/plugin-host/plugins", headers=ADMIN)).json()
        assert [row["slug"] for row in rows] == ["zoo", "clinic"]
        wanted = {"slug", "kind", "enabled", "config", "nav", "sort", "labels", "version", "state", "origin", "reasons"}
        assert wanted <= rows[0].keys()
        assert (rows[0]["kind"], rows[0]["labels"], rows[0]["sort"]) == ("vertical", {"en": "Zoo"}, -1)

    async def test_hostile_text_is_made_visible(self, platform, attached):
        platform.add("clinic", {"nav": [{"label": "a\u202eb", "path": "/clinic/x"}]})
        app, _ = attached()
        async with client(app) as http:
            answer = await http.get("/api/plugin-host/nav", headers=ADMIN)
            rows = await http.get("/api/plugin-host/plugins", headers=ADMIN)
        assert "\u202e" not in answer.text + rows.text

    async def test_health_answers_anyone_and_readiness_names_what_failed(self, platform, attached, header_identity):
        code = """
            from contextlib import asynccontextmanager
            from fastapi import APIRouter

            @asynccontextmanager
            async def lifespan(app):
                raise RuntimeError("no database")
                yield

            router = APIRouter(lifespan=lifespan)

            @router.get("/x")
            async def x() -> None: ...
        """
        platform.add("clinic", files={"backend/notes.py": code})
        app, host = attached()
        async with client(app) as http:
            assert (await http.get("/healthz")).json() == {"status": "ok"}
            assert (await http.get("/readyz")).json()["status"] == "ready"
            async with host.lifespan(app):
                assert (await http.get("/healthz")).status_code == 200
                answer = await http.get("/readyz")
                assert (answer.status_code, answer.json()["failed"]) == (503, ["clinic"])
                assert (await http.get("/api/plugins/clinic/x", headers=ADMIN)).status_code == 503

    async def test_the_root_leads_to_the_documentation(self, platform):
        async with client(create_app(Settings.load())) as http:
            answer = await http.get("/")
            assert (answer.status_code, answer.headers["location"]) == (307, "docs")
