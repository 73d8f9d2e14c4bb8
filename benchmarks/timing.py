"""
Timing: how every figure is taken.

The figure is the median CPU time of one operation. All alternatives take turns in short batches, so that whatever else the
machine does falls on all of them; a neighbour that takes the processor away costs wall time, not CPU time. Wall time stands
beside it for work that waits.
"""

import gc
import os
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
"""What the alternatives of a comparison are called by."""

Case = Callable[[int], Awaitable[None]]
"""Does an operation as many times as it is told."""

_BATCH = 2e-3
"""Seconds that one batch takes about: long against the clock, short against the machine's moods."""
_LONGEST_BATCH = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """
    One alternative's figures, in seconds for one operation.
    """

    cpu: float
    wall: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """
    A program to be started: what is run, where, and with which variables beside the usual ones.
    """

    words: Sequence[str]
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """
    One run of a program: its CPU time with that of its children, its wall time, and what it wrote.
    """

    cpu: float
    wall: float
    output: str


def median(values: Sequence[float]) -> float:
    """
    The middle value: what one interruption does not move.
    """
    return statistics.median(values)


async def interleaved(cases: Mapping[Key, Case], rounds: int) -> dict[Key, Sample]:
    """
    Each case's median over batches that take turns, in this thread.
    """
    sizes = {name: await _batch_size(case) for name, case in cases.items()}
    taken: dict[Key, list[tuple[float, float]]] = {name: [] for name in cases}
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, case in cases.items():
            taken[name].append(await _timed(case, sizes[name]))
    gc.unfreeze()
    return {name: _sample(batches) for name, batches in taken.items()}


async def _batch_size(case: Case) -> int:
    await case(1)
    cpu, _ = await _timed(case, 3)
    return max(1, min(_LONGEST_BATCH, int(_BATCH / max(cpu, 1e-9))))


async def _timed(case: Case, count: int) -> tuple[float, float]:
    await case(count // 10)  # whoever had the turn before has filled the processor's caches
    wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
    await case(count)
    cpu, wall = time.thread_time_ns() - cpu, time.perf_counter_ns() - wall
    return cpu / count / 1e9, wall / count / 1e9


def _sample(batches: Sequence[tuple[float, float]]) -> Sample:
    return Sample(cpu=median([cpu for cpu, _ in batches]), wall=median([wall for _, wall in batches]))


def repeated(operation: Callable[[], object]) -> Case:
    """
    A case of an operation that does not wait.
    """

    async def case(count: int) -> None:
        for _ in range(count):
            operation()

    return case


def started(commands: Mapping[str, Command], rounds: int, *, fewer: Mapping[str, int] | None = None) -> dict[str, list[Run]]:
    """
    Each program's runs: fresh processes that take turns, after one run of each that warms the caches of the machine.

    ``fewer`` gives slow programs a smaller number of rounds; they take their turns in the first ones, and are not warmed.
    """
    for name, command in commands.items():
        if name not in (fewer or {}):
            run(command)
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            if number < (fewer or {}).get(name, rounds):
                taken[name].append(run(command))
    return taken


def run(command: Command) -> Run:
    """
    One run of a program.

    Raises:
        RuntimeError: if it fails; with what it said.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env={**_environment(), **command.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    output = process.stdout.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)  # the one call that tells what this child used, and no other
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    process.stdout.close()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command.words)} ended with {process.returncode}:\n{output[-2000:]}")
    return Run(cpu=used.ru_utime + used.ru_stime, wall=wall, output=output)


def _environment() -> dict[str, str]:
    return dict(_kept(os.environ))


def _kept(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    # What the caller has set for a host of their own must not decide what is measured.
    for name, value in environment.items():
        if not name.startswith(("HONEYHOST_", "PYTHON")) and name not in ("INSTALL_DIR", "DATA_DIR"):
            yield name, value
