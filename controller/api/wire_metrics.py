"""The field's wires as Prometheus is told of them: all together, because ten thousand label sets help nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from controller.runtime.traffic.health import EndpointView


@dataclass(slots=True)
class WireTotals:
    """Sums over all endpoints; times are the worst and the mean of those that ever answered."""

    states: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    queue: int = 0
    oldest_s: float = 0.0
    answered: int = 0
    round_trips_ms: float = 0.0

    def add(self, wire: EndpointView) -> None:
        """One more endpoint."""
        self.states[wire.state] += 1
        self.links.update({"online": wire.online, "suspect": wire.suspect, "offline": wire.offline})
        counts = {"reads": wire.reads, "writes": wire.writes, "connects": wire.connects}
        self.counts.update({**counts, "late_polls": wire.late_polls, "repeated": wire.repeated})
        self.troubles.update(wire.troubles)
        self.queue += wire.queue
        if wire.reply_age_s is not None:
            self.answered += 1
            self.oldest_s = max(self.oldest_s, wire.reply_age_s)
            self.round_trips_ms += wire.round_trip_ms


def wire_metrics(totals: WireTotals) -> Iterator[Metric]:
    """The families."""
    yield _labelled(GaugeMetricFamily, "zhadao_wires", "Endpoints by state.", "state", totals.states)
    yield _labelled(GaugeMetricFamily, "zhadao_links", "Device links by state.", "state", totals.links)
    yield _labelled(CounterMetricFamily, "zhadao_wire_events", "What the wires did.", "event", totals.counts)
    yield _labelled(CounterMetricFamily, "zhadao_wire_troubles", "What went wrong on them.", "kind", totals.troubles)
    yield GaugeMetricFamily("zhadao_wire_queue", "Commands that wait to be sent.", value=totals.queue)
    oldest = "Seconds since the longest silent endpoint last answered."
    yield GaugeMetricFamily("zhadao_wire_oldest_reply_seconds", oldest, value=totals.oldest_s)
    mean_ms = totals.round_trips_ms / totals.answered if totals.answered else 0.0
    yield GaugeMetricFamily("zhadao_wire_round_trip_ms", "Mean time of a whole read, milliseconds.", value=mean_ms)


def _labelled(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily], name: str, text: str, label: str, counts: Counter[str]
) -> Metric:
    made = family(name, text, labels=[label])
    for key in sorted(counts):
        made.add_metric([key], counts[key])
    return made
