"""A gateway that dies at night and comes back: what people see, and what the lamps do meanwhile."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from controller.domain.image import LinkState
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, running_city
from tests.scenarios.part import part_of

LATE_EVENING = datetime(2026, 6, 22, 23, 10, tzinfo=LOCAL)
HALF_NIGHT = datetime(2026, 6, 22, 23, 30, tzinfo=LOCAL)
CABINET, NEIGHBOUR = "330102-LC-0001", "330102-LC-0002"
GATEWAY = "gw-330102-01"
ALL_NIGHT, UNTIL_MIDNIGHT, TREES = f"{CABINET}/K1", f"{CABINET}/K2", f"{CABINET}/K5"
FALLBACK_S = 300.0


async def lost(city: RunningCity) -> None:
    await city.all_as_wanted(ALL_NIGHT, UNTIL_MIDNIGHT)
    await city.field.stop_endpoint(GATEWAY)
    await city.until(lambda: city.link(CABINET) is LinkState.OFFLINE, within_s=60)


async def test_a_lost_gateway_is_one_alarm_and_its_lamps_stay_lit_by_themselves(tmp_path: Path) -> None:
    site = part_of(hangzhou(), CABINET, NEIGHBOUR)
    async with running_city(tmp_path, LATE_EVENING, site=site) as city:
        await lost(city)
        await city.until(lambda: bool(city.alarms("offline")), within_s=5)
        assert [alarm.source for alarm in city.alarms("offline")] == [GATEWAY]
        assert city.shown(ALL_NIGHT).agrees is None
        await city.clock.sleep(FALLBACK_S + 60)
        assert city.field.cabinet(CABINET).timetable_active
        assert [alarm.source for alarm in city.alarms("offline")] == [GATEWAY]

        await city.field.start_endpoint(GATEWAY)
        await city.until(lambda: city.link(CABINET) is LinkState.ONLINE, within_s=60)
        await city.until(lambda: not city.alarms("offline"), within_s=30)
        assert city.shown(ALL_NIGHT).agrees
        assert not city.moves(ALL_NIGHT)


async def test_a_device_that_returns_is_read_before_it_is_written_and_nothing_of_the_past_is_played(
    tmp_path: Path,
) -> None:
    async with running_city(tmp_path, LATE_EVENING, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(TREES)
        await lost(city)
        assert (await city.order(TREES, "off", for_s=300.0)).accepted
        sent_before = len(city.controller.commands(CABINET))
        await city.clock.sleep(1800.0)
        assert city.clock.now() > HALF_NIGHT
        assert len(city.controller.commands(CABINET)) == sent_before
        assert not city.moves(UNTIL_MIDNIGHT)

        back = city.clock.now()
        links: list[LinkState] = []
        city.assembly.table.listen(lambda device: links.append(city.link(device)))
        await city.field.start_endpoint(GATEWAY)
        await city.until(lambda: city.shown(UNTIL_MIDNIGHT).agrees is True, within_s=60)
        await city.clock.sleep(120.0)
        assert links.index(LinkState.RESYNC) < links.index(LinkState.ONLINE)
        assert [(event.value, event.at > back) for event in city.moves(UNTIL_MIDNIGHT)] == [(False, True)]
        played = [command for command in city.controller.commands(CABINET) if command.created > back]
        assert {command.state for command in played} == {"CONFIRMED"}
        assert f"{TREES}.command=False" not in {command.write for command in played}, "its order is long over"
        assert not city.moves(ALL_NIGHT)


async def test_road_lights_nobody_can_see_are_not_ordered_off_at_night(tmp_path: Path) -> None:
    async with running_city(tmp_path, LATE_EVENING, site=part_of(hangzhou(), CABINET)) as city:
        await lost(city)
        refused = await city.order(ALL_NIGHT, "off", for_s=300.0)
        assert (refused.accepted, refused.cause) == (False, "OBJECT_NOT_SELECTED")
        assert (await city.order(ALL_NIGHT, "on", for_s=300.0)).accepted


async def test_a_cabinet_that_went_dark_by_itself_is_lit_again_when_it_is_back(tmp_path: Path) -> None:
    async with running_city(tmp_path, LATE_EVENING, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(ALL_NIGHT)
        city.field.cabinet(CABINET).download("K1", [])
        await lost(city)
        await city.clock.sleep(FALLBACK_S + 120)
        assert [event.value for event in city.moves(ALL_NIGHT)] == [False]

        await city.field.start_endpoint(GATEWAY)
        await city.until(lambda: city.shown(ALL_NIGHT).agrees is True, within_s=150)
        assert [event.value for event in city.moves(ALL_NIGHT)] == [False, True]
        assert city.shown(ALL_NIGHT).winner.name == "schedule"
