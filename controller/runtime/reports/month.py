"""The month's lighting report: what goes into it, put together once for HTML and XLSX."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.clock import Clock
from controller.logic.light_rates import MILLI, pessimistic_percent, rate_percent
from controller.runtime.light_history.desk import LightFigures, Visible
from controller.runtime.light_history.periods import Period, in_spans, month_of
from controller.runtime.light_history.sums import NONE, NightSums
from controller.runtime.light_history.views import EnergiesView, EnergyView, FaultView, RatesView
from controller.settings.site import Site

MOST_FAULTS = 5_000
"""Faults listed one by one; beyond, the report says how many are not."""


@dataclass(frozen=True, slots=True)
class NightLine:
    """One night of the month. Lamp figures are lamp-hours; None where nothing was due or recorded."""

    night: date
    recorded: bool
    gap: bool
    rate_percent: float | None
    pessimistic_percent: float | None
    lamp_hours_due: float
    lamp_hours_unknown: float
    energy: EnergyView | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says. Both forms are made from it in a thread: a large city takes seconds."""

    site: str
    scope: str
    month: str
    made: datetime
    zone: ZoneInfo
    complete: bool
    rates: RatesView
    by_road: RatesView
    energy: EnergiesView
    energy_by_road: EnergiesView
    energy_by_class: EnergiesView
    nights: tuple[NightLine, ...]
    faults: tuple[FaultView, ...]
    faults_left_out: int
    fault_kinds: tuple[tuple[str, int], ...]
    """How many of each kind, the most frequent first, as people call it."""
    kind_names: Mapping[str, str]
    method: tuple[tuple[str, str], ...]

    async def html(self) -> bytes:
        """A page that stands for itself, to print or send on."""
        from controller.runtime.reports.html import page

        return await asyncio.to_thread(page, self)

    async def xlsx(self) -> bytes:
        """A workbook of real numbers."""
        from controller.runtime.reports.xlsx import workbook

        return await asyncio.to_thread(workbook, self)


class LightingReports:
    """Makes reports of what was kept."""

    def __init__(self, site: Site, figures: LightFigures, clock: Clock) -> None:
        self._figures, self._clock, self._site = figures, clock, site

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    async def month(self, month: str, scope: str, visible: Visible | None) -> Report:
        """The report of a month, of what whoever asks may see.

        Raises:
            InvalidValue: no month, or one that has not begun. UnknownTarget: no such scope. StoreError.
        """
        month_of(month)
        figures, zone = self._figures, self._site.lighting.tz
        period = figures.period(month)
        energy = await figures.energy(scope, "division", month, visible)
        faults = await figures.faults(scope, month, visible)
        names = {fault.kind: self._kind_name(fault.kind) for fault in faults}
        return Report(
            site=self._site.name,
            scope=energy.scope,
            month=month,
            made=self._clock.now().astimezone(zone),
            zone=zone,
            complete=period.last < figures.tonight(),
            rates=await figures.rates(scope, "division", month, visible),
            by_road=await figures.rates(scope, "road", month, visible),
            energy=energy,
            energy_by_road=await figures.energy(scope, "road", month, visible),
            energy_by_class=await figures.energy(scope, "class", month, visible),
            nights=await self._nights(scope, period, visible, energy),
            faults=tuple(faults[:MOST_FAULTS]),
            faults_left_out=max(0, len(faults) - MOST_FAULTS),
            fault_kinds=tuple(Counter(names[fault.kind] for fault in faults).most_common()),
            kind_names=names,
            method=method(energy, self._site),
        )

    def _kind_name(self, kind: str) -> str:
        """A kind of alarm as the site calls it, Chinese first; its own word where nobody named it."""
        title = self._site.alarms.spec(kind).title
        return f"{title.zh} {title.en}".strip() or kind

    async def _nights(
        self, scope: str, period: Period, visible: Visible | None, energy: EnergiesView
    ) -> tuple[NightLine, ...]:
        rows = await self._figures.night_by_night(scope, period, visible)
        sums: dict[str, NightSums] = {}
        for of, _, one in rows:
            sums[of] = sums.get(of, NONE).plus(one)
        used = {one.key: one for one in energy.by_night}
        lines: list[NightLine] = []
        for nth in range((period.last - period.first).days + 1):
            night = period.first + timedelta(days=nth)
            said = night.isoformat()
            total = sums.get(said, NONE)
            lines.append(
                NightLine(
                    night,
                    said in sums,
                    said in energy.gap_nights,
                    rate_percent(total.due, total.unknown, total.lit),
                    pessimistic_percent(total.due, total.lit),
                    total.due / MILLI / 3600.0,
                    total.unknown / MILLI / 3600.0,
                    used.get(said),
                )
            )
        return tuple(lines)


def method(energy: EnergiesView, site: Site) -> tuple[tuple[str, str], ...]:
    """How each figure is made: (what, how)."""
    limits = site.light_rates.limits
    return (
        (
            "亮灯率 lights-on rate",
            "应亮灯数中经实测功率证实点亮的比例：灯数 × min(1, 实测功率 ÷ 该调光级额定功率)，"
            "状态未知的灯单列，不计为亮。"
            "Of the lamps that should burn, those proven to by measured power: lamps × min(1, measured W ÷ rated W at "
            "the level told); unknown ones stand apart and are not counted as on.",
        ),
        ("保守亮灯率 pessimistic rate", "未知全部按不亮计。Every unknown lamp taken as dark."),
        (
            "指标 limits",
            f"主要道路 main roads {limits.main_roads:g} %; 其他道路 other roads {limits.other_roads:g} %; "
            f"设施完好 intact {limits.intact:g} %; 景观完好 landscape intact {limits.landscape:g} %",
        ),
        (
            "设施完好率 facilities intact",
            "报告生成时无未消除故障的回路比例。Circuits and luminaires without an open fault when the report was made.",
        ),
        ("日间亮灯 day burning", "日出后、日落前 30 分钟以外仍在耗电的灯。By day, 30 min clear of sunrise and sunset."),
        (
            "电量 energy",
            "以配电箱电表读数差为准，按回路功率分摊；无电表读数时按功率×时间估算，单列。"
            "未记录时段内电表走的电量计入电量与碳，不计入节电。"
            "By the cabinets' meters, shared out by circuit power; where no meter tells, power × time, shown apart as "
            "estimated. What meters counted while nothing was recorded is in energy and carbon, and in no saving.",
        ),
        ("节电基线 baselines", "; ".join(energy.baselines)),
        ("碳因子 carbon factors", "; ".join(energy.factors)),
        (
            "夜 night",
            "以日落日期计，当日正午至次日正午；00:30 属前一夜。Dated by its sunset, noon to noon: 00:30 belongs to the "
            "night before.",
        ),
        (
            "缺口 gaps",
            "未记录的时段不计入任何指标，列明夜晚。What was not recorded is in no figure; its nights are named: "
            + (in_spans(energy.gap_nights) or "无 none"),
        ),
    )
