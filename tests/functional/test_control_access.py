"""
Who may steer a real host: tokens, scopes, sessions of browsers, groups, grants and the audit.
"""

from datetime import UTC, datetime, timedelta

import pytest
from control import TOKEN, assert_problem, steering

from honeyhost.applying import apply
from honeyhost.manager.cross_site import COOKIE, HEADER
from honeyhost.settings import Settings
from honeyhost.store import tokens
from honeyhost.store.tokens import TokenTable
from honeyhost.wiring import open_database

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
JWT_NONE = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbmlzdHJhdG9yIiwic2NvcGUiOiIqIn0."
ORIGIN = {"Origin": "http://platform"}
OWN = {**ORIGIN, HEADER: "1"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def steered(platform):
    """
    A host with one plugin.
    """
    platform.add("clinic")
    async with steering(lifespan=False) as made:
        yield made


@pytest.fixture
async def applied(platform):
    """
    A host with one plugin that seeds a group, applied.
    """
    platform.add("clinic", {"seed_groups": [{"name": "nurses", "permissions": ["clinic.read"]}]})
    apply(Settings.load())
    async with steering(lifespan=False) as made:
        yield made


class TestTokens:
    async def test_a_token_shows_its_secret_once_and_is_good_for_its_scopes(self, steered):
        made = await steered.token(name="deploy", scopes=["plugins.read"])
        assert (await steered.ask("GET", "/plugins", made["secret"])).status_code == 200
        listed = await steered.ask("GET", "/tokens")
        assert made["secret"] not in listed.text
        assert {row["id"]: row["name"] for row in listed.json()} == {"administrator": "administrator", made["id"]: "deploy"}
        assert made["secret"] not in (await steered.ask("GET", "/audit")).text

    async def test_rotating_gives_another_secret_and_ends_the_old_one_at_once(self, steered):
        made = await steered.token(scopes=["plugins.read"])
        assert (await steered.ask("GET", "/plugins", made["secret"])).status_code == 200
        fresh = (await steered.ask("POST", f"/tokens/{made['id']}/rotate")).json()
        assert fresh["id"] == made["id"]
        assert_problem(await steered.ask("GET", "/plugins", made["secret"]), 401, "not-authenticated")
        assert (await steered.ask("GET", "/plugins", fresh["secret"])).status_code == 200

    async def test_a_revoked_token_ends_at_once_and_stays_in_the_list(self, steered):
        made = await steered.token(scopes=["plugins.read"])
        assert (await steered.ask("GET", "/plugins", made["secret"])).status_code == 200
        assert (await steered.ask("DELETE", f"/tokens/{made['id']}")).json()["revoked_at"] is not None
        assert_problem(await steered.ask("GET", "/plugins", made["secret"]), 401, "not-authenticated")
        assert made["id"] in [row["id"] for row in (await steered.ask("GET", "/tokens")).json()]
        assert_problem(await steered.ask("POST", f"/tokens/{made['id']}/rotate"), 409, "refused")

    async def test_an_expired_token_is_a_strangers(self, steered):
        issued = TokenTable(
            open_database(steered.host.settings.database_url), now=lambda: datetime(2020, 1, 1, tzinfo=UTC)
        ).create("old", scopes=["*"], expires_at=datetime(2020, 1, 2, tzinfo=UTC))
        assert_problem(await steered.ask("GET", "/plugins", issued.secret), 401, "not-authenticated")

    @pytest.mark.parametrize(
        ("wish", "code"),
        [
            ({"scopes": ["plugins.everything"]}, "request-invalid"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "wrong-use"),
            ({"expires_at": "2999-01-01T00:00:00"}, "request-invalid"),
            ({"name": ""}, "request-invalid"),
            ({"name": "\u200b"}, "wrong-use"),
        ],
    )
    async def test_a_token_that_cannot_be_is_not_made(self, steered, wish, code):
        answer = await steered.ask("POST", "/tokens", json={"name": "x", **wish})
        assert_problem(answer, 422, code)
        assert len((await steered.ask("GET", "/tokens")).json()) == 1

    @pytest.mark.parametrize(
        ("method", "path"), [("POST", "/tokens/0f3c9a5b7d1e2f40/rotate"), ("DELETE", "/tokens/0f3c9a5b7d1e2f40")]
    )
    async def test_an_unknown_token_is_not_found(self, steered, method, path):
        assert_problem(await steered.ask(method, path), 404, "unknown-token")


class TestStrangers:
    READING = (
        "/plugins",
        "/dashboard",
        "/nav",
        "/capabilities",
        "/status",
        "/instances",
        "/doctor",
        "/groups",
        "/tokens",
        "/audit",
        "/events",
        "/session",
        "//metrics",
    )

    @pytest.mark.parametrize("path", READING)
    async def test_nothing_is_told_to_a_stranger(self, steered, path):
        answer = await steered.ask("GET", path, None)
        assert_problem(answer, 401, "not-authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "administrator",
            "hht_administrator",
            "hht_administrator_",
            TOKEN[:-1],
            TOKEN + "x",
            TOKEN.upper(),
            f"{TOKEN} {TOKEN}",
            JWT_NONE,
            "hht_nobody_of-a-test",
            "x" * 5000,
            "%",
            "' OR 1=1 --",
        ],
    )
    async def test_what_is_no_token_is_a_strangers(self, steered, token):
        assert_problem(await steered.ask("GET", "/plugins", token), 401, "not-authenticated")
        assert_problem(await steered.ask("POST", "/plugins/clinic/toggle", token), 401, "not-authenticated")

    @pytest.mark.parametrize("scheme", ["Basic {}", "Token {}", "{}", "Bearer{}"])
    async def test_another_scheme_is_a_strangers(self, steered, scheme):
        answer = await steered.ask("GET", "/plugins", None, headers={"Authorization": scheme.format(TOKEN)})
        assert_problem(answer, 401, "not-authenticated")

    @pytest.mark.parametrize("name", ["token", "access_token", "authorization", "bearer", "key", "api_key"])
    async def test_a_token_in_the_query_is_not_read(self, steered, name):
        for path in ("/plugins", "/session"):
            assert_problem(await steered.ask("GET", path, None, params={name: TOKEN}), 401, "not-authenticated")

    async def test_hashes_are_compared_in_constant_time(self, steered, monkeypatch):
        compared = []
        same = tokens.hmac.compare_digest
        monkeypatch.setattr(tokens.hmac, "compare_digest", lambda one, other: compared.append((one, other)) or same(one, other))
        await steered.ask("GET", "/plugins", TOKEN[:-1] + "?")
        ((one, other),) = compared
        assert len(one) == len(other)
        assert TOKEN not in (one, other)


