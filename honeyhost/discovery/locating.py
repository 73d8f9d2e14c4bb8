"""
Locating: the manifest that an entry point means, found without importing anything.

First the copy beside the metadata, then the ``plugin.yaml`` that RECORD lists in the module's package, the longest dotted
prefix first. Both are read only if RECORD has them, and believed only if their hash is RECORD's.
"""

from collections.abc import Iterator

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.discovery.carriers import Carrier
from honeyhost.discovery.copies import LIMIT, PLACE, ManifestCopy, is_plain, read_copy
from honeyhost.discovery.readings import MANIFEST, Reading, read_yaml
from honeyhost.discovery.records import Record, hexadecimal, matches
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.rules import check_rules
from honeyhost.manifest.tree import UnreadableError


def locate_manifest(carrier: Carrier, module: str) -> Reading | tuple[Problem, ...]:
    """
    The reading of the manifest that belongs to a module of the distribution, or why there is none.
    """
    if carrier.record is None:
        return _unlisted(carrier, module)
    if not carrier.record.owns(module):
        return (not_owned(carrier, module),)
    copied = _copied(carrier, carrier.record, module)
    if isinstance(copied, Reading) or any(problem.severity == "error" for problem in copied):
        return copied
    return _listed(carrier, carrier.record, module, copied)


def prefixes(module: str) -> Iterator[str]:
    """
    The dotted prefixes of a module, the longest first.

    >>> list(prefixes("a.b.c"))
    ['a.b.c', 'a.b', 'a']
    """
    while module:
        yield module
        module = module.rpartition(".")[0]


def not_owned(carrier: Carrier, module: str) -> Problem:
    """
    The problem of an entry point that names a module of somebody else.
    """
    return error(
        "entry-point-not-owned",
        f"{carrier.name} points at the module '{module}', which is not among its own files",
        file=carrier.shown(carrier.dist_info),
        hint="an entry point names a module of the distribution that declares it",
        module=module,
    )


def _copied(carrier: Carrier, record: Record, module: str) -> Reading | tuple[Problem, ...]:
    """
    The reading of the copy; warnings where there is one that does not count, nothing where there is none.
    """
    path = f"{carrier.dist_info}/{PLACE}"
    expected = record.hash_of(path)
    if expected is None:
        return ()
    data = carrier.peek(path, LIMIT)
    if data is None or not matches(data, expected):
        return (_altered(carrier, path),)
    copy = read_copy(data)
    if copy is None and _has_unknown_fields(data, record, module):
        return ()
    if copy is None or not _fits(copy, record, module):
        message = f"the copy of the manifest beside the metadata of {carrier.name} is not that of its {MANIFEST} and is ignored"
        return (warning("manifest-copy-stale", message, file=carrier.shown(path), hint="build the wheel again"),)
    return _reading(carrier, copy, data)


def _fits(copy: ManifestCopy, record: Record, module: str) -> bool:
    """
    Whether the copy is that of the plugin.yaml that RECORD lists in the module's package.
    """
    path = f"{copy.package.replace('.', '/')}/{MANIFEST}"
    if copy.source.path != path or not f"{module}.".startswith(f"{copy.package}."):
        return False
    expected = record.hash_of(path)
    return expected is not None and hexadecimal(expected) == copy.source.sha256


def _has_unknown_fields(data: bytes, record: Record, module: str) -> bool:
    """
    Whether the copy fits and the YAML says more than it can: fields that nobody knows.
    """
    copy = read_copy(data, unknown_fields=True)
    return copy is not None and _fits(copy, record, module)


def _reading(carrier: Carrier, copy: ManifestCopy, data: bytes) -> Reading:
    """
    The reading of a copy that fits.
    """
    file = carrier.shown(copy.source.path)
    positions = copy.positions_in(file)
    return Reading(
        manifest=copy.manifest,
        positions=positions,
        problems=positions.all_located(check_rules(copy.manifest, plain=is_plain(data, copy))),
        root=carrier.root(copy.package.replace(".", "/")),
        package=copy.package,
        file=file,
        data=data,
    )


def _listed(carrier: Carrier, record: Record, module: str, noticed: tuple[Problem, ...]) -> Reading | tuple[Problem, ...]:
    """
    The reading of the ``plugin.yaml`` that RECORD lists in the module's package.
    """
    for package in prefixes(module):
        path = f"{package.replace('.', '/')}/{MANIFEST}"
        expected = record.hash_of(path)
        if expected is not None:
            return _verified(carrier, package, path, expected, noticed)
    return (*noticed, _missing(carrier, module))


def _verified(
    carrier: Carrier, package: str, path: str, expected: str, noticed: tuple[Problem, ...]
) -> Reading | tuple[Problem, ...]:
    file = carrier.shown(path)
    try:
        data = carrier.read(path, MAX_BYTES)
    except UnreadableError as cause:
        return (*noticed, cause.problem.at(file=file))
    if not matches(data, expected):
        return (*noticed, _altered(carrier, path))
    root = carrier.root(package.replace(".", "/"))
    return read_yaml(data, file=file, root=root, package=package, problems=noticed)


def _unlisted(carrier: Carrier, module: str) -> Reading | tuple[Problem, ...]:
    """
    The reading of the ``plugin.yaml`` in the module's folder, of a distribution that lists no files.
    """
    unverifiable = warning(
        "record-missing",
        f"{carrier.name} has no RECORD, so that nobody can tell whether its files are its own",
        file=carrier.shown(carrier.dist_info),
        hint="harmless for packages of the operating system; otherwise install it again",
    )
    for package in prefixes(module):
        path = f"{package.replace('.', '/')}/{MANIFEST}"
        try:
            data = carrier.read(path, MAX_BYTES)
        except UnreadableError as cause:
            if cause.problem.code == "file-missing":
                continue
            return (unverifiable, cause.problem.at(file=carrier.shown(path)))
        root = carrier.root(package.replace(".", "/"))
        return read_yaml(data, file=carrier.shown(path), root=root, package=package, problems=(unverifiable,))
    return (unverifiable, _missing(carrier, module))


def _altered(carrier: Carrier, path: str) -> Problem:
    return error(
        "manifest-altered",
        f"'{path}' is not the file that {carrier.name} was installed with (its hash differs from RECORD)",
        file=carrier.shown(path),
        hint="install the distribution again, or find out who changed it",
    )


def _missing(carrier: Carrier, module: str) -> Problem:
    return error(
        "manifest-missing",
        f"{carrier.name} carries no {MANIFEST} in the package of '{module}'",
        file=carrier.shown(carrier.dist_info),
        hint=f"put {MANIFEST} beside the package's code, and see that the build includes it",
        module=module,
    )
