"""
Locating: the manifest that an entry point means, found without importing anything.

First the copy beside the metadata, then the ``plugin.yaml`` that RECORD lists in the module's package, the longest dotted
prefix first. Both are read only if RECORD has them, and believed only if their hash is RECORD's.
"""

from collections.abc import Iterator

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.discovery.carriers import Carrier
from honeyhost.discovery.copies import LIMIT, PLACE, ManifestCopy, read_copy
from honeyhost.discovery.readings import MANIFEST, Reading, read_yaml
from honeyhost.discovery.records import Record, hexadecimal, matches
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.positions import Positions
from honeyhost.manifest.tree import UnreadableError

RULED_OUT = frozenset({"entry-point-not-owned", "manifest-altered"})
"""Problems after which nothing else of the distribution is asked either."""


def locate_manifest(carrier: Carrier, module: str) -> Reading | tuple[Problem, ...]:
    """
    The reading of the manifest that belongs to a module of the distribution, or why there is none.
    """
    if carrier.record is None:
        return _unlisted(carrier, module)
    if not carrier.record.owns(module):
        return (_not_owned(carrier, module),)
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
    if copy is None or not _fits(copy, record, module):
        message = f"the copy of the manifest beside the metadata of {carrier.name} is not that of its {MANIFEST} and is ignored"
        return (warning("manifest-copy-stale", message, file=carrier.shown(path), hint="build the wheel again"),)
    return _reading(carrier, copy, data)


def _fits(copy: ManifestCopy, record: Record, module: str) -> bool:
    expected = record.hash_of(copy.source.path)
    return (
        expected is not None
        and hexadecimal(expected) == copy.source.sha256
        and copy.source.path == f"{copy.package.replace('.', '/')}/{MANIFEST}"
        and (module == copy.package or module.startswith(f"{copy.package}."))
    )
