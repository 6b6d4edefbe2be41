"""Water over the road of an underpass: when it closes, when nobody passes, and how long until then while it rises.

The underpass's own automatic pumps whatever happens here, and the centre only adds starts. These are words to people
(its poles' displays follow their own gauges, ``poles_flood``): said even while every pump runs, because a pump that
runs is no proof that the water falls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from controller.domain.image import View
from controller.domain.stations import RoadRule, Station
from controller.logic.contract import Moment, RoadMemory, RoadStage, StationMemory
from controller.logic.levels import ROUNDING_M, inner_level
from controller.logic.station_scene import Scene

SAMPLE_S, KEPT_S, LEAST_S = 15.0, 300.0, 60.0
"""A level is noted so often, for so long; a rate is told of no shorter time (s)."""
STILL_M_S = 0.001 / 60.0
"""Water that rises slower than 1 mm/min does not rise."""
BACK_M = 0.05
"""A stage is over this far below the level it began at (m)."""


def follow_road(station: Station, view: View, memory: StationMemory, moment: Moment) -> StationMemory:
    """The memory with the level noted and the road's stage followed. Nothing for a station without a road."""
    rule = station.road
    if rule is None:
        return memory
    level_m = road_level_m(station, view, memory)
    if level_m is None:
        blind = replace(memory.road, dry_since_s=None)
        return memory if memory.road.dry_since_s is None else replace(memory, road=blind)
    past = memory.road
    stage = _stage(rule, level_m, past.stage)
    samples = past.samples
    if not samples or moment.s >= samples[-1][0] + SAMPLE_S:
        samples = (*(one for one in samples if one[0] > moment.s - KEPT_S), (moment.s, level_m))
    dry = level_m - rule.road_m <= rule.reopens_m and stage is RoadStage.OPEN
    dry_since_s = None if not dry else (moment.s if past.dry_since_s is None else past.dry_since_s)
    road = RoadMemory(stage, samples, past.shut or stage is not RoadStage.OPEN, dry_since_s)
    return memory if road == past else replace(memory, road=road)


def road_level_m(station: Station, view: View, memory: StationMemory) -> float | None:
    """The level over a road: the voted one; where gauges disagree or fail, the highest that can be read.

    Toward danger one gauge is enough, but for one a person excluded; None only when nobody can say anything.
    """
    voted = inner_level(station, view, memory.gauges, memory.excluded).level_m
    if voted is not None:
        return voted
    heard = (point for point in station.inner_levels if point not in memory.excluded.points)
    values = [value for point in heard if (value := view.number(point)) is not None]
    return max(values, default=None)


def rise_m_s(memory: StationMemory) -> float | None:
    """How fast the water rises (m/s) over the last minutes; None while that cannot be said."""
    samples = memory.road.samples
    if len(samples) < 2 or samples[-1][0] - samples[0][0] < LEAST_S:
        return None
    return (samples[-1][1] - samples[0][1]) / (samples[-1][0] - samples[0][0])


def road_alarms(scene: Scene) -> Iterable[tuple[str, str]]:
    """What is to be told of the road now."""
    rule, station = scene.station.road, scene.station
    level_m = None if rule is None else road_level_m(station, scene.view, scene.memory)
    if rule is None:
        return
    if level_m is None:
        text = "nobody can say how high the water stands in the underpass: send somebody to look / 水位不明，请派人查看"
        yield f"{station.id}:road_unknown", text
        return
    depth_m, stage = level_m - rule.road_m, scene.memory.road.stage
    running = f"{sum(1 for _ in scene.committed_units())} of {len(station.units)} pumps run"
    if stage is RoadStage.NO_PASS:
        text = f"{depth_m:.2f} m of water over the road, nobody passes ({running}) / 路面积水超过27厘米，禁止通行"
        yield f"{station.id}:road_no_pass", text.replace("27", f"{rule.no_pass_m * 100:.0f}")
    elif stage is RoadStage.CLOSED:
        text = f"{depth_m:.2f} m of water over the road, close it ({running}) / 路面积水超过15厘米，封闭道路"
        yield f"{station.id}:road_closed", text.replace("15", f"{rule.closes_m * 100:.0f}")
    else:
        yield from _soon(scene, rule, level_m, running)


def _soon(scene: Scene, rule: RoadRule, level_m: float, running: str) -> Iterable[tuple[str, str]]:
    rate = rise_m_s(scene.memory)
    if rate is None or rate < STILL_M_S:
        return
    left_s = (rule.road_m + rule.closes_m - level_m) / rate
    if left_s > rule.warn_s:
        return
    minutes = max(1, round(left_s / 60.0))
    text = (
        f"the road closes in about {minutes} min: the water rises {rate * 6000:.1f} cm a minute while {running} / "
        f"约{minutes}分钟后需封闭道路"
    )
    yield f"{scene.station.id}:road_soon", text


def _stage(rule: RoadRule, level_m: float, was: RoadStage) -> RoadStage:
    depth_m = level_m - rule.road_m + ROUNDING_M
    if depth_m >= rule.no_pass_m or (was is RoadStage.NO_PASS and depth_m > rule.no_pass_m - BACK_M):
        return RoadStage.NO_PASS
    if depth_m >= rule.closes_m or (was is not RoadStage.OPEN and depth_m > rule.closes_m - BACK_M):
        return RoadStage.CLOSED
    return RoadStage.OPEN