class TestScopes:
    READ = (("GET", "/plugins"), ("GET", "/plugins/clinic"), ("GET", "/status"), ("GET", "/groups"), ("GET", "//metrics"))
    MANAGE = (
        ("POST", "/plugins/clinic/toggle"),
        ("PATCH", "/plugins/clinic"),
        ("POST", "/plugins/clinic/configure"),
        ("POST", "/plugins/clinic/reload"),
        ("POST", "/plugins/clinic/release"),
        ("GET", "/audit"),
    )
    ADMINISTER = (
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("POST", "/tokens/administrator/rotate"),
        ("DELETE", "/tokens/administrator"),
        ("POST", "/groups"),
        ("DELETE", "/groups/nurses"),
        ("PUT", "/groups/nurses/permissions/clinic.read"),
        ("DELETE", "/groups/nurses/permissions/clinic.read"),
        ("PUT", "/groups/nurses/members/bob"),
        ("DELETE", "/groups/nurses/members/bob"),
        ("PUT", "/plugins/clinic/grants"),
    )

    @pytest.mark.parametrize(
        ("scopes", "refused", "permission"),
        [
            ([], READ, "plugins.read"),
            (["plugins.manage", "capabilities.run"], READ, "plugins.read"),
            (["plugins.read", "capabilities.run"], MANAGE, "plugins.manage"),
            (["plugins.read", "plugins.manage", "capabilities.run"], ADMINISTER, "*"),
            (["plugins.read", "plugins.manage"], [("POST", "/capabilities/x/run")], "capabilities.run"),
        ],
    )
    async def test_a_missing_scope_is_named(self, steered, scopes, refused, permission):
        secret = (await steered.token(scopes=scopes))["secret"]
        for method, path in refused:
            answer = await steered.ask(method, path, secret, json={} if method in ("PATCH", "POST", "PUT") else None)
            assert assert_problem(answer, 403, "permission-missing")["permission"] == permission

    async def test_scopes_do_not_open_the_routes_of_plugins(self, steered):
        secret = (await steered.token(scopes=["plugins.read", "plugins.manage"]))["secret"]
        assert (await steered.ask("GET", "//api/plugins/clinic/notes", secret)).status_code == 403

    async def test_a_permission_of_the_same_name_is_as_good_as_the_scope(self, steered):
        secret = (await steered.token(permissions=["plugins.read"]))["secret"]
        assert (await steered.ask("GET", "/plugins", secret)).status_code == 200


