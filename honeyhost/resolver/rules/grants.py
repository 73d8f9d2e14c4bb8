"""
The rule about consent: what a plugin asks of the host was answered by an operator.

A request that asks for nothing new needs no answer. One that nobody has ever answered waits. Once an operator has answered, the
plugin runs with what was granted, little or much, and a later version that asks for more runs without the new pieces until
they are granted too: nothing goes down for a question.
"""

from collections.abc import Iterator, Sequence

from honeyhost.diagnostics import Problem, info, warning
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest.grants import asked_by, request_digest, unanswered, uncovered
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, named, place
from honeyhost.resolver.profile import NO_CONSENT, Consent
from honeyhost.resolver.reasons import GrantMissing
from honeyhost.resolver.rules.rule import Fact, Rule
from honeyhost.services.grants import Grant

_NAME = "grants"
_FIELD = "host_permissions"
_ANSWERS = "the operator's grants"


def ask(plugin: DiscoveredPlugin, context: Context) -> Sequence[GrantMissing]:
    """
    Each piece that is asked for and that nobody has answered.
    """
    if not plugin.manifest.host_permissions or idle(context):
        return ()
    consent = _consent(plugin, context)
    asked = asked_by(plugin.manifest)
    if consent.digest is not None:
        return ()
    return [_missing(plugin, piece, consent) for piece in unanswered(asked, consent.grants)]


def warn(plugin: DiscoveredPlugin, context: Context) -> Sequence[Problem]:
    """
    That the plugin runs without a part of what it asks for.
    """
    if not plugin.manifest.host_permissions or idle(context):
        return ()
    return tuple(_withheld(plugin, context))


def fact(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    What it asks for, and what it has.
    """
    asked = asked_by(plugin.manifest)
    if not asked:
        return Fact(fact="none", source=place(plugin, _FIELD), message="asks nothing of the host")
    if context.policy.consents is None:
        message = f"asks for {_listed(asked)}; this host's operator was not asked"
        return Fact(fact=f"{len(asked)} asked for", source=place(plugin, _FIELD), message=message)
    without = uncovered(asked, _consent(plugin, context).grants)
    message = f"asks for {_listed(asked)}: {f'runs without {_listed(without)}' if without else 'granted'}"
    return Fact(fact=f"{len(asked)} asked for", source=joined(place(plugin, _FIELD), _ANSWERS), message=message)


def idle(context: Context) -> bool:
    """
    Nobody is asked where no operator's answers are known.
    """
    return context.policy.consents is None


def _withheld(plugin: DiscoveredPlugin, context: Context) -> Iterator[Problem]:
    consent = _consent(plugin, context)
    asked = asked_by(plugin.manifest)
    without = uncovered(asked, consent.grants)
    if not without or consent.digest is None:
        return
    if consent.digest == request_digest(asked):
        yield info(
            "grant-withheld",
            f"{named(plugin)} runs without {_listed(without)}, which the operator did not grant",
            path=_FIELD,
            hint=f"honeyhost grant {plugin.name} shows what it has",
            grants=[str(piece) for piece in without],
        )
    else:
        yield warning(
            "grant-open",
            f"{named(plugin)} runs without {_listed(without)}, which this version asks for and nobody has answered",
            path=_FIELD,
            hint=f"honeyhost grant {plugin.name} --all, or --without-new-grants",
            grants=[str(piece) for piece in without],
        )


def _missing(plugin: DiscoveredPlugin, piece: Grant, consent: Consent) -> GrantMissing:
    return GrantMissing(
        plugin=plugin.name,
        version=plugin.version,
        source=place(plugin, _FIELD),
        fact_source=_ANSWERS,
        grant=str(piece),
        granted=tuple(str(grant) for grant in consent.grants if grant.type == piece.type),
    )


def _consent(plugin: DiscoveredPlugin, context: Context) -> Consent:
    return (context.policy.consents or {}).get(plugin.name, NO_CONSENT)


def _listed(pieces: Sequence[Grant]) -> str:
    return ", ".join(map(str, pieces))


RULE = Rule(name=_NAME, fact=fact, ask=ask, warn=warn, idle=idle)
