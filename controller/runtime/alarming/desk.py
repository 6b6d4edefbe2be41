"""Where people answer alarms: seen, put aside, taken back, reset. Written down first, durable before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_life import AlarmState
from controller.logic.alarm_settings import AlarmSettings
from controller.runtime.alarming.alarm import Alarm, Shelf
from controller.runtime.alarming.book import AlarmBook
from controller.runtime.alarming.kept import alarm_data
from controller.runtime.alarming.listing import AlarmFilter, listed
from controller.runtime.alarming.statistics import AlarmStatistics, AlarmStatisticsView
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.views import AlarmView
from controller.store.changes import Change, DropAlarm, PutAlarm

SHORTEST_SHELF_S = 60.0
MOST_TEXT = 500
"""Longest reason (characters)."""


@dataclass(frozen=True, slots=True)
class AlarmReceipt:
    """What became of an act on an alarm. ``cause`` in the field's word, empty when it was done; ``alarm`` as it is now,
    None when it left the list meanwhile."""

    alarm_id: str
    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    alarm: AlarmView | None = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    cause: Cause
    en: str
    zh: str


class AlarmDesk:
    """Takes what people say of alarms. Every act and every refusal is in the journal before it is answered.

    Rights are asked by whoever calls: OPERATE to acknowledge and reset, SHELVE to shelve and take back, on the
    target ``subject(alarm_id)``.
    """

    def __init__(
        self,
        *,
        book: AlarmBook,
        statistics: AlarmStatistics,
        evidence: Evidence,
        keeper: Keeper,
        clock: Clock,
        local: LocalTime,
        settings: AlarmSettings,
    ) -> None:
        self._book = book
        self._statistics = statistics
        self._evidence = evidence
        self._keeper = keeper
        self._clock = clock
        self._local = local
        self._settings = settings

    def adopt(self, settings: AlarmSettings) -> None:
        """Take another config over (reload). What is shelved stays so for the time it was given."""
        self._settings = settings
        self._statistics.adopt(settings)
        self._book.adopt(settings)

    # -- questions ----------------------------------------------------------------------------------------------

    def list(self, wanted: AlarmFilter | None = None) -> list[AlarmView]:
        """Alarms, most urgent first: those on the list, or what the filter asks for (hidden ones too when it does)."""
        chosen = listed(self._book, AlarmFilter() if wanted is None else wanted)
        return self._book.views(chosen)

    def get(self, alarm_id: str) -> AlarmView:
        """One alarm, shown or hidden. Raises UnknownTarget."""
        return self._book.views([self._book.get(alarm_id)])[0]

    def subject(self, alarm_id: str) -> str:
        """What an alarm is about: the target, device or part of the controller rights are asked for.

        Raises:
            UnknownTarget: no such alarm.
        """
        return self._book.get(alarm_id).subject

    def statistics(self) -> AlarmStatisticsView:
        """How many alarms people are asked to answer, over the last day."""
        return self._statistics.view()

    # -- acts ---------------------------------------------------------------------------------------------------

    async def acknowledge(self, alarm_id: str, caller: Caller) -> AlarmReceipt:
        """A person has seen it. A standing alarm stays standing; nothing in the field changes. A hidden one can't be.

        Raises:
            UnknownTarget: no such alarm.
        """
        (receipt,) = await self.acknowledge_all([alarm_id], caller)
        if receipt.cause == Cause.UNKNOWN_TARGET.value:
            raise UnknownTarget(receipt.text_en)
        return receipt

    async def acknowledge_all(self, alarm_ids: Sequence[str], caller: Caller) -> tuple[AlarmReceipt, ...]:
        """A person has seen all of these: one line in the journal and one transaction, each with its own outcome."""
        ids = list(dict.fromkeys(alarm_ids))
        refused = {one: refusal for one in ids if (refusal := self._not_to_acknowledge(one, caller)) is not None}
        seen = [one for one in ids if one not in refused]
        said = {"alarms": seen, "refused": {one: refusal.en for one, refusal in refused.items()}}
        failed = await self._write(
            "alarm_acknowledge", caller, self._target(ids), said, seen, self._acknowledged(caller)
        )
        if failed is not None:
            refused |= dict.fromkeys(seen, failed)
        done = [one for one in seen if one not in refused and self._still_there(one)]
        now = {one: self._book.acknowledge(one, caller.actor) for one in done}
        return tuple(self._receipt(one, refused.get(one), "acknowledged", "已确认", now.get(one)) for one in ids)

    async def shelve(self, alarm_id: str, caller: Caller, *, for_s: float, reason: str) -> AlarmReceipt:
        """Put an alarm aside for a time (seconds): it comes back by itself, unseen if its condition still stands.

        Never a life-safety one; at most as long as the site allows (12 h and no more anywhere). Shelving a shelved one
        again gives it a new time, counted from now.

        Raises:
            UnknownTarget: no such alarm.
            InvalidValue: no reason, or a time that is none.
        """
        alarm = self._book.get(alarm_id)
        why = _reason(reason, "shelving")
        longest_s = self._settings.longest_shelf_s
        if not SHORTEST_SHELF_S <= for_s <= longest_s:
            least, most = SHORTEST_SHELF_S / 60, longest_s / 3600
            raise InvalidValue(f"an alarm is shelved for {least:g} min to {most:g} h, not for {for_s:g} s")
        until = self._clock.now() + timedelta(seconds=for_s)
        shelf = Shelf(caller.actor, why, self._clock.now(), until, self._clock.monotonic() + for_s)
        refusal = self._not_to_shelve(alarm)
        said = {"id": alarm_id, "reason": why, "until": until.isoformat(), "refused": refusal.en if refusal else ""}
        ids = [] if refusal else [alarm_id]
        failed = await self._write(
            "alarm_shelve", caller, alarm.source, said, ids, lambda one: self._book.shelved(one, shelf)
        )
        refusal = refusal or failed
        now = self._book.shelve(alarm_id, shelf) if refusal is None and self._still_there(alarm_id) else None
        return self._receipt(alarm_id, refusal, f"shelved until {self._local.day(until)}", "已搁置", now)

    async def unshelve(self, alarm_id: str, caller: Caller, reason: str = "") -> AlarmReceipt:
        """Take an alarm off its shelf before its time. Raises UnknownTarget."""
        alarm = self._book.get(alarm_id)
        refusal = None
        if alarm.shelf is None:
            refusal = _Refusal(Cause.OUT_OF_RANGE, f"{alarm_id} is not shelved", "该告警未搁置")
        said = {"id": alarm_id, "reason": reason.strip()[:MOST_TEXT], "refused": refusal.en if refusal else ""}
        ids = [] if refusal else [alarm_id]
        failed = await self._write(
            "alarm_unshelved", caller, alarm.source, said, ids, lambda one: self._book.shelved(one, None)
        )
        refusal = refusal or failed
        now = self._book.unshelve(alarm_id) if refusal is None and self._still_there(alarm_id) else None
        return self._receipt(alarm_id, refusal, "taken off its shelf", "已取消搁置", now)

    async def reset(self, alarm_id: str, caller: Caller, reason: str) -> AlarmReceipt:
        """Reset a latched alarm once its condition is gone; that counts as having seen it.

        Raises:
            UnknownTarget: no such alarm.
            InvalidValue: no reason.
        """
        alarm = self._book.get(alarm_id)
        why, refusal = _reason(reason, "a reset"), _not_to_reset(alarm)
        said = {"id": alarm_id, "reason": why, "refused": refusal.en if refusal else ""}
        ids = [] if refusal else [alarm_id]
        failed = await self._write(
            "alarm_reset", caller, alarm.source, said, ids, lambda one: self._book.was_reset(one, caller.actor)
        )
        refusal = refusal or failed
        now = self._book.reset(alarm_id, caller.actor) if refusal is None and self._still_there(alarm_id) else None
        return self._receipt(alarm_id, refusal, "reset", "已复位", now)

    # -- rules --------------------------------------------------------------------------------------------------

    def _not_to_acknowledge(self, alarm_id: str, caller: Caller) -> _Refusal | None:
        try:
            alarm = self._book.get(alarm_id)
        except UnknownTarget as unknown:
            return _Refusal(Cause.UNKNOWN_TARGET, str(unknown), "没有该告警，可能已恢复")
        if not caller.person and self._book.spec(alarm.condition).life_safety:
            en = f"{alarm.id} is about life safety: a person signed in as themselves answers it; a machine's key cannot"
            return _Refusal(Cause.NO_AUTHORITY, en, "涉及人身安全的告警须由人员本人确认，设备密钥不能确认")
        if not alarm.state.hidden:
            return None
        word = alarm.state.value.lower().replace("_", " ")
        return _Refusal(
            Cause.OUT_OF_RANGE, f"{alarm_id} is {word}: show it before you answer it", "告警已隐藏，不能确认"
        )

    def _not_to_shelve(self, alarm: Alarm) -> _Refusal | None:
        if self._book.spec(alarm.condition).life_safety:
            en = f"{alarm.id} is about life safety: such alarms are never shelved; acknowledge it and act"
            return _Refusal(Cause.INTERLOCK, en, "涉及人身安全的告警不得搁置")
        return None

    # -- writing ------------------------------------------------------------------------------------------------

    async def _write(
        self,
        kind: str,
        caller: Caller,
        target: str,
        said: Mapping[str, Any],
        ids: Sequence[str],
        becomes: Callable[[str], Alarm],
    ) -> _Refusal | None:
        """Journal first, then keep what the alarms become; None when both are on the disk."""
        try:
            await self._evidence.before(kind, caller.actor, target, said)
            there = [becomes(one) for one in ids if self._still_there(one)]
            await self._keeper.keep_now([_change(alarm) for alarm in there])
        except StoreError as error:
            return _Refusal(Cause.NO_EVIDENCE, f"nothing was done: {error}", "日志不可写，未执行")
        for one in ids:
            if not self._still_there(one):
                self._keeper.keep(DropAlarm(one))
        return None

    def _acknowledged(self, caller: Caller) -> Callable[[str], Alarm]:
        return lambda one: self._book.acknowledged(one, caller.actor)

    def _still_there(self, alarm_id: str) -> bool:
        return alarm_id in self._book

    def _target(self, ids: Sequence[str]) -> str:
        only = ids[0] if len(ids) == 1 else ""
        return self._book.get(only).source if only in self._book else ""

    def _receipt(
        self, alarm_id: str, refusal: _Refusal | None, done_en: str, done_zh: str, now: Alarm | None
    ) -> AlarmReceipt:
        if now is None and self._still_there(alarm_id):
            now = self._book.get(alarm_id)
        view = None if now is None else self._book.views([now])[0]
        if refusal is None:
            return AlarmReceipt(alarm_id, True, "", f"{alarm_id}: {done_en}", done_zh, view)
        return AlarmReceipt(alarm_id, False, refusal.cause.value, refusal.en, refusal.zh, view)


def _not_to_reset(alarm: Alarm) -> _Refusal | None:
    if alarm.stands:
        return _Refusal(Cause.INTERLOCK, f"{alarm.id} still stands; clear its cause first", "告警条件仍存在")
    if alarm.life is not AlarmState.LATCHED:
        return _Refusal(Cause.OUT_OF_RANGE, f"{alarm.id} is not latched; acknowledge it", "该告警未自保持，确认即可")
    return None


def _reason(reason: str, act: str) -> str:
    why = reason.strip()
    if not why:
        raise InvalidValue(f"{act} needs a reason: whoever reads the journal was not there")
    if len(why) > MOST_TEXT:
        raise InvalidValue(f"a reason has at most {MOST_TEXT} characters")
    return why


def _change(alarm: Alarm) -> Change:
    return DropAlarm(alarm.id) if alarm.state is AlarmState.NORM else PutAlarm(alarm.id, alarm_data(alarm))
