"""
The verbs of navigation: what a caller may see of the plugins' contributions.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import READ, Interface, answer
from honeyhost.api.listing import Listing
from honeyhost.api.rows import shown
from honeyhost.api.shapes.plugins import DashboardShape, NavShape
from honeyhost.sdk import Caller
from honeyhost.work.capabilities import runnable


def add_navigation(interface: Interface, listing: Listing) -> None:
    """
    The sidebar, and everything in one answer.
    """
    host = interface.host

    @interface.verb("GET", "/nav", Needs(), answers=list[NavShape], described="In the order of the sidebar")
    async def list_nav(request: Request, caller: Asking) -> Response:
        """
        The entries of the sidebar that the caller may see, in their language.
        """
        return answer(await run_in_threadpool(_nav, host, caller, request))

    @interface.verb("GET", "/dashboard", Needs(scope=READ), answers=DashboardShape, described="All three")
    async def get_dashboard(request: Request, caller: Asking) -> Response:
        """
        Plugins, navigation and capabilities in one answer.
        """
        rows, entries = await run_in_threadpool(lambda: (json.loads(listing().body), _nav(host, caller, request)))
        return answer({"plugins": rows, "nav": entries, "capabilities": list(runnable(host.live, caller))})


def _nav(host: Hosted, caller: Caller, request: Request) -> list[dict[str, Any]]:
    language = caller.language or _language(request)
    return [shown(entry.to_json(language)) for entry in host.live.nav if entry.visible_to(caller)]


def _language(request: Request) -> str:
    first = request.headers.get("accept-language", "en").split(",", 1)[0].split(";", 1)[0].strip()
    return first if first and first != "*" else "en"
