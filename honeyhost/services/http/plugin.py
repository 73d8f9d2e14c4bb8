"""
``host.http``: what a plugin may ask of other servers, hop by hop.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import httpcore

from honeyhost.errors import OperationFailedError, OperationTimeoutError
from honeyhost.sdk.operations import HTTP_REQUEST
from honeyhost.services.guard import Guard, Scope
from honeyhost.services.http.answer import HttpAnswer, redirection
from honeyhost.services.http.client import HttpClient
from honeyhost.services.http.decoding import AnswerError
from honeyhost.services.http.message import Message, read_message
from honeyhost.services.http.urls import read_url
from honeyhost.services.unmeant import UnmeantError, refused

_REDIRECTS = 5


class PluginHttp:
    """
    ``host.http`` of one plugin.
    """

    def __init__(self, guard: Guard, client: HttpClient) -> None:
        self._guard = guard
        self._client = client

    async def request(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 - of the whole exchange, and never longer than the host's own
    ) -> HttpAnswer:
        """
        What the other server answers, whatever its status. Up to five redirects are followed, each only to what is granted too.

        Args:
            method: ``GET``, ``HEAD``, ``POST``, ``PUT``, ``PATCH``, ``DELETE`` or ``OPTIONS``.
            url: absolute, ``https`` or ``http``.
            params: added to the query of the URL.
            headers: of the request; those that say how it is sent are the host's.
            content: its body.
            json: a body that is written as JSON.
            timeout: seconds for all of it; not more than the setting ``http_timeout``.

        Raises:
            PermissionNotGrantedError: if the host of the URL, or of a redirect, was not granted.
            OperationRefusedError: if the request cannot be meant, or leads to an address that is not public.
            OperationTimeoutError: if it takes too long.
            OperationFailedError: if no answer came, or one of more bytes than the setting ``http_max_size``.
        """
        self._guard.admit(HTTP_REQUEST, *_scopes(url))
        given = {"params": params, "headers": headers, "content": content, "data": json}
        return await self._guard.observe(HTTP_REQUEST, self._request(timeout, method, url, given))

    async def _request(self, wanted: float | None, method: str, url: str, given: Mapping[str, Any]) -> HttpAnswer:
        try:
            seconds = _seconds(wanted, self._client.seconds)
            message = read_message(method, url, **given)
            async with asyncio.timeout(seconds):
                return await self._follow(message)
        except UnmeantError as error:
            raise refused(self._guard, HTTP_REQUEST, error) from error
        except TimeoutError as error:
            raise self._late(message, seconds) from error

    async def _follow(self, message: Message) -> HttpAnswer:
        for _ in range(_REDIRECTS + 1):
            answer = await self._send(message)
            location = redirection(answer.status, answer.headers)
            if location is None:
                return answer
            message = message.redirected(answer.status, location)
            if not self._guard.may(HTTP_REQUEST, message.url.scopes):
                raise self._guard.refuse(HTTP_REQUEST, message.url.scopes[0])
        raise self._failed(message, f"it redirects more than {_REDIRECTS} times")

    async def _send(self, message: Message) -> HttpAnswer:
        try:
            return await self._client.send(self._guard.slug, message)
        except AnswerError as error:
            raise self._failed(message, str(error), error.hint) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise self._failed(message, f"{type(error).__name__}: {error}".rstrip(": ")) from error

    def _failed(self, message: Message, said: str, hint: str | None = None) -> OperationFailedError:
        """
        The URL's path and query are not quoted: there may be keys in them.
        """
        guard = self._guard
        return OperationFailedError(
            f"{HTTP_REQUEST.path} of plugin '{guard.slug}' to {message.url.origin} failed: {said}",
            hint=hint,
            plugin=guard.slug,
            operation=HTTP_REQUEST.name,
        )

    def _late(self, message: Message, seconds: float) -> OperationTimeoutError:
        guard = self._guard
        return OperationTimeoutError(
            f"{HTTP_REQUEST.path} of plugin '{guard.slug}' to {message.url.origin} took longer than {seconds:g} s",
            hint="the operator may raise the setting 'http_timeout'" if seconds == self._client.seconds else None,
            plugin=guard.slug,
            operation=HTTP_REQUEST.name,
        )


def _scopes(url: str) -> tuple[Scope, ...]:
    """
    What a grant has to cover; nothing in particular where the URL cannot be read, which is said later.
    """
    try:
        return (read_url(url).scopes,)
    except UnmeantError:
        return ()


def _seconds(wanted: float | None, most: float) -> float:
    if wanted is None:
        return most
    if not isinstance(wanted, int | float) or not math.isfinite(wanted) or wanted <= 0:
        raise UnmeantError("the timeout is no number of seconds above 0")
    return min(wanted, most)
