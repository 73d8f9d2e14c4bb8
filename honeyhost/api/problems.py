"""
Problems: every refusal and failure of the control interface as a problem document (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from honeyhost import errors
from honeyhost.attach.routing.refusal import Refusal
from honeyhost.diagnostics import Problem, error
from honeyhost.manager.masking import shown_key
from honeyhost.names import visible

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[int, str] = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Timed out",
    409: "Conflict",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    500: "Failed",
    501: "Not available here",
    502: "Plugin failed",
    503: "Unavailable",
    504: "Timed out",
}
"""One title for each status; what happened in one case is the detail."""

STATUSES: Mapping[type[errors.HoneyhostError], int] = {
    errors.UnknownPluginError: 404,
    errors.PluginNotFoundError: 404,
    errors.FunctionNotFoundError: 404,
    errors.PluginDisabledError: 409,
    errors.CapabilityNotFoundError: 404,
    errors.CapabilityForbiddenError: 403,
    errors.ArgumentsInvalidError: 422,
    errors.CallTimeoutError: 504,
    errors.CallDepthExceededError: 409,
    errors.CallError: 502,
    errors.ConfigInvalidError: 422,
    errors.RefusedError: 409,
    errors.ConflictError: 409,
    errors.PlanChangedError: 409,
    errors.RejectedError: 409,
    errors.AttachError: 409,
    errors.OperationError: 502,
    errors.StoreUnavailableError: 503,
    errors.MissingExtraError: 501,
    errors.UsageError: 422,
}
"""The status of each error; one that is not here is a failure of the host (500)."""

_RETRY_STORE = {"Retry-After": "5"}


class ProblemResponse(JSONResponse):
    """
    A problem document.
    """

    media_type = MEDIA_TYPE


class ProblemError(Exception):
    """
    A refusal of the control interface; ``params`` become members of the document.
    """

    def __init__(self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **params: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.params = params

    @classmethod
    def of(cls, failure: errors.HoneyhostError) -> Self:
        """
        The refusal that an error of the host is.
        """
        status = next((STATUSES[kind] for kind in type(failure).__mro__ if kind in STATUSES), 500)
        hint = {} if failure.hint is None else {"hint": failure.hint}
        headers = _RETRY_STORE if isinstance(failure, errors.StoreUnavailableError) else None
        return cls(status, failure.code, failure.shown, headers=headers, **(dict(failure.params) | hint))

    @classmethod
    def invalid(cls, problems: Sequence[Problem]) -> Self:
        """
        A request that does not have the shape that the API document gives it.
        """
        shown = [problem.to_json() for problem in problems]
        return cls(422, "request-invalid", f"the request is not valid: {problems[0].message}", problems=shown)

    def response(self) -> ProblemResponse:
        """
        The answer.
        """
        document = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": visible(self.detail),
            "code": self.code,
        }
        return ProblemResponse(document | _plain(self.params), self.status, headers=self.headers)


def response_to(failure: Exception) -> ProblemResponse:
    """
    The answer to whatever the control interface lets itself be stopped by.
    """
    if isinstance(failure, ProblemError):
        return failure.response()
    if isinstance(failure, errors.HoneyhostError):
        return ProblemError.of(failure).response()
    if isinstance(failure, Refusal):
        return ProblemResponse(failure.problem, failure.status_code, headers=failure.headers)
    assert isinstance(failure, RequestValidationError)  # noqa: S101 - nothing else is caught
    return ProblemError.invalid(_faults(failure)).response()


def _faults(failure: RequestValidationError) -> list[Problem]:
    """
    What the framework found, without the input that it quotes.
    """
    return [_fault(fault["loc"], str(fault["type"]), str(fault["msg"])) for fault in failure.errors()]


def _fault(location: Sequence[Any], kind: str, message: str) -> Problem:
    where, *rest = location
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{shown_key(str(step))}" for step in rest).lstrip(".")
    said = f"{path or where}: {message[:1].lower()}{message[1:]}"
    return error(kind.replace("_", "-"), said, path=path or None, part=str(where))


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """
    Parameters as JSON holds them; the five members of the document stay what they are.
    """
    kept = {key: value for key, value in params.items() if key not in ("type", "title", "status", "detail", "code")}
    return {key: _value(value) for key, value in kept.items()}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return visible(str(value))
