"""
Consenting: what a plugin asks of the host as it lies there now, answered by whoever steers a running host.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from honeyhost.consent import Answers, purposes
from honeyhost.discovery import discover
from honeyhost.errors import ConflictError, UnknownPluginError
from honeyhost.manifest.grants import request_digest
from honeyhost.manifest.model import PluginManifest
from honeyhost.services.grants import parse_grant
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """
    What one plugin asks for, and what was answered so far.
    """

    manifest: PluginManifest | None
    answers: Answers

    @property
    def digest(self) -> str:
        """
        What an answer is an answer to.
        """
        return request_digest(self.answers.asked)

    def rows(self) -> list[dict[str, Any]]:
        """
        Each piece with its answer and its purpose, as JSON.
        """
        said = purposes(self.manifest) if self.manifest is not None else {}
        return [
            {"grant": str(piece), "answer": self.answers.answer_to(piece), "purpose": said.get(piece) or None}
            for piece in self.answers.asked
        ]


def request_of(settings: Settings, slug: str, record: PluginRecord | None) -> Request:
    """
    The request of a plugin. One that was taken away asks for nothing, and what it was granted can still be taken back.

    Raises:
        UnknownPluginError: if there is neither such a plugin nor a record of one.
    """
    found = next(iter(discover(settings.discovery_options()).named(slug)), None)
    if found is not None:
        return Request(manifest=found.manifest, answers=Answers.of(found.manifest, record))
    if record is None:
        raise UnknownPluginError(f"no plugin is called '{slug}'", hint="honeyhost list", name=slug)
    return Request(manifest=None, answers=Answers(asked=(), grants=record.grants, digest=record.grants_digest))


def answered(request: Request, slug: str, grants: Collection[str], *, digest: str | None, actor: str) -> Answers:
    """
    The answers that leave the plugin exactly these grants; the whole request is answered with them.

    Args:
        request: of the plugin.
        slug: its name.
        grants: each as ``type[:access][:scope]``.
        digest: of the request that this answers; of whatever it asks for now where left out.
        actor: who grants it.

    Raises:
        UsageError: if one is no grant, or nothing that the plugin asks for.
        ConflictError: if the plugin asks for something else by now.
    """
    if digest is not None and digest != request.digest:
        raise ConflictError(
            f"plugin '{slug}' asks for something else by now", hint="read its grants again", wanted=digest, found=request.digest
        )
    before = request.answers
    granted = before.granting([text for text in grants if text not in before.grants], actor)
    wanted = {str(piece) for text in grants for piece in parse_grant(text)}
    left = [text for text in granted.grants if text not in wanted]
    return (granted.revoking(left) if left else granted).closing()
