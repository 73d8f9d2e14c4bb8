import pytest
from starlette.exceptions import WebSocketException

from honeyhost.attach.codes import CODES
from honeyhost.attach.routing import refusal

HTTP, SOCKET = {"type": "http"}, {"type": "websocket"}
MAKERS = {
    "not-found": refusal.not_found,
    "not-authenticated": refusal.unauthenticated,
    "permission-missing": lambda scope: refusal.forbidden(scope, "a.x", "clinic"),
    "content-too-large": lambda scope: refusal.too_large(scope, 10),
    "plugin-failed": lambda scope: refusal.unavailable(scope, "clinic"),
    "plugin-timeout": lambda scope: refusal.timed_out(scope, "clinic", 1.5),
    "identity-unavailable": refusal.undecided,
}


@pytest.mark.parametrize("code", MAKERS)
def test_every_refusal_of_a_request_is_a_problem_with_its_code(code: str) -> None:
    made = MAKERS[code](HTTP)
    assert isinstance(made, refusal.Refusal)
    problem = made.problem
    assert (problem["code"], problem["status"], problem["detail"]) == (code, made.status_code, made.detail)
    assert problem["title"]
    assert problem["type"] == "about:blank"


@pytest.mark.parametrize("code", MAKERS)
def test_every_refusal_of_a_websocket_closes_it_with_the_code_as_the_reason(code: str) -> None:
    made = MAKERS[code](SOCKET)
    assert isinstance(made, WebSocketException)
    again = code in ("plugin-failed", "identity-unavailable")
    assert (made.code, made.reason) == (1013 if again else 1008, code)


@pytest.mark.parametrize("code", MAKERS)
def test_every_code_is_explained(code: str) -> None:
    assert code in {known.code for known in CODES}


def test_what_may_be_tried_again_says_when() -> None:
    assert [MAKERS[code](HTTP).headers for code in ("plugin-failed", "identity-unavailable")] == [
        {"Retry-After": "30"},
        {"Retry-After": "5"},
    ]
