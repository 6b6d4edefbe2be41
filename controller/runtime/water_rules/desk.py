"""The network's rules for people: which guidance stands for each station, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from controller.domain.assets import City
from controller.domain.points import DeviceId
from controller.logic.water_rules.guidance import Advice
from controller.logic.water_rules.scene import StationNow
from controller.runtime.water_rules.views import OverflowView, RulesView, RuleView
from controller.runtime.water_rules.watch import RulesWatch, Worked
from controller.runtime.water_rules.words import words
from controller.settings.site import Site

Sees = Callable[[str], bool]
_NOT_YET = (
    "no guidance stands: the network is not described or its levels are not known yet; stations go by their own levels",
    "暂无网络指导：未配置河网或水位尚不可知，各站按自身水位运行",
)


class RulesDesk:
    """Only shows: rules guide slot 12, and whoever wants something else orders it above."""

    def __init__(self, site: Site, watch: RulesWatch) -> None:
        self._watch = watch
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._city: City = site.city

    def show(self, sees: Sees = lambda _: True) -> RulesView:
        """Every station the caller may see; reaches only with a station of theirs."""
        worked = self._watch.worked
        if worked is None:
            return RulesView(None, (), text_en=_NOT_YET[0], text_zh=_NOT_YET[1])
        rows = tuple(self._rows(worked, sees))
        reaches = {row.reach for row in rows}
        blind = tuple(sorted(reaches - worked.ahead.foretold))
        return RulesView(worked.at, rows, tuple(_overflows(worked, reaches)), blind)

    def _rows(self, worked: Worked, sees: Sees) -> Iterator[RuleView]:
        for station, advice in sorted(worked.advised.advice.items()):
            if sees(station):
                yield self._row(worked, station, advice)

    def _row(self, worked: Worked, station: DeviceId, advice: Advice) -> RuleView:
        asset, guidance = self._city.stations.get(station), advice.guidance
        english, chinese = words(advice, worked.network)
        peak_m, peak_at = _peak(worked, advice.reach)
        return RuleView(
            station=station,
            name=station if asset is None else asset.name,
            reach=advice.reach,
            level_m=round(advice.level_m, 3),
            ceiling_m=round(advice.ceiling_m, 3),
            warning_m=worked.network.reaches[advice.reach].warning_m,
            running=worked.now.stations.get(station, StationNow()).running,
            least=guidance.least,
            most=guidance.most,
            gravity=guidance.gravity,
            ease=guidance.ease,
            ground=advice.ground.value,
            text_en=english,
            text_zh=chinese,
            peak_m=peak_m,
            peak_at=peak_at,
        )


def _peak(worked: Worked, reach: str) -> tuple[float | None, datetime | None]:
    plan = worked.advised.plan
    levels = () if plan is None else plan.ahead.levels_m.get(reach, ())
    if not levels:
        return None, None
    step = max(range(len(levels)), key=levels.__getitem__)
    return round(levels[step], 3), worked.at + timedelta(seconds=sum(worked.ahead.outlook.steps_s[:step]))


def _overflows(worked: Worked, reaches: set[str]) -> Iterator[OverflowView]:
    plan = worked.advised.plan
    for name, overflow in sorted(({} if plan is None else dict(plan.overflows)).items()):
        if name in reaches:
            reach = worked.network.reaches[name]
            ends = sum(worked.ahead.outlook.steps_s[: overflow.step + 1])
            at = worked.at + timedelta(seconds=ends)
            yield OverflowView(name, reach.title, reach.title_en, round(overflow.excess_m, 3), at)
