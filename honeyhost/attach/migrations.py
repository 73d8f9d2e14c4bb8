"""
Migrations: the steps that a plugin brings for tables of its own. They are read here, never run.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest.tree import UnreadableError, read_bounded

_STEPS = "versions"
_MAX_BYTES = 1024 * 1024


class MigrationPoint:
    """
    One contribution for all steps: where they lead. The tables last, whatever becomes of the plugin.
    """

    kind = "migration"
    lasting = True

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The last revision of the plugin's script folder.
        """
        folder = scripts(plugin)
        if folder is not None:
            revision = ", ".join(heads(folder)) or "nothing"
            details = {"revision": revision}
            yield Contribution(kind=self.kind, plugin=plugin.name, key="tables", summary=f"to {revision}", details=details)


def scripts(plugin: DiscoveredPlugin) -> Path | None:
    """
    The script folder of a plugin that has one.
    """
    return None if plugin.manifest.migrations is None else plugin.root / plugin.manifest.migrations


def heads(folder: Path) -> tuple[str, ...]:
    """
    The revisions of a script folder that no other follows, in order: one, where the steps are a chain. A file that does not
    say its revision in plain text is passed over.
    """
    steps = {step["revision"]: step.get("down_revision") for step in _steps(folder) if isinstance(step.get("revision"), str)}
    followed = {name for before in steps.values() for name in (before if isinstance(before, tuple | list) else (before,))}
    return tuple(sorted(steps.keys() - followed))


def _steps(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.joinpath(_STEPS).glob("*.py")):
        try:
            tree = ast.parse(read_bounded(file, _MAX_BYTES))
        except (UnreadableError, SyntaxError, ValueError):
            continue  # told when the step is to be made
        yield dict(_assigned(tree))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """
    The names that a module gives plain values to.
    """
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                try:
                    yield target.id, ast.literal_eval(value)
                except ValueError:
                    continue
