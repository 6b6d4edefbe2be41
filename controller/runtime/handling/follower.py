"""Handling by itself: alarms open, close and reopen records; deadlines that pass are told."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.logic.alarm_settings import Words
from controller.logic.handling_rules import HandlingSpec, Urgency
from controller.runtime.alarming.parts import OF_THE_FIELD
from controller.runtime.alarms import Alarm, AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.runtime.handling.book import HandlingBook
from controller.runtime.handling.deadlines import Deadlines
from controller.runtime.handling.record import HANDLING, Handling, Step, body_of
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.runtime.waker import Waker
from controller.store.changes import DropRecord, PutRecord

log = structlog.get_logger("handling")

OVERDUE = "handling_overdue"
SOURCE, FULL = "handling", "too_many_records"
LOOK_EVERY_S = 60.0
SELF = "controller"


class AlarmHandling:
    """Follows the alarms. ``known``: whether a device is in the site: an alarm that ends because its asset left is not
    feedback from the field."""

    def __init__(
        self,
        book: HandlingBook,
        deadlines: Deadlines,
        *,
        alarms: AlarmBook,
        evidence: Evidence,
        keeper: Keeper,
        clock: Clock,
        stream: ChangeStream,
        known: Callable[[DeviceId], bool],
    ) -> None:
        self._book = book
        self._deadlines = deadlines
        self._alarms = alarms
        self._evidence = evidence
        self._keeper = keeper
        self._clock = clock
        self._stream = stream
        self._known = known
        self._waker = Waker(clock)
        self._waiting: dict[str, float] = {}

    # -- alarms -------------------------------------------------------------------------------------------------

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed."""
        spec = self._deadlines.rules.specs.get(alarm.kind)
        if alarm.stands and not alarm.state.hidden:
            self._stands(alarm, spec)
            return
        self._waiting.pop(alarm.id, None)
        if not alarm.stands:
            self._gone(alarm, spec)

    def sweep(self) -> None:
        """Every alarm on the list, as if it had just changed: after a restart, or under another config."""
        for alarm in self._alarms.all():
            self.alarm(alarm)

    def _stands(self, alarm: Alarm, spec: HandlingSpec | None) -> None:
        if self._dealt_with(alarm):
            return
        latest = self._book.of_alarm(alarm.id)
        if latest is not None and latest.open:
            text = f"the alarm came back: {alarm.text} / 告警再次出现"
            self._move(replace(latest, came=alarm.raised, gone=False), "back", text)
        elif spec is not None and alarm.id not in self._waiting:
            self._waiting[alarm.id] = self._clock.monotonic() + self._left_s(alarm, spec)
            self._take_due()
            self._waker.call()

    def _dealt_with(self, alarm: Alarm) -> bool:
        """Whether this coming of the alarm has its record, open or closed."""
        latest = self._book.of_alarm(alarm.id)
        return latest is not None and latest.came == alarm.raised

    def _left_s(self, alarm: Alarm, spec: HandlingSpec) -> float:
        stood_s = (self._clock.now() - alarm.raised).total_seconds()
        return min(spec.after_s, max(0.0, spec.after_s - stood_s))

    def _gone(self, alarm: Alarm, spec: HandlingSpec | None) -> None:
        record = self._book.of_alarm(alarm.id)
        if record is None or not record.open or record.gone:
            return
        record = replace(record, gone=True)
        if alarm.kind in OF_THE_FIELD and not self._known(alarm.device):
            text = "its asset left the configuration: close the record with what became of it / 资产已移出配置"
            self._move(record, "gone", text)
        elif spec is not None and spec.feedback:
            text = "the alarm returned to normal by feedback from the field / 现场反馈已恢复正常"
            self._close(record, text)
        else:
            text = "the alarm is gone; a person closes the record with the result / 告警已消失，待人工填写结果并关闭"
            self._move(record, "gone", text)

    # -- time ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Open what waited long enough, tell what is overdue, forget what is old; for ever."""
        while True:
            self.look()
            now_s = self._clock.monotonic()
            dues = [record.due_s for record in self._book.open() if not record.overdue_told]
            next_s = min([*self._waiting.values(), *dues], default=float("inf"))
            shortest = 0.2 * self._clock.speed
            await self._waker.wait(max(shortest, min(LOOK_EVERY_S * max(1.0, self._clock.speed / 60), next_s - now_s)))

    def look(self) -> None:
        """One look."""
        self._take_due()
        now_s = self._clock.monotonic()
        for record in self._book.open():
            if record.overdue(now_s) and not record.overdue_told:
                who = record.assignee or "nobody / 未指派"
                text = f"not closed by its deadline; assigned to {who} / 超过处置时限"
                self._move(replace(record, overdue_told=True), "overdue", text)
        self.show_overdue()
        for old in self._book.take_old(self._clock.now(), self._deadlines.rules.keep_s):
            self._keeper.keep(DropRecord(HANDLING, old.id))

    def show_overdue(self) -> None:
        """One alarm for each target with records past their deadline; gone when none is left."""
        now_s = self._clock.monotonic()
        late: dict[str, list[Handling]] = {}
        for record in self._book.open():
            if record.overdue(now_s):
                late.setdefault(record.about or SOURCE, []).append(record)
        for alarm in self._alarms.of_kind(OVERDUE):
            if alarm.stands and alarm.source not in late:
                self._alarms.clear(alarm.source, OVERDUE)
        for about, records in late.items():
            said = "; ".join(
                f"{one.id} {one.title.en or one.alarm} ({one.assignee or 'unassigned'})" for one in records
            )
            zh = "；".join(f"{one.id} {one.title.zh or one.alarm}（{one.assignee or '未指派'}）" for one in records)
            urgent = any(one.urgency is Urgency.EMERGENCY for one in records)
            text, text_zh = f"handling overdue: {said}", f"处置超时：{zh}"
            self._alarms.set(about, OVERDUE, text, Priority.HIGH if urgent else Priority.MEDIUM, text_zh=text_zh)

    def _take_due(self) -> None:
        now_s = self._clock.monotonic()
        for alarm_id in [one for one, due_s in self._waiting.items() if due_s <= now_s]:
            alarm = self._alarms.get(alarm_id) if alarm_id in self._alarms else None
            del self._waiting[alarm_id]
            spec = None if alarm is None else self._deadlines.rules.specs.get(alarm.kind)
            if alarm is not None and spec is not None and alarm.stands and not self._dealt_with(alarm):
                self._open(alarm, spec)

    # -- records ------------------------------------------------------------------------------------------------

    def _open(self, alarm: Alarm, spec: HandlingSpec) -> None:
        now = self._clock.now()
        due, due_s = self._deadlines.of(spec.urgency)
        latest = self._book.of_alarm(alarm.id)
        closing = None if latest is None else latest.closing
        if latest is not None and closing is not None and now - closing.at <= self._reopen:
            step = Step(now, SELF, "reopened", f"the alarm came back: {alarm.text} / 告警再次出现，重新处置")
            self._put(latest.opened_again(step, due, due_s, alarm.raised), "handling_reopened", step)
            return
        if self._book.full:
            text = "too many open handling records: close what is done; alarms go on standing"
            self._alarms.set(SOURCE, FULL, text, Priority.HIGH, text_zh="未关闭的处置单过多，请先关闭已完成的")
            return
        self._alarms.clear(SOURCE, FULL)
        view = alarm.view(self._alarms.spec(alarm.condition))
        step = Step(now, SELF, "opened", alarm.text)
        record = Handling(
            id=new_id(),
            alarm=alarm.id,
            about=alarm.subject,
            title=Words(view.title_zh or alarm.kind, view.title_en or alarm.kind),
            urgency=spec.urgency,
            opened=now,
            opened_by=SELF,
            due=due,
            due_s=due_s,
            came=alarm.raised,
            steps=(step,),
        )
        self._put(record, "handling_opened", step)

    @property
    def _reopen(self) -> timedelta:
        return timedelta(seconds=self._deadlines.rules.reopen_s)

    def _move(self, record: Handling, what: str, text: str) -> None:
        step = Step(self._clock.now(), SELF, what, text)
        self._put(record.with_step(step), f"handling_{what}", step)

    def _close(self, record: Handling, text: str) -> None:
        now, now_s = self._clock.now(), self._clock.monotonic()
        closed = record.closed(now, now_s, SELF, text, feedback=True)
        self._put(closed, "handling_closed", closed.steps[-1])
        self.show_overdue()

    def _put(self, record: Handling, kind: str, step: Step) -> None:
        """Take over what the controller itself did to a record: nothing waits for the journal, which follows."""
        said = {"id": record.id, "alarm": record.alarm, "text": step.text, "due": record.due.isoformat()}
        self._evidence.later(kind, SELF, record.about, said)
        self.keep(record)

    def keep(self, record: Handling) -> None:
        """The record as it is now: in memory, soon on the disk, and on the live stream."""
        self._book.put(record)
        self._keeper.keep(PutRecord(HANDLING, record.id, body_of(record)))
        self.tell(record)

    def tell(self, record: Handling) -> None:
        """Tell the live stream and look at the deadlines anew."""
        state = "open" if record.open else "closed"
        data: dict[str, object] = {"about": record.about, "state": state, "assignee": record.assignee}
        self._stream.publish("handling", record.id, data)
        self._waker.call()


def new_id() -> str:
    """An id people can read out."""
    return f"H-{secrets.token_hex(4)}"
