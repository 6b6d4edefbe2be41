"""Estimates and what-ifs as views, with a sentence a tired person can act on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from controller.logic.hydraulics.estimate import Estimate, Trust
from controller.logic.hydraulics.network import Network, Reach
from controller.logic.hydraulics.whatif import Course, ReachAhead, WhatIf, moments_s
from controller.runtime.hydraulics.rain_basis import RainBasis
from controller.runtime.hydraulics.views import (
    CourseView,
    EffortView,
    GaugeView,
    LevelView,
    NetworkView,
    OutsideView,
    ReachAheadView,
    ReachView,
    WhatIfView,
    WindowView,
)

FELT_M = 0.02
"""What an act changes less than this is not worth a table."""


NO_WATERS = NetworkView(
    None, "", (), (), "no waters are described, or none was looked at yet", "未配置水网或尚无数据", 0.0
)


def network_view(
    network: Network, estimate: Estimate, mine: Collection[str], ahead: WhatIf, basis: RainBasis, hours: float
) -> NetworkView:
    """All waters now; ``mine``: the reaches to show."""
    return NetworkView(
        estimate.at,
        network.datum,
        tuple(_reach(network, network.reaches[name], estimate, ahead.without) for name in mine),
        tuple(
            OutsideView(name, water.title, water.title_en, estimate.outer_m[name])
            for name, water in network.outside.items()
            if name in estimate.outer_m
        ),
        basis.text_en,
        basis.text_zh,
        hours,
    )


def _reach(network: Network, reach: Reach, estimate: Estimate, ahead: Course) -> ReachView:
    state, course = estimate.reaches[reach.name], ahead.reaches[reach.name]
    known = state.trust is not Trust.UNKNOWN
    gauges = []
    for point in reach.gauges:
        gauge = estimate.gauges.get(point)
        if gauge is not None:
            silent = gauge.fault == "silent"
            gauges.append(GaugeView(point, None if silent else gauge.value_m, gauge.fault.value, gauge.since))
    return ReachView(
        reach=reach.name,
        title_zh=reach.title,
        title_en=reach.title_en,
        level_m=state.level_m if known else None,
        sure_m=2.0 * state.sd_m if known else None,
        trust=state.trust.value,
        rise_m_h=state.rise_m_h,
        inflow_m3s=state.inflow_m3s,
        residual_m3s=state.residual_m3s,
        floor_m=reach.floor_m,
        warning_m=reach.warning_m,
        guarantee_m=reach.guarantee_m,
        to_warning_s=course.to_warning_s if known else None,
        to_guarantee_s=course.to_guarantee_s if known else None,
        gauges=tuple(gauges),
        stations=tuple(station for station, inner in network.inner.items() if inner == reach.name),
    )


def whatif_view(
    network: Network,
    came: WhatIf,
    basis: RainBasis,
    orders: tuple[str, ...],
    mine: Collection[str],
) -> WhatIfView:
    """The answer of a what-if; ``network`` is the part that can feel it."""
    moments = moments_s(came.outlook)
    start = came.outlook.start
    reaches = tuple(
        _ahead(network.reaches[name], came.without.reaches[name], came.with_it.reaches[name])
        for name in network.reaches
        if name in mine
    )
    text_en, text_zh = _sentence(reaches, came)
    return WhatIfView(
        at=start,
        hours=moments[-1] / 3600.0,
        datum=network.datum,
        orders=orders,
        moments=tuple(start + timedelta(seconds=at_s) for at_s in moments),
        reaches=reaches,
        without=_effort(came.without),
        with_it=_effort(came.with_it),
        windows=tuple(
            WindowView(one.gate, start + timedelta(seconds=one.begins_s), start + timedelta(seconds=one.ends_s))
            for one in came.windows
        ),
        blocked_min={station: round(minutes, 1) for station, minutes in came.blocked_min.items()},
        rain_en=basis.text_en,
        rain_zh=basis.text_zh,
        text_en=text_en,
        text_zh=text_zh,
    )


def _ahead(reach: Reach, without: ReachAhead, with_it: ReachAhead) -> ReachAheadView:
    apart = max(abs(a - b) for a, b in zip(without.likely_m, with_it.likely_m, strict=True))
    return ReachAheadView(
        reach.name,
        reach.title,
        reach.title_en,
        reach.warning_m,
        reach.guarantee_m,
        reach.floor_m,
        apart >= FELT_M,
        _course(without),
        _course(with_it),
    )


def _course(course: ReachAhead) -> CourseView:
    levels = zip(course.likely_m, course.low_m, course.high_m, strict=True)
    return CourseView(
        levels=tuple(LevelView(round(likely, 3), round(low, 3), round(high, 3)) for likely, low, high in levels),
        peak_m=round(course.peak_m, 3),
        peak_s=course.peak_s,
        above_warning_min=round(course.above_warning_min, 1),
        above_guarantee_min=round(course.above_guarantee_min, 1),
        to_warning_s=course.to_warning_s,
        to_guarantee_s=course.to_guarantee_s,
        soonest_warning_s=course.soonest_warning_s,
        soonest_guarantee_s=course.soonest_guarantee_s,
    )


def _effort(course: Course) -> EffortView:
    pumped, let_out = sum(course.pumped_m3.values()), sum(course.let_out_m3.values())
    return EffortView(round(course.kwh, 1), course.starts, round(pumped), round(let_out))


def _sentence(reaches: tuple[ReachAheadView, ...], came: WhatIf) -> tuple[str, str]:
    """What it comes to, in both languages."""
    felt = [one for one in reaches if one.felt]
    if not felt:
        return (
            "it changes no level by 2 cm in these hours",
            "在所问时段内，各水域水位变化不足 2 厘米",
        )
    en, zh = [], []
    for one in felt:
        change_m = one.with_it.levels[-1].likely_m - one.without.levels[-1].likely_m
        en.append(f"{one.title_en} {change_m:+.2f} m at the end, peak {one.with_it.peak_m:.2f} m")
        zh.append(f"{one.title_zh}期末 {change_m:+.2f} m，峰值 {one.with_it.peak_m:.2f} m")
    kwh = came.with_it.kwh - came.without.kwh
    starts = came.with_it.starts - came.without.starts
    en.append(f"{kwh:+,.0f} kWh, {starts:+d} starts")
    zh.append(f"电量 {kwh:+,.0f} kWh，启动 {starts:+d} 次")
    return "; ".join(en), "；".join(zh)
