"""
The bundled platform: a small FastAPI application with its plugins.

``application`` is what a server is given: ``uvicorn --factory honeyhost.fastapi:application``.
"""

import gc

from fastapi import FastAPI
from starlette.responses import RedirectResponse

from honeyhost.host import Host
from honeyhost.sdk import Identity
from honeyhost.settings import Settings


def create_app(settings: Settings | None = None, *, identity: Identity | None = None) -> FastAPI:
    """
    The platform with the plugins of the given settings attached, and ``app.state.host`` the host.
    """
    host = Host(settings, identity=identity)
    app = FastAPI(
        title="honeyhost platform",
        version=host.settings.host_version,
        summary="A platform and its plugins",
        lifespan=host.lifespan,
    )
    app.state.host = host

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        """
        The way to the documentation of the API, until there is a page.
        """
        return RedirectResponse("docs")

    host.attach(app)
    return app


def application() -> FastAPI:
    """
    The platform with settings from the environment, for a process that serves nothing else: the search for garbage, which
    follows each upgrade of a plugin, passes over all that was there before.
    """
    gc.freeze()
    return create_app()
