"""The duty officer's screen as lines of text, Chinese and English together."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from controller.cli.durations import spoken
from controller.cli.texts import clock_time, columns
from controller.runtime.conditions.views import ProposedState
from controller.runtime.forecasts.warning_views import LevelWarning, RainWarning, TideWarning, WarningsView

_DANGER = {
    "guarantee": "!! GUARANTEE 超保证",
    "guarantee_soon": "!! guarantee soon 将超保证",
    "warning": "!  WARNING 超警戒",
    "soon": "!  soon 将超警戒",
    "unknown": "?  unknown 水位不明",
    "later": ".  later 关注",
    "none": "   ",
}
_SHORT, _DAY = "%H:%M", "%m-%d %H:%M"


def screen(seen: WarningsView, zone: ZoneInfo, again: str = "") -> list[str]:
    """Everything, the gravest first."""
    lines = [f"{clock_time(seen.now, zone, '%Y-%m-%d %H:%M')}  {seen.text_zh}", f"  {seen.text_en}"]
    for one in seen.signals:
        until = clock_time(one.expires, zone, _DAY)
        lines.append(f"  rain signal 暴雨信号 {one.colour} {one.scope} until {until}, {one.by}: {one.reason}")
    lines += ["", "Levels 水位"]
    lines += columns(map(_level, seen.levels)) if seen.levels else ["  none 无"]
    lines += ["", "Rain 雨量 mm (measured 实测 1/3/6/12/24 h; forecast 预报 6 h)"]
    lines += columns(_rain(one, zone) for one in seen.rain) if seen.rain else ["  none 无"]
    lines += ["", "Tide 潮汐"]
    lines += columns(_tide(one, zone) for one in seen.tides) if seen.tides else ["  no tide table 无潮汐表"]
    lines += ["", "Proposed 响应建议 (a person declares 由人员宣布)"]
    together: dict[tuple[str, str], list[ProposedState]] = {}
    for proposal in seen.proposed:
        together.setdefault((proposal.scope, proposal.state), []).append(proposal)
    lines += [line for alike in together.values() for line in _proposed(alike, again)] or ["  none 无"]
    for gone in seen.dismissed:
        at = clock_time(gone.at, zone, _DAY)
        lines.append(f"  dismissed 已搁置: {gone.discipline} {gone.scope} {gone.state}, {gone.by} {at}: {gone.reason}")
    return lines


def _level(one: LevelWarning) -> tuple[str, ...]:
    level = f"{one.level_m:.2f} m" if one.level_m is not None else f"({_metres(one.last_m)})"
    limits = f"warn 警戒 {_metres(one.warning_m)} guar 保证 {_metres(one.guarantee_m)}"
    rate = "" if one.rate_m_per_h is None else f"{one.rate_m_per_h:+.2f} m/h"
    met = f"{_in(one.expected_to_warning_s, 'warn')} {_in(one.expected_to_guarantee_s, 'guar')}".strip()
    ahead = f"model 模型: {met}" if met and one.expected_top_m is not None else ""
    return (
        _DANGER[one.danger],
        one.name,
        level,
        one.grade or ("" if one.quality == "GOOD" else one.quality),
        limits if one.warning_m is not None or one.guarantee_m is not None else "",
        rate,
        f"{_in(one.to_warning_s, 'warn')} {_in(one.to_guarantee_s, 'guar')}".strip(),
        ahead,
    )


def _in(seconds: float | None, what: str) -> str:
    """When a limit is met: nothing while it is not in sight."""
    if seconds is None or seconds > 86_400.0:
        return ""
    return f"{what} reached 已达" if seconds == 0.0 else f"{what} in {spoken(seconds)}"


def _rain(one: RainWarning, zone: ZoneInfo) -> tuple[str, ...]:
    sums = "/".join(f"{each.mm:.0f}{'' if each.known >= 0.9 else '?'}" for each in one.sums)
    rate = "—" if one.rate_mm_h is None else f"{one.rate_mm_h:.1f} mm/h"
    grade = f"{one.grade} reached 已达" if one.grade else ""
    if one.expected_grade and one.expected_grade != one.grade:
        by = clock_time(one.expected_by, zone, _SHORT)
        grade += f" {one.expected_grade} expected 预计 {one.expected_mm or 0:.0f} mm by {by}"
    return one.name, rate, sums, grade.strip(), *_foreseen(one)


def _foreseen(one: RainWarning) -> tuple[str, str]:
    forecast = one.forecast
    if forecast is None:
        return "no forecast 无预报", ""
    age = f"{forecast.source}, {spoken(forecast.age_s)} old"
    if forecast.stale:
        return f"STALE 过旧 ({age})", ""
    ahead = "says nothing of 6 h" if one.next_6h_mm is None else f"next 6 h {one.next_6h_mm:.0f} mm"
    usual = "usual error not known 误差未知"
    if one.usual_low_mm is not None and one.usual_high_mm is not None:
        usual = f"usually 通常 {one.usual_low_mm:.0f}–{one.usual_high_mm:.0f} mm"
    return f"{ahead} ({age})", usual


def _tide(one: TideWarning, zone: ZoneInfo) -> tuple[str, ...]:
    now = f"{_metres(one.level_m)} (table 潮表 {_metres(one.table_m)})"
    if not one.speaks:
        return one.name, now, "the table says nothing of now 潮表不含当前时段", "", "", one.source
    high = (
        ""
        if one.next_high is None
        else f"high 高潮 {one.next_high[1]:.2f} {clock_time(one.next_high[0], zone, _SHORT)}"
    )
    low = "" if one.next_low is None else f"low 低潮 {one.next_low[1]:.2f} {clock_time(one.next_low[0], zone, _SHORT)}"
    bore = "" if one.next_bore is None else f"bore 涌潮 {clock_time(one.next_bore, zone, _DAY)}"
    return one.name, now, high, low, bore, one.source


def _proposed(alike: list[ProposedState], again: str) -> Iterator[str]:
    """The same state for the same place, for one discipline or both."""
    one = alike[0]
    disciplines = [each.discipline for each in alike]
    yield f"  {one.scope} {'+'.join(disciplines)}: {one.state} {one.title_zh} {one.title_en}"
    for ground in one.grounds:
        yield f"    - {ground.text_zh}"
        yield f"      {ground.text_en}"
    if one.may_declare_en:
        yield f"    {one.may_declare_zh} {one.may_declare_en}:"
    for discipline in disciplines:
        yield f"    zhadao state declare {discipline} {one.state} --scope {one.scope} --reason …{again}"
    yield f"    zhadao state dismiss {'|'.join(disciplines)} --scope {one.scope} --reason …{again}"


def _metres(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
