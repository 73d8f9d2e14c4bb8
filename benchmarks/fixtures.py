"""
Fixtures: hosts full of plugins, written to disk as an installer or a person would leave them.

Every plugin has two router modules with five routes each, five of the ten static and five with ``{id:int}``, and a manifest
with permissions, pages and a seed group. All sizes are made of the same plugin, so that figures of several sizes compare.
"""

import hashlib
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

from honeyhost.discovery.copies import PLACE, write_copy
from honeyhost.manifest import read, validate_document

VERSION = "1.0.0"
WITH_ENTRY_POINTS = 0.35
"""The share of unrelated distributions that have an ``entry_points.txt``, as counted in real environments."""

_ROUTER = '''\
"""
Routes of {part}.
"""

from fastapi import APIRouter

router = APIRouter(prefix="/{part}")


@router.get("/list")
async def list_{part}() -> dict[str, str]:
    return {{"plugin": "{slug}", "route": "list"}}


@router.get("/count")
async def count_{part}() -> dict[str, str]:
    return {{"plugin": "{slug}", "route": "count"}}

{extra}
@router.get("/items/{{id:int}}")
async def one_{part}(id: int) -> dict[str, object]:
    return {{"plugin": "{slug}", "id": id}}


@router.get("/items/{{id:int}}/history")
async def history_{part}(id: int) -> dict[str, object]:
    return {{"plugin": "{slug}", "id": id}}
'''
_ONE_MORE_STATIC = """
@router.get("/recent")
async def recent_{part}() -> dict[str, str]:
    return {{"plugin": "{slug}", "route": "recent"}}

"""
_ONE_MORE_WITH_ID = """
@router.get("/items/{{id:int}}/owner")
async def owner_{part}(id: int) -> dict[str, object]:
    return {{"plugin": "{slug}", "id": id}}

"""
_MANIFEST = """\
name: {slug}
version: {version}
display_name: {title}
description: Records and reports of {slug}, for measuring
author: honeyhost
license: Apache-2.0
requires_host: ">=0.1"
routers:
  - router: .routers.records:router
    permission: {permission}.read
  - router: .routers.reports:router
    permission: {permission}.read
nav:
  - {{label: Records, path: /{slug}/records, icon: list, order: 10, permission: {permission}.read}}
  - {{label: Reports, path: /{slug}/reports, icon: chart, order: 20, permission: {permission}.read}}
permissions: [{permission}.read, {permission}.edit]
seed_groups:
  - name: {permission}_staff
    permissions: [{permission}.read, {permission}.edit]
"""

_PACKAGE = "manifest = object()\n"
"""Something to load, for libraries that load what an entry point names."""
_NPE2_MANIFEST = """\
name: {name}
display_name: {title}
contributions:
  commands:
    - {{id: {name}.open, title: Open, python_name: "{package}:open"}}
  widgets:
    - {{command: {name}.open, display_name: Open}}
"""


def slug_of(number: int) -> str:
    """
    The slug of the plugin with a number.
    """
    return f"bench-{number:04d}"


def package_files(number: int) -> dict[str, str]:
    """
    The files of a plugin by their path below its root.
    """
    slug = slug_of(number)
    permission = slug.replace("-", "_")
    return {
        "plugin.yaml": _MANIFEST.format(slug=slug, version=VERSION, title=slug.title(), permission=permission),
        "routers/records.py": _ROUTER.format(
            slug=slug, part="records", extra=_ONE_MORE_STATIC.format(slug=slug, part="records")
        ),
        "routers/reports.py": _ROUTER.format(
            slug=slug, part="reports", extra=_ONE_MORE_WITH_ID.format(slug=slug, part="reports")
        ),
    }


def write_folders(root: Path, count: int) -> None:
    """
    ``count`` plugins as folders of a plugin root.
    """
    for number in range(count):
        _write(root / slug_of(number), package_files(number))


def write_wheels(site: Path, count: int, *, copies: bool = True) -> None:
    """
    ``count`` plugins as distributions installed in ``site``; without ``copies`` as backends other than hatchling leave them.
    """
    for number in range(count):
        slug = slug_of(number)
        package = f"honeyframe_{slug.replace('-', '_')}"
        files = {f"{package}/{path}": text for path, text in package_files(number).items()}
        files[f"{package}/__init__.py"] = _PACKAGE
        dist_info = f"{package}-{VERSION}.dist-info"
        files |= {f"{dist_info}/{path}": text for path, text in _metadata(package.replace("_", "-"), package, slug).items()}
        if copies:
            source = f"{package}/plugin.yaml"
            files[f"{dist_info}/{PLACE}"] = _copy(files[source], package, source)
        files[f"{dist_info}/RECORD"] = "".join(_record(files, f"{dist_info}/RECORD"))
        _write(site, files)


def write_npe2(site: Path, count: int) -> None:
    """
    ``count`` plugins of npe2, each with one command and one widget, as distributions installed in ``site``.
    """
    for number in range(count):
        package = f"npe2_{slug_of(number).replace('-', '_')}"
        name, dist_info = package.replace("_", "-"), f"{package}-{VERSION}.dist-info"
        metadata = _metadata(name, package, slug_of(number))
        metadata["entry_points.txt"] = f"[napari.manifest]\n{name} = {package}:napari.yaml\n"
        files = {f"{dist_info}/{path}": text for path, text in metadata.items()}
        files[f"{package}/__init__.py"] = "def open() -> None: ...\n"
        files[f"{package}/napari.yaml"] = _NPE2_MANIFEST.format(name=name, title=name.title(), package=package)
        files[f"{dist_info}/RECORD"] = "".join(_record(files, f"{dist_info}/RECORD"))
        _write(site, files)


def write_distributions(site: Path, count: int) -> None:
    """
    ``count`` distributions that have nothing to do with plugins.
    """
    for number in range(count):
        name = f"unrelated_{number:04d}"
        dist_info = f"{name}-2.{number % 10}.0.dist-info"
        files = {f"{name}/__init__.py": "", f"{dist_info}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: 2.0.0\n"}
        files[f"{dist_info}/INSTALLER"] = "pip\n"
        if number < count * WITH_ENTRY_POINTS:
            files[f"{dist_info}/entry_points.txt"] = (
                f"[console_scripts]\n{name} = {name}.cli:main\n{name}-ctl = {name}.ctl:main\n"
            )
        files[f"{dist_info}/RECORD"] = "".join(_record(files, f"{dist_info}/RECORD"))
        _write(site, files)


def clear(folder: Path) -> Path:
    """
    The folder, there and empty.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _metadata(name: str, package: str, slug: str) -> dict[str, str]:
    return {
        "METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: {VERSION}\nRequires-Dist: honeyhost\n\nA plugin.\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: fixtures\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "INSTALLER": "pip\n",
        "entry_points.txt": f"[honeyframe.plugins]\n{slug} = {package}:manifest\n",
    }


def _copy(text: str, package: str, path: str) -> str:
    document, problems = read(text.encode(), file=path)
    if document is None:
        raise ValueError(problems)
    manifest, problems = validate_document(document)
    if manifest is None:
        raise ValueError(problems)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return write_copy(manifest, document.positions, package=package, path=path, sha256=sha256)


def _record(files: Mapping[str, str], own: str) -> Iterator[str]:
    for path, text in files.items():
        digest = urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        yield f"{path},sha256={digest},{len(text.encode())}\n"
    yield f"{own},,\n"


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
