"""Proposals that people dismissed, with a reason: down until their grounds change, over restarts too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, NothingStands, StoreError
from controller.domain.operating import OperatingState
from controller.domain.rights import Caller
from controller.logic.operating_states import StateSpec
from controller.logic.state_dismissals import (
    FORGOTTEN_AFTER_S,
    Dismissal,
    Key,
    dismissal_body,
    dismissal_of,
)
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.conditions.declaration_words import not_written
from controller.runtime.conditions.views import DismissedState, ProposedState, SiteReceipt
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.store.changes import DropRecord, PutRecord
from controller.store.state import StoredState

DISMISSAL, KIND = "dismissal", "proposal_dismissed"
MOST_REASON = 500


class Dismissals:
    """Takes dismissals. Who may (whoever may declare there) is asked before ``dismiss`` is called."""

    def __init__(
        self,
        *,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        acts: ActRequests,
        gravity: Callable[[OperatingState], int],
        changed: Callable[[], None],
    ) -> None:
        self._clock, self._keeper, self._evidence, self._acts = clock, keeper, evidence, acts
        self._gravity, self._changed = gravity, changed
        self._standing: dict[tuple[str, str], Dismissal] = {}
        self._proposed_s: dict[tuple[str, str], float] = {}
        """When something was last proposed there (monotonic)."""

    def restore(self, stored: StoredState) -> None:
        """What was dismissed before a restart stays down."""
        for body in stored.of(DISMISSAL).values():
            one = dismissal_of(body)
            self._standing[one.place] = one
            self._proposed_s[one.place] = self._clock.monotonic()

    def hides(self, proposal: ProposedState) -> bool:
        """Whether a person has already dismissed all that speaks for it."""
        one = self._standing.get((proposal.discipline, proposal.scope))
        return one is not None and one.hides(self._gravity(OperatingState(proposal.state)), _keys(proposal))

    def look(self, proposed: Iterable[ProposedState]) -> None:
        """A dismissal is over once nothing was proposed there for an hour, or something graver or else is."""
        now_s, standing = self._clock.monotonic(), {(one.discipline, one.scope): one for one in proposed}
        for place in list(self._standing):
            proposal = standing.get(place)
            if proposal is not None:
                self._proposed_s[place] = now_s
            gone = now_s - self._proposed_s.get(place, now_s) >= FORGOTTEN_AFTER_S
            if gone or (proposal is not None and not self.hides(proposal)):
                self._drop(self._standing[place])

    def list(self, specs: Mapping[OperatingState, StateSpec]) -> tuple[DismissedState, ...]:
        """What is dismissed now, newest first."""
        found = sorted(self._standing.values(), key=lambda one: one.at, reverse=True)
        return tuple(_view(one, specs[OperatingState(one.state)]) for one in found)

    async def dismiss(self, proposal: ProposedState | None, caller: Caller, *, reason: str) -> SiteReceipt:
        """Take a proposal down. Journalled and kept before it is; a machine is refused ``NO_ACCESS_AUTHORITY``.

        Raises:
            NothingStands: nothing is proposed there. InvalidValue: no reason.
        """
        if proposal is None:
            raise NothingStands(
                "nothing is proposed for exactly that discipline and scope now, so there is nothing to dismiss; "
                "`zhadao state list` shows what is proposed, and for where / 该业务和范围当前无响应建议，无需搁置"
            )
        if not reason.strip() or len(reason) > MOST_REASON:
            raise InvalidValue(f"a dismissal needs a reason of at most {MOST_REASON} characters")
        one = Dismissal(
            proposal.discipline,
            proposal.scope,
            proposal.state,
            self._gravity(OperatingState(proposal.state)),
            _keys(proposal),
            caller.actor,
            reason.strip(),
            self._clock.now(),
        )
        answer = await self._put(one, proposal, caller)
        what = [outcome(one.scope, answer.cause, answer.text_en)]
        self._acts.done(KIND, caller, what, value=f"{one.discipline} {one.state}", reason=one.reason)
        return answer

    async def _put(self, one: Dismissal, proposal: ProposedState, caller: Caller) -> SiteReceipt:
        data = {**dismissal_body(one), "why": [ground.text_en for ground in proposal.grounds]}
        if not caller.person:
            cause, en = Cause.NO_AUTHORITY.value, "only a person dismisses what is proposed"
            await self._evidence.before_automation("state_refused", caller.actor, one.scope, {**data, "cause": cause})
            return SiteReceipt(False, cause, en, "须由人员决定")
        try:
            await self._evidence.before(KIND, caller.actor, one.scope, data)
        except StoreError as error:
            return not_written(error)
        try:
            await self._keeper.apply([PutRecord(DISMISSAL, _id(one), dismissal_body(one))])
        except StoreError as error:
            await self._evidence.void(KIND, caller, one.scope, {"why": str(error)})
            return not_written(error)
        self._standing[one.place] = one
        self._proposed_s[one.place] = self._clock.monotonic()
        self._changed()
        en = f"{proposal.title_en} for {one.scope} is not proposed any more until its grounds change"
        zh = f"{one.scope} 的{proposal.title_zh}建议已搁置，依据变化后重新提出"
        return SiteReceipt(True, "", en, zh)

    def _drop(self, one: Dismissal) -> None:
        del self._standing[one.place]
        self._keeper.keep(DropRecord(DISMISSAL, _id(one)))
        self._evidence.later("dismissal_over", "controller", one.scope, dismissal_body(one))


def _id(one: Dismissal) -> str:
    return f"{one.discipline}|{one.scope}"


def _keys(proposal: ProposedState) -> frozenset[Key]:
    return frozenset((ground.kind, ground.by, ground.state) for ground in proposal.grounds)


def _view(one: Dismissal, spec: StateSpec) -> DismissedState:
    return DismissedState(
        one.discipline, one.scope, one.state, spec.title_zh, spec.title_en, one.by, one.reason, one.at
    )
