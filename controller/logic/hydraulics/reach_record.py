"""One reach's recorded rows for a calibration: volumes by window, and the model running free of the reach's gauge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from math import exp

import numpy as np
from numpy.typing import NDArray

from controller.logic.hydraulics.links import gate_flow_m3s
from controller.logic.hydraulics.network import Catchment, Network, Reach
from controller.logic.hydraulics.rows import Row
from controller.logic.hydraulics.runoff import passed_on

Floats = NDArray[np.float64]
WINDOW_S = 3600.0
MOST_GAP_S = 1800.0
"""Over a longer hole in the rows nothing is added up."""
RESTART_S = 24 * 3600.0


class ReachRecord:
    """One reach's rows: the steps of which everything is known, gathered into windows."""

    def __init__(self, network: Network, reach: Reach, rows: Sequence[Row]) -> None:
        self.network, self.reach = network, reach
        self.catchments = [one for one in network.catchments if one.into == reach.name]
        self.channels = [one for one in network.channels if reach.name in (one.a, one.b)]
        self.gates = [one for one in network.gates if reach.name in (one.inner, one.outer)]
        self.pumps = [one for one in network.pumps if reach.name in (one.inner, one.outer)]
        needed = [f"level:{reach.name}", *(f"rain:{one.gauge}" for one in self.catchments)]
        needed += [f"level:{self._other(one.a, one.b)}" for one in self.channels]
        needed += [f"pumped:{one.station}/{one.direction}" for one in self.pumps]
        needed += [f"gate:{one.gate}" for one in self.gates]
        self.rows = [row for row in rows if all(name in row.values for name in needed)]
        self.seconds = np.array([row.at.timestamp() for row in self.rows])
        self.steps_s = np.diff(self.seconds) if len(self.rows) > 1 else np.zeros(0)
        self.groups = self._grouped()
        self.windows = len(self.groups)

    def _other(self, a: str, b: str) -> str:
        return b if a == self.reach.name else a

    def _grouped(self) -> list[tuple[int, int]]:
        """(first, last) row of every window; none over a hole."""
        groups, first = [], 0
        for at in range(1, len(self.rows)):
            if self.steps_s[at - 1] > MOST_GAP_S:
                first = at
            elif self.seconds[at] - self.seconds[first] >= WINDOW_S - 1.0:
                groups.append((first, at))
                first = at
        return groups

    def column(self, name: str) -> Floats:
        """What was recorded of it, row by row."""
        return np.array([row.values[name] for row in self.rows])

    def gathered(self, per_step_m3: Floats) -> Floats:
        """Volumes by step added up by window."""
        total = np.concatenate(([0.0], np.cumsum(per_step_m3)))
        return np.array([total[last] - total[first] for first, last in self.groups])

    def stored(self) -> Floats:
        """The change of the reach's volume in every window, by the storage curve as it is."""
        volumes = np.array([self.reach.storage.volume_m3(level) for level in self.column(f"level:{self.reach.name}")])
        return np.array([volumes[last] - volumes[first] for first, last in self.groups])

    def pumped(self) -> Floats:
        """What pumps brought in (out: negative) in every window."""
        total = np.zeros(max(len(self.rows) - 1, 0))
        for group in self.pumps:
            into = (group.outer == self.reach.name) == (group.direction == "drain")
            flow = self.column(f"pumped:{group.station}/{group.direction}")
            total += (1.0 if into else -1.0) * flow[1:] * self.steps_s
        return self.gathered(total)

    def passed(self, position: int) -> Floats:
        """What a gate let in (out: negative) in every window, by its formula."""
        gate = self.gates[position]
        above, below = self._water(gate.inner), self._water(gate.outer)
        openings = self.column(f"gate:{gate.gate}")
        above, below = ((levels[:-1] + levels[1:]) / 2.0 for levels in (above, below))
        flow = np.array([gate_flow_m3s(gate, *at) for at in zip(openings[1:], above, below, strict=True)])
        sign = 1.0 if gate.outer == self.reach.name else -1.0
        return self.gathered(sign * flow * self.steps_s)

    def _water(self, name: str) -> Floats:
        key = f"level:{name}" if name in self.network.reaches else f"outer:{name}"
        usual = self.network.outside[name].usual_m if name in self.network.outside else 0.0
        return np.array([row.values.get(key, usual) for row in self.rows])

    def between(self, position: int) -> Floats:
        """Level difference × time of a channel in every window (m·s), positive into the reach."""
        channel = self.channels[position]
        head = self.column(f"level:{self._other(channel.a, channel.b)}") - self.column(f"level:{self.reach.name}")
        return self.gathered((head[:-1] + head[1:]) / 2.0 * self.steps_s)

    def rained(self, catchment: Catchment, lag_s: float) -> tuple[Floats, Floats]:
        """In every window: water handed on per unit of runoff share, and per m³ stored at the beginning."""
        land = replace(catchment, lag_s=lag_s, runoff=1.0, base_m3s=0.0)
        rain, stored = self.column(f"rain:{catchment.gauge}"), 0.0
        handed = np.zeros(len(self.steps_s))
        for step, length_s in enumerate(self.steps_s):
            stored, flow = passed_on(land, stored, float(rain[step + 1]), float(length_s))
            handed[step] = flow * length_s
        begun = self.seconds - self.seconds[0]
        first = np.exp(-begun / lag_s)
        return self.gathered(handed), self.gathered(first[:-1] - first[1:])

    def fallen_mm(self, catchment: Catchment) -> float:
        """All rain of the period."""
        rain = self.column(f"rain:{catchment.gauge}")
        return float(np.sum(rain[1:] * self.steps_s) / 3600.0)


