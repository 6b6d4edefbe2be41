"""Where people deal with faults: open a record, take it, say what was done, close it. Written down first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_settings import Words
from controller.logic.handling_rules import Urgency
from controller.runtime.alarms import AlarmBook
from controller.runtime.evidence import Evidence
from controller.runtime.handling.acts import Act, assigned, closed, noted, reopened, words_of
from controller.runtime.handling.book import HandlingBook
from controller.runtime.handling.counting import statistics
from controller.runtime.handling.deadlines import Deadlines
from controller.runtime.handling.follower import AlarmHandling, new_id
from controller.runtime.handling.record import HANDLING, Handling, Step, body_of
from controller.runtime.handling.views import (
    HandlingFilter,
    HandlingReceipt,
    HandlingStatisticsView,
    HandlingView,
    fits,
    view_of,
)
from controller.runtime.keeper import Keeper
from controller.store.changes import PutRecord


class HandlingDesk:
    """Takes what people do about faults.

    Rights are asked by whoever calls: SEE to look, OPERATE for every act, on the target ``subject(id)``. Every act and
    every refusal is in the journal before it is answered.
    """

    def __init__(
        self,
        book: HandlingBook,
        deadlines: Deadlines,
        follower: AlarmHandling,
        *,
        alarms: AlarmBook,
        evidence: Evidence,
        keeper: Keeper,
        clock: Clock,
        known: Callable[[str], bool],
    ) -> None:
        self._book = book
        self._deadlines = deadlines
        self._follower = follower
        self._alarms = alarms
        self._evidence = evidence
        self._keeper = keeper
        self._clock = clock
        self._known = known

    # -- questions ----------------------------------------------------------------------------------------------

    def list(self, wanted: HandlingFilter | None = None) -> list[HandlingView]:
        """Open records by deadline, or what the filter asks for; closed ones, the latest first, come after."""
        asked, now_s = wanted or HandlingFilter(), self._clock.monotonic()
        found = (record for record in self._book.all() if fits(record, asked, now_s))
        return [view_of(record, now_s) for record, _ in zip(found, range(asked.limit), strict=False)]

    def get(self, handling_id: str) -> HandlingView:
        """One record. Raises UnknownTarget."""
        return view_of(self._record(handling_id), self._clock.monotonic())

    def subject(self, handling_id: str) -> str:
        """The target, asset or part a record is about: what rights are asked for. Raises UnknownTarget."""
        return self._record(handling_id).about

    def subject_of_alarm(self, alarm_id: str) -> str:
        """The same for a record not opened yet. Raises UnknownTarget."""
        return self._alarms.get(alarm_id).subject

    def statistics(self, days: int = 30) -> HandlingStatisticsView:
        """The figures of the last days."""
        return statistics(self._book.all(), self._clock.now(), self._clock.monotonic(), days)

    # -- acts ---------------------------------------------------------------------------------------------------

    async def open(
        self, caller: Caller, *, urgency: str, text: str, alarm_id: str = "", about: str = "", assignee: str = ""
    ) -> HandlingReceipt:
        """Open a record for an alarm, or for something no alarm tells of (a citizen's call) about an asset or target.

        ``urgency``: emergency, ordinary or serious; it sets the deadline. An alarm has one open record at a time.

        Raises:
            UnknownTarget: no such alarm; no such asset or target.
            InvalidValue: no text, no such urgency, neither an alarm nor what it is about.
        """
        said, who = words_of(text, "a record"), words_of(assignee, "an assignee", needed=False)
        fresh = self._fresh(caller, _urgency(urgency), said, alarm_id, about)
        if who:
            fresh = assigned(who, "")(fresh, caller.actor, self._clock)
        standing = self._book.of_alarm(alarm_id) if alarm_id else None
        why = ""
        if standing is not None and standing.open:
            why = f"{alarm_id} is dealt with already: {standing.id} is open"
        elif self._book.full:
            why = "too many records are open: close what is done first"
        data = {"id": fresh.id, "alarm": alarm_id, "urgency": urgency, "text": said, "assignee": who, "refused": why}
        failed = await self._write("handling_opened", caller, fresh.about, data, None if why else fresh)
        if failed is not None:
            return failed
        if why:
            return self._refused(standing, why, "该告警已有未关闭的处置单，或未关闭的处置单过多")
        self._book.put(fresh)
        self._follower.tell(fresh)
        return self._done(fresh, f"{fresh.id} is open, due {self._deadlines.told(fresh.due)}", f"已建处置单 {fresh.id}")

    async def assign(self, handling_id: str, caller: Caller, to: str, text: str = "") -> HandlingReceipt:
        """Somebody takes it over (a name of 1 to 64 characters). Raises UnknownTarget, InvalidValue."""
        who = words_of(to, "an assignee")
        act = assigned(who, words_of(text, "a remark", needed=False))
        return await self._act("handling_assigned", handling_id, caller, {"to": who}, act)

    async def step(self, handling_id: str, caller: Caller, text: str) -> HandlingReceipt:
        """Say what was done. Raises UnknownTarget, InvalidValue."""
        said = words_of(text, "a step")
        return await self._act("handling_step", handling_id, caller, {"text": said}, noted(said))

    async def close(self, handling_id: str, caller: Caller, result: str) -> HandlingReceipt:
        """End it with its result, or the reason why it ends without one.

        It may be closed while its alarm stands: the same coming of that alarm does not open another record.

        Raises:
            UnknownTarget: no such record.
            InvalidValue: no result.
        """
        said = words_of(result, "the result")
        return await self._act("handling_closed", handling_id, caller, {"result": said}, closed(said))

    async def reopen(self, handling_id: str, caller: Caller, reason: str) -> HandlingReceipt:
        """Not done after all: open again, with a deadline counted from now. Raises UnknownTarget, InvalidValue."""
        said = words_of(reason, "a reason")
        due, due_s = self._deadlines.of(self._record(handling_id).urgency)
        return await self._act("handling_reopened", handling_id, caller, {"why": said}, reopened(said, due, due_s))

    # -- how ----------------------------------------------------------------------------------------------------

    async def _act(
        self, kind: str, handling_id: str, caller: Caller, data: Mapping[str, Any], act: Act
    ) -> HandlingReceipt:
        record = self._record(handling_id)
        why = _not_now(record, kind)
        changed = None if why else act(record, caller.actor, self._clock)
        said = {"id": record.id, "alarm": record.alarm, **data, "refused": why}
        failed = await self._write(kind, caller, record.about, said, changed)
        if failed is not None:
            return failed
        if why:
            return self._refused(record, why, "处置单当前状态不允许此操作")
        now = self._record(handling_id)  # an alarm may have moved it while this was written down
        if now != record and not _not_now(now, kind):
            changed = act(now, caller.actor, self._clock)
        elif now != record or changed is None:
            changed = now
        self._follower.keep(changed)
        self._follower.show_overdue()
        return self._done(changed, f"{record.id}: {kind.removeprefix('handling_')}", "已记录")

    async def _write(
        self, kind: str, caller: Caller, about: str, data: Mapping[str, Any], record: Handling | None
    ) -> HandlingReceipt | None:
        """Journal first, then keep; None when both are on the disk."""
        try:
            await self._evidence.before(kind, caller.actor, about, data)
            if record is not None:
                await self._keeper.keep_now([PutRecord(HANDLING, record.id, body_of(record))])
        except StoreError as error:
            return HandlingReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", "日志不可写，未执行")
        return None

    def _fresh(self, caller: Caller, urgency: Urgency, text: str, alarm_id: str, about: str) -> Handling:
        if bool(alarm_id) == bool(about):
            raise InvalidValue("say which alarm it is for, or which asset or target it is about; not both")
        alarm = self._alarms.get(alarm_id) if alarm_id else None
        if alarm is None and not self._known(about):
            raise UnknownTarget(f"no asset or target {about} in this site; `zhadao status` lists them")
        view = None if alarm is None else alarm.view(self._alarms.spec(alarm.condition))
        title = Words("人工登记", "told by people") if view is None else Words(view.title_zh, view.title_en)
        due, due_s = self._deadlines.of(urgency)
        now = self._clock.now()
        return Handling(
            id=new_id(),
            alarm=alarm_id,
            about=about if alarm is None else alarm.subject,
            title=title,
            urgency=urgency,
            opened=now,
            opened_by=caller.actor,
            due=due,
            due_s=due_s,
            came=None if alarm is None else alarm.raised,
            gone=alarm is not None and not alarm.stands,
            steps=(Step(now, caller.actor, "opened", text),),
        )

    def _record(self, handling_id: str) -> Handling:
        record = self._book.find(handling_id)
        if record is None:
            raise UnknownTarget(f"no handling record {handling_id}; `zhadao handling list --all` shows those there are")
        return record

    def _done(self, record: Handling, text_en: str, text_zh: str) -> HandlingReceipt:
        return HandlingReceipt(True, "", text_en, text_zh, view_of(record, self._clock.monotonic()))

    def _refused(self, record: Handling | None, text_en: str, text_zh: str) -> HandlingReceipt:
        view = None if record is None else view_of(record, self._clock.monotonic())
        return HandlingReceipt(False, Cause.OUT_OF_RANGE.value, text_en, text_zh, view)


def _not_now(record: Handling, kind: str) -> str:
    """Why this cannot be done to the record as it stands; empty when it can."""
    if kind == "handling_reopened":
        return f"{record.id} is open" if record.open else ""
    return "" if record.open else f"{record.id} is closed; reopen it first"


def _urgency(word: str) -> Urgency:
    try:
        return Urgency(word)
    except ValueError:
        raise InvalidValue(f"{word!r} is no urgency; say {', '.join(Urgency)}") from None