class TestSessions:
    async def open(self, steered, token=TOKEN, **headers):
        answer = await steered.ask("POST", "/session", None, json={"token": token}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def cookie(self, steered):
        answer = await self.open(steered)
        return {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}

    async def test_a_cookie_that_no_script_and_no_other_site_can_use_is_given_for_a_token(self, steered):
        answer = await self.open(steered)
        said = answer.headers["set-cookie"]
        parts = {part.strip().lower() for part in said.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        assert TOKEN not in said
        assert (answer.json()["id"], answer.json()["header"]) == ("token:administrator", HEADER)

    async def test_the_token_may_stand_in_the_header(self, steered):
        answer = await steered.ask("POST", "/session")
        assert answer.status_code == 200
        assert COOKIE in answer.cookies

    @pytest.mark.parametrize("token", ["hht_nobody_x", JWT_NONE])
    async def test_no_cookie_is_given_for_what_is_no_token(self, steered, token):
        answer = await steered.ask("POST", "/session", None, json={"token": token})
        assert_problem(answer, 401, "not-authenticated")
        assert "set-cookie" not in answer.headers

    async def test_the_cookie_reads_and_changes_from_the_hosts_own_pages(self, steered):
        cookie = await self.cookie(steered)
        assert (await steered.ask("GET", "/plugins", None, headers=cookie)).status_code == 200
        changed = await steered.ask("POST", "/plugins/clinic/toggle", None, headers={**cookie, **OWN})
        assert (changed.status_code, changed.json()["enabled"]) == (200, False)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {HEADER: "1"},
            ORIGIN,
            {"Origin": "http://evil.example", HEADER: "1"},
            {"Origin": "null", HEADER: "1"},
            {"Origin": "http://platform.evil.example", HEADER: "1"},
            {"Origin": "http://platform:81", HEADER: "1"},
            {**OWN, "Sec-Fetch-Site": "cross-site"},
            {**OWN, "Sec-Fetch-Site": "same-site"},
        ],
        ids=["nothing", "no-origin", "no-header", "other", "null", "prefix", "port", "cross-site", "same-site"],
    )
    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
    async def test_what_another_site_may_have_sent_is_refused(self, steered, headers, kind):
        sent = {**(await self.cookie(steered)), **headers, "Content-Type": kind}
        body = b'{"enabled": false}'
        answer = await steered.ask("POST", "/plugins/clinic/toggle", None, headers=sent, content=body)
        assert_problem(answer, 403, "cross-site-request")
        assert (await steered.ask("GET", "/plugins/clinic")).json()["enabled"] is True

    async def test_a_body_that_a_form_can_send_is_refused_also_from_an_own_page(self, steered):
        sent = {**(await self.cookie(steered)), **OWN, "Content-Type": "text/plain"}
        answer = await steered.ask("POST", "/plugins/clinic/toggle", None, headers=sent, content=b'{"enabled": false}')
        assert_problem(answer, 415, "not-json")

    async def test_a_bearer_token_needs_none_of_it(self, steered):
        sent = {**(await self.cookie(steered)), "Origin": "http://elsewhere.example"}
        assert (await steered.ask("POST", "/plugins/clinic/toggle", headers=sent)).status_code == 200

    async def test_a_session_that_was_closed_is_a_strangers(self, steered):
        cookie = await self.cookie(steered)
        closed = await steered.ask("DELETE", "/session", None, headers={**cookie, **OWN})
        assert closed.status_code == 204
        assert f'{COOKIE}=""' in closed.headers["set-cookie"]
        assert_problem(await steered.ask("GET", "/plugins", None, headers=cookie), 401, "not-authenticated")

    async def test_a_session_ends_with_its_token(self, steered):
        made = await steered.token(scopes=["plugins.read"])
        cookie = {"Cookie": f"{COOKIE}={(await self.open(steered, made['secret'])).cookies[COOKIE]}"}
        assert (await steered.ask("GET", "/plugins", None, headers=cookie)).status_code == 200
        await steered.ask("DELETE", f"/tokens/{made['id']}")
        assert_problem(await steered.ask("GET", "/plugins", None, headers=cookie), 401, "not-authenticated")

    async def test_a_session_does_not_outlive_its_token(self, steered):
        soon = datetime.now(UTC) + timedelta(minutes=5)
        made = await steered.token(scopes=["plugins.read"], expires_at=soon.isoformat())
        answer = await self.open(steered, made["secret"])
        assert datetime.fromisoformat(answer.json()["expires_at"]) == soon
        (age,) = [part.split("=")[1] for part in answer.headers["set-cookie"].split("; ") if part.startswith("Max-Age=")]
        assert 0 < int(age) <= 300

    async def test_a_page_of_another_site_cannot_log_a_browser_in(self, steered):
        answer = await steered.ask("POST", "/session", None, json={"token": TOKEN}, headers={"Origin": "http://evil.example"})
        assert_problem(answer, 403, "cross-site-request")
        assert "set-cookie" not in answer.headers


