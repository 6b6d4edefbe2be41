"""Motors and gates of a station as an electrician knows them: contactors, trips, travel, limit switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REVERSE_REST_S = 2.0
"""A drive thrown the other way sooner than this is thrown into reverse."""


@dataclass(slots=True)
class Gate:
    """A gate with its drive: it goes to ``goal`` at its own speed, unless it is jammed or has no power."""

    name: str
    role: str
    travel_s: float
    percent: float = 0.0
    goal: float = 0.0
    jammed: bool = False
    powered: bool = True
    closing_jams_at: float | None = None
    """It cannot be closed below this (%): something lies in it."""
    direction: int = 0
    stood_since_s: float = float("-inf")
    reversed_in_travel: int = 0

    def step(self, now_s: float, dt_s: float) -> None:
        way = 0.0 if self.jammed or not self.powered else self.goal - self.percent
        floor = self.closing_jams_at
        if way < 0.0 and floor is not None and self.percent <= floor:
            way = 0.0
        direction = (way > 0.05) - (way < -0.05)
        before = self.direction or (self._last if now_s - self.stood_since_s < REVERSE_REST_S else 0)
        self.reversed_in_travel += direction * before < 0
        if direction == 0 and self.direction != 0:
            self.stood_since_s, self._last = now_s, self.direction
        self.direction = direction
        reach = 100.0 / self.travel_s * dt_s
        self.percent = min(100.0, max(0.0, self.percent + max(-reach, min(reach, way)))) if direction else self.percent

    _last: int = 0

    @property
    def closed(self) -> bool:
        return self.percent <= 0.5

    @property
    def open(self) -> bool:
        return self.percent >= 99.5


@dataclass(slots=True)
class Pump:
    """A unit: its contactor follows what its PLC tells it, unless protection holds it out."""

    name: str
    kind: str
    flow_m3s: float
    rated_a: float
    gate: Gate | None
    min_off_s: float
    min_run_s: float
    contactor: bool = False
    tripped: bool = False
    trips_on_start: int = 0
    """So many of its next starts end in its motor protection."""
    on_s: float = float("-inf")
    off_s: float = float("-inf")
    starts: int = 0
    run_up_s: float = 3.0

    def moves_m3s(self, now_s: float, inner_m: float, outer_m: float) -> float:
        """What it pumps now: nothing against a shut gate, less at a greater head."""
        if not self.contactor:
            return 0.0
        opening = 1.0 if self.gate is None else self.gate.percent / 100.0
        up = min(1.0, max(0.0, (now_s - self.on_s) / self.run_up_s))
        weaker = max(0.5, min(1.1, 1.05 - 0.06 * (outer_m - inner_m)))
        return self.flow_m3s * opening * up * weaker

    def current_a(self, now_s: float) -> float:
        if not self.contactor:
            return 0.0
        opening = 1.0 if self.gate is None else self.gate.percent / 100.0
        return self.rated_a * (4.0 if now_s - self.on_s < 1.0 else 0.45 + 0.5 * opening)


@dataclass(slots=True)
class Sensor:
    """What an instrument says of the truth: itself, or what its trouble makes of it."""

    frozen_at: float | None = None
    offset: float = 0.0
    noise: list[float] = field(default_factory=list)
    """Added one after the other, over and over."""
    bad: bool = False
    nan: bool = False
    """Not a number: what a converter with an open input puts into a register that takes anything."""
    _turn: int = 0

    def reads(self, true: float) -> float:
        if self.nan:
            return float("nan")
        if self.frozen_at is not None:
            return self.frozen_at
        self._turn += 1
        shaken = self.noise[self._turn % len(self.noise)] if self.noise else 0.0
        return true + self.offset + shaken

    def freeze(self, true: float) -> None:
        self.frozen_at = round(true, 3)

    def heal(self) -> None:
        self.frozen_at, self.offset, self.noise = None, 0.0, []
        self.bad = self.nan = False


def gates_of(config: Mapping[str, Any]) -> dict[str, Gate]:
    return {one["output"]: Gate(one["output"], one["role"], float(one["travel_s"])) for one in config.get("gates", [])}


def pumps_of(config: Mapping[str, Any], gates: Mapping[str, Gate]) -> dict[str, Pump]:
    return {
        one["output"]: Pump(
            one["output"],
            one["pump"],
            float(one["flow_m3s"]),
            float(one["rated_a"]),
            gates.get(one.get("gate", "")),
            float(one["min_off_s"]),
            float(one["min_run_s"]),
        )
        for one in config["units"]
    }
