"""The signal that closes an underpass's road to traffic: shut by the water, opened by people or once it has gone.

Its own output, beside the pumps: it follows the centre whatever mode the station's PLC is in. Closing is the protective
direction: it goes past every order but those of slots 1 and 2, and is attempted where the switch says LOCAL. Opening
is never forced, and never done while nobody can say how high the water stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controller.domain.intents import GateOrder
from controller.domain.pumps_and_gates import Gate, GateRole
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.contract import ALLOWED, Moment, RoadStage, Ruling, StationMemory, Verdict
from controller.logic.station_scene import Scene, seen_closed, seen_open
from controller.logic.underpass import road_level_m

OWNER = "road signal"
WATER, BLIND = "road_water", "road_blind"
"""The interlocks: water over the road; nobody can say how much."""


def road_order(
    station: Station, memory: StationMemory, moment: Moment, *, ready: bool
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What the water asks of the road's signal in slot 12; nothing for a station without one.

    Closed from its closing depth on. Open again only where the water closed it, after it has been dry for the rule's
    time; in between, and while nobody knows the level, it stays as it is.
    """
    rule, road = station.road, memory.road
    if rule is None or not rule.signal or not memory.adopted or not ready:
        return memory, ()
    if road.stage is not RoadStage.OPEN:
        return memory, (_request(station, 0.0, f"water over the road: {rule.closes_m * 100:.0f} cm and more close it"),)
    since_s = road.dry_since_s
    if not road.shut or rule.reopen_hold_s is None or since_s is None:
        return memory, ()
    dry_s = moment.s - since_s
    if dry_s < rule.reopen_hold_s:
        return memory, ()
    return memory, (_request(station, 100.0, "the water is gone from the road"),)


def road_opened(scene: Scene) -> StationMemory:
    """The memory once the signal is seen open on a dry road: whoever closes it from now on, it was not the water."""
    road, gate = scene.memory.road, _signal(scene)
    if not road.shut or road.stage is not RoadStage.OPEN or gate is None or seen_open(gate, scene.view) is not True:
        return scene.memory
    return replace(scene.memory, road=replace(road, shut=False))


def road_closes(scene: Scene, gate: Gate) -> Verdict:
    """FORCE when the signal is to be closed whatever was ordered."""
    if gate.role is not GateRole.ROAD or scene.memory.road.stage is RoadStage.OPEN:
        return ALLOWED
    return Verdict(Ruling.FORCE, WATER, reason=f"{gate.name} is closed: water over the road / 路面积水，封闭道路")


def against_opening_the_road(scene: Scene) -> Iterator[Verdict]:
    """Why the road is not opened now, by anybody: water over it, or nobody knows."""
    if scene.memory.road.stage is not RoadStage.OPEN:
        yield Verdict(Ruling.HOLD, WATER, reason="the road stays closed: water over it / 路面积水，道路保持封闭")
    elif road_level_m(scene.station, scene.view, scene.memory) is None:
        text = "the road stays closed: nobody can say how high the water stands / 水位不明，道路保持封闭"
        yield Verdict(Ruling.HOLD, BLIND, reason=text)


def road_signals(scene: Scene, *, blocked: bool) -> set[str]:
    """The signals that are stepped though the station is in its PLC's hands; in LOCAL only one that has to close."""
    gates = (gate for gate in scene.station.gates if gate.role is GateRole.ROAD)
    return {gate.id for gate in gates if not blocked or scene.memory.road.stage is not RoadStage.OPEN}


def road_signal_alarms(scene: Scene) -> Iterator[tuple[str, str]]:
    """(condition id, text): a road to be closed that is not proven so; one that waits for a person to open it."""
    gate, road, rule = _signal(scene), scene.memory.road, scene.station.road
    if gate is None or rule is None:
        return
    closed = seen_closed(gate, scene.view)
    if road.stage is not RoadStage.OPEN and closed is not True:
        text = (
            f"{gate.name} is not proven closed while water stands over the road: send somebody to close it / "
            f"{gate.name}未证实关闭而路面积水，请立即派人封路"
        )
        yield f"{gate.id}:road_not_closed", text
    waits = road.shut and road.dry_since_s is not None and rule.reopen_hold_s is None
    if waits and closed is True:
        text = (
            f"{gate.name} is closed and the road is dry: look at it and open it / "
            f"{gate.name}已关闭且路面无积水，请查看后开放"
        )
        yield f"{gate.id}:road_waits", text


def _signal(scene: Scene) -> Gate | None:
    rule = scene.station.road
    return scene.gate(rule.signal) if rule is not None and rule.signal else None


def _request(station: Station, percent: float, reason: str) -> Request:
    assert station.road is not None  # noqa: S101 - narrows; its caller looked
    return Request(station.road.signal, Slot.AUTOMATIC, GateOrder(percent), OWNER, reason)