def free_course(network: Network, rows: Sequence[Row], name: str) -> list[tuple[datetime, float, float]]:
    """(time, measured, modelled) level: the model runs free of the reach's gauge for a day at a time, with the pumping,
    gates, neighbours and tide that were measured."""
    return list(_free_run(ReachRecord(network, network.reaches[name], rows)))


def _free_run(record: ReachRecord) -> Iterator[tuple[datetime, float, float]]:
    reach, rows = record.reach, record.rows
    stored = {land.name: 0.0 for land in record.catchments}
    volume, began_s = 0.0, float("-inf")
    for at, row in enumerate(rows):
        measured = row.values[f"level:{reach.name}"]
        gap = at == 0 or record.steps_s[at - 1] > MOST_GAP_S
        if gap or record.seconds[at] - began_s >= RESTART_S:
            volume, began_s = reach.storage.volume_m3(measured), record.seconds[at]
        if gap:
            stored = dict.fromkeys(stored, 0.0)
        level = reach.storage.level_m(volume)
        yield row.at, measured, level
        if at + 1 == len(rows) or record.steps_s[at] > MOST_GAP_S:
            continue
        step_s = float(record.steps_s[at])
        flow = _known_flow(record, rows[at + 1], level)
        for land in record.catchments:
            mm_h = rows[at + 1].values[f"rain:{land.gauge}"]
            stored[land.name], handed = passed_on(land, stored[land.name], mm_h, step_s)
            flow += handed
        for channel in record.channels:
            other = channel.b if channel.a == reach.name else channel.a
            area = reach.storage.area_m2(level)
            share = area / channel.conveyance_m2s * (1.0 - exp(-channel.conveyance_m2s * step_s / area)) / step_s
            flow += (row.values[f"level:{other}"] - level) * channel.conveyance_m2s * share
        volume = max(0.0, volume + flow * step_s)


def _known_flow(record: ReachRecord, row: Row, level_m: float) -> float:
    """What pumps and gates bring in (m³/s)."""
    flow, name = 0.0, record.reach.name
    for group in record.pumps:
        into = (group.outer == name) == (group.direction == "drain")
        flow += (1.0 if into else -1.0) * row.values[f"pumped:{group.station}/{group.direction}"]
    for gate in record.gates:
        levels = [
            level_m if water == name else row.values.get(f"level:{water}", row.values.get(f"outer:{water}", 0.0))
            for water in (gate.inner, gate.outer)
        ]
        passed = gate_flow_m3s(gate, row.values[f"gate:{gate.gate}"], *levels)
        flow += passed if gate.outer == name else -passed
    return flow
