"""How drills and their reports read on a terminal: Chinese, then English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.domain.drill import SIGN

if TYPE_CHECKING:
    from controller.logic.drills.drill import Drill
    from controller.runtime.drills.folder import DrillRecord
    from controller.runtime.drills.views import DrillReport

_RESULTS = {"pass": "✔ 达到 pass", "fail": "✖ 未达到 fail", "not_judged": "– 不评 not judged"}
_KINDS = {"act": "人员 act", "trouble": "情况 trouble", "move": "机组 unit", "trip": "保护 trip"}
_ORIGINS = {"public": "公开 public", "computed": "推算 computed", "illustrative": "示意 illustrative"}
MOST_LINES = 60


def drill_rows(drills: Mapping[str, Drill]) -> Iterator[str]:
    """The drills of a site."""
    if not drills:
        yield "no drills in the site folder: write one under drills/ 站点无演练脚本"
    for drill in drills.values():
        yield f"{drill.id:<24} {drill.lasts_s / 3600.0:g} h  {drill.title.zh} {drill.title.en}"


def held_rows(held: Sequence[tuple[DrillRecord, bool]]) -> Iterator[str]:
    """Drills that were or are held."""
    for record, running in held:
        state = "进行中 running" if running else "已结束 over"
        at = record.held.astimezone(ZoneInfo(record.timezone))
        yield f"{record.run}  {at:%Y-%m-%d %H:%M}  ×{record.speed:g}  {state}"


def drill_lines(drill: Drill) -> Iterator[str]:
    """One in full."""
    yield f"{drill.id}  {drill.title.zh} {drill.title.en}"
    yield f"  目的 purpose: {drill.purpose.zh} {drill.purpose.en}"
    begins = "现在 now" if drill.begins is None else f"{drill.begins:%Y-%m-%d %H:%M}"
    yield f"  开始 begins {begins}, 历时 lasts {drill.lasts_s / 3600.0:g} h"
    levels = ", ".join(f"{name} {level_m:.2f} m" for name, level_m in {**drill.levels_m, **drill.outside_m}.items())
    yield f"  起始水位 levels: {levels or '同模拟城市 those of the simulated city'}"
    for one in sorted(drill.injections, key=lambda each: each.at_s):
        until = "" if one.for_s is None else f" for {_span(one.for_s)}"
        text = "" if one.text is None else f"  {one.text.zh} {one.text.en}"
        yield f"  {_span(one.at_s):>7}  {one.trouble.value} {one.on}{until}{text}"
    for expected in drill.expectations:
        yield f"  {expected.points:3.0f} 分 points  {expected.title.zh} {expected.title.en}"
    for fact in drill.facts:
        yield f"  [{_ORIGINS[fact.origin.value]}] {fact.text.zh} {fact.text.en}"


def report_lines(report: DrillReport) -> Iterator[str]:
    """A report, short: the page has all of it."""
    yield f"{SIGN} {report.title_zh} {report.title_en}  {report.run}"
    yield f"{_at(report.began)} – {_at(report.ended)}, ×{report.speed:g}"
    yield f"得分 score {report.points:.0f} / {report.of:.0f}"
    for one in report.verdicts:
        yield f"  {_RESULTS[one.result]}  {one.got:.0f}/{one.points:.0f}  {one.title_zh} {one.title_en}"
        yield f"      {one.why_zh}; {one.why_en}"
    for reach in report.reaches:
        above = ""
        if reach.warning_m is not None:
            above = (
                f"  超警 above warning {reach.minutes_above_warning:.0f} min, "
                f"超保 above guarantee {reach.minutes_above_guarantee:.0f} min"
            )
        yield f"  {reach.reach:<16} 最高 peak {reach.peak_m:.2f} m {_at(reach.peak_at)}{above}"
    for station in report.stations:
        yield (
            f"  {station.station}  开机 starts {station.starts}, {station.pumped_m3 / 1e6:.2f} Mm³, "
            f"{station.energy_kwh:,.0f} kWh"
        )
    answered = sum(one.answered_s is not None for one in report.alarms)
    yield f"  告警 alarms {len(report.alarms)}, 已确认 acknowledged {answered}"
    for line in report.timeline[:MOST_LINES]:
        who = f"{line.who} " if line.who else ""
        yield f"  {_at(line.at)}  {_KINDS[line.kind]}  {who}{line.text_zh} {line.text_en}"
    if len(report.timeline) > MOST_LINES:
        yield f"  … {len(report.timeline) - MOST_LINES} more 更多见报告页"


def _at(moment: datetime) -> str:
    return f"{moment:%m-%d %H:%M}"


def _span(seconds: float) -> str:
    hours, rest = divmod(round(seconds / 60.0), 60)
    return f"{hours}h{rest:02d}"
