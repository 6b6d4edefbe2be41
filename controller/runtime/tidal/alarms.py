"""What people are told of tidal waters: tables missing or ending, tables and gauges apart, gauges out, fast rises."""

from __future__ import annotations

from datetime import timedelta

from controller.logic.contract import Moment
from controller.logic.tidal.rules import TidalWater
from controller.logic.tidal.trust import WaterState
from controller.logic.water_around import OuterTrust
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.local_time import LocalTime
from controller.runtime.tidal.tables import Chosen
from controller.settings.site import Site

MISSING, ENDS, APART, OUT, FAST = (
    "tide_table_missing",
    "tide_table_ends",
    "tide_disagrees",
    "tide_gauge_out",
    "tide_fast",
)
CONDITIONS = (MISSING, ENDS, APART, OUT, FAST)


class TidalAlarms:
    """Says what stands and clears what does not. A water's alarms are its first gauge's."""

    def __init__(self, alarms: AlarmBook, local: LocalTime) -> None:
        self._alarms = alarms
        self._local = local
        self._sources: set[str] = set()

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): what is said of waters that left is over."""
        sources = {_source(water) for water in site.tides.waters.values()}
        for gone in self._sources - sources:
            for condition in CONDITIONS:
                self._alarms.clear(gone, condition)
        self._sources = sources

    def tell(self, water: TidalWater, state: WaterState, chosen: Chosen, moment: Moment) -> None:
        """One look's worth."""
        self._table(water, chosen, moment)
        self._apart(water, state)
        self._gauges(water, state)
        fast = state.trust is OuterTrust.RISING_FAST
        en = f"{water.title_en} rises fast: its gates are closed"
        self._say(water, FAST, en if fast else "", f"{water.title_zh}水位急涨，临江闸门关闭", Priority.HIGH)

    def _table(self, water: TidalWater, chosen: Chosen, moment: Moment) -> None:
        en, _, zh = chosen.refused.partition(" / ")
        said = f"{water.title_en}: {en}; no outfall opens by itself" if en else ""
        self._say(water, MISSING, said, f"{water.title_zh}：{zh}，闸门不自动开启", Priority.HIGH)
        until = chosen.covered_until
        soon = until is not None and until - moment.wall <= timedelta(seconds=water.warn_before_s)
        day = "" if until is None else self._local.day(until)
        en = f"the tide table of {water.title_en} ends {day}: bring the next one in" if soon else ""
        self._say(water, ENDS, en, f"{water.title_zh}潮汐表至 {day} 止，请导入下一期", Priority.MEDIUM)

    def _apart(self, water: TidalWater, state: WaterState) -> None:
        off_m = state.off_m
        apart = state.trust is OuterTrust.DISTRUSTED and off_m is not None and off_m > water.tolerance_m
        en = f"{water.title_en}: table and gauges lie {off_m or 0.0:.2f} m apart; no outfall opens by itself"
        zh = f"{water.title_zh}潮汐表与实测相差 {off_m or 0.0:.2f} m，闸门不自动开启"
        self._say(water, APART, en if apart else "", zh, Priority.HIGH)

    def _gauges(self, water: TidalWater, state: WaterState) -> None:
        en, _, zh = state.vote.note.partition(" / ")
        still = ", ".join(map(str, state.frozen))
        if still:
            en, zh = f"{en}; stands still: {still}".lstrip("; "), f"{zh}；读数不变：{still}".lstrip("；")
        priority = Priority.HIGH if state.vote.level_m is None else Priority.MEDIUM
        self._say(water, OUT, f"{water.title_en}: {en}" if en else "", f"{water.title_zh}：{zh}", priority)

    def _say(self, water: TidalWater, condition: str, en: str, zh: str, priority: int) -> None:
        if en:
            self._alarms.set(_source(water), condition, en, priority, text_zh=zh)
        else:
            self._alarms.clear(_source(water), condition)


def _source(water: TidalWater) -> str:
    return water.gauges[0].device if water.gauges else f"tide/{water.id}"
