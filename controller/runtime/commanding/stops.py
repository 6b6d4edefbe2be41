"""The emergency stop: one unit, circuit, lamp or gate, by one person, at once, latched; and its return by two."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause, CommandState
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.lights import Circuit
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.protective import safe_stop
from controller.logic.roster import Member
from controller.logic.tag_guard import intent_begins
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.ports import Follower
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.patience import in_time
from controller.runtime.two_persons import Proposals, ProposalView, Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.runtime.wet_power.lockouts import NOT_RETAINED, Retention
from controller.store.changes import Change, DropRequest, PutRequest

log = structlog.get_logger("orders")

ORIGIN = "emergency_stop"
"""What tells a person's stop from a cut that the water made: each has its own way back. Also its alarm's condition."""
KIND = "stop_return"
"""Kind of the proposal that takes a stop back."""


class EmergencyStops:
    """Stops go first and are written down alongside. Implements ``TwoPersonAct`` for taking one back."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        looker: Looker,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        local: LocalTime,
        changed: Callable[[Sequence[Request]], None],
        follower: Follower | None = None,
    ) -> None:
        self._clock = clock
        self._book = book
        self._looker = looker
        self._keeper = keeper
        self._evidence = evidence
        self._alarms = alarms
        self._local = local
        self._changed = changed
        self._follower = follower
        self._pressed: dict[TargetId, int] = {}
        """How often a stop that stands was asked for again: a return that does not know of it is given up."""

    async def stop(self, target: TargetId, caller: Caller, reason: str) -> Receipt:
        """Stop or cut ONE target now, latched in slot 1, whoever asks and whatever stands in the way.

        Nobody is asked and nothing is waited for: the slot is filled and the cycles are woken before anything is
        written. It is attempted even at LOCAL, offline or tagged, and then said to be NOT ASSURED. A target that
        somebody stopped already is answered as it stands, and a return under way is given up. A cut that the water
        made becomes a person's stop as well: its return alone does not end it.

        Raises:
            UnknownTarget: no such target.
        """
        member = self._looker.roster.members.get(target)
        if member is None:
            raise UnknownTarget(f"no target {target} in this site; `zhadao status` lists assets and outputs")
        value = safe_stop(member)
        if value is None:
            text = f"{member.target.kind.value} {target} has no stop of its own: stop its units or cut its circuits"
            self._evidence.later("stop_denied", caller.actor, target, {"text": text, "reason": reason})
            return _receipt(target, Cause.OUT_OF_RANGE.value, text)
        standing = self._book.holder(target, Slot.LIFE_SAFETY)
        if standing is not None and _is_one(standing):
            self._pressed[target] = self._pressed.get(target, 0) + 1
            text = f"stands already: {standing.value} by {standing.owner} ({standing.reason})"
            self._evidence.later(ORIGIN, caller.actor, target, {"reason": reason, "again": True})
            return _receipt(target, "", text)
        request = Request(
            target=target,
            slot=Slot.LIFE_SAFETY,
            value=value,
            owner=caller.actor,
            reason=reason.strip() or "emergency stop",
            origin=ORIGIN,
            since=self._clock.now(),
            request_id=secrets.token_hex(8),
        )
        self._book.hold(request)
        self._changed([request])
        assured = self._looker.assured(member, caller)
        text = f"{value} is latched in {Slot.LIFE_SAFETY.label}; two people take it back once the cause is gone"
        if not assured:
            text += "; NOT ASSURED: out of reach or not at REMOTE, send someone to stop it by hand"
        tag = self._looker.tag_on(target)
        if tag is not None and intent_begins(value):
            assured = False
            text += f"; NOT ASSURED: it may not move while {tag} hangs there, send someone to close it by hand"
        if not retained_in_the_field(member):
            text += f"; {_NOT_RETAINED_EN}"
        receipt = Receipt(request.request_id, _receipt(target, "", text).outcomes)
        self._follow(request, receipt, caller)
        self._alarm(request)
        if not retained_in_the_field(member):
            self._evidence.later("cut_retention", "controller", target, {"outcome": Retention.NOT_RETAINED.value})
        await self._write_down(request, caller, assured=assured)
        return receipt

    def tell_standing(self) -> None:
        """Every stop that stands is an alarm, and nothing else is: after a restart, and on another site (reload)."""
        standing = {one.target: one for one in self._book.held() if _is_one(one)}
        of_stops = (*self._alarms.of_kind(ORIGIN), *self._alarms.of_kind(NOT_RETAINED))
        for alarm in of_stops:
            if alarm.source not in standing and alarm.source != alarm.device:
                self._alarms.clear(alarm.source, alarm.condition)
        for stop in standing.values():
            self._alarm(stop)

    def _alarm(self, stop: Request) -> None:
        target, since = stop.target, self._local.second(stop.since) if stop.since else ""
        en = f"{target} is stopped ({stop.value}) by {stop.owner} since {since}: {stop.reason}"
        zh = f"{target} 已被 {stop.owner} 紧急停止（{stop.value}），自 {since}：{stop.reason}"
        self._alarms.set(target, ORIGIN, f"{en}. {_RETURN_EN}", Priority.HIGH, text_zh=f"{zh}。{_RETURN_ZH}")
        member = self._looker.roster.members.get(target)
        if member is not None and not retained_in_the_field(member):
            en, zh = f"{target}: {_NOT_RETAINED_EN}", f"{target}：{_NOT_RETAINED_ZH}"
            self._alarms.set(target, NOT_RETAINED, en, Priority.EMERGENCY, text_zh=zh)

    def _follow(self, request: Request, receipt: Receipt, caller: Caller) -> None:
        if self._follower is None:
            return
        value, slot, reason = str(request.value), request.slot, request.reason
        self._follower.opened(
            request.request_id, caller, ORIGIN, [request.target], value=value, slot=slot, reason=reason
        )
        self._follower.answered(receipt, caller)

    async def _write_down(self, request: Request, caller: Caller, *, assured: bool) -> None:
        said = {"value": str(request.value), "reason": request.reason, "person": caller.person, "assured": assured}
        await self._evidence.before_automation(ORIGIN, caller.actor, request.target, said)

        def not_kept(error: BaseException | None) -> None:
            if error is not None:
                log.error("stop_not_stored_yet", target=request.target, reason=str(error))
                self._keeper.keep(PutRequest(request))

        try:
            await in_time(self._keeper.keep_now([PutRequest(request)]), not_kept)
        except StoreError as error:
            not_kept(error)

    async def propose_return(self, target: TargetId, caller: Caller, reason: str, proposals: Proposals) -> ProposalView:
        """Propose that a stop be taken back. Raises InvalidValue when no person's stop stands there."""
        return await proposals.propose(KIND, {"target": target}, caller, reason=reason, targets=(target,))

    # -- taking one back: an act of two people ------------------------------------------------------------------

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What taking it back would do now. Raises InvalidValue when no person's stop stands there."""
        stop = self._standing(body["target"])
        then = self._book.foresee(stop, self._clock.monotonic()).masked[0]
        since = self._local.second(stop.since) if stop.since else ""
        return Wording(
            title_en=f"take back the emergency stop of {stop.target}",
            title_zh=f"解除 {stop.target} 的紧急停止",
            lines=(
                f"stopped by {stop.owner} at {since}: {stop.reason}",
                f"then {then.slot.label} decides: {then.value}; it may start or switch on at once",
            ),
            fingerprint=f"{stop.target} {stop.owner} {since} {self._pressed.get(stop.target, 0)}",
        )

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Take it back: journalled, kept together with the proposal's end, decided anew."""
        stop = self._standing(body["target"])
        pressed = self._pressed.get(stop.target, 0)
        said = {"proposal": key, "confirmed_by": confirmer.actor, "confirmer": confirmer.person, "of": stop.owner}
        try:
            await self._evidence.before("stop_returned", proposer.actor, stop.target, said)
        except StoreError as error:
            return _receipt(stop.target, Cause.NO_EVIDENCE.value, f"nothing was done: {error}")
        try:
            await self._keeper.keep_now([DropRequest(stop.target, Slot.LIFE_SAFETY), *also])
        except StoreError as error:
            voided = {"proposal": key, "why": str(error)}
            await self._evidence.void("stop_returned", proposer, stop.target, voided)
            return _receipt(stop.target, Cause.NO_EVIDENCE.value, f"nothing was done: {error}")
        if pressed != self._pressed.get(stop.target, 0):
            return await self._given_up(stop, proposer, key)
        self._book.release(stop.target, Slot.LIFE_SAFETY)
        self._pressed.pop(stop.target, None)
        self._alarms.clear(stop.target, ORIGIN)
        self._alarms.clear(stop.target, NOT_RETAINED)
        self._changed([stop])
        if self._follower is not None:
            self._follower.ended([stop], CommandState.CANCELLED, f"taken back by {proposer.actor}")
        return _receipt(stop.target, "", f"the emergency stop of {stop.target} is taken back; decided anew")

    async def _given_up(self, stop: Request, proposer: Caller, key: str) -> Receipt:
        """Somebody stopped it again while its return was written down: it stays stopped."""
        text = f"{stop.target} was stopped again meanwhile: the stop stands, look and propose its return anew"
        await self._evidence.void("stop_returned", proposer, stop.target, {"proposal": key, "why": text})
        self._keeper.keep(PutRequest(stop))
        return _receipt(stop.target, Cause.NOT_READY.value, text)

    def _standing(self, target: TargetId) -> Request:
        stop = self._book.holder(target, Slot.LIFE_SAFETY)
        if stop is None:
            raise InvalidValue(f"no stop stands at {target}; it may be taken back already")
        if stop.origin != ORIGIN:
            raise InvalidValue(f"{stop.value} at {target} is of {stop.owner}, no person's stop: it has its own return")
        return stop


_RETURN_EN = "Taken back by two people once its cause is gone: `zhadao take-back`"
_RETURN_ZH = "原因消除后由两人解除：`zhadao take-back`"
_NOT_RETAINED_EN = (
    "NOT_RETAINED: our stop does not outlive us here, the device may start or move it by its own program. "
    "Lock the breaker or open the local switch."
)
_NOT_RETAINED_ZH = "停止命令无法在设备内保持，失联后设备可能自行启动或动作；请现场锁定断路器或拉开就地开关。"


def retained_in_the_field(member: Member) -> bool:
    """Whether a lock-out in the device may keep its stop: only circuits have one, and their own follower tells of it
    (``runtime.lockouts``). No profile has one for units, gates or lamps: nothing there outlives this controller."""
    return isinstance(member.part, Circuit)


def _is_one(request: Request) -> bool:
    return request.slot is Slot.LIFE_SAFETY and request.origin == ORIGIN


def _receipt(target: TargetId, cause: str, text: str) -> Receipt:
    return Receipt("", (TargetOutcome(target, not cause, cause, text, None, None),))
