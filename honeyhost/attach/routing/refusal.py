"""
Refusals: the answers of the gate, raised as the framework's exceptions so that the host's own handlers word them.
"""

from typing import Any

from starlette.exceptions import HTTPException, WebSocketException
from starlette.types import Scope

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
"""How a websocket is closed (RFC 6455, 7.4): it is refused, or it cannot be served now."""
_UNAVAILABLE = 503


class Refusal(HTTPException):
    """
    A request that the gate did not let through; ``problem`` is its body where the host has no words of its own.
    """

    def __init__(self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.code = code
        self.params = params

    @property
    def problem(self) -> dict[str, Any]:
        """
        The problem document (RFC 9457).
        """
        return {
            "type": "about:blank",
            "title": _TITLES[self.status_code],
            "status": self.status_code,
            "detail": self.detail,
        } | {
            "code": self.code,
            **self.params,
        }


_TITLES = {
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    413: "Content too large",
    503: "Unavailable",
    504: "Timed out",
}


def not_found(scope: Scope) -> Exception:
    """
    No plugin answers here: unknown, disabled, or rejected; the answer does not tell which.
    """
    return _refuse(scope, Refusal(404, "not-found", "Not Found"))


def unauthenticated(scope: Scope) -> Exception:
    """
    The caller is not known.
    """
    refusal = Refusal(401, "not-authenticated", "Not authenticated", headers={"WWW-Authenticate": "Bearer"})
    return _refuse(scope, refusal)


def forbidden(scope: Scope, permission: str, plugin: str) -> Exception:
    """
    The caller is known and lacks a permission.
    """
    return _refuse(
        scope, Refusal(403, "permission-missing", f"needs the permission '{permission}'", permission=permission, plugin=plugin)
    )


def too_large(scope: Scope, limit: int) -> Exception:
    """
    The body is larger than the host allows for plugins.
    """
    return _refuse(scope, Refusal(413, "content-too-large", f"the body is larger than {limit} bytes", limit=limit))


def unavailable(scope: Scope, plugin: str) -> Exception:
    """
    The plugin failed to load or start; what happened is in the log and in ``honeyhost why``, not in the answer.
    """
    detail = f"the plugin '{plugin}' failed to start"
    return _refuse(scope, Refusal(503, "plugin-failed", detail, headers={"Retry-After": "30"}, plugin=plugin))


def timed_out(scope: Scope, plugin: str, seconds: float) -> Exception:
    """
    The plugin did not answer within the host's time limit.
    """
    return _refuse(
        scope, Refusal(504, "plugin-timeout", f"the plugin '{plugin}' did not answer within {seconds:g} s", plugin=plugin)
    )


def ended(scope: Scope, plugin: str) -> Exception:
    """
    The request was under way when the plugin was switched off or replaced, and had its time to finish.
    """
    detail = f"the plugin '{plugin}' was ended before it had answered"
    return _refuse(scope, Refusal(503, "plugin-ended", detail, headers={"Retry-After": "1"}, plugin=plugin))


def undecided(scope: Scope) -> Exception:
    """
    Who is asking cannot be found out now; nobody is let through on a guess.
    """
    detail = "who is asking cannot be found out at the moment"
    return _refuse(scope, Refusal(503, "identity-unavailable", detail, headers={"Retry-After": "5"}))


def _refuse(scope: Scope, refusal: Refusal) -> Exception:
    if scope["type"] == "websocket":
        code = TRY_AGAIN_LATER if refusal.status_code == _UNAVAILABLE else POLICY_VIOLATION
        return WebSocketException(code=code, reason=refusal.code)
    return refusal
