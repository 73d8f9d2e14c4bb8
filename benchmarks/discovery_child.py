"""
The discovery child: one look for plugins in a fresh interpreter, imports included.

Says in JSON what the look cost after the start of the interpreter, and how many plugins it found.
"""

import json
import os
import sys
import time
from collections.abc import Callable

GROUP = "honeyframe.plugins"


def main() -> None:
    """
    One kind of look: ``KIND``. Wheels are looked for on the path, folders in ``plugins`` of the working directory.
    """
    began = time.process_time()
    found = KINDS[sys.argv[1]]()
    cpu = time.process_time() - began
    sys.stdout.write(json.dumps({"cpu": cpu, "found": found}) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _entry_points_read() -> int:
    found = 0
    for _, data in _raw_entry_points():
        found += data.count(b"honeyframe.plugins")
    return found


def _everything_read() -> int:
    found = 0
    for location, data in _raw_entry_points():
        if b"honeyframe.plugins" in data:
            found += len(_read(f"{location}/extra_metadata/honeyframe/plugin.json")) > 0
    return found


def _folders_read() -> int:
    with os.scandir("plugins") as entries:
        return sum(len(_read(f"{entry.path}/plugin.yaml")) > 0 for entry in entries)


def _raw_entry_points() -> list[tuple[str, bytes]]:
    found = []
    for folder in sys.path:
        if not os.path.isdir(folder):  # noqa: PTH112 - the floor makes no objects
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".dist-info"):
                    try:
                        found.append((entry.path, _read(f"{entry.path}/entry_points.txt")))
                    except FileNotFoundError:
                        continue
    return found


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    data = os.read(descriptor, 1 << 20)
    os.close(descriptor)
    return data


def _names() -> int:
    from honeyhost.discovery.declarations import parse
    from honeyhost.discovery.distributions import scan

    return sum(len(parse(distribution.entry_points).entries) for distribution in scan(sys.path).distributions)


def _wheels() -> int:
    from honeyhost.discovery import DiscoveryOptions, discover

    return len(discover(DiscoveryOptions(directories=False)))


def _folders() -> int:
    from pathlib import Path

    from honeyhost.discovery import DiscoveryOptions, discover

    return len(discover(DiscoveryOptions(bundled_root=Path("plugins").absolute(), entry_points=False)))


def _importlib_metadata() -> int:
    from importlib.metadata import entry_points

    return len(entry_points(group=GROUP))


def _importlib_metadata_backport() -> int:
    from importlib_metadata import entry_points

    return len(entry_points(group=GROUP))


def _stevedore() -> int:
    from stevedore import ExtensionManager

    return len(ExtensionManager(GROUP).names())


def _pluggy() -> int:
    from pluggy import PluginManager

    return PluginManager("honeyframe").load_setuptools_entrypoints(GROUP)


def _npe2() -> int:
    from npe2 import PluginManager

    manager = PluginManager()
    manager.discover()
    return sum(manifest.name.startswith("npe2-") for manifest in manager.iter_manifests())


KINDS: dict[str, Callable[[], int]] = {
    "floor-names": _entry_points_read,
    "floor-manifests": _everything_read,
    "floor-folders": _folders_read,
    "names": _names,
    "wheels": _wheels,
    "folders": _folders,
    "importlib.metadata": _importlib_metadata,
    "importlib_metadata": _importlib_metadata_backport,
    "stevedore": _stevedore,
    "pluggy": _pluggy,
    "npe2": _npe2,
}
