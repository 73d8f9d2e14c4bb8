"""
Cases: requests to an application over ASGI or WSGI, and the status of what it answers.
"""

import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from asgi import TOKEN, receive, scope
from timing import Case

_NOTHING = io.BytesIO()
Application = Callable[[Any, Any, Any], Awaitable[None]]
GatewayApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answers:
    """
    The statuses of what was answered, counted rather than kept.
    """

    def __init__(self) -> None:
        self.status = 0
        self.count = 0

    async def send(self, message: Any) -> None:
        """
        What an ASGI application calls with the parts of its answer.
        """
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.count += 1

    def start_response(self, status: str, *_: Any) -> None:
        """
        What a WSGI application calls with the head of its answer.
        """
        self.status = int(status[:3])
        self.count += 1


def asgi_case(application: Application, path: str, *, token: bytes | None = TOKEN) -> tuple[Case, Answers]:
    """
    Requests for one path, and what came of them.
    """
    answers = Answers()
    send = answers.send

    async def case(count: int) -> None:
        for _ in range(count):
            await application(scope(path, token=token), receive, send)

    return case, answers


def wsgi_case(application: GatewayApplication, path: str) -> tuple[Case, Answers]:
    """
    The same over the synchronous protocol.
    """
    answers = Answers()
    start_response = answers.start_response

    async def case(count: int) -> None:
        for _ in range(count):
            body = application(_environ(path), start_response)
            b"".join(body)
            close = getattr(body, "close", None)
            if close is not None:
                close()

    return case, answers


def _environ(path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "2",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": "Bearer measured",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": _NOTHING,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
