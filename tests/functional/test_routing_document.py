import json
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.security import APIKeyHeader
from hosting import Hosting, Plugin, hosting, router
from pydantic import BaseModel, Field

from honeyhost.sdk import requires
from honeyhost.store.records import PluginRecord

BASE = "/api/plugins/clinic"


class Patient(BaseModel):
    name: str
    friend: "Patient | None" = None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Pet(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def clinic() -> APIRouter:
    made = APIRouter(prefix="/patients")

    @made.get("")
    async def list_patients(query: str = "") -> list[Patient]:
        return [Patient(name=query)]

    @made.post("", status_code=201, dependencies=[Depends(requires("patient.edit"))])
    async def add_patient(patient: Patient) -> Patient:
        return patient

    @made.put("/pet")
    async def bring(pet: Pet) -> None:
        pass

    return made


def document(hosted: Hosting, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = hosted.get("/openapi.json", **options).json()
    return made


def renamed(value: Any, slug: str) -> Any:
    """
    A document of the framework with components named as the host names them.
    """
    text = json.dumps(value).replace('"#/components/schemas/', f'"#/components/schemas/{slug}.')
    return json.loads(text)


def without_the_gate(operation: dict[str, Any]) -> dict[str, Any]:
    """
    An operation without what the gate adds to it.
    """
    responses = {status: said for status, said in operation["responses"].items() if status not in ("401", "403")}
    return {key: value for key, value in operation.items() if key not in ("security", "x-permissions", "tags")} | {
        "responses": responses
    }


def test_the_document_is_what_included_routers_would_give_up_to_names_and_the_gate() -> None:
    twin = FastAPI()
    twin.include_router(clinic(), prefix=BASE)
    expected = renamed(twin.openapi(), "clinic")
    found = document(hosting(Plugin("clinic", [clinic()], permissions=("patient.edit",))))
    paths = {
        path: {method: without_the_gate(operation) for method, operation in item.items()}
        for path, item in found["paths"].items()
    }
    untagged = {
        path: {method: without_the_gate(operation) for method, operation in item.items()}
        for path, item in expected["paths"].items()
    }
    assert paths == untagged
    schemas = {f"clinic.{name}": schema for name, schema in expected["components"]["schemas"].items()}
    assert found["components"]["schemas"] == schemas
    assert {key: found[key] for key in ("openapi", "info")} == {key: expected[key] for key in ("openapi", "info")}


def test_references_discriminators_and_links_follow_the_names() -> None:
    made = clinic()
    links = {"next": {"operationId": "read_one"}, "other": {"operationRef": "#/x"}, "foreign": {"operationId": "unknown"}}
    made.get("/one", operation_id="read_one", responses={200: {"links": links}}, openapi_extra={"x-note": "#/components/x"})(
        lambda: None
    )
    found = document(hosting(Plugin("clinic", [made], permissions=("patient.edit",))))
    text = json.dumps(found)
    assert '"#/components/schemas/Patient"' not in text
    names = set(found["components"]["schemas"])
    assert {"clinic.Patient-Input", "clinic.Pet", "clinic.Cat", "clinic.Dog"} <= names
    assert found["components"]["schemas"]["clinic.Pet"]["properties"]["pet"]["discriminator"]["mapping"] == {
        "cat": "#/components/schemas/clinic.Cat",
        "dog": "#/components/schemas/clinic.Dog",
    }
    one = found["paths"][BASE + "/patients/one"]["get"]
    assert (one["operationId"], one["x-note"]) == ("clinic__read_one", "#/components/x")
    assert one["responses"]["200"]["links"] == {
        "next": {"operationId": "clinic__read_one"},
        "other": {"operationRef": "#/x"},
        "foreign": {"operationId": "unknown"},
    }


def test_what_the_gate_asks_for_stands_in_the_document() -> None:
    open_ = router(("/open", lambda: "in"))
    plugin = Plugin("clinic", [(clinic(), "patient.read"), (open_, "public")], permissions=("patient.edit", "patient.read"))
    found = document(hosting(plugin))
    listed, added = (found["paths"][BASE + "/patients"][method] for method in ("get", "post"))
    assert (listed["security"], listed["x-permissions"]) == ([{"honeyhost": []}], ["patient.read"])
    assert added["x-permissions"] == ["patient.edit", "patient.read"]
    assert listed["responses"]["401"] == {"description": "The caller is not known"}
    assert added["responses"]["403"] == {"description": "The caller lacks patient.edit + patient.read"}
    assert found["components"]["securitySchemes"] == {"honeyhost": {"type": "http", "scheme": "bearer"}}
    public = found["paths"][BASE + "/open"]["get"]
    assert ("security" in public, set(public["responses"]), public["tags"]) == (False, {"200"}, ["Title"])


def test_security_schemes_of_a_plugin_are_its_own_and_asked_for_beside_the_gates() -> None:
    made = APIRouter()
    made.get("/key", dependencies=[Depends(APIKeyHeader(name="x-key", scheme_name="Key", auto_error=False))])(lambda: "in")
    found = document(hosting(Plugin("clinic", [made])))
    assert found["paths"][BASE + "/key"]["get"]["security"] == [{"honeyhost": [], "clinic.Key": []}]
    assert found["components"]["securitySchemes"]["clinic.Key"] == {"type": "apiKey", "in": "header", "name": "x-key"}


def test_tags_of_the_author_are_kept_and_others_get_the_plugins_title() -> None:
    made = APIRouter()
    made.get("/a", tags=["mine"])(lambda: "in")
    made.get("/b")(lambda: "in")
    paths = document(hosting(Plugin("clinic", [made], title="Clinic")))["paths"]
    assert [paths[BASE + path]["get"]["tags"] for path in ("/a", "/b")] == [["mine"], ["Clinic"]]


def identifiers(found: dict[str, Any]) -> list[str]:
    return [operation["operationId"] for item in found["paths"].values() for operation in item.values()]


def test_operation_identifiers_are_unique_among_plugins_that_chose_the_same() -> None:
    def same(path: str = "/x") -> APIRouter:
        made = APIRouter()
        made.get("/chosen", operation_id="chosen")(lambda: "in")
        made.get(path, name="x")(lambda: "in")
        return made

    app = FastAPI()
    app.get("/own", operation_id="chosen")(lambda: "in")
    plugins = [Plugin("a", [same("/b/x")]), Plugin("a-b", [same()]), Plugin("_a", [same()])]
    found = identifiers(document(hosting(*plugins, app=app)))
    assert len(set(found)) == len(found) == 7
    assert {"chosen", "a__chosen", "a_b__chosen", "_a__chosen"} <= set(found)


def test_a_route_of_several_methods_has_an_identifier_for_each() -> None:
    made = APIRouter()
    made.api_route("/a", methods=["GET", "POST"], operation_id="both")(lambda: "in")
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        hosted = hosting(Plugin("clinic", [made]))
    assert sorted(identifiers(document(hosted))) == ["clinic__both", "clinic__both_post"]


def test_callbacks_are_named_apart_too() -> None:
    calls = APIRouter()
    calls.post("{$callback_url}", operation_id="told")(lambda: None)
    made = APIRouter()
    made.get("/a", callbacks=calls.routes)(lambda: "in")
    callbacks = document(hosting(Plugin("clinic", [made])))["paths"][BASE + "/a"]["get"]["callbacks"]
    (callback,) = callbacks.values()
    assert callback["{$callback_url}"]["post"]["operationId"] == "clinic__told"


def test_a_disabled_plugin_is_not_in_the_document_and_the_others_keep_their_names() -> None:
    plugins = [Plugin("clinic", [clinic()], permissions=("patient.edit",)), Plugin("ledger", [router(("/a", lambda: "in"))])]
    both = document(hosting(*plugins))
    one = document(hosting(*plugins, enabled={"ledger": False}))
    assert set(one["paths"]) == {path for path in both["paths"] if "clinic" in path}
    assert one["components"]["schemas"] == both["components"]["schemas"]


def test_the_way_callers_present_themselves_is_the_platforms() -> None:
    scheme = {"type": "apiKey", "in": "cookie", "name": "session"}
    found = document(hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), scheme=scheme))
    assert found["components"]["securitySchemes"] == {"honeyhost": scheme}


