"""Operating states (平战结合): declared by a person for a discipline and an area, at most 24 h, renewable.

Software proposes (``runtime.state_advisor``) and never declares. What a state changes is config (``states.yaml``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, NothingStands, StoreError
from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.points import DeviceId, TargetId
from controller.domain.rights import CITY, Caller, Scope
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.conditions import declaration_words as words
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.conditions.declaration_history import DeclarationHistory, Over, view_of
from controller.runtime.conditions.dismissals import Dismissals
from controller.runtime.conditions.records import DECLARATION, declaration_body, declaration_of
from controller.runtime.conditions.state_advisor import StateAdvisor
from controller.runtime.conditions.views import DeclarationView, DismissedState, ProposedState, SiteReceipt
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.waker import Waker
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StateStore, StoredState

log = structlog.get_logger("declarations")

WARN_BEFORE_S = 1800.0
"""People are told this long before a declaration ends."""
LOOK_EVERY_S = 60.0


class Declarations:
    """Takes declarations. ``changed`` is called whenever what is in force changed, so that cycles turn at once.

    Who may declare (a duty officer whose scope covers the area) is asked of the authority before a method here is
    called; that it is a person is asked here.
    """

    def __init__(
        self,
        *,
        book: DeclarationBook,
        advisor: StateAdvisor,
        clock: Clock,
        state: StateStore,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        acts: ActRequests,
        local: LocalTime,
        changed: Callable[[], None],
    ) -> None:
        self.book = book
        self._advisor = advisor
        self._clock = clock
        self._state = state
        self._keeper = keeper
        self._evidence = evidence
        self._alarms = alarms
        self._stream = stream
        self._acts = acts
        self._local = local
        self._changed = changed
        self._history = DeclarationHistory(keeper)
        self._waker = Waker(clock)
        self._dismissals = Dismissals(
            clock=clock, keeper=keeper, evidence=evidence, acts=acts, gravity=advisor.gravity, changed=self._waker.call
        )
        self._one_at_a_time = asyncio.Lock()
        """Between looking at what stands and replacing it lies a durable write; nobody else may come between."""

    def restore(self, stored: StoredState) -> None:
        """What was declared stands on for what is left of its time; what ran out meanwhile is history."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        self._history.restore(stored)
        self._dismissals.restore(stored)
        standing = [declaration_of(name, body, wall, now_s) for name, body in stored.of(DECLARATION).items()]
        self.book.restore(one for one in standing if not one.over(now_s))
        for one in standing:
            if one.over(now_s):
                self._forget(one, Over(one, one.expires, "its time was over while the controller was stopped"))

    # -- questions ----------------------------------------------------------------------------------------------

    def in_force(self, discipline: DisciplineName | str, device: DeviceId | TargetId) -> tuple[Declaration, ...]:
        """What is declared for ``lighting`` or ``water`` at an asset, gravest first; empty on ordinary days."""
        return self.book.in_force(DisciplineName(discipline), device)

    def response_level(self, target: TargetId) -> int | None:
        """The gravest declared response at a target: 1 (I) … 4 (IV); None where none is declared."""
        return self.book.response_level(target)

    def list(self) -> tuple[DeclarationView, ...]:
        """Everything in force, gravest first."""
        return tuple(view_of(one, self.book.spec(one.state)) for one in self.book.all())

    def history(self, limit: int = 100) -> tuple[DeclarationView, ...]:
        """What was declared before and how it ended, newest first."""
        return tuple(
            view_of(over.declaration, self.book.spec(over.declaration.state), over.ended, over.how)
            for over in self._history.recent(limit)
        )

    def proposed(self) -> tuple[ProposedState, ...]:
        """What the rules would propose now and nobody has declared or dismissed. It waits, however long."""
        return tuple(one for one in self._advisor.proposed() if not self._settled(one))

    def dismissed(self) -> tuple[DismissedState, ...]:
        """What people dismissed and whose grounds have not changed since."""
        return self._dismissals.list({state: self.book.spec(state) for state in OperatingState})

    # -- acts ---------------------------------------------------------------------------------------------------

    async def declare(
        self,
        discipline: DisciplineName | str,
        scope: Scope | str,
        state: OperatingState | str,
        *,
        for_s: float,
        reason: str,
        caller: Caller,
    ) -> SiteReceipt:
        """Declare a state; it takes the place of what stood for exactly this discipline and scope.

        ``ordinary`` ends what stood there. A wider declaration goes on holding: both apply, the graver first.
        A machine is refused ``NO_ACCESS_AUTHORITY``.

        Raises:
            InvalidValue: no such discipline, state or scope; no reason; not 1 min … 24 h.
        """
        name, where = words.discipline_named(discipline), Scope.parse(scope) if isinstance(scope, str) else scope
        what = words.state_named(state)
        words.check(reason, None if what is OperatingState.ORDINARY else for_s)
        async with self._one_at_a_time:
            if what is OperatingState.ORDINARY:
                standing = self.book.get(name, where)
                if standing is None:
                    raise InvalidValue(f"nothing is declared for {name.value} in {where}; it is ordinary there")
                return await self._end(standing, caller, reason)
            now = self._clock.now()
            one = Declaration(
                id=secrets.token_hex(4),
                discipline=name,
                scope=where,
                state=what,
                by=caller.actor,
                reason=reason.strip(),
                declared=now,
                expires=now + timedelta(seconds=for_s),
                expires_s=self._clock.monotonic() + for_s,
            )
            return await self._put("state_declared", one, caller)

    async def renew(self, declaration_id: str, caller: Caller, *, for_s: float, reason: str) -> SiteReceipt:
        """Let a declaration stand ``for_s`` from now (at most 24 h); the person renewing answers for it.

        Raises:
            NothingStands: it ran out, was ended, or never was.
            InvalidValue: no reason; not 1 min … 24 h.
        """
        words.check(reason, for_s)
        async with self._one_at_a_time:
            one = self._standing(declaration_id)
            renewed = replace(
                one,
                expires=self._clock.now() + timedelta(seconds=for_s),
                expires_s=self._clock.monotonic() + for_s,
                renewed=one.renewed + 1,
            )
            return await self._put("state_renewed", renewed, caller, {"renewal_reason": reason.strip()})

    async def end(self, declaration_id: str, caller: Caller, *, reason: str) -> SiteReceipt:
        """End a declaration before its time.

        Raises:
            NothingStands: it ran out, was ended, or never was.
            InvalidValue: no reason was given.
        """
        words.check(reason, None)
        async with self._one_at_a_time:
            return await self._end(self._standing(declaration_id), caller, reason)

    async def dismiss(self, discipline: str, scope: Scope, caller: Caller, *, reason: str) -> SiteReceipt:
        """Take what is proposed there down until its grounds change. Raises like ``Dismissals.dismiss``."""
        there = (one for one in self.proposed() if (one.discipline, one.scope) == (discipline, str(scope)))
        return await self._dismissals.dismiss(next(there, None), caller, reason=reason)

    # -- time ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """End what is over, warn before it, and let the rules look for what to propose; for ever."""
        while True:
            self.look()
            now_s = self._clock.monotonic()
            wait_s = min(LOOK_EVERY_S * max(1.0, self._clock.speed / 60), self.book.next_end_s() - now_s)
            await self._waker.wait(max(wait_s, 0.0))

    def look(self) -> None:
        """One look: what is over ends, what ends soon is alarmed, proposals are worked out anew."""
        now_s = self._clock.monotonic()
        for one in self.book.over(now_s):
            self.book.take(one)
            self._forget(one, Over(one, self._clock.now(), "its time was over"))
            self._evidence.later(
                "state_ended", "controller", str(one.scope), {**words.said(one), "why": "its time was over"}
            )
            self._tell(one, stands=False)
        for one in self.book.all():
            if one.expires_s - now_s <= WARN_BEFORE_S:
                self._warn(one)
        self._advisor.look(settled=self._settled)
        self._dismissals.look(self._advisor.proposed())

    # -- how ----------------------------------------------------------------------------------------------------

    async def _put(
        self, kind: str, one: Declaration, caller: Caller, more: Mapping[str, object] | None = None
    ) -> SiteReceipt:
        if not caller.person:
            return await self._refused(kind, one, caller)
        replaced = self.book.get(one.discipline, one.scope)
        changes: list[Change] = [PutRecord(DECLARATION, one.id, declaration_body(one))]
        before = replaced if replaced is not None and replaced.id != one.id else None
        if before is not None:
            over = Over(before, self._clock.now(), f"replaced by {one.state.value}, declared by {one.by}")
            changes += [DropRecord(DECLARATION, before.id), *self._history.changes(over)]
        data = {**words.said(one), **(more or {}), "in_place_of": before.state.value if before else None}
        refused = await self._written(kind, one, caller, data, changes)
        if refused is not None:
            return self._noted(kind, one, caller, refused)
        if before is not None:
            self._history.add(Over(before, self._clock.now(), f"replaced by {one.state.value}, declared by {one.by}"))
        if replaced is not None and self.book.get(one.discipline, one.scope) is not replaced:
            self._keeper.keep(changes[0])  # its time ended while it was written down: that end is kept after it
        self.book.put(one)
        self._alarms.clear(str(one.scope), words.ends_soon_id(one))
        self._tell(one, stands=True)
        return self._noted(kind, one, caller, words.in_force(one, self.book.spec(one.state), self._local))

    async def _end(self, one: Declaration, caller: Caller, reason: str) -> SiteReceipt:
        if not caller.person:
            return await self._refused("state_ended", one, caller)
        over = Over(one, self._clock.now(), f"ended by {caller.actor}: {reason.strip()}")
        changes = (DropRecord(DECLARATION, one.id), *self._history.changes(over))
        data = {**words.said(one), "why": reason.strip()}
        refused = await self._written("state_ended", one, caller, data, changes)
        if refused is not None:
            return self._noted("state_ended", one, caller, refused)
        self._history.add(over)
        self.book.take(one)
        self._alarms.clear(str(one.scope), words.ends_soon_id(one))
        self._tell(one, stands=False)
        return self._noted("state_ended", one, caller, words.ended(one))

    async def _written(
        self, kind: str, one: Declaration, caller: Caller, data: Mapping[str, object], changes: Sequence[Change]
    ) -> SiteReceipt | None:
        """Journal, then keep; None when both were done, else the refusal. Then nothing was done."""
        try:
            await self._evidence.before(kind, caller.actor, str(one.scope), data)
        except StoreError as error:
            return words.not_written(error)
        try:
            await self._keeper.apply(changes)
        except StoreError as error:
            await self._evidence.void(kind, caller, str(one.scope), {"declaration": one.id, "why": str(error)})
            return words.not_written(error)
        return None

    async def _refused(self, kind: str, one: Declaration, caller: Caller) -> SiteReceipt:
        cause = Cause.NO_AUTHORITY.value
        data = {**words.said(one), "act": kind, "cause": cause}
        await self._evidence.before_automation("state_refused", caller.actor, str(one.scope), data)
        return self._noted(kind, one, caller, words.persons_only())

    def _noted(self, kind: str, one: Declaration, caller: Caller, answer: SiteReceipt) -> SiteReceipt:
        """The answer, put into the list of requests: kind ``state_declared``, ``state_renewed`` or ``state_ended``."""
        what = [outcome(str(one.scope), answer.cause, answer.text_en)]
        self._acts.done(kind, caller, what, value=f"{one.discipline.value} {one.state.value}", reason=one.reason)
        return answer

    def _standing(self, declaration_id: str) -> Declaration:
        one = self.book.find(declaration_id)
        if one is None or one.over(self._clock.monotonic()):
            raise NothingStands(
                f"no declaration {declaration_id} stands: it ran out, was ended, or never was; `zhadao state list` "
                "shows what is declared / 该宣布已到期、已结束或不存在，`zhadao state list` 可查"
            )
        return one

    def _settled(self, proposal: ProposedState) -> bool:
        """Whether a person has decided about it already, one way or the other."""
        return self._declared(proposal) or self._dismissals.hides(proposal)

    def _declared(self, proposal: ProposedState) -> bool:
        """Whether a state at least as grave is in force where it is proposed."""
        wanted = self.book.spec(OperatingState(proposal.state)).response
        name = DisciplineName(proposal.discipline)
        scope = Scope.parse(proposal.scope)
        standing = [one for one in (self.book.get(name, scope), self.book.get(name, CITY)) if one is not None]
        levels = [self.book.spec(one.state).response for one in standing]
        return any(level is not None and wanted is not None and level <= wanted for level in levels)

    def _forget(self, one: Declaration, over: Over) -> None:
        for change in (DropRecord(DECLARATION, one.id), *self._history.changes(over)):
            self._keeper.keep(change)
        self._history.add(over)
        self._alarms.clear(str(one.scope), words.ends_soon_id(one))

    def _warn(self, one: Declaration) -> None:
        text, zh = words.ends_soon(one, self.book.spec(one.state), self._local)
        self._alarms.set(str(one.scope), words.ends_soon_id(one), text, Priority.MEDIUM, text_zh=zh)

    def _tell(self, one: Declaration, *, stands: bool) -> None:
        self._stream.publish("state", str(one.scope), {**words.said(one), "stands": stands})
        self._waker.call()
        self._changed()
