"""A witness of the desks: what was answered, and by rules of his own whether it may be so. One sentence, one check."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from controller.domain.command import Command
from controller.domain.intents import parse_intent
from controller.domain.points import device_of
from controller.domain.request import Request
from controller.domain.rights import Caller, Right, Scope
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from controller.runtime.views import Order, Receipt
from tests.unit.logic.water_rig import PS
from tests.unit.runtime.authority_known import ENERGISES, Held, Known
from tests.unit.runtime.authority_rig import AuthorityRig
from tests.unit.runtime.authority_site import (
    LIGHTS,
    MACHINE,
    NOBODY,
    PARTS,
    PEOPLE,
    RESPONSES,
    RIVER,
    ROADS,
    SCOPES,
    TARGETS,
    UNITS,
    WATER,
    Somebody,
    surely_night,
)


class WitnessedRig(AuthorityRig):
    """The controller with a witness at every desk and on every wire."""

    def __init__(self, start: datetime) -> None:
        self.known = Known()
        self.acting: tuple[str, int] | None = None
        super().__init__(start)

    # -- what he knows of people and places ---------------------------------------------------------------------

    def somebody(self, caller: Caller) -> Somebody:
        """What the caller may, by his own table."""
        if not caller.person:
            return MACHINE
        return NOBODY if caller.person in self.known.disabled else PEOPLE[caller.person]

    def operates(self, caller: Caller, target: str, slot: Slot) -> bool:
        who = self.somebody(caller)
        return target in who.operates and slot in who.slots

    def denied(self, caller: Caller, right: Right, targets: list[str]) -> bool:
        """What the front asks before a desk is asked; the authority and the witness must be of one mind."""
        who, named = self.somebody(caller), [part for one in targets for part in PARTS.get(one, (one,))]
        allowed = who.operates if right is not Right.CONFIRM else who.confirms
        if right is Right.BYPASS:
            allowed = TARGETS if who.lifts else ()
        expected = not set(named) <= set(allowed)
        denial = self.desks.people.denial(caller, right, tuple(targets))
        assert (denial is not None) is expected, f"{caller.actor} {right} {named}: {denial}"
        return expected

    def tagged(self, target: str) -> bool:
        return any(on in (target, device_of(target)) for on, _ in self.known.tags.values())

    def declared(self, target: str) -> list[str]:
        """The responses in force where a target stands, for its discipline."""
        name = "water" if target in WATER else "lighting"
        return [
            state
            for discipline, scope, state in (one.what for one in self.known.states.values())
            if discipline == name and target in SCOPES[Scope.parse(scope)]
        ]

    def alone(self, target: str) -> bool:
        """Whether a declared response of III or higher lets one person act."""
        return any(RESPONSES[state] for state in self.declared(target))

    def protective(self, order: Order, target: str) -> bool:
        stations = sum(one in WATER for one in order.targets)
        if target in ROADS:
            return order.value == "on"
        safe = (target == RIVER and order.value == "close") or (target in UNITS and order.value == "stop")
        return stations <= 1 and safe

    def takes_two(self, order: Order, targets: Iterable[str]) -> bool:
        """Whether these, as a whole, surely take two people."""
        asked = [one for one in targets if not self.protective(order, one)]
        dark = order.value == "off" and any(one in ROADS for one in asked)
        opens = RIVER in asked and order.value == "open" and self.pumps.position["G3"] < 90.0
        group = sum(one in LIGHTS for one in asked) > 1
        return group or opens or (dark and surely_night(self.clock.now(), order.for_s))

    def takes_selection(self, order: Order, targets: Iterable[str]) -> bool:
        """Whether somebody has to look first at these, as far as they could be reached."""
        asked = [one for one in targets if not self.protective(order, one)]
        return len(asked) > 1 or any(one in WATER for one in asked)

    # -- what he hears ------------------------------------------------------------------------------------------

    def asked(self, kind: str) -> None:
        """An act is asked for: whatever follows has to be written down first, under this word."""
        self.acting = (kind, self.last_line())

    def heard(
        self, order: Order, caller: Caller, receipt: Receipt, *, at_once: bool = False, second: Caller | None = None
    ) -> None:
        """An order was answered: everything accepted is held from now on, and every rule of orders was kept."""
        slot = Slot[order.slot.upper()]
        taken = [one for one in receipt.outcomes if one.accepted]
        for one in taken:
            target, protects = one.target, self.protective(order, one.target)
            holder = self.known.held.get((target, slot))
            assert self.operates(caller, target, slot), f"default deny: {caller.actor} got {target} in {order.slot}"
            assert order.for_s <= MAX_LEASE[slot].total_seconds(), "a lease longer than any may be"
            assert one.lease_id, "every human order ends: a lease is mandatory"
            assert not (self.tagged(target) and order.value in ENERGISES), f"{order.value} at {target} under a tag"
            assert holder is None or order.take_over or holder.owner == caller.actor, (
                f"{target} was taken over silently"
            )
            assert slot is not Slot.EMERGENCY_ORDER or self.declared(target), "an emergency order on an ordinary day"
            if not protects:
                assert self.view(device_of(target)).value("control_switch") == "REMOTE" or not self._reached(target)
                assert "journal" not in self.broken or slot is Slot.EMERGENCY_ORDER, "an act without evidence"
        got = [one.target for one in taken]
        assert not (at_once and self.takes_selection(order, got)), f"{order.value} for {got} without a look"
        alone = second is None or second.person == caller.person
        if alone and self.takes_two(order, got):
            declared = all(self.alone(one) for one in got if not self.protective(order, one))
            assert declared, f"{order.value} for {got} by {caller.actor} alone"
            assert caller.person, "a machine alone did what takes two people"
            owed = {one.id: one.actor for one in self.desks.orders.to_countersign()}
            debt = f"{caller.actor}:{receipt.request_id}"
            assert owed.get(debt) == caller.actor, "one person's act under a declared response is countersigned"
            self.known.debts[debt] = caller.person
        if taken and self.broken:
            self.known.loose |= {"held", "debts"}
        for one in taken:
            self._hold(order, caller, receipt.request_id, one.target, str(one.lease_id), second)
        if order.request_id and taken and "state" not in self.broken and "journal" not in self.broken:
            self.known.answers[caller.actor, order.request_id] = receipt

    def _reached(self, target: str) -> bool:
        return self.view(device_of(target)).ready

    def _timed(self) -> tuple[dict[Any, Any], ...]:
        known = self.known
        return known.held, known.states, known.bypasses, known.proposals

    def _hold(self, order: Order, caller: Caller, request: str, target: str, lease: str, second: Caller | None) -> None:
        kind, key = self.site.city.targets[target].kind, (target, Slot[order.slot.upper()])
        ends = self.book_lease(*key)
        if self.broken and key in self.known.held:
            self.known.back.setdefault(("held", key), self.known.held[key])
        self.known.held[key] = Held(
            value=str(parse_intent(kind, order.value)),
            owner=caller.actor,
            lease=lease,
            request=request,
            expires_s=self.clock.s + order.for_s,
            expires=ends,
            length_s=order.for_s,
            said=order.value,
            second=second.actor if second else "",
        )

    def book_lease(self, target: str, slot: Slot) -> datetime:
        """When people are told a lease ends."""
        request = self.assembly.book.holder(target, slot)
        assert request is not None, f"{target} {slot.label} was acknowledged and is not held"
        assert request.lease is not None
        return request.lease.expires

    # -- right at the effect --------------------------------------------------------------------------------------

    def begun(self) -> None:
        """A process began: what ends, has what is left by the wall clock, and never more than it was granted."""
        now, now_s = self.clock.now(), self.clock.s

        def left(one: Any) -> Any:
            return replace(one, expires_s=now_s + min((one.expires - now).total_seconds(), one.length_s))

        for kept in (*self._timed(), self.known.back):
            for key, one in list(kept.items()):
                kept[key] = left(one)
        self.acting = None
        self._forget_what_is_over()
        self._believe()
        self._look_at(self.assembly.book, "hold", self._on_hold)
        self._look_at(self.assembly.book, "release", self._on_release)
        self._look_at(self.desks.tags.book, "take", lambda tag: self._must_be_written("tag_removed", tag))
        self._look_at(self.desks.bypasses.book, "put", lambda bypass: self._must_be_written("bypass", bypass.id))
        self._look_at(self.desks.states.book, "put", lambda one: self._must_be_written("state_", one.id))

    def _believe(self) -> None:
        """What nobody could promise to survive, as it turned out; it may be gone, or still there: never changed."""
        known, book = self.known, self.assembly.book
        there = {
            "held": {(one.target, one.slot) for one in book.held() if one.lease is not None},
            "stops": {one.target for one in book.held() if one.slot is Slot.LIFE_SAFETY},
            "tags": {one.id for one in self.desks.tags.list()},
            "debts": {one.id for one in self.desks.orders.to_countersign()},
        }
        if "trips" in known.loose:
            known.trips &= {one.target for one in book.held() if one.slot is Slot.EQUIPMENT_PROTECTION}
        if "disabled" in known.loose:
            grants_now = self.assembly.people.known.book.grants_now
            known.disabled = {name for name in PEOPLE if grants_now(name) is None}
        for name in known.loose & there.keys():
            kept = getattr(known, name)
            for key in kept.keys() - there[name]:
                del kept[key]
        leases = {(one.target, one.slot): one.lease for one in book.held() if one.lease is not None}
        living = {
            "held": {key for key, lease in leases.items() if lease.id == self._was_held_by(key)},
            "states": {one.id for one in self.desks.states.list()},
            "bypasses": {one.id for one in self.desks.bypasses.list()},
            "proposals": {one.id for one in self.desks.proposals.open()},
        }
        for (name, key), one in known.back.items():
            if key in living[name]:
                getattr(known, name)[key] = one
        self._settled()

    def _was_held_by(self, key: tuple[str, Slot]) -> str:
        before = self.known.back.get(("held", key))
        return before.lease if before else ""

    def _settled(self) -> None:
        self.known.loose.clear()
        self.known.back.clear()

    def _look_at(self, part: object, act: str, look: Callable[..., None]) -> None:
        real = getattr(part, act)

        def seen(*said: Any) -> Any:
            look(*said)
            return real(*said)

        setattr(part, act, seen)

    def _on_hold(self, request: Request) -> None:
        if request.slot.kind is not SlotKind.LEASED:
            return
        assert self.acting is not None, f"{request} came from nobody"
        protects = self.protective(Order((request.target,), str(request.value), 1.0, ""), request.target)
        if "journal" in self.broken and (protects or request.slot is Slot.EMERGENCY_ORDER):
            return
        assert request.lease is not None
        self._must_be_written(self.acting[0], request.lease.id)

    def _on_release(self, target: str, slot: Slot) -> None:
        request = self.assembly.book.holder(target, slot)
        if request is None or (request.lease is not None and request.lease.over(self.clock.s)):
            return
        if request.lease is not None:
            self._must_be_written(("release", "abort"), request.lease.id)
        elif slot is Slot.LIFE_SAFETY:
            self._must_be_written("stop_returned", target)
        elif slot is Slot.EQUIPMENT_PROTECTION:
            self._must_be_written("reset", target)

    def _must_be_written(self, kind: str | tuple[str, ...], name: str) -> None:
        """The record comes first: a durable line of this act names it before it has any effect."""
        since = self.acting[1] if self.acting else self.last_line()
        lines = self.lines_since(since)
        found = [line for line in lines if line[0].startswith(kind) and name in json.dumps(line)]
        assert found, f"{kind} {name} has effect before it is written down; written: {lines}"

    # -- on the wire ----------------------------------------------------------------------------------------------

    def on_write(self, command: Command) -> None:
        target, value = command.target, command.write.value
        begins = value is True or command.write.point.endswith("position_command")
        if command.write.point.endswith("position_command"):
            begins = abs(float(value) - self.pumps.position[command.write.point[:2]]) > 10.0  # else it is halted
        assert not (begins and self.tagged(target)), f"{command.write} under a tag"
        stops = command.slot in (Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION) and value in (False, 0.0)
        assert self.view(command.write.device).value("control_switch") == "REMOTE" or stops, f"{command.write} at LOCAL"
        if command.write.point.endswith("run_command") and value is True and not self.pumps.running[target[-2:]]:
            lifted = any(one.what[1] in (target, PS) for one in self.known.bypasses.values())
            clear = (self.view(PS).number("rack_head_m") or 9.9) < 0.3
            assert clear or lifted, f"{command.write} against its interlock"
            assert target not in self.known.stops, f"{command.write} under an emergency stop"
            assert target not in self.known.trips, f"{command.write} under a trip nobody reset"
        if value is True and target in self.known.stops:
            raise AssertionError(f"{command.write} under an emergency stop")

    def on_turn(self, *, thoroughly: bool) -> None:
        """After every turn all of it is true at once."""
        self._forget_what_is_over()
        self.check()
        if thoroughly:
            for target in TARGETS:
                self._check_explained(target)
        if not self.broken:
            self._settled()

    def _forget_what_is_over(self) -> None:
        for name in ("held", "states", "bypasses", "proposals"):
            kept = getattr(self.known, name)
            for key in [key for key, one in kept.items() if one.expires_s <= self.clock.s]:
                self._gone(name, key)

    def _gone(self, name: str, key: Any) -> None:
        """It ended; while a disk takes nothing, a restart may not know of that."""
        one = getattr(self.known, name).pop(key)
        if self.broken:
            self.known.back.setdefault((name, key), one)

    def check(self) -> None:
        """What is in force is exactly what people were told, and what they are told is what is in force."""
        known, book = self.known, self.assembly.book
        leased = {(one.target, one.slot): one for one in book.held() if one.lease is not None}
        assert leased.keys() == known.held.keys(), f"held {sorted(leased)}, told {sorted(known.held)}"
        for key, told in known.held.items():
            request = leased[key]
            assert request.lease is not None
            assert (str(request.value), request.owner, request.lease.id) == (told.value, told.owner, told.lease)
            assert abs(request.lease.expires_s - told.expires_s) < 0.01, f"{key} ends at another time than people know"
        for target in TARGETS:
            stop = book.holder(target, Slot.LIFE_SAFETY)
            assert (stop is not None) == (target in known.stops), f"latched stays latched: {target} {stop}"
        tripped = {one.target for one in book.held() if one.slot is Slot.EQUIPMENT_PROTECTION}
        assert known.trips <= tripped, f"{known.trips - tripped} lost its trip without a reset"
        if tripped - known.trips and self.broken:
            known.loose.add("trips")
        known.trips = tripped
        assert {one.id: one.on for one in self.desks.tags.list()} == {tag: on for tag, (on, _) in known.tags.items()}
        assert {one.id for one in self.desks.states.list()} == known.states.keys()
        assert {one.id for one in self.desks.bypasses.list()} == known.bypasses.keys()
        assert {one.id for one in self.desks.proposals.open()} == known.proposals.keys()
        assert {one.id for one in self.desks.orders.to_countersign()} == known.debts.keys()

    def _check_explained(self, target: str) -> None:
        """Exactly one winner: the living request of the highest slot, by his own reckoning, and people are told so."""
        book, now_s = self.assembly.book, self.clock.s
        living = [one for one in book.requests(target) if one.lease is None or now_s < one.lease.expires_s]
        winner = min([*living, book.default(target)], key=lambda one: one.slot)
        told = self.assembly.controller.explain(target)
        assert (told.winner.name, told.winner.value) == (winner.slot.label, str(winner.value))
        assert winner.slot.label in told.text_en
        assert bool(told.tags) is self.tagged(target), f"{target}: whoever asks is not told of its tag"
