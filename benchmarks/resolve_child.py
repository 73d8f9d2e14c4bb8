"""
The resolve child: one resolution of many plugins with dependencies, in a fresh interpreter with nothing remembered.
"""

import gc
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory, Origin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.resolver import HostProfile, resolve

HOST = "2.0.1"


def main() -> None:
    """
    ``COUNT``: resolve so many plugins once, cold. Says what that cost, and what parsing their distinct specifiers costs.
    """
    count = int(sys.argv[1])
    inventory = Inventory(plugins=tuple(_plugin(number) for number in range(count)))
    texts = {text for plugin in inventory for text in _specifiers(plugin)}
    profile = HostProfile(host_version=HOST)
    gc.collect()
    gc.freeze()
    began = time.process_time()
    resolution = resolve(inventory, profile)
    resolved = time.process_time()
    for text in texts:
        SpecifierSet(text)
    parsed = time.process_time()
    assert len(resolution.accepted) == count, resolution.rejected[0]
    report = {"cpu": resolved - began, "floor": parsed - resolved, "specifiers": len(texts)}
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _plugin(number: int) -> DiscoveredPlugin:
    """
    A plugin with everything that rules look at, and up to three plugins that it needs.
    """
    slug, dice = f"plugin-{number:04d}", random.Random(number)  # noqa: S311 - the same each time is what is wanted
    needs = sorted(dice.sample(range(number), min(number, dice.randint(0, 3))))
    manifest = PluginManifest.model_validate(_manifest(slug, number, needs))
    return DiscoveredPlugin(
        manifest=manifest,
        origin=Origin(kind="directory", location=f"/plugins/{slug}"),
        root=Path("/plugins") / slug,
        package=f"plugins.{slug}",
        digest=slug,
        manifest_file=f"plugins/{slug}/plugin.yaml",
        positions=Positions(),
    )


def _manifest(slug: str, number: int, needs: list[int]) -> dict[str, Any]:
    word = slug.replace("-", "_")
    return {
        "name": slug,
        "version": f"1.{number % 40}.0",
        "requires_host": f">=1.{number % 20},<3",
        "tested_up_to": "2.0",
        "requires_python": ">=3.11",
        "requires_plugins": {f"plugin-{need:04d}": f">=1.{need % 40}" for need in needs},
        "permissions": [f"{word}.read", f"{word}.edit", f"{word}.admin"],
        "seed_groups": [{"name": f"group{number}", "permissions": [f"{word}.read", f"{word}.edit"]}],
        "routers": [{"router": ".a:router", "permission": f"{word}.read"}, {"router": ".b:router"}],
        "nav": [{"label": "A", "path": f"/{slug}/a", "permission": f"{word}.read"}, {"label": "B", "path": f"/{slug}/b"}],
        "capabilities": [{"slug": f"{slug}.do", "handler": "a"}],
    }


def _specifiers(plugin: DiscoveredPlugin) -> list[str]:
    manifest = plugin.manifest
    every = (manifest.requires_host, manifest.requires_python, *manifest.requires_plugins.values())
    return [str(text) for text in every if text is not None]
