"""The waters and a what-if laid out for a tired person: one table a reach, one line an hour, Chinese beside English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.cli.durations import spoken
from controller.cli.texts import clock_time, columns

if TYPE_CHECKING:
    from controller.runtime.hydraulics.views import (
        CourseView,
        EffortView,
        LevelView,
        NetworkView,
        ReachAheadView,
        ReachView,
        WhatIfView,
    )

_TRUST = {
    "measured": "measured 实测",
    "doubted": "DOUBTED 存疑",
    "substituted": "BY MODEL 推算",
    "unknown": "NOT KNOWN 不明",
}
_FAULTS = {
    "silent": "says nothing 无数据",
    "frozen": "FROZEN 冻结",
    "jumped": "JUMPED 突跳",
    "drifting": "DRIFTS 漂移",
    "apart": "CONTRADICTS THE OTHERS 与其他不符",
}
ROWS = 8
"""So many lines a table has at most, besides the start."""


def network_lines(seen: NetworkView, zone: ZoneInfo) -> list[str]:
    """Every reach: measured and estimated level, trend, inflow, time to its limits; and gauges not believed."""
    lines = [f"Waters 水网  {clock_time(seen.at, zone, '%m-%d %H:%M:%S')}  m above {seen.datum}"]
    heading = (
        "reach 水域",
        "level 水位",
        "",
        "trend 涨落",
        "inflow 入流",
        "warning 警戒",
        "guarantee 保证",
        f"within 未来 {seen.ahead_h:g} h",
    )
    lines += columns([heading, *(_reach(one) for one in seen.reaches)])
    for one in seen.reaches:
        doubtful = [gauge for gauge in one.gauges if gauge.fault]
        for gauge in doubtful:
            said = "" if gauge.level_m is None else f" says 显示 {gauge.level_m:.2f} m"
            since = f" since 自 {clock_time(gauge.since, zone, '%m-%d %H:%M')}" if gauge.since else ""
            lines.append(f"  ! {gauge.point} ({one.title_zh}) {_FAULTS.get(gauge.fault, gauge.fault)}{said}{since}")
    lines += [f"  {water.title_zh} {water.title_en}: {water.level_m:.2f} m" for water in seen.outside]
    lines.append(f"  {seen.rain_zh}\n  {seen.rain_en}")
    return lines


def _reach(one: ReachView) -> tuple[str, ...]:
    level = "—" if one.level_m is None else f"{one.level_m:.2f} m"
    sure = "" if one.sure_m is None or one.trust == "measured" else f" ±{one.sure_m:.2f}"
    return (
        f"{one.title_zh} {one.title_en}",
        level + sure,
        _TRUST.get(one.trust, one.trust),
        f"{one.rise_m_h * 100:+.0f} cm/h",
        f"{one.inflow_m3s:.1f} m³/s",
        f"{one.warning_m:.2f} m",
        f"{one.guarantee_m:.2f} m",
        _limits(one.to_warning_s, one.to_guarantee_s),
    )


def _limits(warning_s: float | None, guarantee_s: float | None) -> str:
    if guarantee_s is not None:
        return f"GUARANTEE 保证 {_in(guarantee_s)}"
    return "—" if warning_s is None else f"warning 警戒 {_in(warning_s)}"


def _in(seconds: float) -> str:
    return "now 已超" if seconds <= 0.0 else f"in {spoken(seconds)} 后"


def whatif_lines(seen: WhatIfView, zone: ZoneInfo) -> list[str]:
    """What an act would do: tables of the reaches that feel it, then what it costs and what it needs."""
    lines = [
        f"What if 假如: {'; '.join(seen.orders)}   ({seen.hours:g} h from {clock_time(seen.at, zone, '%m-%d %H:%M')})",
        f"  {seen.text_zh}",
        f"  {seen.text_en}",
    ]
    felt = [one for one in seen.reaches if one.felt]
    for one in felt:
        lines += ["", *_table(one, seen, zone)]
    calm = [one.title_zh for one in seen.reaches if not one.felt]
    if calm:
        lines += ["", f"  not felt 无影响: {', '.join(calm)}"]
    lines += ["", *columns([("", "energy 电量", "starts 启动", "pumped 抽排", "by gravity 自排"), *_efforts(seen)])]
    lines += list(_tide(seen, zone))
    lines += [
        f"  {seen.rain_zh}",
        f"  {seen.rain_en}",
        "  A model's estimate; nothing was ordered. 模型估算，未下达任何指令。",
    ]
    return lines


def _table(one: ReachAheadView, seen: WhatIfView, zone: ZoneInfo) -> Iterator[str]:
    yield (
        f"{one.title_zh} {one.title_en}   warning 警戒 {one.warning_m:.2f} · guarantee 保证 {one.guarantee_m:.2f} · "
        f"floor 下限 {one.floor_m:.2f} m"
    )
    picked = _picked(seen)
    rows: list[tuple[str, ...]] = [("", "without 不执行", "with 执行", "Δ")]
    for at in picked:
        before, after = one.without.levels[at], one.with_it.levels[at]
        time = clock_time(seen.moments[at], zone, "%H:%M")
        rows.append((time, _level(before, one), _level(after, one), f"{after.likely_m - before.likely_m:+.2f}"))
    rows.append(("peak 峰值", f"{one.without.peak_m:.2f}", f"{one.with_it.peak_m:.2f}", ""))
    rows.append(("> warning 超警戒", *(f"{c.above_warning_min:.0f} min" for c in (one.without, one.with_it)), ""))
    rows.append(("> guarantee 超保证", *(f"{c.above_guarantee_min:.0f} min" for c in (one.without, one.with_it)), ""))
    rows.append(("to warning 距警戒", _until(one.without), _until(one.with_it), ""))
    yield from columns(rows)


def _picked(seen: WhatIfView) -> list[int]:
    """Every so many whole hours (quarters within two hours), and the last."""
    last = len(seen.moments) - 1
    every_s = 900.0 if seen.hours <= 2.0 else 3600.0 * -(-seen.hours // ROWS)
    since = [(moment - seen.at).total_seconds() for moment in seen.moments]
    return sorted({*(at for at in range(last) if since[at] % every_s < 1.0), last})


def _level(level: LevelView, one: ReachAheadView) -> str:
    mark = "‼" if level.likely_m >= one.guarantee_m else "!" if level.likely_m >= one.warning_m else " "
    return f"{level.likely_m:.2f}{mark} [{level.low_m:.2f} … {level.high_m:.2f}]"


def _until(course: CourseView) -> str:
    likely = "—" if course.to_warning_s is None else spoken(course.to_warning_s)
    if course.soonest_warning_s is None or course.soonest_warning_s == course.to_warning_s:
        return likely
    return f"{likely} (soonest 最早 {spoken(course.soonest_warning_s)})"


def _efforts(seen: WhatIfView) -> Iterator[Sequence[str]]:
    for name, effort in (("without 不执行", seen.without), ("with 执行", seen.with_it)):
        yield (name, *_effort(effort))


def _effort(effort: EffortView) -> tuple[str, ...]:
    return (
        f"{effort.kwh:,.0f} kWh",
        f"{effort.starts}",
        f"{effort.pumped_m3 / 1e4:,.1f} 万m³",
        f"{effort.let_out_m3 / 1e4:,.1f} 万m³",
    )


def _tide(seen: WhatIfView, zone: ZoneInfo) -> Iterator[str]:
    for window in seen.windows:
        begins, ends = (clock_time(at, zone, "%H:%M") for at in (window.begins, window.ends))
        yield f"  gravity possible 可自排 {window.gate}: {begins}–{ends}"
    for station, minutes in seen.blocked_min.items():
        yield f"  ! {station}: the tide stands too high to pump against for {minutes:.0f} min 外江过高无法抽排"


def ahead_lines(waters: Sequence[ReachAheadView], hours: float) -> Iterator[str]:
    """What a preview says of the waters, in one line each."""
    for one in waters:
        before, after = one.without, one.with_it
        name = f"{one.title_zh} {one.title_en}"
        ends, then = before.levels[-1], after.levels[-1]
        yield (
            f"  level in {hours:g} h 预测水位 {name}: {ends.likely_m:.2f} → {then.likely_m:.2f} m "
            f"[{then.low_m:.2f} … {then.high_m:.2f}], above warning 超警戒 "
            f"{before.above_warning_min:.0f} → {after.above_warning_min:.0f} min"
        )
