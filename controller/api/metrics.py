"""What Prometheus is told. Counted anew at every scrape; one registry per app, so tests and processes never mix."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from controller.api.wire_metrics import WireTotals, wire_metrics
from controller.runtime.facade import ControllerFacade
from controller.runtime.views import AlarmView, Health, LightingTotals, Overview

RECENT_COMMANDS = 1000
DEVICES_AT_ONCE = 100
"""A scrape pauses after so many devices, so that it never holds up the cycles."""


@dataclass(frozen=True, slots=True)
class _Sample:
    health: Health
    overview: Overview
    alarms: list[AlarmView]
    commands: Mapping[str, int]
    qualities: Mapping[str, int]
    wires: WireTotals


class Metrics:
    """The numbers of one running controller in Prometheus text form."""

    def __init__(self, facade: ControllerFacade) -> None:
        self._facade = facade

    async def text(self) -> bytes:
        """The exposition of this moment."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once(await self._sample()))
        return generate_latest(registry)

    async def _sample(self) -> _Sample:
        facade = self._facade
        return _Sample(
            health=facade.health(),
            overview=facade.overview(),
            alarms=facade.alarms(),
            commands=Counter(command.state for command in facade.commands(limit=RECENT_COMMANDS)),
            qualities=await self._count_points(),
            wires=await self._count_wires(),
        )

    async def _count_wires(self) -> WireTotals:
        totals = WireTotals()
        for nth, wire in enumerate(self._facade.endpoints()):
            totals.add(wire)
            if nth % DEVICES_AT_ONCE == 0:
                await asyncio.sleep(0)
        return totals

    async def _count_points(self) -> Mapping[str, int]:
        counted: Counter[str] = Counter()
        for nth, device in enumerate(self._facade.qualities()):
            counted.update(device)
            if nth % DEVICES_AT_ONCE == 0:
                await asyncio.sleep(0)
        return counted


class _Once(Collector):
    """Hands one sample to a registry."""

    def __init__(self, sample: _Sample) -> None:
        self._sample = sample

    def collect(self) -> Iterator[Metric]:
        sample = self._sample
        yield from _controller(sample)
        yield from _cycles(sample.health)
        yield from _lighting(sample.overview.lighting)
        yield _by("zhadao_points", "Points by quality.", "quality", sample.qualities)
        yield _by("zhadao_recent_commands", "Commands still remembered, by state.", "state", sample.commands)
        yield from wire_metrics(sample.wires)
        priorities = Counter(str(alarm.priority) for alarm in sample.alarms)
        yield _by("zhadao_alarms", "Standing or unacknowledged alarms by priority.", "priority", priorities)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _by(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for key in sorted(counts):
        family.add_metric([key], counts[key])
    return family


def _controller(sample: _Sample) -> Iterator[Metric]:
    overview = sample.overview
    yield _gauge("zhadao_alive", "1 while the cycles run.", sample.health.alive)
    yield _gauge("zhadao_ready", "1 once the field has been read.", sample.health.ready)
    yield _gauge("zhadao_devices", "Devices of the site.", overview.devices)
    yield _gauge("zhadao_devices_online", "Devices whose link is up.", overview.devices_online)
    yield _gauge("zhadao_leases", "Leases that live now.", overview.leases)
    yield _gauge("zhadao_journal_ok", "1 while the journal can be written.", overview.journal_ok)
    yield _gauge("zhadao_alarms_unacknowledged", "Alarms nobody has acknowledged.", overview.alarms_unacknowledged)


def _cycles(health: Health) -> Iterator[Metric]:
    done = CounterMetricFamily("zhadao_cycles", "Cycles run since the start.", labels=["discipline"])
    late = CounterMetricFamily("zhadao_cycle_overruns", "Cycles that ran over.", labels=["discipline"])
    last = GaugeMetricFamily("zhadao_cycle_ms", "Length of the last cycle, milliseconds.", labels=["discipline"])
    worst = GaugeMetricFamily("zhadao_cycle_worst_ms", "Longest cycle, milliseconds.", labels=["discipline"])
    age = GaugeMetricFamily("zhadao_cycle_age_seconds", "Seconds since a cycle ended.", labels=["discipline"])
    for cycle in health.cycles:
        label = [cycle.discipline]
        done.add_metric(label, cycle.cycles)
        late.add_metric(label, cycle.overruns)
        last.add_metric(label, cycle.last_ms)
        worst.add_metric(label, cycle.worst_ms)
        age.add_metric(label, cycle.last_end_age_s)
    yield from (done, late, last, worst, age)


def _lighting(totals: LightingTotals) -> Iterator[Metric]:
    circuits = {
        "on": totals.circuits_on,
        "off": totals.circuits_off,
        "unknown": totals.circuits_unknown,
    }
    yield _by("zhadao_circuits", "Lighting circuits by proven state.", "state", circuits)
    yield _gauge("zhadao_circuits_disagree", "Circuits not as wanted.", totals.circuits_disagree)
    yield _gauge("zhadao_lamps", "Lamps of the site.", totals.lamps)
    yield _gauge("zhadao_lamps_on", "Lamps proven on.", totals.lamps_on)
    yield _gauge("zhadao_lamps_unknown", "Lamps whose state is not known.", totals.lamps_unknown)
    yield _gauge("zhadao_lighting_power_kw", "Measured lighting power, kW.", totals.power_kw)
