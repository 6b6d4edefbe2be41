"""A station after a person took a gauge out of its vote: nothing jumps, and one gauge alone moves little.

The safe side with one gauge left: what runs goes on whatever it says, and it brings one unit more at most, once, while
it is seen to rise as water does. A person may start more at any time; the station's PLC keeps its own protection.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain.intents import Direction, StationMode, StationOrder
from controller.domain.stations import Station
from controller.logic.contract import Moment, StationMemory
from controller.logic.gauge_exclusion import Excluded, follow_lone, left_alone
from controller.logic.station_scene import Scene
from controller.logic.station_stages import Stages, units_of


def follow_exclusion(station: Station, memory: StationMemory, excluded: Excluded, moment: Moment) -> StationMemory:
    """The memory with what people exclude now.

    Where other gauges speak than before, staged control waits one stagger before it steps, so that no pump starts or
    stops because somebody excluded a gauge or an exclusion ended; and what gauges proved of each other counts no more.
    """
    if excluded == memory.excluded:
        return memory
    changed = excluded.points.keys() != memory.excluded.points.keys()
    memory = replace(memory, excluded=excluded)
    if not changed:
        return memory
    stepped_s = moment.s if station.levels is not None and memory.adopted else memory.stepped_s
    return replace(memory, gauges={}, lone=None, stepped_s=stepped_s)


def follow_alone(scene: Scene) -> StationMemory:
    """The memory with the lone gauge followed; forgotten once the level can be trusted again."""
    memory, points = scene.memory, scene.station.inner_levels
    if not any(point in memory.excluded.points for point in points) or scene.level.level_m is not None:
        return memory if memory.lone is None else replace(memory, lone=None)
    point = left_alone(points, memory.excluded, scene.view)
    lone = follow_lone(memory.lone, point, scene.view, _running(scene))
    return memory if lone == memory.lone else replace(memory, lone=lone)


def order_alone(scene: Scene) -> tuple[StationMemory, StationOrder, str]:
    """What staged control asks with one gauge left, and why.

    HOLD, or, once that gauge asks for it, one unit more than ran when it was left alone; never fewer than run now.
    """
    memory, lone, levels = scene.memory, scene.memory.lone, scene.station.levels
    held = StationOrder(StationMode.HOLD)
    if lone is None or levels is None:
        return memory, held, "level not trusted"
    running, units = _running(scene), len(units_of(scene.station))
    asked = lone.asked
    if asked is None and not _turned(scene) and lone.believed(memory.excluded.lively_s, scene.moment.s):
        wants = running < units and Stages(levels, units).wants_more(lone.value_m, running)
        rested = memory.stepped_s is None or scene.moment.s >= memory.stepped_s + levels.stagger_s
        if wants and rested and running <= lone.running:
            asked = running + 1
            memory = replace(memory, lone=replace(lone, asked=asked), stepped_s=scene.moment.s)
    if asked is None or _turned(scene):
        return memory, held, f"holds: {lone.point} alone is left ({lone.value_m:.2f} m)"
    count = max(asked, running)
    return memory, StationOrder(StationMode.COUNT, count), f"one more on {lone.point} alone ({lone.value_m:.2f} m)"


def words_alone(scene: Scene) -> str:
    """What the station does while one gauge is left, for its alarm; empty otherwise."""
    lone = scene.memory.lone
    if lone is None:
        return ""
    doubt = f" ({lone.doubt})" if lone.doubt else ""
    used = "that one was asked for" if lone.asked is not None else "one more may start if it rises"
    return (
        f"; {lone.point} alone is left{doubt}: what runs goes on, nothing is stopped on it, {used}, a person may start "
        f"others / 仅剩一支水位计{lone.point}：在运机组保持，不凭其停机，至多自动增开一台，可人工增开"
    )


def _running(scene: Scene) -> int:
    drain = Direction.DRAIN.value
    return sum(1 for unit in scene.committed_units() if unit.direction == drain)


def _turned(scene: Scene) -> bool:
    """Whether the station brings water in: one gauge alone never turns it round."""
    drain = Direction.DRAIN.value
    return scene.memory.diverting or any(unit.direction != drain for unit in scene.committed_units())
