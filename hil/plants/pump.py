"""A pump unit: contactor, motor that runs up, its drive and auxiliaries, water by head and gate, a flap behind it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from controller.domain.pumps_and_gates import PumpUnit
from hil.plants.contactor import Contactor

RUN_UP_S = 10.0
RUN_DOWN_S = 15.0
INRUSH = 1.6
"""Current during a soft run-up, in rated currents."""
IDLE_SHARE = 0.40
"""Share of the rated current an unloaded motor draws."""
FULL_SPEED = 100.0
BACKSPIN_PERCENT = -20.0
"""How fast water coming back through a flap that does not close turns the shaft."""
BACKFLOW_SHARE = 0.1
"""And how much of the rated flow that is."""
TRIPS_AT_PERCENT = 20.0
"""A motor that trips on its start does so once it turns this fast."""


@dataclass(frozen=True, slots=True)
class PumpCurve:
    """Head the pump is rated for, and the head at which it lifts nothing any more (metres)."""

    rated_head_m: float
    shutoff_head_m: float

    def share(self, head_m: float) -> float:
        """Flow at this head as a share of the rated flow (a parabola through both points, at most 115 %)."""
        if head_m >= self.shutoff_head_m:
            return 0.0
        ratio = (self.shutoff_head_m - head_m) / (self.shutoff_head_m - self.rated_head_m)
        return min(1.15, sqrt(ratio))


class PumpPlant:
    """Truth of one unit.

    Its faults: ``seized`` (the contactor closes and draws current, but nothing turns), ``trips_on_start`` (its motor
    protection opens it while it runs up), ``unloaded`` (it runs and moves no water: dry, or its shaft is broken),
    ``flap_stuck`` (its flap stays open), ``failed_auxiliaries`` (told on, they do not come).
    """

    __slots__ = (
        "_auxiliaries",
        "_now_s",
        "asset",
        "available",
        "contactor",
        "curve",
        "failed_auxiliaries",
        "fault",
        "flap_stuck",
        "flow_m3s",
        "running_since_s",
        "seized",
        "speed",
        "speed_goal",
        "starts",
        "stopped_since_s",
        "trip_reason",
        "trips_on_start",
        "unloaded",
    )

    def __init__(self, asset: PumpUnit, curve: PumpCurve, start_s: float) -> None:
        self.asset = asset
        self.curve = curve
        self.contactor = Contactor()
        self.speed = 0.0
        self.flow_m3s = 0.0
        self.available = True
        self.fault = False
        self.trip_reason = ""
        self.seized = False
        self.trips_on_start = False
        self.unloaded = False
        self.flap_stuck = False
        self.failed_auxiliaries: set[str] = set()
        self.speed_goal = FULL_SPEED
        self._auxiliaries = dict.fromkeys(asset.auxiliaries, False)
        self.starts = 0
        self.running_since_s = float("-inf")
        self.stopped_since_s = float("-inf")
        self._now_s = start_s

    @property
    def gate_output(self) -> str:
        """The output of the gate behind it; empty when there is none."""
        return (self.asset.discharge_gate or "").rpartition("/")[2]

    @property
    def suction_output(self) -> str:
        """The output of the gate before it; empty when there is none."""
        return (self.asset.suction_gate or "").rpartition("/")[2]

    def tell_auxiliary(self, name: str, *, on: bool) -> None:
        """Switch its lubrication or cooling."""
        if name in self._auxiliaries:
            self._auxiliaries[name] = on

    def auxiliary(self, name: str) -> bool:
        """Whether its lubrication or cooling really runs."""
        return self._auxiliaries.get(name, False) and name not in self.failed_auxiliaries

    @property
    def aided(self) -> bool:
        """Whether everything it needs beside its motor runs."""
        return all(self.auxiliary(name) for name in self._auxiliaries)

    @property
    def flap_closed(self) -> bool:
        """The contact of its flap: open while water passes."""
        return not self.flap_stuck and self.flow_m3s <= 0.0 and not self.contactor.closed

    @property
    def running(self) -> bool:
        """The contactor's auxiliary contact."""
        return self.contactor.feedback

    @property
    def still(self) -> bool:
        """Contactor open and shaft at rest, with no order under way."""
        return not self.contactor.closed and self.speed == 0.0 and self.contactor.due_s == float("inf")

    @property
    def in_motion(self) -> bool:
        """Running up, running down, or a contactor about to move."""
        goal = self._top if self.contactor.closed and not self.seized else min(0.0, self.speed)
        return self.speed != goal or self.contactor.due_s != float("inf")

    def trip(self, reason: str, at_s: float) -> None:
        """Protection opens the contactor and leaves a fault that a person resets."""
        self.fault = True
        self.trip_reason = reason
        self.contactor.order(False, at_s)

    def reset(self) -> None:
        """A person clears the fault."""
        self.fault = False
        self.trip_reason = ""

    def advance(self, to_s: float, head_m: float, gate_open: float) -> float | None:
        """Let time pass at this head with the discharge gate open by ``gate_open`` (0–1).

        Sets ``flow_m3s`` to the mean over the step; returns the moment the contactor moved, if it did.
        """
        began_s, self._now_s = self._now_s, to_s
        moved_s = self.contactor.move(to_s)
        mean_speed = self._turn(began_s, to_s, moved_s)
        self.flow_m3s = self._flow(mean_speed, head_m, gate_open) if mean_speed > 0.0 else 0.0
        self._come_back(head_m, gate_open)
        if self.trips_on_start and self.contactor.closed and self.speed >= TRIPS_AT_PERCENT:
            self.trip("motor protection", to_s)
        return moved_s

    def current_a(self, gate_open: float) -> float:
        """Motor current: inrush while running up, then by load; a closed gate unloads the motor."""
        if not self.contactor.closed:
            return 0.0
        driven = self.asset.min_speed_percent is not None
        if self.seized or (self.speed < self._top and not driven):
            return INRUSH * self.asset.rated_a
        load = 0.0 if self.unloaded else min(1.0, 0.25 + gate_open)
        turns = self.speed / FULL_SPEED if driven else 1.0
        return self.asset.rated_a * (IDLE_SHARE + (0.95 - IDLE_SHARE) * load) * turns * turns

    def power_kw(self, gate_open: float) -> float:
        """Electrical power, following the current."""
        return self.asset.power_kw * self.current_a(gate_open) / self.asset.rated_a if self.contactor.closed else 0.0

    @property
    def _top(self) -> float:
        """The speed (%) it runs up to."""
        return FULL_SPEED if self.asset.min_speed_percent is None else self.speed_goal

    def _come_back(self, head_m: float, gate_open: float) -> None:
        """Behind a stopped pump whose flap does not close, higher water outside flows back and turns the shaft."""
        back = self.flap_stuck and not self.contactor.closed and self.speed <= 0.0
        if back and head_m > 0.0 and gate_open > 0.0:
            self.speed = BACKSPIN_PERCENT
            self.flow_m3s = -BACKFLOW_SHARE * self.asset.flow_m3s * min(1.0, gate_open)
        elif self.speed < 0.0:
            self.speed = 0.0

    def _flow(self, mean_speed: float, head_m: float, gate_open: float) -> float:
        if self.unloaded:
            return 0.0
        turning = mean_speed / 100.0
        return self.asset.flow_m3s * turning * self.curve.share(head_m / max(turning, 0.1) ** 2) * min(1.0, gate_open)

    def _turn(self, began_s: float, to_s: float, moved_s: float | None) -> float:
        """Move the shaft; returns the mean speed (%) over the step."""
        if moved_s is not None:
            self._note_move(moved_s)
            began_s = moved_s
        closed = self.contactor.closed and not self.seized
        if self.speed == (self._top if closed else 0.0):
            return self.speed
        before = self.speed
        elapsed_s = to_s - began_s
        if closed:
            most = elapsed_s * FULL_SPEED / RUN_UP_S
            self.speed = before + max(-most, min(most, self._top - before))
        else:
            self.speed = max(0.0, before - elapsed_s * FULL_SPEED / RUN_DOWN_S)
        return (before + self.speed) / 2.0

    def _note_move(self, moved_s: float) -> None:
        if self.contactor.closed:
            self.starts += 1
            self.running_since_s = moved_s
        else:
            self.stopped_since_s = moved_s
