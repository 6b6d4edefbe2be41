"""A station's configured interlocks in one cycle: the names they may use, and their word on an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.expression import Lookup, Truth
from controller.domain.points import Reading, TargetId
from controller.logic.contract import InterlockMemory
from controller.logic.interlocks import NOTHING_BYPASSED, Bypassed, InterlockSpec, Judgement, follow
from controller.logic.station_scene import Scene

NO_MEMORY = InterlockMemory()
NOWHERE: frozenset[TargetId] = frozenset()
INNER_LEVEL = "inner_level_m"
"""The name by which an interlock asks for the voted inner level; every other name is a point of the station."""


def lookup_in(scene: Scene) -> Lookup:
    """Where a station's interlocks find the names of their conditions."""

    def lookup(name: str) -> Reading:
        return scene.level.reading if name == INNER_LEVEL else scene.view.read(name)

    return lookup


def judge_station(
    scene: Scene, specs: Sequence[InterlockSpec], bypassed: Bypassed = NOTHING_BYPASSED
) -> Mapping[str, Judgement]:
    """Every interlock's condition and state at this moment, by interlock id.

    Before the first complete read nothing is judged: a delay or latch of before a restart waits for real readings.
    """
    past, lookup = scene.memory.interlocks, lookup_in(scene)
    if not scene.memory.adopted:
        return {
            spec.id: Judgement(past.get(spec.id, NO_MEMORY), Truth.UNKNOWN, bypassed.get(spec.id, NOWHERE))
            for spec in specs
        }

    return {
        spec.id: follow(spec, lookup, past.get(spec.id, NO_MEMORY), scene.moment, bypassed.get(spec.id, NOWHERE))
        for spec in specs
    }
