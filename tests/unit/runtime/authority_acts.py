"""What people do at the desks, each act with what the witness makes of its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from controller.domain.errors import InvalidValue, NotPermitted, StoreError
from controller.domain.points import device_of
from controller.domain.rights import Caller, Right
from controller.domain.slots import MAX_LEASE, Slot
from controller.logic.preview import Effect
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from tests.unit.logic.water_rig import PS
from tests.unit.runtime.authority_known import ENERGISES, Timed, Token
from tests.unit.runtime.authority_site import LIGHTS, P1, RIVER
from tests.unit.runtime.authority_two import WRITTEN_AS, TwoPeople


class Acts(TwoPeople):
    """People at the desks."""

    def __init__(self, start: datetime) -> None:
        self.tokens: list[Token] = []
        self.used: set[str] = set()
        self.deaths = 0
        self.asked_for: set[tuple[str, str]] = set()
        self.under: dict[tuple[str, str], list[Order]] = {}
        super().__init__(start)

    # -- orders -------------------------------------------------------------------------------------------------

    def order(self, who: str, order: Order) -> Receipt:
        caller = self.caller(who)
        answered = self.known.answers.get((caller.actor, order.request_id))
        self.asked("order")
        try:
            receipt = self.run(self.desks.orders.order(order, caller))
        except InvalidValue:
            self._asked_otherwise_before(caller, order)
            return Receipt(order.request_id, ())
        self._asked_under(caller, order)
        if answered and self._answered_again(receipt, answered):
            return receipt
        self.heard(order, caller, receipt, at_once=True)
        if (caller.actor, order.request_id) not in self.asked_for:
            self._protection_waits_for_nobody(order, caller, receipt)
        self.asked_for |= {(caller.actor, order.request_id)} if order.request_id else set()
        return receipt

    def _asked_under(self, caller: Caller, order: Order) -> None:
        if order.request_id:
            self.under.setdefault((caller.actor, order.request_id), []).append(replace(order, reason=""))

    def _asked_otherwise_before(self, caller: Caller, order: Order) -> None:
        """The one thing that may be wrong with these orders: their request id stands for another one."""
        before = self.under.get((caller.actor, order.request_id), [])
        assert any(one != replace(order, reason="") for one in before), f"{order} was refused as another under its id"

    def _protection_waits_for_nobody(self, order: Order, caller: Caller, receipt: Receipt) -> None:
        slot = Slot[order.slot.upper()]
        for outcome in receipt.outcomes:
            target = outcome.target
            holder = self.known.held.get((target, slot))
            may = self.operates(caller, target, slot) and order.for_s <= MAX_LEASE[slot].total_seconds()
            free = holder is None or holder.owner == caller.actor or order.take_over
            bound = self.tagged(target) and order.value in ENERGISES
            bound = bound or (slot is Slot.EMERGENCY_ORDER and not self.declared(target))
            if self.protective(order, target) and may and free and not bound:
                assert outcome.accepted, f"{order.value} {target} protects and was refused: {outcome}"

    def select(self, who: str, order: Order) -> None:
        caller = self.caller(who)
        self.asked("nothing")
        try:
            preview = self.run(self.desks.orders.select(order, caller))
        except InvalidValue:
            return
        slot = Slot[order.slot.upper()]
        for shown in preview.targets:
            in_it = shown.effect is not Effect.EXCLUDED
            assert not in_it or self.operates(caller, shown.target, slot), f"{caller.actor} is shown {shown.target}"
        if not preview.token:
            return
        shown = tuple(one.target for one in preview.targets if one.effect is not Effect.EXCLUDED)
        holders = {one: self._holder(one, slot) for one in shown}
        self.tokens.append(
            Token(preview.token, caller, order, preview.request_id, self.clock.s + 30.0, self.deaths, holders)
        )

    def _holder(self, target: str, slot: Slot) -> tuple[str, str] | None:
        """Whose slot it would take, as a preview shows it."""
        held = self.known.held.get((target, slot))
        return None if held is None else (held.owner, held.value)

    def operate(self, which: int, thief: str) -> None:
        token = self.tokens[which % len(self.tokens)]
        caller = self.caller(thief) if thief else token.of
        void = (
            token.token in self.used
            or self.clock.s > token.until_s
            or (caller.actor, caller.session) != (token.of.actor, token.of.session)
            or token.process != self.deaths
        )
        changed = any(self._holder(one, token.slot) != was for one, was in token.holders.items())
        answered = self.known.answers.get((caller.actor, token.order.request_id))
        self.used.add(token.token)
        self.asked("order")
        try:
            answer = self.run(self.desks.orders.operate(token.token, caller))
        except StoreError:
            assert self.broken
            return
        except InvalidValue:
            self._asked_otherwise_before(caller, token.order)
            return
        self._asked_under(caller, token.order)
        if answered is not None and not void and self._answered_again(answer, answered):
            return
        if void or changed:
            assert isinstance(answer, Receipt), "proposed from a selection that is void"
            assert not any(one.accepted for one in answer.outcomes), f"acted on a void selection (changed: {changed})"
        if isinstance(answer, Receipt):
            self.heard(token.order, caller, answer)
        else:
            self._proposed(answer, caller, order=replace(token.order, targets=answer.targets), request=token.request)

    def abuse(self, who: str, order: Order, how: str) -> None:
        """Between looking and operating something happens that makes the selection void."""
        before, thief = len(self.tokens), ""
        self.select(who, order)
        if len(self.tokens) == before:
            return
        match how:
            case "late":
                self.pass_s(1, 31.0)
            case "taken over":
                one = order.targets[0]
                value = "on" if one in LIGHTS else "close" if one == RIVER else "stop"
                self.order("zhao", Order((one,), value, 60.0, "rain", order.slot, take_over=True))
            case "after a death":
                self.dies(0.0)
            case "twice":
                self.operate(before, "")
            case "the same again" | "scada":
                thief = f"{who} again" if how != "scada" else how
        self.operate(before, thief)

    def stop(self, target: str, who: str) -> None:
        """One person stops one dangerous thing: at once, whoever sleeps and whatever cannot be written."""
        caller = self.caller(who)
        if self.denied(caller, Right.OPERATE, [target]):
            return
        self.asked("emergency_stop")
        receipt = self.run(self.desks.orders.stop(target, caller, "danger"))
        assert receipt.outcomes[0].accepted, f"an emergency stop of {target} was refused: {receipt}"
        self.known.stops[target] = caller.actor
        self._loose("stops")
        assert self.assembly.book.decide_for_show(target, self.clock.s).winner.slot is Slot.LIFE_SAFETY
        plant, output = self.plant_of(device_of(target)), target.partition("/")[2]
        self.pass_s(4)
        if plant is self.pumps:
            reached = self.pumps.mode == "REMOTE" and self.wires[PS].up and self.pumps.switch == "REMOTE"
            assert not (reached and self.pumps.running.get(output)), f"{target} runs on after its emergency stop"
        elif self.wires[device_of(target)].up and plant.switch == "REMOTE":
            assert not plant.closed[output], f"{target} is live after it was cut"

    # -- leases -------------------------------------------------------------------------------------------------

    def extend(self, which: int, who: str, for_s: float) -> None:
        key = self._one_of(self.known.held, which)
        held = self.known.held[key]
        caller = self.caller(who or held.owner)
        self.asked("extend")
        try:
            answer = self.run(self.desks.leases.extend(held.lease, for_s, caller, "it goes on"))
        except InvalidValue:
            return
        if isinstance(answer, ProposalView):
            self._proposed(answer, caller, name=held.lease, for_s=for_s)
        elif answer.outcomes[0].accepted:
            assert held.owner == caller.actor, "somebody else's lease was extended"
            assert self.operates(caller, *key), f"default deny: {caller.actor} extended {key}"
            assert not self.broken, "extended without its record"
            again = Order((key[0],), held.said, for_s, "")
            assert not self.takes_two(again, (key[0],)), f"{key} {held.said} was extended by one person"
            self.known.held[key] = self._longer(key, held, for_s, held.second)

    def let_go(self, which: int, who: str, *, abort: bool) -> None:
        key = self._one_of(self.known.held, which)
        held = self.known.held[key]
        caller = self.caller(who or held.owner)
        self.asked("abort" if abort else "release")
        if abort:
            act = self.desks.leases.abort(held.request, caller, "enough", owner=held.owner)
        else:
            act = self.desks.orders.release(held.lease, caller, "enough")
        receipt = self.run(act)
        for one in receipt.outcomes:
            if one.accepted:
                gone = next(k for k, h in self.known.held.items() if h.lease == one.lease_id)
                assert self.operates(caller, *gone), f"default deny: {caller.actor} ended {gone}"
                assert "journal" not in self.broken, "a slot was emptied without its record"
                del self.known.held[gone]

    # -- site conditions ----------------------------------------------------------------------------------------

    def hang(self, on: str, who: str) -> None:
        caller = self.caller(who)
        if self.denied(caller, Right.TAG, [on]):
            return
        self.asked("tag_hung")
        receipt = self.run(self.desks.tags.hang(on, caller, reason="work"))
        assert receipt.tag is not None, "a tag protects whoever hangs it: nothing refuses it"
        self.known.tags[receipt.tag.id] = (on, caller.person)
        self._loose("tags")

    def take_down(self, which: int, who: str, *, propose: bool) -> None:
        tag_id = self._one_of(self.known.tags, which)
        on, owner = self.known.tags[tag_id]
        caller = self.caller(who or (self.other_than(owner) if propose else owner or "scada"))
        if self.denied(caller, Right.TAG, [on]):
            return
        self.asked("tag_removed")
        if not propose:
            if self.run(self.desks.tags.remove(tag_id, caller, reason="done")).accepted:
                assert caller.person == owner != "", "somebody else took a tag down"
                del self.known.tags[tag_id]
            return
        try:
            view = self.run(self.desks.tags.propose_removal(tag_id, caller, reason="gone home", on_site="wu was there"))
        except (InvalidValue, StoreError):
            return
        self._proposed(view, caller, name=tag_id)

    def declare(self, who: str, discipline: str, scope: str, state: str, for_s: float) -> None:
        caller = self.caller(who)
        if not self.somebody(caller).declares:
            return
        self.asked("state_declared")
        said = {"for_s": for_s, "reason": "rain", "caller": caller}
        receipt = self.run(self.desks.states.declare(discipline, scope, state, **said))
        if not receipt.accepted:
            return
        assert not self.broken, "declared without its record"
        for name in [k for k, one in self.known.states.items() if one.what[:2] == (discipline, scope)]:
            del self.known.states[name]
        ends = next(one.expires for one in self.desks.states.list() if one.id == receipt.id)
        self.known.states[receipt.id] = Timed((discipline, scope, state), self.clock.s + for_s, ends, for_s)

    def end_state(self, which: int, who: str) -> None:
        one, caller = self._one_of(self.known.states, which), self.caller(who)
        if not self.somebody(caller).declares:
            return
        self.asked("state_ended")
        if self.run(self.desks.states.end(one, caller, reason="over")).accepted:
            del self.known.states[one]

    def propose_bypass(self, who: str, interlock: str, on: str) -> None:
        caller = self.caller(who)
        if self.denied(caller, Right.BYPASS, [on or PS]):
            return
        self.asked("nothing")
        said = {"for_s": 1200.0, "reason": "the gauge is dirty", "target": on}
        try:
            view = self.run(self.desks.bypasses.propose(interlock, caller, **said))
        except (InvalidValue, StoreError):
            return
        assert interlock != "never-lifted", "what config forbids was proposed"
        self._proposed(view, caller, name=interlock, for_s=1200.0)

    def end_bypass(self, who: str) -> None:
        one, caller = next(iter(self.known.bypasses)), self.caller(who)
        if self.denied(caller, Right.OPERATE, [PS]):
            return
        receipt = self.run(self.desks.bypasses.remove(one, caller, reason="clean again"))
        assert receipt.outcomes[0].accepted, "taking a bypass back protects"
        self._gone("bypasses", one)

    def reset(self, who: str) -> None:
        caller = self.caller(who)
        if self.denied(caller, Right.OPERATE, [P1]):
            return
        self.asked("reset")
        if self.run(self.desks.resets.reset(P1, caller, "looked at it")).outcomes[0].accepted:
            assert not self.broken, "reset without its record"
            self.known.trips.discard(P1)

    def disable_or_enable(self, who: str, by: str) -> None:
        people, caller = self.desks.people, self.caller(by)
        back = who in self.known.disabled
        try:
            self.run(people.enable(who, caller) if back else people.disable(who, caller, "left"))
        except NotPermitted:
            assert by != "guan"
            return
        except StoreError:
            assert self.broken
            if back:
                return
        assert by == "guan", "somebody else than an administrator changed people"
        if back:
            self.known.disabled.discard(who)
            self.callers[who] = [self.sign_in(who) for _ in self.callers[who]]
        else:
            self.known.disabled.add(who)
        self._loose("disabled")

    # -- the world ------------------------------------------------------------------------------------------------

    def turn_key(self, device: str, to: str) -> None:
        if device == PS:
            self.pumps.turn_switch(to)
        else:
            self.lamps[device].switch = to
        self.pass_s(1)

    def dies(self, away_s: float) -> None:
        self.deaths += 1
        self.kill()
        self.nobody_looks(away_s)
        self._begin()
        self.pass_s(1)

    def dies_in_an_order(self, who: str, order: Order, writes: int, *, done: bool) -> None:
        """Whoever hears nothing asks again under the same id: it is done once, or was not done at all."""
        self.deaths += 1
        caller, order = self.caller(who), replace(order, request_id=f"died-{self.deaths}")
        target, slot = order.targets[0], Slot[order.slot.upper()]
        self.mend_disks()
        self.asked("order")
        self.die_in(self.desks.orders.order(order, caller), writes, done=done)
        holder = self.assembly.book.holder(target, slot)
        there = holder is not None and holder.request_id == order.request_id
        self.asked("order")
        receipt = self.run(self.desks.orders.order(order, caller))
        if there:
            assert holder is not None
            assert holder.lease is not None
            assert receipt.outcomes[0].accepted
            assert receipt.outcomes[0].lease_id == holder.lease.id, "one request id acted twice"
            assert self.assembly.book.holder(target, slot) is holder, "one request id acted twice"
        self.heard(order, caller, receipt, at_once=True)
        self.pass_s(1)

    def dies_in_a_confirmation(self, which: int, who: str, writes: int, *, done: bool) -> None:
        """A proposal still waits with nothing done, or is over with everything done."""
        self.deaths += 1
        proposal_id = self._one_of(self.known.proposals, which)
        what = self.known.proposals[proposal_id].what
        caller = self._second(who, self.known.proposals[proposal_id])
        self.mend_disks()
        self.asked(WRITTEN_AS[what.kind])
        before = {key: held for key, held in self.known.held.items() if held.lease == what.name}
        self.die_in(self.desks.proposals.confirm(proposal_id, caller), writes, done=done)
        if proposal_id not in {one.id for one in self.desks.proposals.open()}:
            ended = self.run(self.store.state.outcome(f"proposal/{proposal_id}"))
            over = proposal_id not in self.known.proposals
            assert ended is not None or over, f"proposal {proposal_id} was acknowledged and is forgotten"
            if ended is not None and ended["became"] == "confirmed":
                self.known.held = {**before, **self.known.held}  # over by its old end, and it has a new one
                self._two_people_did(what, caller, None)
            self.known.proposals.pop(proposal_id, None)
            self.gone.append(proposal_id)
        self.pass_s(1)
