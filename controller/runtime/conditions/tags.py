"""Maintenance tags (检修挂牌): hung by whoever works there, taken down by them, or by two others who went to look."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.rights import Caller, Right
from controller.domain.tags import Tag
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.conditions.records import TAG, tag_body, tag_of
from controller.runtime.conditions.tag_book import TagBook
from controller.runtime.conditions.tag_removal import KIND, TagRemoval
from controller.runtime.conditions.views import TagReceipt
from controller.runtime.energised import Views, energised, has_own_control
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.two_persons import Proposals, ProposalView
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("tags")

VANISHED = "tag_without_target"
MOST_TEXT = 500
"""Longest reason, ticket or photo reference (characters)."""


class TagDesk:
    """Takes tags. ``changed`` is told every asset whose tags changed, so that its outputs are looked at anew."""

    def __init__(
        self,
        city: City,
        *,
        book: TagBook,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        views: Views,
        local: LocalTime,
        acts: ActRequests,
        changed: Callable[[DeviceId], None],
    ) -> None:
        self.book = book
        self._city = city
        self._clock = clock
        self._keeper = keeper
        self._evidence = evidence
        self._alarms = alarms
        self._stream = stream
        self._views = views
        self._local = local
        self._acts = acts
        self._changed = changed
        self._proposals: Proposals | None = None

    def propose_to(self, proposals: Proposals) -> None:
        """Where the removal of somebody else's tag is proposed and confirmed."""
        self._proposals = proposals
        proposals.register(KIND, TagRemoval(self))

    def restore(self, stored: StoredState) -> None:
        """Tags hang on over a restart."""
        tags = (tag_of(tag_id, body) for tag_id, body in stored.of(TAG).items())
        self.book.restore(replace(tag, since=self._local.of(tag.since)) for tag in tags)
        self._look_for_vanished()

    def adopt(self, city: City) -> None:
        """Take a site over (reload). No tag is dropped: one whose target vanished is alarmed and kept."""
        self._city = city
        self._look_for_vanished()

    # -- questions ----------------------------------------------------------------------------------------------

    def on(self, target: TargetId) -> Tag | None:
        """The oldest tag that binds a target; None when nobody works there."""
        return self.book.on(target)

    def list(self, asset: DeviceId | None = None) -> tuple[Tag, ...]:
        """Every tag, oldest first, or those on one asset and its outputs."""
        return self.book.tags() if asset is None else self.book.within(asset)

    def tag(self, tag_id: str) -> Tag:
        """The tag of this id.

        Raises:
            UnknownTarget: it does not hang.
        """
        tag = self.book.get(tag_id)
        if tag is None:
            raise UnknownTarget(f"no tag {tag_id} hangs; it may have been taken down already")
        return tag

    # -- acts ---------------------------------------------------------------------------------------------------

    async def hang(self, on: TargetId, caller: Caller, *, reason: str, ticket: str = "", photo: str = "") -> TagReceipt:
        """Hang a tag on an asset or one of its outputs. From now on nothing there is energised, started or moved.

        Protective, so it binds at once, before and whether or not it can be written down; the answer says when it
        could not be kept. A start under way is taken back; what runs or is lit stays so until a person stops it, and
        the answer names it.

        Raises:
            UnknownTarget: no such asset or output.
            InvalidValue: no reason, or a text too long.
        """
        self._known(on)
        for name, text in {"reason": reason, "ticket": ticket, "photo": photo}.items():
            _checked(name, text)
        tag = Tag(
            id=secrets.token_hex(4),
            on=on,
            owner=caller.actor,
            person=caller.person,
            reason=reason.strip(),
            since=self._local.of(self._clock.now()),
            ticket=ticket.strip(),
            photo=photo.strip(),
        )
        self.book.put(tag)
        self._tell(tag)
        await self._evidence.before_automation("tag_hung", caller.actor, on, {"tag": tag.id, **tag_body(tag)})
        put = PutRecord(TAG, tag.id, tag_body(tag))
        en, zh = self._still_dangerous(on)
        try:
            await self._keeper.apply([put])
        except StoreError as error:
            self._keeper.keep(put)
            log.error("tag_not_kept", tag=tag.id, on=on, reason=str(error))
            return _hung(
                tag,
                f"{en}; it could not be written down yet ({error}) and would not survive a restart",
                f"{zh}；暂未落盘，重启会丢失",
            )
        finally:
            hung = _hung(tag, en, zh)
            self._acts.done("tag", caller, [outcome(on, "", hung.text_en)], value=tag.id, reason=tag.reason)
        return hung

    async def remove(self, tag_id: str, caller: Caller, *, reason: str) -> TagReceipt:
        """Take down one's own tag.

        Anybody else is refused ``NO_ACCESS_AUTHORITY`` (and journalled): two others do it by ``propose_removal``.

        Raises:
            UnknownTarget: no such tag.
            InvalidValue: no reason was given.
        """
        tag = self.tag(tag_id)
        _checked("reason", reason)
        if not owns(tag, caller):
            en = f"{tag}: only {tag.owner} takes it down, or two others with an on-site confirmation"
            zh = f"检修牌由{tag.owner}悬挂：仅本人可摘牌，或由另外两人现场确认后摘牌"
            return await self._refused(tag, caller, reason, Cause.NO_AUTHORITY, en, zh)
        return await self.take_down(tag, caller, {"reason": reason.strip(), "by_owner": True})

    async def propose_removal(self, tag_id: str, caller: Caller, *, reason: str, on_site: str) -> ProposalView:
        """Propose to take down somebody else's tag; a second person, not its owner either, confirms.

        ``on_site`` says who was there and what they found: everybody clear, covers closed.

        Raises:
            UnknownTarget: no such tag.
            InvalidValue: no reason or no on-site confirmation, its owner asks, or a machine does.
            StoreError: the proposal could not be written down.
        """
        tag = self.tag(tag_id)
        _checked("reason", reason)
        _checked("on-site confirmation", on_site)
        if not caller.person:
            raise InvalidValue("a machine cannot propose to take a tag down; sign in as a person")
        if owns(tag, caller):
            raise InvalidValue(f"tag {tag_id} is your own; take it down yourself")
        if self._proposals is None:
            raise InvalidValue("nobody can confirm here: this controller runs without proposals")
        body = {"tag": tag_id, "reason": reason.strip(), "on_site": on_site.strip(), "proposer": caller.person}
        return await self._proposals.propose(
            KIND, body, caller, reason=reason.strip(), targets=(tag.on,), right=Right.TAG
        )

    async def take_down(
        self, tag: Tag, caller: Caller, said: Mapping[str, object], also: tuple[Change, ...] = ()
    ) -> TagReceipt:
        """Journal, drop and forget a tag whose removal is allowed; ``also`` is kept in the same transaction."""
        try:
            await self._evidence.before("tag_removed", caller.actor, tag.on, {"tag": tag.id, **tag_body(tag), **said})
        except StoreError as error:
            return _not_removed(tag, error)
        try:
            await self._keeper.apply([DropRecord(TAG, tag.id), *also])
        except StoreError as error:
            await self._evidence.void("tag_removed", caller, tag.on, {"tag": tag.id, "why": str(error)})
            return _not_removed(tag, error)
        self.book.take(tag.id)
        self._alarms.clear(tag.on, VANISHED)
        self._look_for_vanished()
        self._tell(tag)
        text, by = f"tag {tag.id} on {tag.on} is down", str(said.get("confirmed_by", ""))
        self._acts.done("tag_removal", caller, [outcome(tag.on, "", text)], value=tag.id, confirmed_by=by)
        return TagReceipt(True, "", text, f"{tag.on} 的检修牌 {tag.id} 已摘除", tag)

    async def _refused(
        self, tag: Tag, caller: Caller, reason: str, cause: Cause, text_en: str, text_zh: str
    ) -> TagReceipt:
        data = {"tag": tag.id, "reason": reason, "cause": cause.value}
        await self._evidence.before_automation("tag_removal_refused", caller.actor, tag.on, data)
        self._acts.done("tag_removal", caller, [outcome(tag.on, cause.value, text_en)], value=tag.id, reason=reason)
        return TagReceipt(False, cause.value, text_en, text_zh, tag)

    def _still_dangerous(self, on: TargetId) -> tuple[str, str]:
        """What the tag does not end: what runs, and a PLC that may start it by itself (en, zh)."""
        en, zh = "", ""
        running = ", ".join(energised(self._city, self._views, on))
        if running:
            en += f". STILL RUNNING OR LIT: {running}: stop it before anybody touches it"
            zh += f"。仍在运行或带电：{running}，作业前请先停机、分闸"
        if has_own_control(self._city, on):
            en += ". The station's own PLC may still start or move it when it is handed back or LOCAL: lock it on site"
            zh += "。移交或就地时泵站PLC仍可能自行启动或动作，请在现场上锁"
        return en, zh

    def _known(self, on: TargetId) -> None:
        if on in self._city.targets or any(on == asset.id for asset in self._city.assets()):
            return
        siblings = sorted(target for target in self._city.targets if device_of(target) == device_of(on))
        hint = f"it has {', '.join(siblings)}" if siblings else "`zhadao status` lists assets and outputs"
        raise UnknownTarget(f"no asset or output {on} in this site; {hint}")

    def _look_for_vanished(self) -> None:
        assets = {asset.id for asset in self._city.assets()}
        for tag in self.book.tags():
            if tag.on in assets or tag.on in self._city.targets:
                self._alarms.clear(tag.on, VANISHED)
                continue
            text = f"{tag}: {tag.on} left the configuration, the tag hangs on; put it back or take the tag down"
            text_zh = f"{tag.on} 已不在配置中，检修牌 {tag.id} 仍有效：恢复该资产，或摘牌"
            self._alarms.set(tag.on, VANISHED, text, Priority.HIGH, text_zh=text_zh)

    def _tell(self, tag: Tag) -> None:
        hangs = self.book.get(tag.id) is not None
        self._stream.publish("tag", tag.on, {"tag": tag.id, "owner": tag.owner, "reason": tag.reason, "hangs": hangs})
        self._changed(device_of(tag.on))


