"""
The rules about what runs the code: the Python version, and the runtime.
"""

from collections.abc import Sequence

from packaging.specifiers import Specifier

from honeyhost.diagnostics import Problem, warning
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, named, place
from honeyhost.resolver.reasons import PythonMismatch, RuntimeUnavailable
from honeyhost.resolver.rules.rule import Fact, Rule
from honeyhost.resolver.versions import side, unmet

_NAME = "python-version"


def ask_python(plugin: DiscoveredPlugin, context: Context) -> Sequence[PythonMismatch]:
    """
    Whether the interpreter lies outside of what the plugin needs; the operator may waive an upper bound.
    """
    failing = _unmet(plugin, context)
    if not failing:
        return ()
    actual, required = context.profile.python_version, plugin.manifest.requires_python or ""
    if context.policy.waives(plugin.name, _NAME) and all(side(specifier, actual) == "above" for specifier in failing):
        return ()
    return (
        PythonMismatch(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, "requires_python"),
            fact_source=context.profile.python_version_source,
            required=required,
            actual=actual,
        ),
    )


def warn_python(plugin: DiscoveredPlugin, context: Context) -> Sequence[Problem]:
    """
    The upper bound that the operator waived.
    """
    if not context.policy.waives(plugin.name, _NAME) or not _unmet(plugin, context) or ask_python(plugin, context):
        return ()
    required, actual = plugin.manifest.requires_python, context.profile.python_version
    return (
        warning(
            "override-used",
            f"{named(plugin)} needs Python {required}, this host runs on Python {actual}; the operator waived the upper bound",
            path="requires_python",
            rule=_NAME,
            required=required,
            actual=actual,
        ),
    )


def fact_python(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    The interpreter beside the range.
    """
    required, actual = plugin.manifest.requires_python, context.profile.python_version
    source = context.profile.python_version_source
    if not required:
        return Fact(fact=actual, source=source, message="asks for no particular Python")
    waived = "; the operator waived the upper bound" if _unmet(plugin, context) else ""
    message = f"needs Python {required}, this host runs on Python {actual}{waived}"
    return Fact(fact=actual, source=joined(place(plugin, "requires_python"), source), message=message)


def ask_runtime(plugin: DiscoveredPlugin, context: Context) -> Sequence[RuntimeUnavailable]:
    """
    Whether this host can run code of that kind.
    """
    wanted = plugin.manifest.runtime.type
    if wanted in context.profile.runtimes:
        return ()
    return (
        RuntimeUnavailable(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, "runtime"),
            fact_source="runtimes of this host",
            required=wanted,
            available=tuple(sorted(context.profile.runtimes)),
        ),
    )


def fact_runtime(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    The runtime that the plugin uses.
    """
    wanted = plugin.manifest.runtime.type
    return Fact(
        fact=", ".join(sorted(context.profile.runtimes)),
        source=joined(place(plugin, "runtime"), "runtimes of this host"),
        message=f"runs on the runtime '{wanted}'",
    )


def _unmet(plugin: DiscoveredPlugin, context: Context) -> tuple[Specifier, ...]:
    required = plugin.manifest.requires_python
    return unmet(required, context.profile.python_version) if required else ()


PYTHON = Rule(name=_NAME, fact=fact_python, ask=ask_python, warn=warn_python)
RUNTIME = Rule(name="runtime", fact=fact_runtime, ask=ask_runtime)
