"""Nights and years of the plan as text, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from controller.cli.texts import clock_time, columns
from controller.runtime.lighting_plans.views import PlannedEdge, PlannedNight, PlannedSpan, PlannedYear

NO_RULE = "none, its own program 无, 用自身方案"
MOST_SPANS = 12
"""What comes back more often in a year is told in one line."""
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def night_lines(night: PlannedNight, zone: ZoneInfo, *, hours: bool = True) -> list[str]:
    """One night of lights treated alike."""
    because = f" ({night.because})" if night.because else ""
    scene = f"  scene 场景 {night.scene}" if night.scene else ""
    lines = [
        f"{_lights(night)}  night of {night.night}  {night.mode_zh} {night.mode}{because}",
        f"  program {night.program}  {night.title_zh} {night.title_en}{scene}",
        f"  rule 规则: {night.rule or NO_RULE}",
        f"  sunset 日落 {clock_time(night.sunset, zone)}  sunrise 日出 {clock_time(night.sunrise, zone)}",
    ]
    if not night.edges:
        lines.append("  no switching in this night 当夜不开关")
    else:
        rows = [(_moment(edge, zone), edge.value, edge.zh, edge.en) for edge in night.edges]
        lines += [f"  {line}" for line in columns(rows)]
    lines += [f"  {zh}\n  {en}" for zh, en in zip(night.notes_zh, night.notes_en, strict=True)]
    if hours and night.hours:
        lines.append("  hour by hour 逐时")
        lines += [f"  {line}" for line in columns(list(_hours(night, zone)))]
    return lines


def _lights(night: PlannedNight) -> str:
    if night.count == 1:
        return night.lights[0]
    named = ", ".join(night.lights[:4])
    more = f" and {night.count - 4} more 等" if night.count > 4 else ""
    return f"{night.count} lights 盏/回路: {named}{more}"


def _moment(edge: PlannedEdge, zone: ZoneInfo) -> str:
    first = clock_time(edge.first, zone, "%m-%d %H:%M:%S")
    if edge.first == edge.last:
        return first
    return f"{first}–{clock_time(edge.last, zone, '%H:%M:%S')}"


def _hours(night: PlannedNight, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Each hour; what is the same as the hour before is only marked."""
    before = ""
    for hour in night.hours:
        same = f"{hour.value} {hour.en}" == before
        before = f"{hour.value} {hour.en}"
        said = ("″", "") if same else (hour.zh, hour.en)
        yield (clock_time(hour.at, zone, "%m-%d %H:%M"), hour.value, *said)


def _alike(spans: Sequence[PlannedSpan]) -> list[list[PlannedSpan]]:
    """Spans with the same mode, program and rule, in the order of their first."""
    found: dict[tuple[str, str, str], list[PlannedSpan]] = {}
    for span in spans:
        found.setdefault((span.mode, span.program, span.rule), []).append(span)
    return list(found.values())


def _rows(spans: Sequence[PlannedSpan]) -> Iterator[tuple[str, ...]]:
    """One row a span; what comes back week by week is one row with its weekdays."""
    first = spans[0]
    program, rule = f"{first.program} {first.title_zh}", first.rule or NO_RULE
    mode = f"{first.mode_zh} {first.mode}"
    if len(spans) > MOST_SPANS:
        total = sum(span.nights for span in spans)
        yield f"{first.first} … {spans[-1].last}, {_weekdays(spans)}", f"{total}", mode, program, rule
        return
    for span in spans:
        nights = span.first if span.nights == 1 else f"{span.first} … {span.last}"
        because = f" ({span.because})" if span.because else ""
        yield nights, f"{span.nights}", f"{mode}{because}", program, rule


def _weekdays(spans: Sequence[PlannedSpan]) -> str:
    """``Mon Tue Wed 周一二三``: the weekdays of all these nights."""
    dates = (date.fromisoformat(span.first) + timedelta(days=n) for span in spans for n in range(span.nights))
    days = sorted({day.isoweekday() for day in dates})
    return f"{' '.join(_WEEKDAYS[day - 1] for day in days)} 周{''.join('一二三四五六日'[day - 1] for day in days)}"


def year_lines(year: PlannedYear) -> list[str]:
    """A year, condensed."""
    lines = [f"{year.target}  nights 夜 {year.first} … {year.last}"]
    rows: list[tuple[str, ...]] = [("nights 夜", "", "mode 模式", "program 方案", "rule 规则")]
    rows += [row for run in _alike(year.spans) for row in _rows(run)]
    lines += columns(rows)
    counted = sorted(year.nights_by_program.items(), key=lambda one: -one[1])
    lines.append("  " + " · ".join(f"{program} {nights}" for program, nights in counted))
    lines += [
        f"  no holiday table for {unknown}: weekdays and weekends hold {unknown}年节假日表缺失, 按周历"
        for unknown in year.unknown_years
    ]
    return lines
