"""Acts that take two people: proposed, confirmed, refused, countersigned; each with what the witness makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller, Right
from controller.domain.slots import Slot
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from tests.unit.runtime.authority_known import Held, Proposed, Timed
from tests.unit.runtime.authority_rig import SCADA
from tests.unit.runtime.authority_site import PARTS
from tests.unit.runtime.authority_witness import WitnessedRig

T = TypeVar("T")
WRITTEN_AS = {
    "order": "order",
    "extend": "extend",
    "tag_removal": "tag_removed",
    "bypass": "bypass",
    "stop_return": "stop_returned",
}
"""Which line of the journal an act of two people has."""


class TwoPeople(WitnessedRig):
    """What one begins and another ends."""

    def __init__(self, start: datetime) -> None:
        self.gone: list[str] = []
        super().__init__(start)

    def other_than(self, *people: str) -> str:
        """A duty officer who is none of these."""
        return next((one for one in ("chen", "zhao") if one not in people and one not in self.known.disabled), "lin")

    def caller(self, who: str) -> Caller:
        """Who acts: a person in one of their sessions, or a machine."""
        return SCADA if who == "scada" else self.callers[who.split()[0]][-1 if who.endswith("again") else 0]

    def _proposed(self, view: ProposalView, caller: Caller, **more: object) -> None:
        assert caller.person, "a machine began an act of two people"
        assert not self.broken, "proposed without its record"
        what = Proposed(view.kind, caller, view.targets, **more)
        self.known.proposals[view.id] = Timed(what, self.clock.s + 300.0, view.expires, 300.0)

    def confirm(self, which: int, who: str) -> None:
        ids = [*self.known.proposals, *([] if which < 0 else self.gone[-2:])]
        if not ids:
            return
        proposal_id = ids[which % len(ids)]
        timed = self.known.proposals.get(proposal_id)
        caller = self._second(who, timed)
        self.asked(WRITTEN_AS[timed.what.kind] if timed else "nothing")
        try:
            receipt = self.run(self.desks.proposals.confirm(proposal_id, caller))
        except UnknownTarget:
            assert timed is None, f"proposal {proposal_id} was acknowledged and is forgotten"
            return
        done = any(one.accepted for one in receipt.outcomes)
        if done:
            assert timed is not None, "no act twice: a proposal is confirmed once"
            self._two_people_did(timed.what, caller, receipt)
        self._ended_if_gone(proposal_id, done=done)

    def _second(self, who: str, timed: Timed | None) -> Caller:
        """``other``: a duty officer who may; ``the same again``: its proposer in another session."""
        if timed is None or who not in ("other", "the same again"):
            return self.caller("chen" if who in ("other", "the same again") else who)
        if who == "the same again":
            return self.caller(f"{timed.what.proposer.person} again")
        owner = self.known.tags.get(timed.what.name, ("", ""))[1]
        return self.caller(self.other_than(timed.what.proposer.person, owner))

    def _ended_if_gone(self, proposal_id: str, *, done: bool) -> None:
        if proposal_id in {one.id for one in self.desks.proposals.open()}:
            assert not done, "no act twice: a proposal that was carried out waits on"
        elif self.known.proposals.pop(proposal_id, None) is not None:
            self.gone.append(proposal_id)

    def _two_people_did(self, what: Proposed, second: Caller, receipt: Receipt | None) -> None:
        """A second, different person with the right: whatever the kind of act."""
        first, who = what.proposer, self.somebody(second)
        assert second.person, "a machine confirmed"
        assert second.person != first.person, f"{first.person} was both people of {what}"
        if what.kind == "bypass":
            assert who.lifts, f"{second.actor} may not confirm a bypass"
        elif what.kind == "tag_removal":
            on, owner = self.known.tags.get(what.name, (what.targets[0], ""))
            assert owner not in (first.person, second.person), "its owner takes a tag down alone"
            assert set(PARTS.get(on, (on,))) <= set(who.operates), f"{second.actor} may not take tags down at {on}"
        else:
            assert set(what.targets) <= set(who.confirms), f"{second.actor} may not confirm {what}"
        match what.kind:
            case "order":
                self._did_order(what, second, receipt)
            case "extend":
                self._did_extend(what, second)
            case "bypass":
                self._did_bypass(what)
            case "tag_removal":
                self.known.tags.pop(what.name, None)
            case "stop_return":
                self.known.stops.pop(what.name, None)

    def _did_order(self, what: Proposed, second: Caller, receipt: Receipt | None) -> None:
        assert what.order is not None
        if receipt is not None:
            self.heard(what.order, what.proposer, receipt, second=second)
            return
        for target in what.order.targets:  # the answer died with the process: only the slots can tell
            holder = self.assembly.book.holder(target, what.slot)
            if holder is not None and holder.request_id == what.request and holder.lease is not None:
                self._hold(what.order, what.proposer, what.request, target, holder.lease.id, second)

    def _did_extend(self, what: Proposed, second: Caller) -> None:
        for key, held in list(self.known.held.items()):
            if held.lease == what.name:
                assert self.operates(what.proposer, *key), f"{what.proposer.actor} may not hold {key} any more"
                self.known.held[key] = self._longer(key, held, what.for_s, second.actor)

    def _did_bypass(self, what: Proposed) -> None:
        made = next(one for one in self.desks.bypasses.list() if one.id not in self.known.bypasses)
        on = (made.interlock, made.target)
        self.known.bypasses[made.id] = Timed(on, self.clock.s + made.remaining_s, made.expires, what.for_s)

    def say_no(self, which: int, who: str, *, withdraw: bool) -> None:
        proposal_id, caller = self._one_of(self.known.proposals, which), self.caller(who)
        what = self.known.proposals[proposal_id].what
        self.asked("proposal")
        desk = self.desks.proposals
        receipt = self.run(desk.withdraw(proposal_id, caller) if withdraw else desk.refuse(proposal_id, caller, "no"))
        if all(one.accepted for one in receipt.outcomes):
            assert not withdraw or caller.person == what.proposer.person, "somebody else withdrew it"
            self.known.proposals.pop(proposal_id)
            self.gone.append(proposal_id)

    def countersign(self, who: str) -> None:
        debt, caller = next(iter(self.known.debts)), self.caller(who)
        receipt = self.run(self.desks.orders.countersign(debt, caller))
        if receipt.outcomes[0].accepted:
            assert caller.person, "a machine countersigned"
            assert caller.person != self.known.debts.pop(debt), "countersigned by whoever acted"

    def propose_return(self, who: str) -> None:
        target, caller = next(iter(self.known.stops)), self.caller(who)
        if self.denied(caller, Right.OPERATE, [target]):
            return
        try:
            view = self.run(self.desks.orders.propose_return(target, caller, "found and mended"))
        except (InvalidValue, StoreError):
            return
        self._proposed(view, caller, name=target)

    def _longer(self, key: tuple[str, Slot], held: Held, for_s: float, second: str) -> Held:
        ends = self.book_lease(*key)
        return replace(held, expires_s=self.clock.s + for_s, expires=ends, length_s=for_s, second=second)

    def _answered_again(self, answer: Receipt | ProposalView, before: Receipt) -> bool:
        """One request id has one answer. Whoever cannot read it does what protects, and nothing else."""
        assert answer == before or "state" in self.broken, f"no act twice: {before}, and then {answer}"
        return answer == before

    def _loose(self, what: str) -> None:
        if self.broken:
            self.known.loose.add(what)

    @staticmethod
    def _one_of(kept: Mapping[T, object], which: int) -> T:
        return list(kept)[which % len(kept)]
