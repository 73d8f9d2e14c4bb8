from typing import Any

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.anyio

ADA = {"mrn": "MRN-200001", "given_name": "Ada", "family_name": "Núñez", "birth_date": "1990-05-17"}
VISIT = {"doctor_id": 4, "starts_at": "2027-02-03T08:00:00Z", "minutes": 30, "reason": "Knee pain"}
READING = [
    ("GET", "/patients", "patient.read"),
    ("GET", "/patients/1", "patient.read"),
    ("GET", "/patients/1/care-team", "patient.read"),
    ("GET", "/patients/1/appointments", "patient.read"),
    ("GET", "/doctors", "doctor.read"),
    ("GET", "/doctors/1", "doctor.read"),
]
WRITING = [
    ("POST", "/patients", "patient.edit"),
    ("PATCH", "/patients/1", "patient.edit"),
    ("PUT", "/patients/1/care-team/2", "patient.edit"),
    ("DELETE", "/patients/1/care-team/7", "patient.edit"),
    ("POST", "/patients/1/appointments", "patient.edit"),
    ("DELETE", "/patients/1/appointments/1", "patient.edit"),
]
BOTH = [("GET", "/doctors/1/patients", "patient.read"), ("GET", "/doctors/1/schedule?day=2027-02-03", "patient.read")]


async def test_the_sweep_knows_every_route_of_the_plugin(platform: FastAPI) -> None:
    prefix = "/api/plugins/healthcare"
    documented = {
        (method.upper(), path.removeprefix(prefix))
        for path, operations in platform.openapi()["paths"].items()
        if path.startswith(prefix)
        for method in operations
    }
    swept = {
        (method, path.partition("?")[0].replace("/1", "/{}").replace("/2", "/{}").replace("/7", "/{}"))
        for method, path, _ in READING + WRITING + BOTH
    }
    assert {
        (method, "/".join("{}" if "{" in part else part for part in path.split("/"))) for method, path in documented
    } == swept


@pytest.mark.parametrize(("method", "path", "_permission"), READING + WRITING + BOTH)
async def test_a_stranger_is_asked_who_they_are(client: httpx.AsyncClient, method: str, path: str, _permission: str) -> None:
    del client.headers["x-holds"]
    assert (await client.request(method, path)).status_code == 401


@pytest.mark.parametrize(("method", "path", "permission"), READING + WRITING + BOTH)
async def test_a_caller_without_the_permission_is_told_which_one(
    client: httpx.AsyncClient, method: str, path: str, permission: str
) -> None:
    others = {"patient.read", "patient.edit", "doctor.read"} - {permission}
    answer = await client.request(method, path, headers={"x-holds": " ".join(others)})
    assert answer.status_code == 403
    assert permission in answer.text


@pytest.mark.parametrize(("method", "path", "permission"), READING)
async def test_reading_needs_no_more_than_one_permission(
    client: httpx.AsyncClient, method: str, path: str, permission: str
) -> None:
    assert (await client.request(method, path, headers={"x-holds": permission})).status_code == 200


async def test_a_patient_is_admitted_found_and_amended(client: httpx.AsyncClient) -> None:
    admitted = await client.post("/patients", json=ADA)
    assert admitted.status_code == 201
    assert admitted.headers["location"] == f"/api/plugins/healthcare/patients/{admitted.json()['id']}"
    found = await client.get("/patients", params={"search": "nunez"})
    assert found.json() == {"items": [admitted.json()], "total": 1, "limit": 20, "offset": 0}

    place = admitted.headers["location"].removeprefix("/api/plugins/healthcare")
    amended = await client.patch(place, json={"version": 1, "phone": "+12025550147"})
    assert amended.json() == admitted.json() | {"phone": "+12025550147", "version": 2}
    assert (await client.get(place)).json() == amended.json()


async def test_a_record_number_is_given_once(client: httpx.AsyncClient) -> None:
    await client.post("/patients", json=ADA)
    answer = await client.post("/patients", json=ADA)
    assert (answer.status_code, answer.json()["detail"]) == (409, "MRN-200001 is the record number of patient 25")


async def test_a_change_to_an_older_version_is_refused(client: httpx.AsyncClient) -> None:
    await client.patch("/patients/2", json={"version": 1, "email": "zoe@example.org"})
    answer = await client.patch("/patients/2", json={"version": 1, "email": "mueller@example.org"})
    assert answer.status_code == 409
    assert (await client.get("/patients/2")).json()["email"] == "zoe@example.org"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/patients", ADA | {"mrn": "200001"}),
        ("POST", "/patients", ADA | {"adress": "Long Street 1"}),
        ("PATCH", "/patients/1", {"phone": "+12025550147"}),
        ("GET", "/patients?limit=1000", None),
        ("GET", "/patients?serach=ada", None),
        ("GET", "/patients/first", None),
        ("POST", "/patients/1/appointments", VISIT | {"starts_at": "2027-02-03T08:00:00"}),
        ("GET", "/doctors/1/schedule", None),
    ],
)
async def test_a_wrong_request_is_not_processable(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    assert (await client.request(method, path, json=body)).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("GET", "/patients/99", None, "there is no patient 99"),
        ("GET", "/doctors/99", None, "there is no doctor 99"),
        ("GET", "/doctors/99/patients", None, "there is no doctor 99"),
        ("PUT", "/patients/1/care-team/99", {}, "there is no doctor 99"),
        ("POST", "/patients/99/appointments", VISIT, "there is no patient 99"),
        ("DELETE", "/patients/1/appointments/999", None, "patient 1 has no booked appointment 999"),
    ],
)
async def test_what_is_not_on_record_is_not_found(
    client: httpx.AsyncClient, method: str, path: str, body: Any, detail: str
) -> None:
    answer = await client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


async def test_a_care_team_is_put_together(client: httpx.AsyncClient) -> None:
    joined = await client.put("/patients/1/care-team/4", json={"role": "consulting"})
    assert joined.json() == {"doctor": (await client.get("/doctors/4")).json(), "role": "consulting"}
    assert (await client.delete("/patients/1/care-team/7")).status_code == 204
    team = (await client.get("/patients/1/care-team")).json()
    assert [(member["doctor"]["id"], member["role"]) for member in team] == [(6, "primary"), (4, "consulting")]
    mine = await client.get("/doctors/4/patients", params={"limit": 100})
    assert 1 in [patient["id"] for patient in mine.json()["items"]]


async def test_an_appointment_is_booked_once_and_cancelled_once(client: httpx.AsyncClient) -> None:
    booked = await client.post("/patients/1/appointments", json=VISIT)
    assert booked.status_code == 201
    assert (await client.get("/doctors/4/schedule?day=2027-02-03")).json() == [booked.json()]
    double = await client.post("/patients/2/appointments", json=VISIT)
    assert (double.status_code, double.json()["detail"]) == (
        409,
        "Daniel Reyes is booked from 2027-02-03T08:00:00Z to 2027-02-03T08:30:00Z",
    )
    place = f"/patients/1/appointments/{booked.json()['id']}"
    assert [(await client.delete(place)).status_code for _ in range(2)] == [204, 404]
    assert (await client.post("/patients/2/appointments", json=VISIT)).status_code == 201