class TestGroups:
    async def groups(self, applied):
        return {group["name"]: group for group in (await applied.ask("GET", "/groups")).json()}

    async def test_what_a_plugin_seeds_can_be_taken_away_and_put_back(self, applied):
        path = "/groups/nurses/permissions/clinic.read"
        assert [grant["source"] for grant in (await self.groups(applied))["nurses"]["permissions"]] == ["seed"]
        assert (await applied.ask("DELETE", path)).status_code == 204
        taken = (await self.groups(applied))["nurses"]
        assert (taken["permissions"], [grant["permission"] for grant in taken["removed"]]) == ([], ["clinic.read"])
        assert (await applied.ask("PUT", path)).status_code == 204
        assert [grant["permission"] for grant in (await self.groups(applied))["nurses"]["permissions"]] == ["clinic.read"]

    async def test_members_of_a_group_may_what_it_holds_from_the_next_request_on(self, applied):
        made = await applied.token()
        member = f"/groups/nurses/members/token:{made['id']}"
        assert (await applied.ask("GET", "//api/plugins/clinic/notes", made["secret"])).status_code == 403
        assert (await applied.ask("PUT", member)).status_code == 204
        assert (await applied.ask("GET", "//api/plugins/clinic/notes", made["secret"])).status_code == 200
        assert (await self.groups(applied))["nurses"]["members"] == [f"token:{made['id']}"]
        assert (await applied.ask("DELETE", member)).status_code == 204
        assert (await applied.ask("GET", "//api/plugins/clinic/notes", made["secret"])).status_code == 403

    async def test_a_group_is_made_named_and_removed(self, applied):
        assert (await applied.ask("POST", "/groups", json={"name": "porters"})).status_code == 201
        named = await applied.ask("POST", "/groups", json={"name": "porters", "label": "Porters"})
        assert named.json()["label"] == "Porters"
        assert (await applied.ask("DELETE", "/groups/porters")).status_code == 204
        assert_problem(await applied.ask("DELETE", "/groups/porters"), 404, "unknown-group")

    async def test_a_group_that_a_plugin_seeds_stays(self, applied):
        assert_problem(await applied.ask("DELETE", "/groups/nurses"), 409, "refused")

    async def test_a_permission_that_nobody_declares_cannot_be_given(self, applied):
        answer = await applied.ask("PUT", "/groups/nurses/permissions/clinic.raed")
        assert_problem(answer, 409, "refused")


