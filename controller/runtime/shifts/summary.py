"""What one shift tells the next: unfinished orders, plans, leases that end soon, bypasses, tags, alarms, forecasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.points import device_of
from controller.runtime.alarming.desk import AlarmDesk
from controller.runtime.bypassing.desk import BypassDesk
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.conditions.tags import TagDesk
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.forecasts.desk import ForecastDesk
from controller.runtime.leases.desk import LeaseDesk
from controller.runtime.local_time import LocalTime
from controller.runtime.plans.book import PlanBook
from controller.runtime.shifts.views import ShiftItem

SOON_S = 2 * 3600.0
"""Leases that end within this are told one by one."""
MOST_ALARMS = 30
MOST = 250


@dataclass(frozen=True, slots=True)
class Summary:
    """Gathers from the desks there are; keeps nothing."""

    clock: Clock
    local: LocalTime
    orders: DispatchDesk
    plans: PlanBook
    leases: LeaseDesk
    bypasses: BypassDesk
    tags: TagDesk
    alarms: AlarmDesk
    states: Declarations
    forecasts: ForecastDesk
    proposals: ProposalBook
    acts: CommandDesk

    def items(self) -> tuple[ShiftItem, ...]:
        """Everything, what asks for somebody first within its kind."""
        found = (
            *self._orders(),
            *self._runs(),
            *self._waiting(),
            *self._leases(),
            *self._bypasses(),
            *self._tags(),
            *self._declared(),
            *self._alarms(),
            *self._forecasts(),
        )
        return found[:MOST]

    def _orders(self) -> Iterator[ShiftItem]:
        for one in self.orders.orders(unfinished=True, limit=200):
            zh = f"调度令 {one.number} {one.state_zh}：{one.text_zh}（{one.unit_zh}）"
            en = f"order {one.number} {one.state}: {one.text_en} ({one.unit_en})"
            mark = one.overdue or one.not_acknowledged
            if one.not_acknowledged:
                zh, en = f"{zh}——本班未确认", f"{en}: NOT ACKNOWLEDGED BY THIS SHIFT"
            yield ShiftItem("order", one.number, one.objects, zh, en, mark)

    def _runs(self) -> Iterator[ShiftItem]:
        for one in self.plans.runs(live=True):
            asks = bool(one.prompts)
            zh = f"预案“{one.title_zh}”{one.id}：{one.phase}，最迟 {self._at(one.ends)}" + ("，待答复" if asks else "")
            en = f"plan “{one.title_en}” {one.id}: {one.phase}, at most until {self._at(one.ends)}"
            mark = asks or one.phase in ("held", "paused")
            yield ShiftItem("run", one.id, one.targets, zh, en + (", ASKS" if asks else ""), mark)

    def _waiting(self) -> Iterator[ShiftItem]:
        for debt in self.acts.to_countersign():
            en = f"to countersign by {self._at(debt.due)}: {debt.text} ({debt.actor})"
            yield ShiftItem("countersign", debt.id, (), f"待补签（{self._at(debt.due)} 前）：{debt.text}", en, True)
        for one in self.proposals.open():
            wording = one.wording
            zh, en = f"待第二人确认：{wording.title_zh}", f"waits for a second person: {wording.title_en}"
            yield ShiftItem("proposal", one.id, one.targets, zh, en, True)

    def _leases(self) -> Iterator[ShiftItem]:
        soon = [one for one in self.leases.living() if one.remaining_s <= SOON_S]
        for one in soon[:100]:
            zh = f"{one.target} {one.value}（{one.owner}）{self._at(one.expires)} 到期，到期后：{one.then}"
            en = f"{one.target} {one.value} ({one.owner}) ends {self._at(one.expires)}; then {one.then}"
            yield ShiftItem("lease", one.id, (one.target,), zh, en, one.warned)

    def _bypasses(self) -> Iterator[ShiftItem]:
        for one in self.bypasses.list():
            zh = f"联锁旁路 {one.interlock}（{one.target}）至 {self._at(one.expires)}：{one.reason}"
            en = f"BYPASSED {one.interlock} on {one.target} until {self._at(one.expires)}: {one.reason}"
            yield ShiftItem("bypass", one.id, (one.target,), zh, en, True)

    def _tags(self) -> Iterator[ShiftItem]:
        for one in self.tags.list():
            yield ShiftItem("tag", one.id, (one.on,), f"检修挂牌 {one.on}（{one.owner}）：{one.reason}", str(one))

    def _declared(self) -> Iterator[ShiftItem]:
        for one in self.states.list():
            until = self._at(one.expires)
            zh, en = (
                f"已宣布 {one.title_zh}（{one.scope}）至 {until}",
                f"declared {one.state} in {one.scope} to {until}",
            )
            yield ShiftItem("declared", one.id, (), zh, en)

    def _alarms(self) -> Iterator[ShiftItem]:
        standing = [one for one in self.alarms.list() if one.cleared is None]
        for one in standing[:MOST_ALARMS]:
            unseen = one.state == "UNACK"
            yield ShiftItem("alarm", one.id, (device_of(one.source),), one.text_zh or one.text, one.text, unseen)
        if len(standing) > MOST_ALARMS:
            left = len(standing) - MOST_ALARMS
            yield ShiftItem("alarm", "", (), f"另有 {left} 条告警", f"and {left} alarms more")

    def _forecasts(self) -> Iterator[ShiftItem]:
        seen = self.forecasts.show()
        for one in seen.forecasts:
            hours = one.age_s / 3600
            zh, en = f"预报 {one.title}：{hours:.1f} 小时前", f"forecast {one.title}: {hours:.1f} h old"
            about = (one.gauge,) if one.gauge else ()
            yield ShiftItem("forecast", f"{one.kind}/{one.of}/{one.source}", about, zh, en, one.stale)
        if not seen.forecasts:
            yield ShiftItem("forecast", "", (), "无降雨预报", "no rain forecast", True)

    def _at(self, moment: datetime) -> str:
        return f"{self.local.of(moment):%m-%d %H:%M}"
