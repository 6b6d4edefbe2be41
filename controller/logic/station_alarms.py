"""What people should know of a station in this cycle, whoever runs it. Conditions, not events: said while they last."""

from __future__ import annotations

from collections.abc import Iterator

from controller.logic.alone import words_alone
from controller.logic.critical import critical_alarms
from controller.logic.exercise import exercise_proposals
from controller.logic.feeder_power import feeder_alarms
from controller.logic.power_guards import supply
from controller.logic.road_signal import road_signal_alarms
from controller.logic.station_scene import Scene
from controller.logic.tidal.gates import river_alarms
from controller.logic.underpass import road_alarms


def station_alarms(scene: Scene) -> tuple[tuple[str, str], ...]:
    """(condition id, text) of the station's own conditions. Silent before the first complete read."""
    return tuple(_conditions(scene)) if scene.memory.adopted and scene.view.ready else ()


def _conditions(scene: Scene) -> Iterator[tuple[str, str]]:
    station, memory = scene.station, scene.memory
    yield from critical_alarms(station, memory)
    yield from feeder_alarms(scene)
    yield from road_alarms(scene)
    yield from road_signal_alarms(scene)
    yield from river_alarms(scene)
    if station.inner_levels and scene.level.note:
        yield f"{station.id}:level", f"inner level: {scene.level.note}{words_alone(scene)}"
    yield from exercise_proposals(scene)
    if station.supply is not None and supply(scene) is not True:
        lost = memory.supply_lost or supply(scene) is False
        text = "the motors' supply is lost / 动力电源失电" if lost else "the supply cannot be read / 电源信号不可读"
        yield f"{station.id}:supply", text
    if memory.dry_run_hold:
        yield f"{station.id}:dry_run", "the well is at its dry-run limit: no unit may run"
    rack_m = scene.view.number("rack_head_m")
    if rack_m is not None and rack_m >= station.rack.alarm_m:
        yield f"{station.id}:rack", f"{rack_m:.2f} m over the trash rack: clean it"
    if memory.held_count or memory.held_units:
        yield (
            f"{station.id}:held",
            "units are kept running because an order ended by itself; order the station anew or hand it back",
        )
