"""One of two controllers of one scene: ``python -m tests.bench.scene_side ORDER``, ORDER being one line of JSON.

Says ``ready`` once its cabinets were met, then a line of JSON for each step: when each command of it was CONFIRMED, in
seconds of the clock both controllers were given.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import uvloop

from controller.assembly import Assembly
from controller.domain.assets import City
from controller.domain.command import CommandState
from controller.domain.lights import Cabinet, LightClass
from controller.logic.scopes import Scopes
from controller.runtime.clocks import ScaledClock
from controller.runtime.command_log import Track
from controller.settings.site import Site
from schedules.program import Anchor, Edge, Program, TimePoint, Title
from schedules.scenes import SceneStage
from tests.bench.field_site import controlled, wired_city
from tests.bench.synthetic import AFTERNOON

SCENE = "bench"
LOCAL_NOON_MIN = 14 * 60
"""``AFTERNOON`` by the site's own clock."""
STEP_S, LATE_S = 60.0, 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """``origin_s``: the machine's monotonic clock when ``lead_s`` before the first step; steps are a minute apart."""

    port: int
    cabinets: int
    steps: int
    lead_s: float
    origin_s: float

    def clock(self) -> ScaledClock:
        """The clock both controllers have; it reads ``lead_s`` at the first step."""
        return ScaledClock(self.first_step() - timedelta(seconds=self.lead_s), 1.0, self.origin_s)

    def first_step(self) -> datetime:
        """A minute after the site's two in the afternoon."""
        return AFTERNOON + timedelta(seconds=STEP_S)


def scene_city(order: Order) -> Site:
    """Cabinets with one landscape circuit each, all of them in one scene that goes on, off, on … a minute apart."""
    base = wired_city([order.port] * order.cabinets, 1, {})
    cabinets = {one.id: _facade(one) for one in base.city.cabinets.values()}
    edges = tuple(
        Edge(TimePoint(Anchor.CLOCK, LOCAL_NOON_MIN + 1 + step), 100.0 if step % 2 == 0 else 0.0)
        for step in range(order.steps)
    )
    program = Program(SCENE, Title("场景", "Scene"), edges)
    place = next(iter(cabinets.values())).place
    stage = SceneStage(SCENE, place, TimePoint(Anchor.CLOCK, 23 * 60 + 30))
    targets = [circuit.id for cabinet in cabinets.values() for circuit in cabinet.circuits]
    plan = replace(
        base.lighting,
        programs=MappingProxyType({**base.lighting.programs, SCENE: program}),
        stages=MappingProxyType(dict.fromkeys(targets, stage)),
    )
    city: City = replace(base.city, cabinets=cabinets)
    return replace(base, city=city, lighting=plan, scopes=Scopes.of(city))


def _facade(cabinet: Cabinet) -> Cabinet:
    circuits = tuple(replace(one, light_class=LightClass.LANDSCAPE, program=SCENE) for one in cabinet.circuits)
    return replace(cabinet, circuits=circuits)


async def _follow(order: Order) -> None:
    clock = order.clock()
    async with controlled(scene_city(order), clock) as (assembly, _):
        print("ready", flush=True)
        steps = _Steps(assembly, clock, order)
        for step in range(order.steps):
            due_s = order.lead_s + step * STEP_S
            await clock.sleep(due_s + LATE_S - clock.monotonic())
            proved = steps.between(due_s, due_s + LATE_S)
            assert len(proved) == order.cabinets, f"step {step}: {len(proved)} of {order.cabinets}"
            print(json.dumps([at_s - due_s for at_s in proved]), flush=True)


class _Steps:
    """When each command was CONFIRMED."""

    def __init__(self, assembly: Assembly, clock: ScaledClock, order: Order) -> None:
        self._clock, self._at_s = clock, list[float]()
        self._tell = assembly.commands._tell
        assembly.commands._tell = self._heard
        assert clock.monotonic() < order.lead_s, "the cabinets were met too late: the scene has begun"

    def between(self, first_s: float, last_s: float) -> list[float]:
        """Those of one step, ascending."""
        return sorted(at_s for at_s in self._at_s if first_s <= at_s < last_s)

    def _heard(self, track: Track) -> None:
        if track.state is CommandState.CONFIRMED:
            self._at_s.append(self._clock.monotonic())
        self._tell(track)


if __name__ == "__main__":
    asked = Order(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_follow(asked))
