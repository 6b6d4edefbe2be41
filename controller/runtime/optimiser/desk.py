"""The optimiser, asked by people: what it advises, and where they let it set targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from controller.domain.points import DeviceId
from controller.domain.rights import Caller
from controller.logic.hydraulics.network import PumpGroup
from controller.logic.optimiser.checking import Judged
from controller.logic.optimiser.standing import Considered, Halt, upcoming
from controller.logic.optimiser.weighed import Weighed
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.optimiser.acceptances import Acceptances
from controller.runtime.optimiser.views import (
    OptimiserView,
    OutcomeView,
    ReachPlanView,
    StationPlanView,
    StepView,
)
from controller.runtime.optimiser.watch import OptimiserWatch
from controller.runtime.optimiser.words import said
from controller.settings.site import Site

Sees = Callable[[str], bool]
AHEAD_H = 12.0
ADVICE = "advice only: nobody accepted it here 仅供参考，未接受"


class OptimiserDesk:
    """``accept`` and ``withdraw`` take effect at once, not at the next look."""

    def __init__(self, site: Site, watch: OptimiserWatch, acceptances: Acceptances) -> None:
        self._watch, self._acceptances = watch, acceptances
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def knows(self, station: DeviceId) -> bool:
        """Whether there is such a station."""
        return station in self._site.city.stations

    async def accept(self, station: DeviceId, for_s: float, caller: Caller, reason: str = "") -> SiteReceipt:
        """As ``Acceptances.accept``."""
        answer = await self._acceptances.accept(station, for_s, caller, reason)
        await self._watch.look_again()
        return answer

    async def withdraw(self, station: DeviceId, caller: Caller, reason: str = "") -> SiteReceipt:
        """As ``Acceptances.withdraw``."""
        answer = await self._acceptances.withdraw(station, caller, reason)
        await self._watch.look_again()
        return answer

    def show(self, sees: Sees = lambda _: True) -> OptimiserView:
        """The last plan and every station the caller may see; reaches only with a station of theirs."""
        plan, settings = self._watch.considered, self._watch.settings
        weighed = None if plan is None else plan.weighed
        stations = tuple(self._stations(plan, sees))
        mine = {one.reach for one in stations}
        better = weighed is not None and weighed.answer is not None
        halt = Halt.OFF if not settings.enabled else Halt.NOT_YET if plan is None else _halt(weighed)
        return OptimiserView(
            enabled=settings.enabled,
            at=None if plan is None else plan.at,
            better=better,
            why="" if halt is None else said(halt),
            gap=_gap(weighed),
            solve_s=None if weighed is None or weighed.answer is None else round(weighed.answer.seconds, 2),
            ours=None if weighed is None else _outcome(weighed.ours),
            rules=None if weighed is None else _outcome(weighed.rules),
            reaches=tuple(_reaches(plan, weighed, mine)),
            stations=stations,
        )

    def _stations(self, plan: Considered | None, sees: Sees) -> Iterator[StationPlanView]:
        network = self._site.network
        groups = () if network is None else network.pumps
        for group in sorted((one for one in groups if one.direction == "drain"), key=lambda one: one.station):
            if sees(group.station):
                yield self._station(group, plan)

    def _station(self, group: PumpGroup, plan: Considered | None) -> StationPlanView:
        station = group.station
        asset, accepted = self._site.city.stations.get(station), self._acceptances.of(station)
        weighed = None if plan is None else plan.weighed
        series = weighed.answer.counts.get(station) if weighed and weighed.answer else None
        aim = self._watch.steers.get(station)
        ahead = upcoming(weighed, station, plan.at, AHEAD_H) if plan and weighed and series else {}
        standing = self._watch.standing.get(station, "")
        return StationPlanView(
            station=station,
            name=station if asset is None else asset.name,
            reach=group.inner,
            running=self._watch.running(station),
            units=aim.count if aim else round(series[0]) if series else None,
            gravity=bool(aim and aim.gravity),
            ahead=tuple(StepView(at, units) for at, units in ahead.items()),
            steers=aim is not None,
            why="" if aim else ADVICE if accepted is None else standing or said(Halt.NOT_YET),
            accepted_by="" if accepted is None else accepted.by,
            until=None if accepted is None else accepted.until,
            reason="" if accepted is None else accepted.reason,
        )


def _halt(weighed: Weighed | None) -> Halt | None:
    if weighed is None or (weighed.answer is None and weighed.reason != Halt.WORSE.value):
        return Halt.NO_SOLUTION
    return Halt.WORSE if weighed.answer is None else None


def _outcome(judged: Judged | None) -> OutcomeView | None:
    if judged is None:
        return None
    return OutcomeView(
        round(judged.warned_min),
        round(judged.guaranteed_min),
        round(judged.starts, 1),
        round(judged.kwh),
        round(judged.yuan),
    )


def _reaches(plan: Considered | None, weighed: Weighed | None, mine: set[str]) -> Iterator[ReachPlanView]:
    if plan is None or weighed is None or weighed.ours is None:
        return
    ours, rules = weighed.ours, weighed.rules
    for name in sorted(ours.levels_m.keys() & mine):
        reach = plan.network.reaches[name]
        yield ReachPlanView(
            reach=name,
            title_zh=reach.title,
            title_en=reach.title_en or reach.title,
            warning_m=reach.warning_m,
            guarantee_m=reach.guarantee_m,
            peak_m=round(max(ours.levels_m[name]), 3),
            peak_rules_m=None if rules is None else round(max(rules.levels_m[name]), 3),
            above_warning_min=round(ours.above_warning_min[name]),
            above_warning_rules_min=None if rules is None else round(rules.above_warning_min[name]),
        )


def _gap(weighed: Weighed | None) -> float | None:
    gap = None if weighed is None or weighed.answer is None else weighed.answer.gap
    return None if gap is None else round(gap, 4)