def test_hidden_routes_stay_hidden() -> None:
    made = APIRouter()
    made.get("/hidden", include_in_schema=False)(lambda: "in")
    assert document(hosting(Plugin("clinic", [made])))["paths"] == {}


def test_one_schema_for_both_ways_where_the_application_has_it_so() -> None:
    made = APIRouter()

    @made.post("/patient")
    async def patient(given: Patient) -> Patient:
        return given

    def names(app: FastAPI) -> set[str]:
        return set(document(hosting(Plugin("clinic", [made]), app=app))["components"]["schemas"])

    own = {"clinic.HTTPValidationError", "clinic.ValidationError"}
    assert names(FastAPI()) - own == {"clinic.Patient-Input", "clinic.Patient-Output"}
    assert names(FastAPI(separate_input_output_schemas=False)) - own == {"clinic.Patient"}


def test_the_document_behind_a_proxy_says_where_it_is_served() -> None:
    app = FastAPI(servers=[{"url": "https://other"}])
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)

    async def below(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "root_path": "/platform"}, receive, send)

    assert document(hosted)["servers"] == [{"url": "https://other"}]
    outside = Hosting(below, hosted.site, hosted.manager, hosted.detach)  # type: ignore[arg-type] # any ASGI application
    assert document(outside)["servers"] == [{"url": "/platform"}, {"url": "https://other"}]
    assert [server["url"] for server in document(outside)["servers"]] == ["/platform", "https://other"]
    app.root_path_in_servers = False
    assert document(outside)["servers"] == [{"url": "https://other"}]


