"""Where histories at the desks begin: what control rooms look like in the middle of a shift."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from controller.runtime.views import Order
from tests.unit.logic.water_rig import PS
from tests.unit.runtime.authority_acts import Acts
from tests.unit.runtime.authority_site import FAR_ROAD, FAR_TREES, P1, P2, RIVER, ROAD, SCOPES, TREES


def look_and_operate(at: Acts, who: str, targets: tuple[str, ...], value: str, slot: str = "city_manual") -> None:
    """Select and operate; a proposal when it takes two."""
    before = len(at.tokens)
    at.select(who, Order(targets, value, 3600.0, "because", slot, take_over=True))
    if len(at.tokens) > before:
        at.operate(before, "")


def pumping(at: Acts) -> None:
    look_and_operate(at, "wang", (PS,), "count 1")
    at.pass_s(40)


def responding(at: Acts) -> None:
    for discipline in ("lighting", "water"):
        at.declare("chen", discipline, str(next(iter(SCOPES))), "flood_iii", 1800.0)


def acting_alone(at: Acts) -> None:
    responding(at)
    look_and_operate(at, "chen", (ROAD, FAR_TREES), "off", "emergency_order")


def stopped(at: Acts) -> None:
    at.stop(P2, "zhao")
    at.stop(FAR_ROAD, "lin")
    at.propose_return("zhao")


def tagged(at: Acts) -> None:
    at.hang(TREES, "lin")
    at.hang(RIVER, "wang")
    at.take_down(0, "chen", propose=True)


def dusk(at: Acts) -> None:
    at.hang(ROAD, "lin")
    at.pass_s(2, 900.0)


def proposed(at: Acts) -> None:
    look_and_operate(at, "lin", (TREES, FAR_TREES), "off")
    look_and_operate(at, "wang", (RIVER,), "open")


def held_by_two(at: Acts) -> None:
    look_and_operate(at, "lin", (ROAD, FAR_ROAD), "off")
    at.confirm(-1, "zhao")
    at.extend(len(at.known.held) - 1, "lin", 4 * 3600.0)


def bypassed(at: Acts) -> None:
    at.pumps.rack_m = 0.4
    at.pass_s(2)
    at.propose_bypass("chen", "rack-clear", PS)
    at.confirm(-1, "zhao")


def tripped(at: Acts) -> None:
    at.pumps.rack_m = 0.8
    at.pass_s(3)
    at.pumps.rack_m = 0.05
    at.pass_s(1)


def starting(at: Acts) -> None:
    look_and_operate(at, "wang", (PS,), "hold")
    look_and_operate(at, "chen", (P1,), "start")
    at.pass_s(5)


SCENES: Mapping[Callable[[Acts], None], Callable[[Acts], bool]] = {
    pumping: lambda at: at.pumps.running["P1"] or at.pumps.running["P2"],
    responding: lambda at: len(at.known.states) == 2,
    acting_alone: lambda at: len(at.known.debts) == 1 and len(at.known.held) == 2,
    stopped: lambda at: at.known.stops.keys() == {P2, FAR_ROAD} and len(at.known.proposals) == 1,
    tagged: lambda at: len(at.known.tags) == 2 and len(at.known.proposals) == 1,
    dusk: lambda at: len(at.known.tags) == 1,
    proposed: lambda at: len(at.known.proposals) == 2 and not at.known.held,
    held_by_two: lambda at: len(at.known.held) == 2 and len(at.known.proposals) == 1,
    bypassed: lambda at: len(at.known.bypasses) == 1,
    tripped: lambda at: at.known.trips == {P1},
    starting: lambda at: len(at.known.held) == 2 and at.pumps.position["G1"] > 0.0,
}
"""Each scene, and how it shows that it was reached by itself."""
