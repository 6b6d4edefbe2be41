"""A station's configured interlocks in one cycle: the names they may use, and their word on an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.points import Reading
from controller.logic.contract import InterlockMemory
from controller.logic.interlocks import InterlockSpec, Judgement, follow
from controller.logic.station_scene import Scene

INNER_LEVEL = "inner_level_m"
"""The name by which an interlock asks for the voted inner level; every other name is a point of the station."""


def judge_station(scene: Scene, specs: Sequence[InterlockSpec]) -> Mapping[str, Judgement]:
    """Every interlock's condition and state at this moment, by interlock id."""
    past = scene.memory.interlocks

    def lookup(name: str) -> Reading:
        return scene.level.reading if name == INNER_LEVEL else scene.view.read(name)

    return {spec.id: follow(spec, lookup, past.get(spec.id, InterlockMemory()), scene.moment) for spec in specs}
