"""Where people look after notices: what waits, what was given up, who does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_settings import LEAST_URGENT, Words
from controller.logic.notice_rules import Occasion, On
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.notices.notice import NOTICE, Notice, body_of
from controller.runtime.notices.office import NoticeOffice
from controller.runtime.notices.outbox import Outbox
from controller.runtime.notices.views import NoticeReceipt, NoticeView, ReceiverView, view_of
from controller.store.changes import DropRecord, PutRecord

MOST_TEXT = 500


class NoticeDesk:
    """Takes what people do about notices. Every act and every refusal is in the journal before it is answered.

    Rights are asked by whoever calls: SEE of the whole configuration to look (notices speak of everything), PUBLISH of
    it to act.
    """

    def __init__(
        self, office: NoticeOffice, outbox: Outbox, *, evidence: Evidence, keeper: Keeper, clock: Clock
    ) -> None:
        self._office = office
        self._outbox = outbox
        self._evidence = evidence
        self._keeper = keeper
        self._clock = clock

    # -- questions ----------------------------------------------------------------------------------------------

    def receivers(self) -> list[ReceiverView]:
        """Every receiver, and those no longer configured for whom something is left."""
        return self._office.receivers()

    def list(self, state: str = "waiting", receiver: str = "", limit: int = 200) -> list[NoticeView]:
        """Notices ``waiting`` (first in line first), ``dead`` (oldest first) or ``sent`` (latest first).

        Raises:
            InvalidValue: no such state.
        """
        names = [one.id for one in self.receivers() if receiver in ("", one.id)]
        match state:
            case "waiting":
                found = [view_of(notice) for name in names for notice in self._outbox.waiting(name)]
            case "dead":
                found = [view_of(notice) for name in names for notice in self._outbox.dead(name)]
            case "sent":
                found = [one for one in self._office.sent() if receiver in ("", one.receiver)]
            case _:
                raise InvalidValue(f"{state!r} is no state of a notice; say waiting, dead or sent")
        return found[:limit]

    def get(self, notice_id: str) -> NoticeView:
        """One notice. Raises UnknownTarget."""
        sent = next((one for one in self._office.sent() if one.id == notice_id), None)
        return view_of(self._outbox.get(notice_id)) if sent is None else sent

    # -- acts ---------------------------------------------------------------------------------------------------

    async def requeue(self, notice_id: str, caller: Caller, reason: str) -> NoticeReceipt:
        """Send a dead letter after all: it goes to the end of its line, under the same id.

        Raises:
            UnknownTarget: no such notice.
            InvalidValue: no reason.
        """
        notice, why = self._outbox.get(notice_id), _reason(reason)
        if not notice.dead:
            return await self._refused(
                "notice_requeued", notice, caller, "it is in line already", "该通知仍在发送队列中"
            )
        (receipt,) = await self._requeue([notice], notice.receiver, caller, why)
        return receipt

    async def requeue_all(self, receiver: str, caller: Caller, reason: str) -> tuple[NoticeReceipt, ...]:
        """Send all dead letters of a receiver after all, oldest first.

        Raises:
            UnknownTarget: no such receiver.
            InvalidValue: no reason.
        """
        self._known(receiver)
        return await self._requeue(self._outbox.dead(receiver), receiver, caller, _reason(reason))

    async def discard(self, notice_id: str, caller: Caller, reason: str) -> NoticeReceipt:
        """Tell nobody any more: a dead letter, or one in line, is dropped. What it said is in the journal.

        Raises:
            UnknownTarget: no such notice.
            InvalidValue: no reason.
        """
        notice, why = self._outbox.get(notice_id), _reason(reason)
        said = {
            "notice": notice.id,
            "receiver": notice.receiver,
            "reason": why,
            "title": notice.title_en,
            "text": notice.items[0].text_en,
            "folded": notice.folded,
        }
        try:
            await self._evidence.before("notice_discarded", caller.actor, notice.receiver, said)
            await self._keeper.keep_now([DropRecord(NOTICE, notice.id)])
        except StoreError as error:
            return _no_evidence(notice.id, error)
        self._outbox.discard(notice.id)
        self._office.look()
        return NoticeReceipt(notice.id, True, "", f"{notice.id}: discarded", "已丢弃")

    async def test(self, receiver: str, caller: Caller) -> NoticeReceipt:
        """Send a trial notice, behind what waits already; a receiver that failed is tried at once.

        Raises:
            UnknownTarget: no such receiver.
        """
        self._known(receiver)
        occasion = Occasion(
            on=frozenset({On.ALARM}),
            at=self._clock.now(),
            about="",
            kind="trial",
            priority=LEAST_URGENT,
            title=Words("通知测试", "a trial notice"),
            text=Words(
                f"{caller.actor} 发起的测试，无需处置", f"sent by {caller.actor} to try this way; nothing to do"
            ),
        )
        try:
            await self._evidence.before("notice_trial", caller.actor, receiver, {"receiver": receiver})
        except StoreError as error:
            return _no_evidence("", error)
        notice = self._outbox.put(receiver, occasion)
        self._office.retry_now(receiver)
        return NoticeReceipt(notice.id, True, "", f"{notice.id} is in line for {receiver}", "测试通知已排队")

    # -- how ----------------------------------------------------------------------------------------------------

    async def _requeue(
        self, notices: Sequence[Notice], receiver: str, caller: Caller, why: str
    ) -> tuple[NoticeReceipt, ...]:
        anew = [self._outbox.requeued(notice.id) for notice in notices]
        said = {"notices": [one.id for one in notices], "receiver": receiver, "reason": why}
        try:
            await self._evidence.before("notice_requeued", caller.actor, receiver, said)
            await self._keeper.keep_now([PutRecord(NOTICE, one.id, body_of(one)) for one in anew])
        except StoreError as error:
            return tuple(_no_evidence(one.id, error) for one in notices)
        for one in anew:
            self._outbox.requeue(one)
        self._office.retry_now(receiver)
        self._office.look()
        return tuple(NoticeReceipt(one.id, True, "", f"{one.id} is in line again", "已重新排队") for one in anew)

    async def _refused(self, kind: str, notice: Notice, caller: Caller, why: str, zh: str) -> NoticeReceipt:
        data = {"notice": notice.id, "receiver": notice.receiver, "refused": why}
        await self._evidence.before_automation(kind, caller.actor, notice.receiver, data)
        return NoticeReceipt(notice.id, False, Cause.OUT_OF_RANGE.value, f"{notice.id}: {why}", zh)

    def _known(self, receiver: str) -> None:
        if not any(one.id == receiver for one in self.receivers()):
            raise UnknownTarget(f"no receiver {receiver} in this site; `zhadao notices receivers` lists them")


def _reason(reason: str) -> str:
    why = reason.strip()
    if not why or len(why) > MOST_TEXT:
        raise InvalidValue(f"say why, in 1 to {MOST_TEXT} characters: whoever waits for this notice may ask")
    return why


def _no_evidence(notice_id: str, error: StoreError) -> NoticeReceipt:
    return NoticeReceipt(notice_id, False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")
