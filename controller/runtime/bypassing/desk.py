"""Bypasses of interlocks: two people, a reason, an expiry, and only where config allows one; taken back at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.rights import Caller, Right
from controller.logic.interlocks import InterlockKind, InterlockSpec
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.bypassing.book import BYPASS, Bypass, BypassBook, BypassView, bypass_body, bypass_of, view_of
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.runtime.two_persons import Proposals, ProposalView, Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.runtime.waker import Waker
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StateStore, StoredState

log = structlog.get_logger("bypasses")

IDLE_S = 3600.0
MOST_TEXT = 500
"""Longest reason or ticket (characters)."""


class BypassDesk:
    """Takes bypasses; also the two-person act of kind ``bypass``.

    That the caller may (right BYPASS on the target) is asked of the authority before a method here is called; that
    there are two different people is asked by the proposals, and here once more. ``changed`` is told every device
    whose interlocks changed, so that its outputs are looked at anew.
    """

    def __init__(
        self,
        specs: Iterable[InterlockSpec],
        targets: Collection[TargetId],
        *,
        book: BypassBook,
        clock: Clock,
        state: StateStore,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        acts: ActRequests,
        changed: Callable[[DeviceId], None],
    ) -> None:
        self.book = book
        self._specs = {spec.id: spec for spec in specs}
        self._targets = targets
        self._clock = clock
        self._state = state
        self._keeper = keeper
        self._evidence = evidence
        self._alarms = alarms
        self._stream = stream
        self._acts = acts
        self._changed = changed
        self._waker = Waker(clock)
        self._proposals: Proposals | None = None

    def propose_to(self, proposals: Proposals) -> None:
        """Where bypasses are proposed and confirmed."""
        self._proposals = proposals
        proposals.register(BYPASS, self)

    def restore(self, stored: StoredState) -> None:
        """Bypasses go on for what is left of their time; what ran out meanwhile is ended by ``sweep``."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for bypass_id, body in stored.of(BYPASS).items():
            self.book.put(bypass_of(bypass_id, body, wall, now_s))
        for bypass in self.book.all():
            self._alarm(bypass)
        self.sweep()

    def adopt(self, specs: Iterable[InterlockSpec], targets: Collection[TargetId]) -> None:
        """Take a site over (reload): a bypass of what is gone, or may not be bypassed any more, ends at once."""
        self._specs = {spec.id: spec for spec in specs}
        self._targets = targets
        self.sweep()

    # -- questions ----------------------------------------------------------------------------------------------

    def list(self, target: TargetId | None = None) -> tuple[BypassView, ...]:
        """Every bypass in force, or those on one target (or on a part of it), the one that ends first in front."""
        now_s = self._clock.monotonic()
        found = self.book.all() if target is None else tuple(self.book.on(target, now_s))
        return tuple(view_of(one, now_s) for one in found if one.expires_s > now_s)

    def get(self, bypass_id: str) -> BypassView:
        """One bypass.

        Raises:
            UnknownTarget: it is not in force.
        """
        return view_of(self._bypass(bypass_id), self._clock.monotonic())

    # -- acts ---------------------------------------------------------------------------------------------------

    async def propose(
        self,
        interlock: str,
        caller: Caller,
        *,
        for_s: float,
        reason: str,
        target: TargetId = "",
        ticket: str = "",
    ) -> ProposalView:
        """Propose to lift an interlock for ``for_s`` seconds (at most its own limit, never more than 8 h).

        ``target`` narrows a station-wide interlock to one output. A second, different person confirms.

        Raises:
            UnknownTarget: no such interlock.
            InvalidValue: config forbids it, the time or the target does not fit, no reason is given, a machine asks.
            StoreError: the proposal could not be written down.
        """
        body = {"interlock": interlock, "target": target, "for_s": for_s, "reason": reason.strip(), "ticket": ticket}
        if self._proposals is None:
            raise InvalidValue("nobody can confirm here: this controller runs without proposals")
        try:
            where = self._allowed(body)[1]
        except (InvalidValue, UnknownTarget) as refused:
            data = {**body, "for_s": str(for_s), "why": str(refused)}
            self._evidence.later("bypass_refused", caller.actor, target, data)
            no = [outcome(target, Cause.OUT_OF_RANGE.value, str(refused))] if target else []
            self._acts.done("bypass", caller, no, value=interlock, reason=reason)
            raise
        return await self._proposals.propose(
            BYPASS, {**body, "target": where}, caller, reason=reason, targets=self._parts(where), right=Right.BYPASS
        )

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What the bypass would do now.

        Raises:
            InvalidValue: it may not be done any more; the message says why.
            UnknownTarget: the interlock is gone.
        """
        spec, where = self._allowed(body)
        hours = body["for_s"] / 3600
        lines = [
            f"lifts {spec.kind} {spec.id} from {where} for {hours:.3g} h; the condition is: {spec.condition}",
            f"what it guards against: {spec.text_en} / {spec.text_zh}",
            "an alarm stands as long as it does; anybody may take it back at once",
            "the station's own PLC and hard-wired trips keep final protection",
        ]
        if spec.kind is InterlockKind.TRIP:
            lines.append("a trip that has latched stays latched until a person resets it")
        agreed = (spec.id, spec.kind, str(spec.condition), spec.text_en, where, body["for_s"], body["reason"])
        return Wording(
            title_en=f"bypass {spec.id} on {where} for {hours:.3g} h",
            title_zh=f"旁路 {where} 的联锁 {spec.id}，{hours:.3g} 小时",
            lines=tuple(lines),
            fingerprint="|".join(map(str, agreed)),
        )

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Lift it: journalled first, kept together with the end of its proposal, then in force."""
        receipt = await self._lift(body, proposer, confirmer, key, also)
        names = {"value": str(body["interlock"]), "reason": str(body["reason"]), "confirmed_by": confirmer.actor}
        self._acts.done("bypass", proposer, receipt.outcomes, **names)
        return receipt

    async def _lift(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, key: str, also: Sequence[Change]
    ) -> Receipt:
        where = str(body["target"])
        if self.book.get(key) is not None:
            return _receipt(key, where, text=f"{self.book.get(key)}")
        if not confirmer.person or proposer.same_person(confirmer):
            return _receipt(key, where, Cause.NO_AUTHORITY, "a bypass takes two different people")
        try:
            spec, where = self._allowed(body)
        except (InvalidValue, UnknownTarget) as refused:
            return _receipt(key, where, Cause.OUT_OF_RANGE, str(refused))
        bypass = self._made(body, spec, where, proposer, confirmer, key)
        try:
            await self._evidence.before("bypass", confirmer.actor, where, {"bypass": key, **bypass_body(bypass)})
        except StoreError as error:
            return _receipt(key, where, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        try:
            await self._state.apply([PutRecord(BYPASS, key, bypass_body(bypass)), *also])
        except StoreError as error:
            await self._evidence.void("bypass", confirmer, where, {"bypass": key, "why": str(error)})
            return _receipt(key, where, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        self.book.put(bypass)
        self._alarm(bypass)
        self._tell(bypass, "bypassed")
        return _receipt(key, where, text=str(bypass))

    async def remove(self, bypass_id: str, caller: Caller, *, reason: str) -> Receipt:
        """Take a bypass back. One person may, at once, written down or not: it is the protective direction.

        Raises:
            UnknownTarget: it is not in force (any more).
            InvalidValue: a text too long.
        """
        if len(reason) > MOST_TEXT:
            raise InvalidValue(f"the reason has {len(reason)} characters; {MOST_TEXT} at most")
        bypass = self._bypass(bypass_id)
        self._forget(bypass)
        data = {"bypass": bypass_id, "interlock": bypass.interlock, "reason": reason.strip()}
        await self._evidence.before_automation("bypass_removed", caller.actor, bypass.target, data)
        try:
            await self._state.apply([DropRecord(BYPASS, bypass_id)])
        except StoreError as error:
            self._keeper.keep(DropRecord(BYPASS, bypass_id))
            log.error("bypass_end_not_stored", bypass=bypass_id, reason=str(error))
        receipt = _receipt(bypass_id, bypass.target, text=f"{bypass.interlock} guards {bypass.target} again")
        self._acts.done("bypass_removal", caller, receipt.outcomes, value=bypass.interlock, reason=reason.strip())
        return receipt

    async def run(self) -> None:
        """End every bypass on time, for ever. (It stops acting on time by itself; this tells people.)"""
        while True:
            await self._waker.wait(min(self.book.next_end_s() - self._clock.monotonic(), IDLE_S))
            self.sweep()

    def sweep(self) -> None:
        """End what is over, and what config no longer allows."""
        for bypass in self.book.over(self._clock.monotonic()):
            self._end(bypass, "its time was over")
        for bypass in self.book.all():
            spec = self._specs.get(bypass.interlock)
            if spec is None:
                self._end(bypass, "the interlock left the configuration")
            elif not spec.bypassable:
                self._end(bypass, "the configuration no longer allows a bypass of it")
            elif spec.target not in (bypass.target, device_of(bypass.target)):
                self._end(bypass, f"the interlock now binds {spec.target}")

    # -- in here ------------------------------------------------------------------------------------------------

    def _allowed(self, body: Mapping[str, Any]) -> tuple[InterlockSpec, TargetId]:
        spec = self._specs.get(body["interlock"])
        if spec is None:
            raise UnknownTarget(f"no interlock {body['interlock']} in this site; `zhadao interlock table` lists them")
        where, for_s = str(body["target"] or spec.target), body["for_s"]
        if not spec.bypassable:
            raise InvalidValue(f"the configuration allows no bypass of {spec.id}: {spec.clear_en or spec.text_en}")
        if spec.target not in (where, device_of(where)):
            raise InvalidValue(f"{spec.id} binds {spec.target}, not {where}")
        if not 1 <= for_s <= spec.bypass_max_s:  # also refuses what is no number
            raise InvalidValue(f"a bypass of {spec.id} lasts 1 s to {spec.bypass_max_s / 3600:g} h, not {for_s:g} s")
        for name in ("reason", "ticket"):
            if len(body[name]) > MOST_TEXT:
                raise InvalidValue(f"the {name} has {len(body[name])} characters; {MOST_TEXT} at most")
        if not body["reason"]:
            raise InvalidValue("a bypass needs a reason: whoever is to confirm it reads it first")
        if self.book.of(spec.id, where, self._clock.monotonic()) is not None:
            raise InvalidValue(f"{spec.id} is already bypassed on {where}; take that bypass back first")
        return spec, where

    def _made(
        self,
        body: Mapping[str, Any],
        spec: InterlockSpec,
        where: TargetId,
        proposer: Caller,
        confirmer: Caller,
        key: str,
    ) -> Bypass:
        now, for_s = self._clock.now(), float(body["for_s"])
        return Bypass(
            id=key,
            interlock=spec.id,
            target=where,
            reason=body["reason"],
            ticket=body["ticket"],
            proposer=proposer.actor,
            confirmer=confirmer.actor,
            granted=now,
            expires=now + timedelta(seconds=for_s),
            expires_s=self._clock.monotonic() + for_s,
        )

    def _parts(self, where: TargetId) -> tuple[TargetId, ...]:
        """The targets rights are asked for: the one named, or every output of a cabinet or pole."""
        if where in self._targets:
            return (where,)
        return tuple(target for target in self._targets if device_of(target) == where)

    def _bypass(self, bypass_id: str) -> Bypass:
        bypass = self.book.get(bypass_id)
        if bypass is None:
            raise UnknownTarget(f"no bypass {bypass_id} is in force; it may have ended by itself")
        return bypass

    def _end(self, bypass: Bypass, why: str) -> None:
        self._forget(bypass)
        data = {"bypass": bypass.id, "interlock": bypass.interlock, "why": why}
        self._evidence.later("bypass_ended", "controller", bypass.target, data)
        self._keeper.keep(DropRecord(BYPASS, bypass.id))

    def _forget(self, bypass: Bypass) -> None:
        self.book.take(bypass.id)
        self._alarms.clear(bypass.target, _condition(bypass))
        self._tell(bypass, "guards again")

    def _alarm(self, bypass: Bypass) -> None:
        view = view_of(bypass, self._clock.monotonic())
        self._alarms.set(bypass.target, _condition(bypass), f"{view.text_en} / {view.text_zh}", Priority.HIGH)

    def _tell(self, bypass: Bypass, became: str) -> None:
        data: dict[str, object] = {"bypass": bypass.id, "interlock": bypass.interlock, "became": became}
        self._stream.publish("bypass", bypass.target, data)
        self._changed(device_of(bypass.target))
        self._waker.call()


def _condition(bypass: Bypass) -> str:
    return f"bypassed.{bypass.interlock}"


def _receipt(key: str, target: TargetId, cause: Cause | None = None, text: str = "") -> Receipt:
    return Receipt(key, (TargetOutcome(target, cause is None, cause.value if cause else "", text, None, None),))
