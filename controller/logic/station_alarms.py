"""What people should know of a station in this cycle, whoever runs it. Conditions, not events: said while they last."""

from __future__ import annotations

from collections.abc import Iterator

from controller.logic.station_scene import Scene

RACK_ALARM_M = 0.3
"""Head over the trash rack (m) worth cleaning it for (FACTS, trash rack)."""


def station_alarms(scene: Scene) -> tuple[tuple[str, str], ...]:
    """(condition id, text) of the station's own conditions. Silent before the first complete read."""
    return tuple(_conditions(scene)) if scene.memory.adopted and scene.view.ready else ()


def _conditions(scene: Scene) -> Iterator[tuple[str, str]]:
    station, memory = scene.station, scene.memory
    if station.inner_levels and scene.level.note:
        yield f"{station.id}:level", f"inner level: {scene.level.note}"
    if memory.dry_run_hold:
        yield f"{station.id}:dry_run", "the well is at its dry-run limit: no unit may run"
    rack_m = scene.view.number("rack_head_m")
    if rack_m is not None and rack_m > RACK_ALARM_M:
        yield f"{station.id}:rack", f"{rack_m:.2f} m over the trash rack: clean it"
    if memory.held_count or memory.held_units:
        yield (
            f"{station.id}:held",
            "units are kept running because an order ended by itself; order the station anew or hand it back",
        )