async def test_grants_are_replaced_as_a_whole_and_audited(platform, steered):
    manifest = platform.install / "plugins/clinic/plugin.yaml"
    asks = "\nhost_permissions:\n  - {type: http, scope: [api.example.org], purpose: Looks beds up}\n  - {type: cache, access: readwrite}\n"
    manifest.write_text(manifest.read_text() + asks)
    empty = (await steered.ask("GET", "/plugins/clinic/grants")).json()
    assert (empty["grants"], empty["digest"], empty["used"]) == ({}, None, {})
    assert [(row["grant"], row["answer"], row["purpose"]) for row in empty["asked"]] == [
        ("http:api.example.org", "open", "Looks beds up"),
        ("cache:read", "open", None),
        ("cache:write", "open", None),
    ]
    wish = {"grants": ["http:api.example.org", "cache:readwrite"], "digest": empty["request"]}
    both = await steered.ask("PUT", "/plugins/clinic/grants", json=wish)
    assert (both.status_code, set(both.json()["grants"])) == (200, {"http:api.example.org", "cache:read", "cache:write"})
    after = await steered.ask("PUT", "/plugins/clinic/grants", json={"grants": ["cache:read:beds"]})
    assert [row["answer"] for row in after.json()["asked"]] == ["withheld", "narrowed", "withheld"]
    assert list(after.json()["grants"]) == ["cache:read:beds"]
    assert after.json()["digest"] == empty["request"]
    assert (await steered.ask("GET", "/plugins/clinic/grants")).json() == after.json()
    for grants in (["cache"], ["db:read"], ["everything"]):
        assert_problem(await steered.ask("PUT", "/plugins/clinic/grants", json={"grants": grants}), 422, "wrong-use")
    stale = {"grants": [], "digest": "sha256:aa"}
    assert_problem(await steered.ask("PUT", "/plugins/clinic/grants", json=stale), 409, "store-conflict")
    assert (await steered.ask("GET", "/plugins/clinic/grants")).json() == after.json()
    audit = (await steered.ask("GET", "/audit", params={"target": "clinic"})).json()
    assert [(entry["actor"], entry["target"]) for entry in audit[:2]] == [("token:administrator", "clinic")] * 2


class TestAudit:
    async def test_every_change_is_told_with_who_made_it_the_newest_first(self, steered):
        made = await steered.token(scopes=["plugins.manage"])
        await steered.ask("POST", "/plugins/clinic/toggle", made["secret"])
        await steered.ask("POST", "/plugins/clinic/configure", made["secret"], json={"password": "never-shown", "beds": 2})
        answer = await steered.ask("GET", "/audit")
        newest = answer.json()[:3]
        assert [entry["actor"] for entry in newest] == [f"token:{made['id']}"] * 2 + ["token:administrator"]
        assert [entry["target"] for entry in newest] == ["clinic", "clinic", made["id"]]
        assert "never-shown" not in answer.text
        ids = [entry["id"] for entry in answer.json()]
        assert ids == sorted(ids, reverse=True)

    async def test_it_is_read_in_pages_and_by_actor(self, steered):
        for _ in range(3):
            await steered.ask("POST", "/plugins/clinic/toggle")
        every = (await steered.ask("GET", "/audit")).json()
        first = (await steered.ask("GET", "/audit", params={"limit": 1})).json()
        rest = (await steered.ask("GET", "/audit", params={"before": first[0]["id"]})).json()
        assert first + rest == every
        assert (await steered.ask("GET", "/audit", params={"actor": "nobody"})).json() == []

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"before": 0}, {"target": "x" * 201}])
    async def test_a_query_that_cannot_be_is_refused(self, steered, query):
        assert_problem(await steered.ask("GET", "/audit", params=query), 422, "request-invalid")
