"""
The rules about the host's version: the range that a plugin needs, and the version up to which it was tried.

An operator may waive an upper bound (a plugin's author cannot know that the next host breaks it); a lower bound and a
version that the author took out on purpose stand. Every use of a waiver is a warning.
"""

from collections.abc import Sequence

from packaging.specifiers import Specifier

from honeyhost.diagnostics import Problem, warning
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, named, place
from honeyhost.resolver.reasons import HostExcluded, HostTooNew, HostTooOld, Reason
from honeyhost.resolver.rules.rule import Fact, Rule
from honeyhost.resolver.versions import Side, exceeds, intersection, side, unmet

_NAME = "host-version"
_REASONS: dict[Side, type[HostTooOld | HostTooNew | HostExcluded]] = {
    "below": HostTooOld,
    "above": HostTooNew,
    "excluded": HostExcluded,
}


def ask(plugin: DiscoveredPlugin, context: Context) -> Sequence[Reason]:
    """
    The sides on which the host's version lies outside of what the plugin needs.
    """
    unmet_sides = _unmet(plugin, context)
    if not unmet_sides:
        return ()
    waived = context.policy.waives(plugin.name, _NAME)
    return tuple(
        _REASONS[where](
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, _field(plugin, specifier)),
            fact_source=_host_source(context),
            required=_demand(plugin),
            actual=context.profile.host_version,
        )
        for where, specifier in unmet_sides.items()
        if not (waived and where == "above")
    )


def warn(plugin: DiscoveredPlugin, context: Context) -> Sequence[Problem]:
    """
    The upper bound that the operator waived.
    """
    if not context.policy.waives(plugin.name, _NAME) or "above" not in _unmet(plugin, context):
        return ()
    host, demand = context.profile.host_version, _demand(plugin)
    return (
        warning(
            "override-used",
            f"{named(plugin)} needs host {demand}, this host is {host}; the operator waived the upper bound",
            hint=f"remove overrides.{plugin.name} when a release for host {host} is installed",
            path=_field(plugin, _unmet(plugin, context)["above"]),
            rule=_NAME,
            required=demand,
            actual=host,
        ),
    )


def fact(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    The host's version beside the range.
    """
    demand, host = _demand(plugin), context.profile.host_version
    if not demand:
        return Fact(fact=host, source=_host_source(context), message="asks for no particular host version")
    field = "requires_host" if plugin.manifest.requires_host else "min_host_version"
    waived = "; the operator waived the upper bound" if _unmet(plugin, context) else ""
    source = joined(place(plugin, field), _host_source(context))
    return Fact(fact=host, source=source, message=f"needs host {demand}, this host is {host}{waived}")


def warn_untested(plugin: DiscoveredPlugin, context: Context) -> Sequence[Problem]:
    """
    That the host is newer than what the plugin was tried with.
    """
    tested, host = plugin.manifest.tested_up_to, context.profile.host_version
    if tested is None or not exceeds(host, tested):
        return ()
    text = f"{named(plugin)} was tested up to host {tested}, this host is {host}"
    if context.policy.waives(plugin.name, _NAME):
        params = {"rule": "tested-up-to", "tested": tested, "actual": host}
        return (warning("override-used", f"{text}; the operator accepted that", path="tested_up_to", **params),)
    hint = f'try it; then accept it in honeyhost.toml: overrides.{plugin.name} = ["{_NAME}"]'
    return (warning("tested-up-to", text, path="tested_up_to", hint=hint, tested=tested, actual=host),)


def fact_tested(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    The host's version beside the one that was tried.
    """
    tested, host = plugin.manifest.tested_up_to, context.profile.host_version
    if tested is None:
        return Fact(fact=host, source=_host_source(context), message="does not say up to which host it was tested")
    newer = f"; host {host} is newer, which is a warning only" if exceeds(host, tested) else ""
    source = joined(place(plugin, "tested_up_to"), _host_source(context))
    return Fact(fact=host, source=source, message=f"was tested up to host {tested}{newer}")


def _demand(plugin: DiscoveredPlugin) -> str:
    return intersection(plugin.manifest.min_host_version, plugin.manifest.requires_host)


def _unmet(plugin: DiscoveredPlugin, context: Context) -> dict[Side, Specifier]:
    manifest, host = plugin.manifest, context.profile.host_version
    if manifest.min_host_version is None and manifest.requires_host is None:
        return {}
    sides: dict[Side, Specifier] = {}
    for specifier in unmet(_demand(plugin), host):
        sides.setdefault(side(specifier, host), specifier)
    return sides


def _field(plugin: DiscoveredPlugin, specifier: Specifier) -> str:
    return "min_host_version" if intersection(plugin.manifest.min_host_version, None) == str(specifier) else "requires_host"


def _host_source(context: Context) -> str:
    return f"host_version: {context.profile.host_version_source}"


VERSION = Rule(name=_NAME, fact=fact, ask=ask, warn=warn)
TESTED = Rule(name="tested-up-to", fact=fact_tested, warn=warn_untested)
