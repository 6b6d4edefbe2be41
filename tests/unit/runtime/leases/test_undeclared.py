"""An emergency order is not made to go on where its response is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from controller.domain.intents import Switch
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.runtime.leases.undeclared import undeclared

WEST, EAST = "330106-LC-0001/K1", "330102-LC-0001/K1"


@dataclass(frozen=True, slots=True)
class DeclaredIn:
    """A response is declared at these targets."""

    targets: frozenset[str]

    def one_person(self, target: str) -> bool:
        return target in self.targets

    def allows(self, slot: Slot, target: str) -> bool:
        return slot is Slot.EMERGENCY_ORDER and target in self.targets

    def longest(self, slot: Slot, target: str, ordinary: timedelta) -> timedelta:
        return ordinary if target in self.targets or slot is not Slot.EMERGENCY_ORDER else timedelta(0)


def _request(target: str, slot: Slot) -> Request:
    return Request(target, slot, Switch(on=True), "lin", "a trial")


def test_only_emergency_orders_where_nothing_is_declared_are_refused() -> None:
    orders = [_request(one, slot) for one in (WEST, EAST) for slot in (Slot.EMERGENCY_ORDER,)]
    manual = [_request(one, Slot.CITY_MANUAL) for one in (WEST, EAST)]
    refused = undeclared(DeclaredIn(frozenset({WEST})), [*orders, *manual])
    assert {target: refusal.cause for target, refusal in refused.items()} == {EAST: "NO_ACCESS_AUTHORITY"}
    assert "declare it anew" in refused[EAST].text
    assert undeclared(None, orders) == {}
    assert undeclared(DeclaredIn(frozenset()), manual) == {}
