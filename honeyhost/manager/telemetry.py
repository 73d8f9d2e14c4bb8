"""
Telemetry: the figures of calls for OpenTelemetry, where its library is installed; without it nothing happens.

Nothing is recorded while a call runs: the instruments ask for the figures of this moment when somebody exports them. Spans and
figures of requests are the framework's own.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol
from weakref import WeakSet

from honeyhost.manager.counters import CallFigures

Read = Callable[[CallFigures], float]
_COUNTERS: tuple[tuple[str, str, str, Read], ...] = (
    ("honeyhost.plugin.calls", "{call}", "Calls of the plugin's functions", lambda figures: figures.calls),
    ("honeyhost.plugin.call.errors", "{call}", "Calls that came to nothing", lambda figures: figures.errors),
    ("honeyhost.plugin.call.timeouts", "{call}", "Calls that took too long", lambda figures: figures.timeouts),
    ("honeyhost.plugin.call.duration", "s", "Time that calls took, all together", lambda figures: figures.seconds),
)


class Counted(Protocol):
    """
    Whoever counts calls.
    """

    def figures(self) -> Mapping[str, CallFigures]:
        """
        What was counted of every plugin that is there, by slug.
        """
        ...


class Telemetry:
    """
    The instruments of one process, for all hosts in it: a provider of meters takes each instrument once.
    """

    def __init__(self) -> None:
        self._observed: WeakSet[Counted] = WeakSet()
        self._instruments: list[Any] = []

    def observe(self, counted: Counted) -> None:
        """
        Tell the figures of calls from now on, as long as whoever counts them is there.
        """
        self._observed.add(counted)
        if not self._instruments:
            try:
                metrics = import_module("opentelemetry.metrics")
            except ModuleNotFoundError:
                return
            meter = metrics.get_meter("honeyhost")
            for name, unit, meaning, read in _COUNTERS:
                telling = self._telling(metrics.Observation, read)
                self._instruments.append(meter.create_observable_counter(name, [telling], unit=unit, description=meaning))

    def _telling(self, observation: Callable[[float, Mapping[str, str]], Any], read: Read) -> Callable[[Any], Iterator[Any]]:
        def tell(_: Any) -> Iterator[Any]:
            sums: dict[str, float] = {}
            for counted in list(self._observed):
                for slug, figures in counted.figures().items():
                    sums[slug] = sums.get(slug, 0) + read(figures)
            return (observation(value, {"plugin": slug}) for slug, value in sums.items())

        return tell


telemetry = Telemetry()
"""That of this process."""
