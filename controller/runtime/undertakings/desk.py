"""Requests' lives: opened by desks, moved by commands, settled by the field, kept over restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.errors import UnknownTarget
from controller.domain.intents import Dim, Show, Switch
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.command_log import Track
from controller.runtime.undertakings import life, showing, taking_up
from controller.runtime.undertakings.life import Part, Undertaking
from controller.runtime.undertakings.shelf import KEPT_FOR, MOST, Shelf
from controller.runtime.undertakings.sight import Gone, Masked, Met, Sight
from controller.runtime.undertakings.views import UndertakingView
from controller.runtime.views import Receipt, TargetOutcome
from controller.runtime.waker import Waker
from controller.store.changes import Change
from controller.store.lines import Record

log = structlog.get_logger("undertakings")

LEFT_OUT = "not part of what was operated: left out of the selection 未包括在所选范围内"
GATHER_S = 0.25
"""What changes is gathered this long (clock seconds), then told and kept together."""
GATHER_REAL_S = 0.1
"""And at least this long in real seconds, which is what counts in a fast demo."""
LOOK_S = 0.5
"""Followed targets are looked at this often, while they are few."""
PARTS_PER_S = 1_000.0
"""And so many of them in a second at most, on average: a city out of reach costs next to nothing."""
MOVING_S = 2.0
"""A target whose command made a step within this time is not looked at: ten thousand are on their way at once."""
CHUNK = 200
"""Targets looked at before others may go on."""
FAULT_PAUSE_S = 10.0

Sees = Callable[[str, Collection[TargetId]], bool]
Tell = Callable[[str, dict[str, object]], None]
"""Told a request's id and how it stands, for the live stream."""
Note = Callable[[str, dict[str, object]], None]
"""Told once, for the journal, whose request it was and how it came out."""