def owns(tag: Tag, caller: Caller) -> bool:
    """Whether the caller is the very person the tag guards. A machine's tag belongs to nobody."""
    return bool(tag.person) and tag.person == caller.person


def _checked(name: str, text: str) -> None:
    if name in ("reason", "on-site confirmation") and not text.strip():
        raise InvalidValue(f"a tag needs a {name}: whoever stands before it at night reads it")
    if len(text) > MOST_TEXT:
        raise InvalidValue(f"the {name} has {len(text)} characters; {MOST_TEXT} at most")


def _not_removed(tag: Tag, error: StoreError) -> TagReceipt:
    text = f"nothing was done, the tag hangs on: {error}"
    return TagReceipt(False, Cause.NO_EVIDENCE.value, text, f"未执行，检修牌仍在：{error}", tag)


def _hung(tag: Tag, more_en: str = "", more_zh: str = "") -> TagReceipt:
    text_en = (
        f"tag {tag.id} hangs on {tag.on}: nothing there is energised, started or moved; OFF and STOP pass{more_en}"
    )
    text_zh = f"检修牌 {tag.id} 已挂于 {tag.on}：禁止送电、启动与闸门动作，允许分闸与停机{more_zh}"
    return TagReceipt(True, "", text_en, text_zh, tag)
