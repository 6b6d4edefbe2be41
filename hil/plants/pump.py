"""A pump unit: contactor, motor that runs up, water by head and gate, a flap against the flow coming back."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from controller.domain.assets import PumpUnit
from hil.plants.contactor import Contactor

RUN_UP_S = 10.0
RUN_DOWN_S = 15.0
INRUSH = 1.6
"""Current during a soft run-up, in rated currents."""
IDLE_SHARE = 0.40
"""Share of the rated current an unloaded motor draws."""


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
    """Truth of one unit. ``seized``: the contactor closes and draws current, but nothing turns."""

    __slots__ = (
        "_now_s",
        "asset",
        "available",
        "contactor",
        "curve",
        "fault",
        "flow_m3s",
        "running_since_s",
        "seized",
        "speed",
        "starts",
        "stopped_since_s",
        "trip_reason",
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
        self.starts = 0
        self.running_since_s = float("-inf")
        self.stopped_since_s = float("-inf")
        self._now_s = start_s

    @property
    def gate_output(self) -> str:
        """The output of the gate behind it; empty when there is none."""
        return (self.asset.discharge_gate or "").rpartition("/")[2]

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
        goal = 100.0 if self.contactor.closed and not self.seized else 0.0
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
        return moved_s

    def current_a(self, gate_open: float) -> float:
        """Motor current: inrush while running up, then by load; a closed gate unloads the motor."""
        if not self.contactor.closed:
            return 0.0
        if self.seized or self.speed < 100.0:
            return INRUSH * self.asset.rated_a
        load = min(1.0, 0.25 + gate_open)
        return self.asset.rated_a * (IDLE_SHARE + (0.95 - IDLE_SHARE) * load)

    def power_kw(self, gate_open: float) -> float:
        """Electrical power, following the current."""
        return self.asset.power_kw * self.current_a(gate_open) / self.asset.rated_a if self.contactor.closed else 0.0

    def _flow(self, mean_speed: float, head_m: float, gate_open: float) -> float:
        turning = mean_speed / 100.0
        return self.asset.flow_m3s * turning * self.curve.share(head_m / max(turning, 0.1) ** 2) * min(1.0, gate_open)

    def _turn(self, began_s: float, to_s: float, moved_s: float | None) -> float:
        """Move the shaft; returns the mean speed (%) over the step."""
        if moved_s is not None:
            self._note_move(moved_s)
            began_s = moved_s
        closed = self.contactor.closed and not self.seized
        if self.speed == (100.0 if closed else 0.0):
            return self.speed
        before = self.speed
        elapsed_s = to_s - began_s
        if closed:
            self.speed = min(100.0, before + elapsed_s * 100.0 / RUN_UP_S)
        else:
            self.speed = max(0.0, before - elapsed_s * 100.0 / RUN_DOWN_S)
        return (before + self.speed) / 2.0

    def _note_move(self, moved_s: float) -> None:
        if self.contactor.closed:
            self.starts += 1
            self.running_since_s = moved_s
        else:
            self.stopped_since_s = moved_s