class Undertakings:
    """One life cycle per request of every owner, each target's outcome kept."""

    def __init__(self, *, clock: Clock, sight: Sight, keep: Callable[[Change], None], tell: Tell, note: Note) -> None:
        self._clock = clock
        self._sight = sight
        self._tell = tell
        self._note = note
        self._shelf = Shelf(keep)
        self._look_s = float("-inf")
        self._waker = Waker(clock)

    # -- what desks tell ----------------------------------------------------------------------------------------

    def opened(
        self,
        request_id: str,
        caller: Caller,
        kind: str,
        targets: Iterable[TargetId],
        *,
        value: str = "",
        slot: Slot | None = None,
        reason: str = "",
    ) -> None:
        """A request was RECEIVED. ``kind``: order, stop, release, extend, abort, reset, tag …

        The same id of the same caller again is the same request and changes nothing, unless everything was refused
        before: then it is tried anew.
        """
        before = self._shelf.get((caller.actor, request_id))
        if before is not None and set(before.tally().counts) != {CommandState.REJECTED}:
            return
        now = self._clock.now()
        parts = {target: Part(target, CommandState.RECEIVED, now) for target in map(_clean, targets)}
        undertaking = Undertaking(
            id=request_id,
            actor=caller.actor,
            person=caller.person,
            origin=caller.origin,
            kind=kind,
            value=_clean(value),
            slot=slot,
            reason=_clean(reason),
            opened=now,
            parts=parts,
            stages={CommandState.RECEIVED: now},
        )
        self._shelf.add(undertaking)
        self._touch(undertaking)

    def advanced(self, request_id: str, caller: Caller, state: CommandState) -> None:
        """Every target that was not refused is AUTHORISED, VALIDATED or SELECTED now."""
        undertaking = self._shelf.get((caller.actor, request_id))
        if undertaking is None or undertaking.answered:
            return
        now = self._clock.now()
        for part in undertaking.parts.values():
            if part.state in life.BEFORE_DISPATCH:
                life.move(undertaking, part, state, now)
        self._touch(undertaking)

    def answered(self, receipt: Receipt, caller: Caller, *, follow: bool = True, confirmed_by: str = "") -> None:
        """The desk gave its answer: refused targets are REJECTED, the others VALIDATED and followed to the field;
        those the answer does not name were left out of what was operated, and are CANCELLED.

        With ``follow`` false (or a request without a slot) the act asks nothing of the field: being durable is all
        there is to it, and its targets are CONFIRMED by that.
        """
        undertaking = self._shelf.get((caller.actor, receipt.request_id))
        if undertaking is None or undertaking.answered:
            return
        undertaking.answered, undertaking.confirmed_by = True, confirmed_by
        undertaking.follow = follow and undertaking.slot is not None
        now = self._clock.now()
        for outcome in receipt.outcomes:
            self._answer(undertaking, outcome, now)
        told = {_clean(outcome.target) for outcome in receipt.outcomes}
        for part in undertaking.parts.values():
            if part.target not in told and part.state in life.BEFORE_DISPATCH:
                life.move(undertaking, part, CommandState.CANCELLED, now, remark=LEFT_OUT)
        self._touch(undertaking)
        if undertaking.followed:
            self._shelf.followed[undertaking.key] = undertaking
            self._look_s = float("-inf")

    def _answer(self, undertaking: Undertaking, outcome: TargetOutcome, now: datetime) -> None:
        target, text = _clean(outcome.target), _clean(outcome.text)
        part = undertaking.parts.get(target)
        if part is None:
            part = undertaking.parts[target] = Part(target, CommandState.RECEIVED, now)
            self._shelf.grown(1)
        if not outcome.accepted:
            life.move(undertaking, part, CommandState.REJECTED, now, cause=outcome.cause, remark=text)
        elif undertaking.follow:
            part.followed = True
            selected = part.state is CommandState.SELECTED
            life.move(undertaking, part, part.state if selected else CommandState.VALIDATED, now, remark=text)
        else:
            life.confirm(undertaking, part, now, text)

    def ended(self, requests: Iterable[Request], state: CommandState, why: str) -> None:
        """Slots were emptied: by expiry (EXPIRED), by people (CANCELLED), by another's order (SUPERSEDED)."""
        now = self._clock.now()
        for request in requests:
            undertaking = self._shelf.followed.get((request.owner, request.request_id))
            if undertaking is None or undertaking.slot is not request.slot:
                continue
            part = undertaking.parts.get(request.target)
            if part is not None and life.end(undertaking, part, state, now, why):
                self._touch(undertaking)

    # -- what the field tells -----------------------------------------------------------------------------------

    def command(self, track: Track) -> None:
        """A command made a step. Cheap: called for every step of every command."""
        command = track.command
        key = command.owner, command.request_id
        undertaking = self._shelf.followed.get(key) if command.request_id else None
        part = None if undertaking is None else undertaking.parts.get(command.on_behalf_of or command.target)
        if undertaking is None or part is None or not self._step(undertaking, part, track):
            return
        if not self._shelf.touched(key):  # else it was touched, and called, since it was last told
            self._touch(undertaking)

    def _step(self, undertaking: Undertaking, part: Part, track: Track) -> bool:
        now, state, remark, command = track.at, track.state, track.remark, track.command
        if state is not CommandState.CONFIRMED:
            cause = track.cause.value if track.cause else ""
            return life.step_of_command(undertaking, part, command.id, state, now, cause=cause, remark=remark)
        if command.id != part.command or not part.followed:
            return False
        held = self._sight.held(part.target, undertaking.slot, undertaking.actor, undertaking.id)
        whole = not self._sight.in_steps(part.target)
        if whole and held is not None and isinstance(held.value, (Switch, Dim, Show)):
            return life.confirm(undertaking, part, now, remark)
        # One step of a sequence: the whole is judged by its own feedback.
        return life.move(undertaking, part, CommandState.VERIFYING, now, remark=f"{command.write} done: {remark}")

    # -- what people ask ----------------------------------------------------------------------------------------

    def get(self, request_id: str, actor: str = "") -> UndertakingView:
        """A request without its targets; the newest of this id when no actor is named.

        Raises:
            UnknownTarget: no such request is known; it may be older than what is kept.
        """
        return showing.summary(self._find(request_id, actor))

    def whole(self, request_id: str, actor: str = "") -> UndertakingView:
        """A request with every target of it. Raises UnknownTarget like ``get``."""
        undertaking = self._find(request_id, actor)
        return showing.summary(undertaking).with_parts(showing.parts(undertaking, self._sight))

    def targets(self, request_id: str, actor: str = "") -> tuple[TargetId, ...]:
        """The targets of a request: for asking whether somebody may see it. Raises UnknownTarget like ``get``."""
        return tuple(self._find(request_id, actor).parts)

    def recent(
        self,
        limit: int = 100,
        *,
        actor: str = "",
        target: TargetId = "",
        waiting: bool = False,
        sees: Sees = lambda _actor, _targets: True,
    ) -> list[UndertakingView]:
        """Requests without their targets, newest first; only an actor's, a target's, or those that still wait.

        ``sees``: given whose it is and its targets, whether whoever asks may see it. It counts before ``limit`` does.
        """
        found: list[UndertakingView] = []
        for undertaking in self._shelf.newest_first():
            if len(found) >= limit:
                break
            named = (not actor or undertaking.actor == actor) and (not target or target in undertaking.parts)
            wanted = named and (not waiting or undertaking.waiting())
            if wanted and sees(undertaking.actor, undertaking.parts.keys()):
                found.append(showing.summary(undertaking))
        return found

    def _find(self, request_id: str, actor: str) -> Undertaking:
        for undertaking in self._shelf.newest_first():
            if undertaking.id == request_id and actor in ("", undertaking.actor):
                return undertaking
        kept = f"the last {KEPT_FOR.days} days and {MOST} requests are kept, `zhadao audit` has all"
        raise UnknownTarget(f"no request {request_id}; {kept}")

    # -- its own life -------------------------------------------------------------------------------------------

    def restore(self, kept: Mapping[str, Mapping[str, Any]], held: Iterable[Request], over: Sequence[Request]) -> None:
        """Take up what was kept: what was under way is followed again from the field.

        ``held`` is what the book holds again, ``over`` what ended meanwhile. A request whose first steps were not
        kept (the process died in that second) is made again from what it holds.
        """
        now = self._clock.now()
        for undertaking in taking_up.restored(self._shelf, kept, (*held, *over), now):
            self._touch(undertaking)
        self.ended(over, CommandState.EXPIRED, "its time was over while the controller was stopped")
        self._waker.call()

    def take_back(self, tail: Sequence[Record]) -> None:
        """At the start: how requests came out, where that was kept and the process died before the journal had it.

        ``tail``: the journal's last lines, oldest first.
        """
        for undertaking in taking_up.untold(self._shelf, tail):
            self._note(undertaking.actor, showing.settlement(undertaking, undertaking.tally()))

    async def run(self) -> None:
        """Follow, tell and keep, for ever; what was not kept yet is kept on cancellation."""
        gather_s = max(GATHER_S, GATHER_REAL_S * self._clock.speed)
        try:
            while True:
                await self._supervised_look()
                self._tell_all()
                self._shelf.keep_due(self._clock.monotonic())
                self._shelf.forget(self._clock.now())
                await self._waker.wait(LOOK_S if self._shelf.busy else KEPT_FOR.total_seconds() / 720)
                await self._clock.sleep(gather_s)
        finally:
            self.flush()

    def flush(self) -> None:
        """Tell and keep everything that changed, now."""
        self._tell_all()
        self._shelf.keep_due(float("inf"))

    async def _supervised_look(self) -> None:
        """Supervision boundary: following requests tells people; whatever it raises must not stop the controller."""
        if self._clock.monotonic() < self._look_s:
            return
        try:
            await self.look()
        except Exception:  # the named supervision boundary of following requests
            log.exception("following_fault")
            self._look_s = self._clock.monotonic() + FAULT_PAUSE_S

    async def look(self) -> None:
        """Look once at every target that is followed; in chunks, so that others go on meanwhile."""
        looked = 0
        for undertaking in tuple(self._shelf.followed.values()):
            for part in tuple(undertaking.parts.values()):
                if not part.followed:
                    continue
                if not self._is_moving(part) and self._look_at(undertaking, part):
                    self._touch(undertaking)
                looked += 1
                if looked % CHUNK == 0:
                    await asyncio.sleep(0)
            if not undertaking.followed:
                self._shelf.followed.pop(undertaking.key, None)
        self._look_s = self._clock.monotonic() + max(LOOK_S, looked / PARTS_PER_S)

    def _is_moving(self, part: Part) -> bool:
        """Whether a command of it made a step a moment ago: its next steps tell more than a look would."""
        return part.state in life.IN_HAND and 0.0 <= (self._clock.now() - part.at).total_seconds() < MOVING_S

    def _look_at(self, undertaking: Undertaking, part: Part) -> bool:
        if undertaking.slot is None:
            return False
        now = self._clock.now()
        finding = self._sight.look(part.target, undertaking.slot, undertaking.actor, undertaking.id)
        if isinstance(finding, Met):
            return life.confirm(undertaking, part, now, finding.text)
        if isinstance(finding, Gone):
            return life.end(undertaking, part, finding.state, now, finding.text)
        if isinstance(finding, Masked):
            return life.mask(part, finding.by, now)
        if part.masked_by:
            return life.move(undertaking, part, CommandState.VALIDATED, now, remark="not masked any more / 不再被屏蔽")
        if part.state in life.BEFORE_DISPATCH and finding.text:
            return life.move(undertaking, part, part.state, now, cause=finding.cause, remark=finding.text)
        return False

    def _tell_all(self) -> None:
        for undertaking in self._shelf.take_untold():
            tally = undertaking.tally()
            if undertaking.answered and undertaking.settled is None and not tally.waiting:
                undertaking.settled = self._clock.now()
                if undertaking.follow:
                    self._note(undertaking.actor, showing.settlement(undertaking, tally))
            self._tell(undertaking.id, showing.progress(undertaking, tally))

    def _touch(self, undertaking: Undertaking) -> None:
        self._shelf.touch(undertaking)
        self._waker.call()


def _clean(text: str) -> str:
    """A text that can be kept: what a careless client sent must not keep everything else from being kept."""
    return text.encode("utf-8", "replace").decode()
