"""
Consent: what a plugin asks of the host beside what an operator granted, and the record after another answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from honeyhost.errors import UsageError
from honeyhost.manifest.grants import asked_by, pieces_of, request_digest, uncovered
from honeyhost.manifest.model import PluginManifest
from honeyhost.names import label_text
from honeyhost.services.grants import Grant, parse_grant, read_grants
from honeyhost.store.records import PluginRecord

Answer = Literal["granted", "narrowed", "withheld", "open"]
"""``narrowed``: a part of the piece is granted; ``withheld``: answered, with a no; ``open``: not answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """
    What one plugin asks for and what it has: ``grants`` as the record keeps them, each text with who granted it and when, and
    the digest of the request that was answered with them.
    """

    asked: tuple[Grant, ...]
    grants: Mapping[str, Any] = field(default_factory=dict)
    digest: str | None = None

    @classmethod
    def of(cls, manifest: PluginManifest, record: PluginRecord | None) -> "Answers":
        """
        The answers to a plugin so far.
        """
        if record is None:
            return cls(asked=asked_by(manifest))
        return cls(asked=asked_by(manifest), grants=record.grants, digest=record.grants_digest)

    @property
    def granted(self) -> tuple[Grant, ...]:
        """
        The pieces that it has.
        """
        return read_grants(self.grants)

    @property
    def waiting(self) -> tuple[Grant, ...]:
        """
        The pieces that the plugin waits for; none once its request was answered.
        """
        return tuple(piece for piece in self.asked if self.answer_to(piece) == "open")

    @property
    def without(self) -> tuple[Grant, ...]:
        """
        The pieces that it asks for and has not, or not whole.
        """
        return uncovered(self.asked, self.granted)

    @property
    def idle(self) -> tuple[str, ...]:
        """
        Grants that it does not ask for any more.
        """
        return tuple(text for text in self.grants if not any(_meets(grant, self.asked) for grant in read_grants([text])))

    def answer_to(self, piece: Grant) -> Answer:
        """
        What was said to one piece.
        """
        if not uncovered([piece], self.granted):
            return "granted"
        if any(piece.covers(grant) for grant in self.granted):
            return "narrowed"
        return "withheld" if self.digest == request_digest(self.asked) else "open"

    def granting(self, texts: Iterable[str], actor: str) -> "Answers":
        """
        The same with more grants.

        Raises:
            UsageError: if one is no grant, or nothing that the plugin asks for.
        """
        fresh = tuple(grant for text in texts for grant in parse_grant(text))
        for grant in fresh:
            if not _meets(grant, self.asked):
                asked = ", ".join(map(str, self.asked)) or "nothing"
                raise UsageError(f"'{grant}' is not what the plugin asks for", hint=f"it asks for {asked}")
        said = {"by": actor, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        return self._with({**self.grants, **{str(grant): said for grant in fresh if str(grant) not in self.grants}})

    def revoking(self, texts: Iterable[str]) -> "Answers":
        """
        The same with fewer grants; the plugin goes on without them.

        Raises:
            UsageError: if one was not granted.
        """
        taken = {str(grant) for text in texts for grant in parse_grant(text)}
        unknown = sorted(taken - self.grants.keys())
        if unknown:
            granted = ", ".join(self.grants) or "nothing"
            raise UsageError(f"'{unknown[0]}' was not granted", hint=f"granted: {granted}")
        answered = not self.waiting
        kept = {text: said for text, said in self.grants.items() if text not in taken}
        return Answers(asked=self.asked, grants=kept, digest=request_digest(self.asked) if answered else self.digest)

    def closing(self) -> "Answers":
        """
        The same, answered: what was not granted is withheld, and the plugin goes on without it.
        """
        return Answers(asked=self.asked, grants=self.grants, digest=request_digest(self.asked))

    def _with(self, grants: Mapping[str, Any]) -> "Answers":
        made = Answers(asked=self.asked, grants=grants, digest=self.digest)
        return made if made.waiting else made.closing()


def purposes(manifest: PluginManifest) -> dict[Grant, str]:
    """
    Why the plugin asks for each piece, as its author says it.
    """
    return {piece: label_text(wanted.purpose) or "" for wanted in manifest.host_permissions for piece in pieces_of(wanted)}


def _meets(grant: Grant, asked: Iterable[Grant]) -> bool:
    return any(grant.covers(piece) or piece.covers(grant) for piece in asked)
