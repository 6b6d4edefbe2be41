"""Leases on the whole core: what extending and aborting do to commands under way."""

from __future__ import annotations

from pathlib import Path

from controller.domain.operating import OperatingState
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.operating_states import StateSpec
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from tests.unit.runtime.soft_city import LC1, SoftCity, soft_city

ROAD, TREES = f"{LC1}/K1", f"{LC1}/K2"
LIN = Caller("lin", "lin", "s1")


async def order(city: SoftCity, *targets: str) -> Receipt:
    said = Order(targets, "on", 3600.0, "trying", "city_manual", request_id="R1")
    return await city.assembly.desk.order(said, LIN)


async def test_a_command_under_way_is_not_voided_by_the_extension_of_its_lease(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        receipt = await order(city, ROAD)
        await city.assembly.desks.leases.extend(receipt.outcomes[0].lease_id or "", 7200.0, LIN, "on")
        desk = city.assembly.desks.undertakings
        await city.until(lambda: desk.get("R1").state == "CONFIRMED")
        assert desk.whole("R1").parts[0].attempts == 1


async def test_what_waits_for_its_turn_is_never_sent_after_an_abort(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, ROAD, TREES)
        desk = city.assembly.desks.undertakings
        while desk.get("R1").counts.get("QUEUED") != 1:  # two contactors of one cabinet go one after the other
            await city.clock.sleep(0.05)
        receipt = await city.assembly.desks.leases.abort("R1", LIN, "wrong road")
        assert "1 writes of the request were not sent yet" in receipt.outcomes[0].text
        await city.clock.sleep(20.0)
        on = {name for name, value in city.writes() if value}
        assert on == {f"{ROAD}.command"}
        states = {one.target: one.state for one in desk.whole("R1").parts}
        assert states[TREES] == "CANCELLED"


async def test_an_abort_leaves_what_is_latched(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await order(city, ROAD)
        await city.assembly.desk.stop(ROAD, LIN, "smoke")
        await city.assembly.desks.leases.abort("R1", LIN, "no")
        assert city.assembly.book.holder(ROAD, Slot.CITY_MANUAL) is None
        assert city.assembly.book.holder(ROAD, Slot.LIFE_SAFETY) is not None


async def test_a_lease_shows_what_happens_at_its_end_beforehand(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        receipt = await order(city, TREES)
        view = city.assembly.desks.leases.lease(receipt.outcomes[0].lease_id or "")
        assert (view.then, view.changes, view.maximum_s) == ("schedule (off)", True, 8 * 3600.0)


async def test_people_are_warned_while_the_controller_runs(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        said = Order((TREES,), "on", 60.0, "trying", "city_manual", request_id="R1")
        await city.assembly.desk.order(said, LIN)
        await city.clock.sleep(46.0)
        assert not city.assembly.alarms.standing("lease/lin/R1", "ends_soon")
        await city.clock.sleep(6.0)
        assert city.assembly.alarms.standing("lease/lin/R1", "ends_soon")
        await city.clock.sleep(15.0)
        assert not city.assembly.alarms.standing("lease/lin/R1", "ends_soon")


async def test_an_extension_may_be_as_long_as_what_is_declared_there_allows(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        receipt = await order(city, TREES)
        lease = receipt.outcomes[0].lease_id or ""
        desk = city.assembly.desks.leases
        book = city.assembly.conditions.declared
        strict = StateSpec(OperatingState.TYPHOON, "台风", "typhoon", longest_s={Slot.CITY_MANUAL: 5400.0})
        book.adopt(city.site.city.targets, {**city.site.states.specs, OperatingState.TYPHOON: strict}, book._subjects)
        assert desk.lease(lease).maximum_s == 8 * 3600.0
        await city.assembly.desks.states.declare("lighting", "city", "typhoon", for_s=3600.0, reason="wind", caller=LIN)
        assert desk.lease(lease).maximum_s == 5400.0
        longer = await desk.extend(lease, 7200.0, LIN, "on")
        assert isinstance(longer, ProposalView), "longer is a standing order, and takes two"
