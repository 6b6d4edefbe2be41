"""How far apart the lights of one scene start: within one controller, and between two with the same configuration.

Two controller processes, real Modbus TCP, real time. Both read one clock of this machine; in a town each has its own,
and how far those stand apart (NTP: some ms) adds to it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache

from tests.bench.peers.field import modbus_field
from tests.bench.registry import benchmark, remark

CABINETS = 300
"""Of each controller: so many lights the lighting cycle works out in one turn."""
STEPS = 3
LEAD_S = 30.0
FOLLOWS_MS = 50
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """When each light of one step was proved, by controller, in seconds after the step was due."""

    of: tuple[tuple[float, ...], ...]

    @property
    def skew_s(self) -> float:
        """From the first light to the last one, whoever's they are."""
        return max(map(max, self.of)) - min(map(min, self.of))

    @property
    def apart_s(self) -> float:
        """Between the controllers: how far the middles of their lights lie from each other."""
        middles = [statistics.median(one) for one in self.of]
        return max(middles) - min(middles)


@benchmark(
    "lighting.scene_skew_s",
    unit="s",
    must=2.0,
    goal=1.0,
    note="one step of one scene at 600 cabinets of two controllers: first light CONFIRMED by its contact to the last",
)
def scene_skew_s() -> list[float]:
    steps = _steps()
    for step in steps:
        remark(
            "; ".join(f"{one[0]:.2f} to {one[-1]:.2f} s after it was due" for one in step.of)
            + f": {step.skew_s:.2f} s in all"
        )
    remark("staging against inrush: off; with it a district takes 20 s on purpose (5 % of its load a second)")
    return [step.skew_s for step in steps]


@benchmark(
    "lighting.scene_controllers_apart_s",
    unit="s",
    must=1.0,
    goal=0.5,
    note="… and between the two: how far the middles of their lights lie from each other, by one clock",
)
def scene_controllers_apart_s() -> list[float]:
    return [step.apart_s for step in _steps()]


@cache
def _steps() -> tuple[Step, ...]:
    with modbus_field(FOLLOWS_MS) as field:
        order = {"port": field.live, "cabinets": CABINETS, "steps": STEPS, "lead_s": LEAD_S}
        said = json.dumps({**order, "origin_s": time.monotonic()})
        call = [sys.executable, "-m", "tests.bench.scene_side", said]
        sides = [subprocess.Popen(call, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        try:
            told = [_told(side) for side in sides]
        finally:
            for side in sides:
                side.terminate()
                side.wait(PATIENCE_S)
    return tuple(Step(of) for of in zip(*told, strict=True))


def _told(side: subprocess.Popen[str]) -> list[tuple[float, ...]]:
    out = side.communicate()[0].splitlines()
    if side.returncode != 0 or not out or out[0] != "ready":
        raise RuntimeError(f"a controller of the scene ended with {side.returncode}: {out[-1:] or 'nothing said'}")
    return [tuple(json.loads(line)) for line in out[1:]]