def test_the_documentation_pages_show_it() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))
    for path in ("/docs", "/redoc"):
        assert "/openapi.json" in hosted.get(path).text


def test_an_application_without_a_document_has_none() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=FastAPI(openapi_url=None))
    assert hosted.get("/openapi.json").status_code == 404
    assert set(hosted.app.openapi()["paths"]) == {BASE + "/a"}


@pytest.mark.parametrize("known", ["{tag}", '"x", {tag}', "*", "{strong}", ' "x" ,{strong}'])
def test_a_client_that_has_the_document_gets_304(known: str) -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))
    first = hosted.get("/openapi.json")
    tag = first.headers["etag"]
    assert (tag.startswith('W/"'), first.headers["cache-control"]) == (True, "no-cache")
    headers = {"if-none-match": known.format(tag=tag, strong=tag[2:])}
    again = hosted.get("/openapi.json", headers=headers)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_a_client_that_has_another_document_gets_this_one() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), Plugin("ledger", [router(("/b", lambda: "in"))]))
    tag = hosted.get("/openapi.json").headers["etag"]
    hosted.manager.adopt(hosted.plugins, {"ledger": PluginRecord(slug="ledger", enabled=False)})
    again = hosted.get("/openapi.json", headers={"if-none-match": tag})
    assert (again.status_code, again.headers["etag"] != tag, list(again.json()["paths"])) == (200, True, [BASE + "/a"])


def test_a_large_document_is_kept_compressed() -> None:
    made = APIRouter()
    for number in range(100):
        made.get(f"/r{number}", name=f"r{number}", description="many words " * 60)(lambda: "in")
    hosted = hosting(Plugin("clinic", [made]))
    plain, small = hosted.get("/openapi.json", headers={"accept-encoding": "identity"}), hosted.get("/openapi.json")
    assert (plain.headers.get("content-encoding"), small.headers["content-encoding"]) == (None, "gzip")
    assert (plain.json(), plain.headers["vary"], plain.headers["etag"]) == (
        small.json(),
        "Accept-Encoding",
        small.headers["etag"],
    )
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 10


def test_a_document_is_joined_once_for_each_moment() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))
    assert hosted.app.openapi() is hosted.app.openapi()


def custom(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title="Custom", version="9", routes=app.routes)
    made["x-logo"] = "logo"
    return made


def test_a_host_that_overrides_the_document_before_keeps_its_override() -> None:
    app = FastAPI()
    app.get("/own")(lambda: "own")
    app.openapi = lambda: custom(app)  # type: ignore[method-assign] # the framework's documented way
    found = document(hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app))
    assert (found["info"]["title"], found["x-logo"], set(found["paths"])) == ("Custom", "logo", {"/own", BASE + "/a"})


def test_a_host_that_overrides_the_document_afterwards_keeps_its_override() -> None:
    app = FastAPI()
    app.get("/own")(lambda: "own")
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    app.openapi = lambda: custom(app)  # type: ignore[method-assign] # as above
    found = document(hosted)
    assert (found["info"]["title"], set(found["paths"])) == ("Custom", {"/own", BASE + "/a"})


def test_an_override_that_asks_for_the_whole_document_has_the_last_word() -> None:
    app = FastAPI()
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"), ("/b", lambda: "in"))]), app=app)
    whole = app.openapi

    def shortened() -> dict[str, Any]:
        made = dict(whole())
        made["paths"] = {path: item for path, item in made["paths"].items() if path.endswith("/a")}
        return made

    app.openapi = shortened  # type: ignore[method-assign] # as above
    assert set(document(hosted)["paths"]) == {BASE + "/a"}
    assert set(document(hosted)["paths"]) == {BASE + "/a"}


def test_detaching_leaves_an_override_that_came_afterwards() -> None:
    app = FastAPI()
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    later = lambda: {"paths": {}}  # noqa: E731 - compared by identity
    app.openapi = later  # type: ignore[method-assign] # as above
    hosted.detach()
    assert app.openapi is later
