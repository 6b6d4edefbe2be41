"""Level control that holds because nobody can trust its level: a condition of its own, while it decides."""

from __future__ import annotations

from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.station_scene import Scene

HOLDS = "level_holds"


def level_holds(scene: Scene, winner: Request) -> tuple[tuple[str, str], ...]:
    """(condition id, text): what the station does, why, and what a person is to do.

    It ends by itself: with a level that can be trusted, with a person's order, and when slot 4 starts units near the
    guarantee level. With one gauge left after exclusions the level's own alarm says what that one may do.
    """
    holds = StationOrder(StationMode.HOLD)
    silent = not scene.memory.adopted or not scene.view.ready or scene.memory.lone is not None
    if silent or winner.slot is not Slot.AUTOMATIC or winner.value != holds or scene.level.level_m is not None:
        return ()
    running = sum(1 for _ in scene.committed_units())
    station, why = scene.station.id, scene.level.note
    en = (
        f"level control holds with {running} running: {why}. What runs goes on and no unit starts or stops by level "
        f'until it can be trusted: have the staff gauge read; start units by `zhadao set {station} "count N"`, take '
        "a lying gauge out by `zhadao gauge exclude`"
    )
    zh = (
        f"水位不可信（{why}），水位控制保持{running}台运行：在运机组继续运行，不再按水位自动开停机；请现场读水尺，"
        f'必要时定台数（zhadao set {station} "count N"），或剔除失真水位计（zhadao gauge exclude）'
    )
    return ((f"{station}:{HOLDS}", f"{en} / {zh}"),)
