"""The truth about a drill, written down line by line: levels, flows, power, what moved, what was injected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TextIO

from controller.domain.clock import Clock
from hil.field import Event, Field
from hil.plants.events import Motion
from hil.plants.station import StationPlant

EVERY_S = 60.0
"""A sample of the waters is taken this often (time of the drill)."""
LOOK_S = 5.0
"""What moved is looked for this often: a gate has not travelled far since."""


class Truth:
    """Writes it. Every line is whole, and there when it was said: the drill may end at any moment."""

    def __init__(self, field: Field, file: TextIO) -> None:
        self._field = field
        self._file = file
        self._stations = {placed.plant.asset.id: placed.plant for placed in field.water.stations}
        self._told = 0

    async def keep(self, clock: Clock, every_s: float = EVERY_S, look_s: float = LOOK_S) -> None:
        """For ever; a last sample when it is cancelled."""
        due_s = clock.monotonic()
        try:
            while True:
                self.look()
                if clock.monotonic() >= due_s:
                    self.sample()
                    due_s += every_s
                await clock.sleep(look_s)
        finally:
            self.look()
            self.sample()

    def injected(self, zh: str, en: str) -> None:
        """Something was injected."""
        self._say(self._field.plant_time(), "injected", {"zh": zh, "en": en})

    def sample(self) -> None:
        """The waters as they are."""
        field = self._field
        field.water.advance(field.plant_s())
        water = field.water
        said = {
            "levels": {name: round(water.level_m(name), 4) for name in (*water.reaches, *water.outside)},
            "flow": {name: round(plant.flow_m3s(), 3) for name, plant in self._stations.items()},
            "kw": {name: round(plant.power_kw(), 2) for name, plant in self._stations.items()},
            "back": round(self._reverse_m3s(), 4),
        }
        self._say(field.plant_time(), "sample", said)

    def look(self) -> None:
        """What moved since the last look."""
        events = self._field.events()
        for event in events[self._told :]:
            plant = self._stations.get(event.device)
            if plant is not None:
                self._tell(event, plant)
        self._told = len(events)

    def _tell(self, event: Event, plant: StationPlant) -> None:
        unit = f"{event.device}/{event.output}" if event.output else event.device
        if event.motion is Motion.CONTACTOR and event.output in plant.pumps:
            gate = round(plant.gate_share(plant.pumps[event.output]) * 100.0, 1)
            self._say(event.at, "move", {"unit": unit, "runs": bool(event.value), "gate": gate})
        elif event.motion is Motion.TRIP:
            self._say(event.at, "trip", {"unit": unit, "why": str(event.value)})

    def _reverse_m3s(self) -> float:
        """Water that comes in where it should only go out: through flaps that do not close."""
        return sum(max(0.0, -pump.flow_m3s) for plant in self._stations.values() for pump in plant.pumps.values())

    def _say(self, at: datetime, what: str, said: Mapping[str, object]) -> None:
        self._file.write(json.dumps({"at": at.isoformat(), "what": what, **said}, ensure_ascii=False) + "\n")
        self._file.flush()
