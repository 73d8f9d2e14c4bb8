"""
Entry points: plugins of installed distributions, found and read without running any of their code.

Each distribution is read on its own, so that what is wrong with one says nothing about the others.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyhost.diagnostics import Problem, error, has_errors, warning
from honeyhost.discovery import files, metadata
from honeyhost.discovery.agreements import agreement, declaration_problems
from honeyhost.discovery.carriers import InstalledCarrier
from honeyhost.discovery.declarations import Declaration, parse
from honeyhost.discovery.distributions import ENTRY_POINTS, GROUP, Distribution, Scan, scan
from honeyhost.discovery.editables import locate_editable, project_of, stands_elsewhere
from honeyhost.discovery.inventory import DiscoveryFailure, Origin
from honeyhost.discovery.locating import locate_manifest, not_owned
from honeyhost.discovery.notes import worded
from honeyhost.discovery.readings import Found, Reading, Whereabouts, read_mapping, settle
from honeyhost.discovery.records import NAME as RECORD
from honeyhost.discovery.records import Record
from honeyhost.discovery.sources import Look
from honeyhost.names import is_slug


@dataclass(frozen=True, slots=True)
class EntryPointSource:
    """
    The distributions on a path. ``object_manifests`` allows running code of a plugin that has no file to read.
    """

    path: tuple[str, ...]
    object_manifests: bool = False

    def look(self) -> Look:
        """
        Every plugin that a distribution declares.
        """
        return self.look_at(scan(self.path))

    def look_at(self, scanned: Scan) -> Look:
        """
        As :meth:`look`, for a scan that was made already.
        """
        found: list[Found] = []
        findings = [worded(note) for note in scanned.notes]
        for distribution in scanned.distributions:
            carried, noticed = self._carried(distribution)
            found.extend(carried)
            findings.extend(noticed)
        return Look(tuple(found), tuple(findings))

    def _carried(self, distribution: Distribution) -> tuple[Sequence[Found], Sequence[Problem]]:
        declared = parse(distribution.entry_points)
        file = os.path.join(distribution.location, ENTRY_POINTS)  # noqa: PTH118 - for people only
        problems = tuple(problem.at(file=file) for problem in declared.problems)
        if not declared.entries:
            empty = () if not declared.declared or has_errors(problems) else (_empty(distribution, file),)
            return (), (*problems, *empty)
        try:
            return self._read(distribution, declared.entries, problems)
        except Exception as cause:  # noqa: BLE001 - discovery never raises, whatever a distribution has in store
            broken = (_broken(distribution, cause),)
            return [_failure(distribution, None, entry, broken) for entry in declared.entries], ()

    def _read(
        self, distribution: Distribution, entries: Sequence[Declaration], problems: tuple[Problem, ...]
    ) -> tuple[Sequence[Found], Sequence[Problem]]:
        head = files.head(f"{distribution.location}{os.sep}{metadata.NAME}")
        about = metadata.parse(head) if head is not None else None
        reasons = tuple(_unusable(distribution, about, problems))
        if about is None or reasons:
            remarks = tuple(problem for problem in problems if problem not in reasons)
            return [_failure(distribution, about, entry, reasons) for entry in _distinct(entries)], remarks
        project = project_of(distribution.location)
        carried = _Installed(self, distribution, about, project, Record.at(distribution.location))
        return [carried.plugin(entry) for entry in entries], problems


@dataclass(frozen=True, slots=True)
class _Installed:
    """
    One distribution that is whole enough to be read.
    """

    source: EntryPointSource
    distribution: Distribution
    about: metadata.Metadata
    project: Path | None
    record: Record | None

    def plugin(self, entry: Declaration) -> Found:
        module = entry.module
        where = self._whereabouts(entry)
        reasons = tuple(declaration_problems(self._name, entry))
        if module is None or reasons:
            return settle(reasons, where)
        reading = self._reading(module, entry)
        return settle(reading, where, agreement(self._name, entry, reading, None if self.project else self.about))

    @property
    def _name(self) -> str:
        return f"{self.about.name} {self.about.version}"

    def _whereabouts(self, entry: Declaration) -> Whereabouts:
        location = self.distribution.location
        sealed = self.record is not None and self.project is None
        return Whereabouts(
            origin=_origin(self.distribution, self.about, editable=self.project is not None),
            name=entry.name if is_slug(entry.name) else None,
            stamps=(f"{location}{os.sep}{RECORD}",) if sealed else (),
            seal=self.record.data if self.record is not None and sealed else b"",
        )

    def _reading(self, module: str, entry: Declaration) -> Reading | tuple[Problem, ...]:
        reading = self._static(module)
        absent = not isinstance(reading, Reading) and all(
            problem.code in ("manifest-missing", "record-missing") for problem in reading
        )
        if not absent or not self.source.object_manifests:
            return reading
        from honeyhost.discovery.objects import read_object  # noqa: PLC0415 - it is seldom allowed

        value, problems = read_object(module, entry.attribute, self.source.path)
        if value is None:
            return (*(reading if not isinstance(reading, Reading) else ()), *problems)
        return read_mapping(value, file=f"{module}:{entry.attribute}", root=Path(self._home(module)), package=module)

    def _static(self, module: str) -> Reading | tuple[Problem, ...]:
        carrier = InstalledCarrier(self._name, self.distribution.folder, self.distribution.name, self.record)
        if self.project is None:
            return locate_manifest(carrier, module)
        reading = locate_editable(self._name, module, self.project, self.source.path)
        listed = self.record is not None and self.record.owns(module)
        if not isinstance(reading, Reading) and not listed and stands_elsewhere(module, self.project, self.source.path):
            return (not_owned(carrier, module),)
        return reading

    def _home(self, module: str) -> str:
        base = str(self.project) if self.project is not None else self.distribution.folder
        return f"{base}{os.sep}{module.replace('.', os.sep)}"


def _unusable(distribution: Distribution, about: metadata.Metadata | None, problems: Iterable[Problem]) -> Iterator[Problem]:
    """
    Why nothing of the distribution is used.
    """
    if distribution.others:
        others = ", ".join(distribution.others)
        yield error(
            "distribution-conflict",
            f"'{distribution.name}' and '{others}' stand beside each other: an upgrade of one distribution was interrupted",
            file=distribution.location,
            hint="uninstall it until nothing is left, then install it again",
            others=distribution.others,
        )
    if about is None:
        yield error(
            "distribution-torn",
            f"'{distribution.name}' has no readable METADATA: its installation was interrupted",
            file=distribution.location,
            hint="install it again, or remove the folder",
        )
    yield from (problem for problem in problems if problem.severity == "error")


def _distinct(entries: Sequence[Declaration]) -> Iterator[Declaration]:
    yield from {entry.name: entry for entry in entries}.values()


def _failure(
    distribution: Distribution, about: metadata.Metadata | None, entry: Declaration, problems: tuple[Problem, ...]
) -> DiscoveryFailure:
    return DiscoveryFailure(
        origin=_origin(distribution, about, editable=False),
        problems=problems,
        name=entry.name if is_slug(entry.name) else None,
    )


def _origin(distribution: Distribution, about: metadata.Metadata | None, *, editable: bool) -> Origin:
    return Origin(
        kind="entry-point",
        location=distribution.location,
        distribution=about.name if about is not None else distribution.key,
        distribution_version=about.version if about is not None else None,
        editable=editable,
    )


def _empty(distribution: Distribution, file: str) -> Problem:
    message = f"'{distribution.name}' has the group [{GROUP}] and no plugin in it"
    return warning("distribution-empty", message, file=file, hint="add 'slug = package:manifest' to the group")


def _broken(distribution: Distribution, cause: Exception) -> Problem:
    why = (cause.strerror if isinstance(cause, OSError) else None) or f"{type(cause).__name__}: {cause}"
    return error(
        "distribution-unreadable",
        f"'{distribution.name}' cannot be read: {why}",
        file=distribution.location,
        hint="see that its files can be read, and install it again",
    )
