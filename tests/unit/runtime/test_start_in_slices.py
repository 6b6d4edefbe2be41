"""A large city starts, and is told much at once, in slices: nothing else waits, and nothing undecided is switched."""

from __future__ import annotations

from pathlib import Path

from controller.domain.image import LinkState
from controller.domain.intents import Switch
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.runtime.cycle import DEVICES_A_TURN
from controller.runtime.deciding import MOST_A_TURN
from tests.bench.synthetic import order_on
from tests.unit.runtime.large_city import LargeCity, large_city

CABINETS = 2 * DEVICES_A_TURN


def decided(city: LargeCity) -> set[str]:
    book = city.assembly.book
    return {target for target in city.targets if not book.awaited(target)}


async def test_a_light_nobody_has_worked_out_is_left_alone_and_all_are_worked_out_soon(tmp_path: Path) -> None:
    """By default a road circuit is on: acted upon before its program is known, a city would light up at noon."""
    async with large_city(tmp_path, CABINETS) as city:
        await city.cycle.turn()
        assert 0 < len(decided(city)) < len(city.targets)
        assert city.sent == []
        turns = await city.settled()
        assert decided(city) == set(city.targets)
        assert turns < 30
        assert city.sent == []
        slots = {city.assembly.book.decision(target).winner.slot for target in city.targets}
        assert slots == {Slot.SCHEDULE, Slot.CALENDAR_EXCEPTION}


async def test_an_order_for_a_light_nobody_has_worked_out_waits_for_that(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        last = city.targets[-1]
        city.assembly.book.hold(order_on(last, city.clock))
        await city.cycle.turn()
        assert city.sent == []
        await city.settled()
        assert [command.target for command in city.sent] == [last]


async def test_what_life_safety_asks_is_decided_in_the_first_turn(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        last = city.targets[-1]
        output = last.partition("/")[2]
        city.field.show(last.partition("/")[0], {f"{output}.command": True, f"{output}.feedback": True})
        city.assembly.book.hold(Request(last, Slot.LIFE_SAFETY, Switch(False), "wang", "somebody touches it"))
        await city.cycle.turn()
        assert not city.assembly.book.awaited(last)
        assert (last, False) in {(command.target, command.write.value) for command in city.sent}


async def test_a_stop_does_not_wait_behind_a_city_wide_order(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        for target in city.targets:
            city.assembly.book.hold(order_on(target, city.clock))
        await city.cycle.turn()
        assert len(city.sent) == MOST_A_TURN
        last = city.targets[-1]
        city.assembly.book.hold(Request(last, Slot.LIFE_SAFETY, Switch(False), "wang", "somebody touches it"))
        await city.cycle.turn()
        assert city.assembly.book.decision(last).winner.slot is Slot.LIFE_SAFETY
        await city.settled()
        assert {command.target for command in city.sent if command.write.value is True} == set(city.targets[:-1])


async def test_news_of_every_device_is_taken_a_few_hundred_at_a_time_and_none_is_lost(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        seen: list[int] = []
        act = city.assembly.lighting.act
        city.assembly.lighting.act = lambda image, changed, *rest: (  # type: ignore[method-assign]  # looks on
            seen.append(len(changed)) or act(image, changed, *rest)
        )
        for device in city.site.city.cabinets:
            city.assembly.table.set_link(device, LinkState.SUSPECT)
        assert await city.settled() == 2
        assert seen == [DEVICES_A_TURN, DEVICES_A_TURN]
