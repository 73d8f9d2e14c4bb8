"""
The verbs of plugins: list, show, switch, configure, arrange, reload, release.
"""

from collections import Counter
from typing import Annotated, Any

from fastapi import Body, Header, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from honeyhost.api.door import Asking, Needs, unknown_plugin
from honeyhost.api.hosted import Hosted
from honeyhost.api.interface import MANAGE, READ, Interface, answer, answer_made
from honeyhost.api.listing import Listing
from honeyhost.api.problems import ProblemError
from honeyhost.api.rows import Row, attached_plugin, config_schema, plugin_row, shown
from honeyhost.api.shapes.operations import WhyShape
from honeyhost.api.shapes.plugins import Arrangement, PluginDetail, PluginShape, Toggle
from honeyhost.errors import StoreError

Slug = Annotated[str, Path(description="the plugin", examples=["healthcare"])]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="the ETag of the record that was read; another one is stored: 409", examples=['"41"']),
]
_Config = Annotated[
    dict[str, Any],
    Body(
        description="A JSON merge patch (RFC 7396): null takes a key away. A mask (********) keeps the stored secret.",
        openapi_examples={"mail": {"summary": "Change one key", "value": {"clinic": "South"}}},
    ),
]
_CHANGE = Needs(scope=MANAGE, plugin=True, changes=True)
_CHANGE_BY_BODY = Needs(scope=MANAGE, plugin=True, changes=True, body=True)


def add_reading(interface: Interface, listing: Listing) -> None:
    """
    The verbs that only look.
    """
    host = interface.host

    @interface.verb("GET", "/plugins", Needs(scope=READ), answers=list[PluginShape], described="By (sort, slug)")
    async def list_plugins(request: Request) -> Response:
        """
        Every plugin, attached or not, with state, origin and reasons, sorted by (sort, slug).
        """
        made = listing.known()
        return answer_made(request, made if made is not None else await run_in_threadpool(listing))

    @interface.verb("GET", "/plugins/{slug}", Needs(scope=READ, plugin=True), answers=PluginDetail, described="The plugin")
    async def get_plugin(request: Request, slug: Slug) -> Response:  # noqa: ARG001 - compared with what the caller has
        """
        One plugin, with what every process says of it, and the schema of its configuration.
        """
        detail = await run_in_threadpool(_detail, host, slug)
        return answer(detail, revision=detail["revision"])

    @interface.verb("GET", "/plugins/{slug}/why", Needs(scope=READ, plugin=True), answers=WhyShape, described="The verdict")
    async def explain_plugin(slug: Slug) -> Response:
        """
        Every rule with its fact and where the fact came from, and the smallest change that would admit the plugin.
        """
        told = await run_in_threadpool(host.explain, slug)
        if told is None:
            raise unknown_plugin(slug)
        return answer(shown(told))


def add_changing(interface: Interface) -> None:
    """
    The verbs that change a plugin. Each answers the record as it is then.
    """
    host = interface.host

    @interface.verb("POST", "/plugins/{slug}/toggle", _CHANGE_BY_BODY, answers=PluginShape, also=(409,), described="The record")
    async def toggle_plugin(slug: Slug, caller: Asking, body: Toggle | None = None, if_match: IfMatch = None) -> Response:
        """
        Enable or disable a plugin; without a body, turn it round. Routes, websockets and navigation follow at once, in every
        process.
        """
        revision = matched_revision(host, slug, if_match)
        if body is None and revision is None:
            await host.toggle(slug, actor=caller.id)
        else:
            enabled = body.enabled if body is not None else not _row(host, slug)["enabled"]
            await host.set_enabled(slug, enabled=enabled, actor=caller.id, revision=revision)
        return _record(host, slug)

    @interface.verb("PATCH", "/plugins/{slug}", _CHANGE_BY_BODY, answers=PluginShape, also=(409,), described="The record")
    async def arrange_plugin(slug: Slug, caller: Asking, body: Arrangement, if_match: IfMatch = None) -> Response:
        """
        Change how a plugin shows in the navigation; what an operator sets here survives upgrades.
        """
        revision = matched_revision(host, slug, if_match)
        if wishes := body.wishes():
            await host.arrange(slug, **wishes, actor=caller.id, revision=revision)
        return _record(host, slug)

    @interface.verb(
        "POST", "/plugins/{slug}/configure", _CHANGE_BY_BODY, answers=PluginShape, also=(409,), described="The record"
    )
    async def configure_plugin(slug: Slug, caller: Asking, body: _Config, if_match: IfMatch = None) -> Response:
        """
        Merge an object into the configuration; the outcome has to fit the plugin's own schema. Secrets are written and never
        shown, and no answer quotes what was sent.
        """
        revision = matched_revision(host, slug, if_match)
        await host.configure(slug, body, actor=caller.id, revision=revision)
        return _record(host, slug)

    @interface.verb("POST", "/plugins/{slug}/reload", _CHANGE, answers=PluginShape, also=(409,), described="The record")
    async def reload_plugin(slug: Slug, caller: Asking) -> Response:
        """
        Load the plugin anew in every process; the old one answers until the new one is ready.
        """
        await host.reload(slug, actor=caller.id)
        return _record(host, slug)

    @interface.verb("POST", "/plugins/{slug}/release", _CHANGE, answers=PluginShape, also=(409,), described="The record")
    async def release_plugin(slug: Slug, caller: Asking) -> Response:
        """
        Take the plugin out of quarantine, and try it again.
        """
        await host.release(slug, actor=caller.id)
        return _record(host, slug)


def matched_revision(host: Hosted, slug: str, if_match: str | None) -> int | None:
    """
    The revision that a change is meant for; None where the caller does not say.

    Raises:
        ProblemError: 409, with both revisions, where the stored one is none of those that the caller has read.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    record = host.records.get(slug)
    stored = record.revision if record is not None else 0
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]
    if str(stored) in tags:
        return stored
    read = next((int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 19), None)  # noqa: PLR2004
    detail = f"the record of plugin '{slug}' was changed by somebody else: revision {stored} is stored"
    hint = "read it again and repeat the change"
    raise ProblemError(409, "store-conflict", detail, hint=hint, plugin=slug, stored=stored, read=read)


def _row(host: Hosted, slug: str) -> Row:
    row = plugin_row(host, slug)
    if row is None:
        raise unknown_plugin(slug)
    return row


def _record(host: Hosted, slug: str) -> Response:
    row = _row(host, slug)
    return answer(row, revision=row["revision"])


def _detail(host: Hosted, slug: str) -> Row:
    said = [report.plugins[slug] for report in _reports(host) if slug in report.plugins]
    states = Counter(str(plugin.get("state")) for plugin in said)
    schema = config_schema(attached_plugin(host, slug))
    instances = {"total": len(said), "states": dict(sorted(states.items()))}
    return _row(host, slug) | {"instances": instances, "config_schema": schema}


def _reports(host: Hosted) -> Any:
    """
    What the processes say; nothing while the database is away, for the plugin itself is known without it.
    """
    try:
        return host.instances()
    except StoreError:
        return ()
