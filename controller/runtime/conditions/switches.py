"""LOCAL/REMOTE/OFF from the people's side: which switches keep the centre out, releasing, vouching for one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.image import View
from controller.domain.points import DeviceId, device_of
from controller.domain.rights import Caller
from controller.logic.switch_guard import REMOTE, Word, has_switch, local_texts, word_of
from controller.logic.switch_guard import SWITCH as SWITCH_POINT
from controller.runtime.conditions.switch_book import CONFIRMATION, Confirmation, SwitchBook
from controller.runtime.conditions.views import SiteReceipt, SwitchView
from controller.runtime.evidence import Evidence
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.store.changes import DropRecord, PutRecord
from controller.store.state import StateStore

LONGEST_CONFIRMATION_S = 8 * 3600.0
"""A person's word for an unreadable switch stands at most this long."""


class SwitchDesk:
    """Answers for switches. ``changed`` is told every device whose switch means something else now."""

    def __init__(
        self,
        city: City,
        *,
        book: SwitchBook,
        table: ImageTable,
        clock: Clock,
        state: StateStore,
        evidence: Evidence,
        stream: ChangeStream,
        local: LocalTime,
        changed: Callable[[DeviceId], None],
    ) -> None:
        self.book = book
        self._table = table
        self._clock = clock
        self._state = state
        self._evidence = evidence
        self._stream = stream
        self._local = local
        self._changed = changed
        self.adopt(city)

    def adopt(self, city: City) -> None:
        """Take a site over (reload)."""
        self._assets = frozenset(asset.id for asset in city.assets())

    def at(self, target: str) -> SwitchView | None:
        """What a target's switch says to the centre; None when it is at REMOTE and released.

        None too where there is no switch, and for a device out of reach: nothing is known of that one.
        """
        view = self._view(device_of(target))
        word = self._word(view)
        return self._shown(view, word) if view.block.complete and word is not Word.FREE else None

    def list(self) -> tuple[SwitchView, ...]:
        """Every switch that keeps the centre out or is vouched for, by device. Devices out of reach are left out."""
        return tuple(shown for device in sorted(self._table.devices()) if (shown := self.at(device)) is not None)

    def kept_out(self) -> int:
        """At how many devices read completely the switch keeps the centre out now. Cheap: for counts."""
        blocks = self._table.devices().values()
        reads = (block.readings.get(SWITCH_POINT) for block in blocks if block.complete)
        return sum(one is not None and not (one.good and one.value == REMOTE) for one in reads)

    async def resume(self, asset: DeviceId, caller: Caller, *, reason: str) -> SiteReceipt:
        """Let automation take over again at once after LOCAL; it starts from the actual state.

        Refused ``BLOCKED_LOCAL`` while the switch is off REMOTE, ``OUT_OF_RANGE`` where nothing waits, and
        ``JOURNAL_UNAVAILABLE``; refusals are journalled too.

        Raises:
            UnknownTarget: no such asset.
            InvalidValue: no reason was given.
        """
        view = self._known(asset, reason)
        match self._word(view):
            case Word.LOCAL:
                en, zh = local_texts(view, self.book.key(asset))
                return await self._refused(
                    "resume", asset, caller, Cause.LOCAL, f"{en}: turn it to REMOTE first", f"{zh}：请先切至远控"
                )
            case Word.FREE | Word.CONFIRMED:
                en, zh = f"nothing waits at {asset}: automation acts already", f"{asset} 无需释放：自动控制已在运行"
                return await self._refused("resume", asset, caller, Cause.OUT_OF_RANGE, en, zh)
            case Word.WAITING:
                pass
        try:
            await self._evidence.before("automation_resumed", caller.actor, asset, {"reason": reason.strip()})
        except StoreError as error:
            return _not_written(error)
        self.book.release(asset)
        self._tell(asset)
        return SiteReceipt(
            True,
            "",
            f"automation takes {asset} over again, from its actual state",
            f"{asset} 已恢复自动控制，以现状为起点",
            asset,
        )

    async def confirm_remote(
        self, asset: DeviceId, caller: Caller, *, on_site: str, for_s: float, reason: str
    ) -> SiteReceipt:
        """Vouch for a switch that cannot be read: ``on_site`` says who stood before it and saw it at REMOTE.

        It counts as REMOTE until then (1 min … 8 h) or until it can be read again, whatever it then reads.
        Refused to machines (``NO_ACCESS_AUTHORITY``), for a switch that can be read (``OUT_OF_RANGE``), and when it
        cannot be written down (``JOURNAL_UNAVAILABLE``).

        Raises:
            UnknownTarget: no such asset.
            InvalidValue: no reason, nobody on site, not 1 min … 8 h.
        """
        view = self._known(asset, reason)
        if not on_site.strip():
            raise InvalidValue("say who stands before the switch and what they see")
        if not 60.0 <= for_s <= LONGEST_CONFIRMATION_S:
            raise InvalidValue(f"a word for a switch stands 1 min to 8 h; {for_s:g} s were asked")
        if not caller.person:
            en, zh = "a machine has not seen the switch; sign in as a person", "须由人员确认，请以个人身份登录"
            return await self._refused("confirm", asset, caller, Cause.NO_AUTHORITY, en, zh)
        if not has_switch(view) or view.value(SWITCH_POINT) is not None:
            en, zh = (
                f"{asset} has a switch that reads well, or none: it speaks for itself",
                f"{asset} 的开关读数有效或无开关，无需确认",
            )
            return await self._refused("confirm", asset, caller, Cause.OUT_OF_RANGE, en, zh)
        now = self._clock.now()
        one = Confirmation(
            device=asset,
            by=caller.actor,
            on_site=on_site.strip(),
            reason=reason.strip(),
            granted=now,
            expires=now + timedelta(seconds=for_s),
            expires_s=self._clock.monotonic() + for_s,
        )
        try:
            await self._evidence.before("switch_confirmed", caller.actor, asset, one.body())
        except StoreError as error:
            return _not_written(error)
        try:
            await self._state.apply([PutRecord(CONFIRMATION, asset, one.body())])
        except StoreError as error:
            await self._evidence.void("switch_confirmed", caller, asset, {"why": str(error)})
            return _not_written(error)
        if self._view(asset).value(SWITCH_POINT) is not None:  # read again while it was written down: it speaks
            return await self._overtaken(asset, caller)
        self.book.confirm(one)
        self._tell(asset)
        until = self._local.day(one.expires)
        en = f"the switch of {asset} counts as REMOTE until {until} or until it can be read again"
        return SiteReceipt(True, "", en, f"{asset} 的控制开关按远控处理，至 {until} 或恢复读数为止", asset)

    async def _overtaken(self, asset: DeviceId, caller: Caller) -> SiteReceipt:
        with contextlib.suppress(StoreError):  # one that stays ends with the first good reading after a restart
            await self._state.apply([DropRecord(CONFIRMATION, asset)])
        await self._evidence.void("switch_confirmed", caller, asset, {"why": "it can be read again"})
        en, zh = f"the switch of {asset} can be read again: it speaks for itself", f"{asset} 的开关已恢复读数，无需确认"
        return await self._refused("confirm", asset, caller, Cause.OUT_OF_RANGE, en, zh)

    def _known(self, asset: DeviceId, reason: str) -> View:
        if asset not in self._assets:
            raise UnknownTarget(f"no asset {asset} in this site; `zhadao status` lists them")
        if not reason.strip():
            raise InvalidValue("say why; it is read by whoever asks later")
        return self._view(asset)

    async def _refused(
        self, act: str, asset: DeviceId, caller: Caller, cause: Cause, text_en: str, text_zh: str
    ) -> SiteReceipt:
        await self._evidence.before_automation(
            "switch_refused", caller.actor, asset, {"act": act, "cause": cause.value, "text": text_en}
        )
        return SiteReceipt(False, cause.value, text_en, text_zh, asset)

    def _view(self, device: DeviceId) -> View:
        return self._table.view(device, self._clock.monotonic())

    def _word(self, view: View) -> Word:
        device = view.block.device
        return word_of(self.book.memory(device), view, self.book.wait_s(device))

    def _shown(self, view: View, word: Word) -> SwitchView:
        device, reads = view.block.device, view.read(SWITCH_POINT)
        said = str(reads.value) if reads.good else f"{reads.quality.name} {reads.detail}"
        memory = self.book.memory(device)
        en, zh = local_texts(view, self.book.key(device))
        if word is Word.WAITING and memory.returned_s is not None:
            left_s = max(0.0, memory.returned_s + self.book.wait_s(device) - view.now_s)
            until = self._clock.now() + timedelta(seconds=left_s)
            en = f"{device} came back from LOCAL; automation waits {left_s:.0f} s more or until it is released"
            return SwitchView(
                device, word.value, said, en, f"{device} 已由就地切回远控，自动控制待释放（{left_s:.0f}秒）", until
            )
        confirmation = self.book.confirmation(device)
        if word is Word.CONFIRMED and confirmation is not None:
            en = f"{en}, but {confirmation.by} vouches for REMOTE: {confirmation.on_site}"
            zh = f"{zh}；{confirmation.by}现场确认为远控：{confirmation.on_site}"
            return SwitchView(device, word.value, said, en, zh, confirmation.expires, confirmation.by)
        return SwitchView(device, word.value, said, en, zh)

    def _tell(self, device: DeviceId) -> None:
        shown = self.at(device)
        self._stream.publish("switch", device, {"word": Word.FREE.value if shown is None else shown.word})
        self._changed(device)


def _not_written(error: StoreError) -> SiteReceipt:
    return SiteReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")
