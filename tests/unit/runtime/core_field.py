"""A small site and its field in memory, for tests of the core: a clock moved by hand, contactors, what is kept."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.domain.assets import City
from controller.domain.intents import (
    GateOrder,
    StationMode,
    StationOrder,
    Switch,
    TargetKind,
    UnitMode,
    UnitOrder,
)
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass
from controller.domain.places import Place
from controller.domain.points import Reading, TargetId, Value, bad, good, uncertain
from controller.domain.quality import Detail, Quality
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.domain.targets import Target
from controller.settings.api import ApiSettings
from controller.settings.site import Site
from controller.settings.timing import Timing
from controller.store.changes import Change, DropRequest, PutRequest, PutUnit
from controller.store.state import StoredState
from controller.store.state_rows import request_of, request_row, unit_of, unit_row
from schedules.plan import LightingPlan
from tests.unit.logic.water_rig import PS

LC = "330106-LC-0001"
ROAD, TREES = f"{LC}/K1", f"{LC}/K2"
HANGZHOU = Place(30.25, 120.13)
EVENING = datetime(2026, 6, 21, 10, 50, tzinfo=UTC)
"""18:50 in Hangzhou, a quarter of an hour before sunset: lamps are off, and go on while a test watches."""


class HandClock:
    """Moves only when told; the wall can be stepped against the monotonic time."""

    speed = 1.0

    def __init__(self, start: datetime = EVENING) -> None:
        self.start, self.s, self.stepped = start, 1000.0, timedelta()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.s - 1000.0) + self.stepped

    def monotonic(self) -> float:
        return self.s

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing sleeps here, not even {seconds} s")


def drive(turn: Coroutine[Any, Any, None]) -> None:
    """Run what never really waits to its end."""
    try:
        turn.send(None)
    except StopIteration:
        return
    turn.close()
    raise AssertionError("a turn waited for something")


class Unwritten:
    """Evidence that is durable at once."""

    def __init__(self) -> None:
        self.records: list[Mapping[str, Any]] = []

    async def before_automation(self, *record: Any) -> None:
        self.records.append(record[-1])


@dataclass
class CabinetPlant:
    """Contactors that follow after a second, unless they are stuck; a key; points that cannot be read."""

    commands: dict[str, bool] = field(default_factory=lambda: {"K1": False, "K2": False})
    closed: dict[str, bool] = field(default_factory=lambda: {"K1": False, "K2": False})
    due: list[tuple[float, str, bool]] = field(default_factory=list)
    stuck: set[str] = field(default_factory=set)
    switch: str = "REMOTE"
    spoilt: dict[str, Quality] = field(default_factory=dict)

    def write(self, point: str, value: Value, now_s: float) -> None:
        self.commands[point[:2]] = bool(value)
        self.due.append((now_s + 0.5, point[:2], bool(value)))

    def advance(self, now_s: float) -> None:
        for at_s, output, value in [item for item in self.due if item[0] <= now_s]:
            self.due.remove((at_s, output, value))
            if output not in self.stuck and self.switch == "REMOTE":
                self.closed[output] = value

    def readings(self, now_s: float) -> dict[str, Reading]:
        values: dict[str, Value] = {"control_switch": self.switch}
        values |= {f"{output}.command": value for output, value in self.commands.items()}
        values |= {f"{output}.feedback": value for output, value in self.closed.items()}
        return {name: self._shown(name, value, now_s) for name, value in values.items()}

    def _shown(self, name: str, value: Value, now_s: float) -> Reading:
        if name not in self.spoilt:
            return good(value, now_s)
        if self.spoilt[name] is Quality.BAD:
            return bad(Detail.FAILURE, now_s)
        return uncertain(value, Detail.INCONSISTENT, now_s)


@dataclass
class Kept:
    """What the state store would hold, row by row as it would hold it."""

    requests: dict[tuple[TargetId, Slot], tuple[Any, ...]] = field(default_factory=dict)
    units: dict[TargetId, tuple[Any, ...]] = field(default_factory=dict)

    def apply(self, change: Change) -> None:
        if isinstance(change, PutRequest):
            self.requests[change.request.target, change.request.slot] = request_row(change.request)
        elif isinstance(change, DropRequest):
            self.requests.pop((change.target, change.slot), None)
        elif isinstance(change, PutUnit):
            self.units[change.counters.target] = unit_row(change.counters)

    def stored(self) -> StoredState:
        units = {target: unit_of(row) for target, row in self.units.items()}
        return StoredState(tuple(request_of(row) for row in self.requests.values()), units, {}, {})


def small_city(pumps: Station) -> City:
    """One cabinet (a road circuit, a landscape circuit) and one station."""
    circuits = (
        Circuit(ROAD, "K1", "road", LightClass.ROAD, "missing", 8, 1200.0),
        Circuit(TREES, "K2", "trees", LightClass.LANDSCAPE, "missing", 4, 120.0),
    )
    cabinet = Cabinet(LC, "cabinet", "330106", HANGZHOU, Grade.FIRST, circuits)
    targets = [
        Target(ROAD, TargetKind.CIRCUIT, "road", Switch(True), "road_lighting"),
        Target(TREES, TargetKind.CIRCUIT, "trees", Switch(False), "landscape_lighting"),
        Target(PS, TargetKind.STATION, "station", StationOrder(StationMode.HAND_BACK), "pumps", units=len(pumps.units)),
        *(Target(one.id, TargetKind.UNIT, one.name, UnitOrder(UnitMode.AUTO), "pumps") for one in pumps.units),
        *(Target(one.id, TargetKind.GATE, one.name, GateOrder(None), "gates") for one in pumps.gates),
    ]
    return City({LC: cabinet}, {}, {PS: pumps}, {}, {target.id: target for target in targets})


def small_site(pumps: Station) -> Site:
    """A site of it; no program applies, so the road is lit from sunset to sunrise by default."""
    timing = Timing(spread_s=0.0)
    return Site(
        name="core",
        timezone="Asia/Shanghai",
        divisions={},
        city=small_city(pumps),
        profiles={},
        endpoints=(),
        wires={},
        ageings={device: {} for device in (LC, PS)},
        lighting=LightingPlan({}),
        timing=timing,
        leases={},
        interlocks=(),
        api=ApiSettings(),
        config_hash="core",
    )
