"""
Workflows: capabilities by name, and steps whose values come from before them.
"""

import re
from collections.abc import Iterator
from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.model import PluginManifest, Workflow
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.rules.schedules import positive
from honeyhost.manifest.syntax import excerpt
from honeyhost.names import closest

_VALUE = re.compile(r"\$(?:input|steps\.(?P<step>[A-Za-z_][A-Za-z0-9_-]*))(?:\.[A-Za-z0-9_-]+)*")


def capabilities(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each capability is published once.
    """
    yield from repeated(
        [capability.slug for capability in manifest.capabilities], "capabilities", "the capability", below="slug"
    )


def workflows(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Workflows and their steps are told apart, and every value and every own capability that a step names exists.
    """
    yield from repeated([workflow.name for workflow in manifest.workflows], "workflows", "the workflow", below="name")
    own = {capability.slug for capability in manifest.capabilities}
    for index, workflow in enumerate(manifest.workflows):
        path = child(child("workflows", index), "steps")
        yield from repeated([step.id for step in workflow.steps], path, "the step", below="id")
        yield from _capabilities(workflow, path, own, manifest.name)
        yield from _values(workflow, path)
        for position, step in enumerate(workflow.steps):
            yield from positive(step.timeout, child(child(path, position), "timeout"))


def _capabilities(workflow: Workflow, path: str, own: set[str], slug: str) -> Iterator[Problem]:
    for position, step in enumerate(workflow.steps):
        if step.capability.startswith(f"{slug}.") and step.capability not in own:
            near = closest(step.capability, own)
            message = f"plugin '{slug}' publishes no capability '{excerpt(step.capability)}'"
            hint = f"did you mean '{near}'?" if near else "add it under capabilities"
            place = child(child(path, position), "capability")
            yield error("capability-unknown", message, path=place, hint=hint, capability=excerpt(step.capability), near=near)


def _values(workflow: Workflow, path: str) -> Iterator[Problem]:
    before: list[str] = []
    for position, step in enumerate(workflow.steps):
        place = child(path, position)
        if step.when is not None:
            yield from _value(step.when.ref, child(child(place, "when"), "ref"), before, must=True)
        yield from _arguments(step.args, child(place, "args"), before)
        before.append(step.id)


def _arguments(value: Any, path: str, before: list[str]) -> Iterator[Problem]:
    if isinstance(value, str):
        yield from _value(value, path, before, must=False)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _arguments(item, child(path, key), before)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _arguments(item, child(path, index), before)


def _value(text: str, path: str, before: list[str], *, must: bool) -> Iterator[Problem]:
    """
    A value that stands for another one; other text is only text, except where a value must be named.
    """
    match = _VALUE.fullmatch(text)
    if match is None and (must or text.startswith(("$input", "$steps"))):
        message = f"'{excerpt(text)}' names no value"
        yield error("workflow-value-invalid", message, path=path, hint="write '$input.a' or '$steps.<id>.b'")
    elif match is not None and match["step"] and match["step"] not in before:
        near = closest(match["step"], before)
        message = f"no step before this one is called '{excerpt(match['step'])}'"
        hint = f"did you mean '{near}'?" if near else "a step can use the values of earlier steps only"
        yield error("workflow-value-invalid", message, path=path, hint=hint, step=excerpt(match["step"]), near=near)
