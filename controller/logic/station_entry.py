"""Whether a station can be told this at all: what no level of the water and no state of a unit would change."""

from __future__ import annotations

from controller.domain.command import Cause
from controller.domain.intents import StationMode, StationOrder
from controller.domain.targets import Target, WaterReach
from controller.logic.arbitration import Refusal

FLOW_TOLERANCE = 0.1
"""A flow is met within this share by whole units at their rated head."""


def station_refusal(target: Target, order: StationOrder) -> Refusal | None:
    """Why the station cannot do that; None when it can.

    More units than it has; a flow its units do not give; a level below its floor or dry-run limit, or above where its
    units start past every manual order; a direction none of its units pumps.
    """
    if target.units is not None and order.count > target.units:
        return _out_of_range(f"{target.id} has {target.units} units; {order.count} were asked 机组不足")
    reach = target.water
    if reach is None or not order.starts:
        return None
    most_m3s = reach.most_m3s.get(order.direction.value, 0.0)
    if most_m3s <= 0.0 and reach.most_m3s:
        return _out_of_range(f"{target.id} has no unit that pumps {order.direction.value} 无此流向机组")
    if order.mode is StationMode.FLOW and order.flow_m3s is not None:
        return _flow(target, order.flow_m3s, most_m3s)
    if order.mode is StationMode.LEVEL and order.level_m is not None:
        return _level(target, reach, order.level_m)
    return None


def _flow(target: Target, flow_m3s: float, most_m3s: float) -> Refusal | None:
    if flow_m3s <= most_m3s * (1.0 + FLOW_TOLERANCE):
        return None
    return _out_of_range(f"{target.id} gives {most_m3s:g} m³/s at most; {flow_m3s:g} were asked 超过本站排水能力")


def _level(target: Target, reach: WaterReach, level_m: float) -> Refusal | None:
    if reach.lowest_m is None:
        return _out_of_range(
            f"{target.id} has no staged levels in its configuration, so no target level; say count N 未配置分级水位"
        )
    if level_m < reach.lowest_m - 1e-9:
        return _out_of_range(
            f"{target.id} cannot be held at {level_m:g} m: its floor and dry-run limit allow {reach.lowest_m:.2f} m at "
            "the lowest 低于最低控制水位"
        )
    if reach.highest_m is not None and level_m >= reach.highest_m:
        return _out_of_range(
            f"{target.id} is not held at {level_m:g} m: from {reach.highest_m:.2f} m, near its guarantee level, its "
            "units start past any manual order 接近保证水位"
        )
    return None


def _out_of_range(text: str) -> Refusal:
    return Refusal(Cause.OUT_OF_RANGE, text)
