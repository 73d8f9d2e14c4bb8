"""
Metrics: the figures of this process as Prometheus reads them.

Nothing is counted here. The figures are taken from the plugins of this moment whenever somebody asks, so that what is gone
leaves no series behind.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from honeyhost.api.hosted import Hosted
from honeyhost.manager.states import TRANSITIONS

_PLUGIN = ("plugin",)


def exposition(host: Hosted, accept: str) -> tuple[bytes, str]:
    """
    The figures of this moment and their media type: the text format, or OpenMetrics where it is asked for.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HostCollector(host))
    encode, kind = choose_encoder(accept)
    return encode(registry), kind


class HostCollector(Collector):
    """
    The figures of a host: of the process, of each plugin's requests, and of the calls of its functions.
    """

    def __init__(self, host: Hosted) -> None:
        self._host = host

    def collect(self) -> Iterable[Metric]:
        """
        Every family, read now.
        """
        yield from self._process()
        yield from self._plugins()
        yield from self._requests()
        yield from self._calls()
        yield from self._operations()

    def _process(self) -> Iterator[Metric]:
        status = self._host.status()
        yield _gauge("honeyhost_revision_wanted", "Revision of the store as it was last read", status.wanted)
        yield _gauge("honeyhost_revision_running", "Revision of the store that this process has taken up", status.running)
        yield _gauge("honeyhost_drifted", "Whether this process is behind for longer than the grace time", int(status.drifted))

    def _plugins(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("honeyhost_plugin_state", "1 for the state of the plugin", labels=("plugin", "state"))
        imports = GaugeMetricFamily("honeyhost_plugin_import_seconds", "Time that importing its code took", labels=_PLUGIN)
        for plugin in self._host.manager.plugins:
            state = self._host.manager.state(plugin.slug)
            for name in TRANSITIONS:
                states.add_metric((plugin.slug, name), int(name == state))
            imports.add_metric((plugin.slug,), plugin.facts.compiled.import_ms / 1000)
        yield from (states, imports)

    def _requests(self) -> Iterator[Metric]:
        made = CounterMetricFamily("honeyhost_plugin_requests", "Requests that the plugin answered", labels=_PLUGIN)
        errors = CounterMetricFamily("honeyhost_plugin_request_errors", "Requests that ended in an error", labels=_PLUGIN)
        seconds = CounterMetricFamily("honeyhost_plugin_request_seconds", "Time that its requests took", labels=_PLUGIN)
        for slug, front in self._host.live.fronts.items():
            made.add_metric((slug,), getattr(front, "requests", 0))
            errors.add_metric((slug,), getattr(front, "errors", 0))
            seconds.add_metric((slug,), getattr(front, "seconds", 0.0))
        yield from (made, errors, seconds)

    def _calls(self) -> Iterator[Metric]:
        made = CounterMetricFamily("honeyhost_plugin_calls", "Calls of the plugin's functions", labels=_PLUGIN)
        errors = CounterMetricFamily("honeyhost_plugin_call_errors", "Calls that came to nothing", labels=_PLUGIN)
        timeouts = CounterMetricFamily("honeyhost_plugin_call_timeouts", "Calls that took too long", labels=_PLUGIN)
        seconds = HistogramMetricFamily("honeyhost_plugin_call_seconds", "Time that calls took", labels=_PLUGIN)
        for slug, figures in self._host.figures().items():
            made.add_metric((slug,), figures.calls)
            errors.add_metric((slug,), figures.errors)
            timeouts.add_metric((slug,), figures.timeouts)
            seconds.add_metric((slug,), figures.buckets, figures.seconds)
        yield from (made, errors, timeouts, seconds)

    def _operations(self) -> Iterator[Metric]:
        labels = ("plugin", "operation")
        done = CounterMetricFamily("honeyhost_plugin_operations", "Operations of the host that the plugin did", labels=labels)
        refused = CounterMetricFamily("honeyhost_plugin_operations_refused", "Operations without a grant", labels=labels)
        limited = CounterMetricFamily("honeyhost_plugin_operations_limited", "Operations beyond the limit", labels=labels)
        errors = CounterMetricFamily("honeyhost_plugin_operation_errors", "Operations that failed", labels=labels)
        seconds = CounterMetricFamily("honeyhost_plugin_operation_seconds", "Time that operations took", labels=labels)
        for slug, operations in self._host.usage().items():
            for name, figures in operations.items():
                done.add_metric((slug, name), figures.done)
                refused.add_metric((slug, name), figures.refused)
                limited.add_metric((slug, name), figures.limited)
                errors.add_metric((slug, name), figures.errors)
                seconds.add_metric((slug, name), figures.seconds)
        yield from (done, refused, limited, errors, seconds)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
