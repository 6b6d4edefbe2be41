"""Smart poles at night: a call for help in the dimmed hours, and an underpass that floods behind an advert."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.rights import Caller
from controller.settings.site import Site
from controller.store.journal_read import read
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_city, running_field
from tests.scenarios.part import part_of
from tests.scenarios.test_restart import as_killed

NIGHT = datetime(2026, 7, 22, 1, 50, tzinfo=LOCAL)
POLE, NEAR, FAR = "330105-SP-0001", "330105-SP-0002", "330105-SP-0006"
OWN, BESIDE, ELSEWHERE = f"{POLE}/L1", f"{NEAR}/L1", f"{FAR}/L1"
DISPLAY = f"{POLE}/D1"
STATION, GAUGE = "330105-UP-0001", "330105-LG-0003"
WARNING = "shixiang-ahead"
CLOSED = "前方积水 禁止通行 / FLOODED AHEAD – DO NOT ENTER"
DOUBT = "前方可能积水 谨慎驾驶 / POSSIBLE FLOODING – DRIVE WITH CARE"
LI = Caller("li", "li", "session-1")
ROBOT = Caller("scada-bridge")
DRY_M, OVER_M = 1.2, 4.3


def poles(*others: str) -> Site:
    return part_of(hangzhou(), POLE, NEAR, FAR, *others)


def percent(city: RunningCity, target: str) -> float:
    """What the lamp really gives."""
    device, _, output = target.partition("/")
    plant = city.field.pole(device)
    return plant.heads[output].percent(plant.now_s)


def shown(city: RunningCity) -> str:
    return city.field.pole(POLE).texts["D1"]


def water(city: RunningCity, *levels_m: float) -> None:
    station, gauge = city.field.device(STATION), city.field.device(GAUGE)
    station.substitute("inner_level_1_m", levels_m[0])
    station.substitute("inner_level_2_m", levels_m[1])
    gauge.substitute("level_m", levels_m[2])


async def dimmed(city: RunningCity) -> None:
    await city.all_as_wanted(OWN, BESIDE, ELSEWHERE)
    assert {percent(city, lamp) for lamp in (OWN, BESIDE, ELSEWHERE)} == {50.0}


async def called(city: RunningCity) -> None:
    await dimmed(city)
    city.field.pole(POLE).press_sos()
    await city.clock.sleep(1.0)
    city.field.pole(POLE).release_sos()
    await city.until(lambda: percent(city, OWN) == percent(city, BESIDE) == 100.0, within_s=20)


async def test_a_call_at_two_lights_the_pole_and_its_neighbours_until_somebody_answered(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles()) as city:
        await called(city)
        pressed_s = city.clock.monotonic()
        assert percent(city, ELSEWHERE) == 50.0
        assert city.shown(OWN).winner.name == "flood_critical"
        (alarm,) = city.alarms("sos")
        assert (alarm.source, alarm.priority, alarm.state) == (POLE, 1, "UNACK")
        await city.clock.sleep(700.0)
        assert percent(city, OWN) == percent(city, BESIDE) == 100.0
        await city.controller.acknowledge(alarm.id, LI)
        await city.until(lambda: percent(city, OWN) == percent(city, BESIDE) == 50.0, within_s=20)
        assert city.clock.monotonic() - pressed_s > 700
        await city.until(lambda: not city.alarms("sos"), within_s=5)
    said = [(line.target, line.data["stage"]) for line in read(tmp_path) if line.kind == "sos"]
    assert said[0] == (POLE, "calling")
    assert said[-1] == (POLE, "quiet")


async def test_an_answer_within_the_shortest_time_keeps_the_light_until_it_is_over(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles()) as city:
        await called(city)
        began_s = city.clock.monotonic()
        desk = city.controller.desks.poles
        (refused,) = (await desk.answer(POLE, ROBOT, "a machine")).outcomes
        assert (refused.accepted, refused.cause) == (False, "NO_ACCESS_AUTHORITY")
        (nobody,) = (await desk.answer(NEAR, LI, "where?")).outcomes
        assert (nobody.accepted, nobody.cause) == (False, "NOT_READY")
        (answered,) = (await desk.answer(POLE, LI, "patrol 3 is there")).outcomes
        assert answered.accepted
        await city.clock.sleep(560.0)
        assert percent(city, OWN) == 100.0
        await city.until(lambda: percent(city, OWN) == 50.0, within_s=60)
        assert city.clock.monotonic() - began_s > 580


async def test_a_call_outlives_a_killed_controller_and_so_does_its_answer(tmp_path: Path) -> None:
    async with running_field(poles(), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await called(city)
            await clock.sleep(20.0)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        async with controlled(clock, field, here, after) as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            await clock.sleep(60.0)
            assert percent(city, OWN) == percent(city, BESIDE) == 100.0
            (alarm,) = city.alarms("sos")
            await city.controller.acknowledge(alarm.id, LI)
            await clock.sleep(5.0)
            again = as_killed(after, tmp_path / "third")
        async with controlled(clock, field, here, again) as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            assert percent(city, OWN) == 100.0
            await city.until(lambda: percent(city, OWN) == 50.0, within_s=620)


async def test_a_stuck_button_is_told_and_its_light_goes_back_with_the_answer(tmp_path: Path) -> None:
    site = poles()
    quick = replace(site.poles, sos=replace(site.poles.sos, stuck_after_s=900.0))
    async with running_city(tmp_path, NIGHT, site=replace(site, poles=quick)) as city:
        await dimmed(city)
        city.field.pole(POLE).press_sos()
        await city.until(lambda: percent(city, OWN) == 100.0, within_s=20)
        await city.clock.sleep(890.0)
        await city.until(lambda: bool(city.alarms("sos_stuck")), within_s=30)
        (alarm,) = city.alarms("sos")
        await city.controller.acknowledge(alarm.id, LI)
        await city.until(lambda: percent(city, OWN) == 50.0, within_s=20)
        assert city.alarms("sos_stuck")
        await city.clock.sleep(600.0)
        assert percent(city, OWN) == 50.0
        city.field.pole(POLE).release_sos()
        await city.until(lambda: not city.alarms("sos_stuck"), within_s=30)
        city.field.pole(POLE).press_sos()
        await city.until(lambda: percent(city, OWN) == 100.0, within_s=20)
    told = [(one.actor, one.target, one.data["stuck"]) for one in read(tmp_path, kind="sos_button")]
    assert told == [("controller", POLE, True), ("controller", POLE, False)]


async def test_a_restart_neither_unsticks_a_button_nor_tells_of_it_twice(tmp_path: Path) -> None:
    site = poles()
    site = replace(site, poles=replace(site.poles, sos=replace(site.poles.sos, stuck_after_s=900.0)))
    async with running_field(site, NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            field.pole(POLE).press_sos()
            await clock.sleep(895.0)
            await city.until(lambda: bool(city.alarms("sos_stuck")), within_s=30)
            await clock.sleep(5.0)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        async with controlled(clock, field, here, after) as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            await clock.sleep(30.0)
            assert city.alarms("sos_stuck")
            field.pole(POLE).release_sos()
            await city.until(lambda: not city.alarms("sos_stuck"), within_s=30)
    assert [one.data["stuck"] for one in read(after, kind="sos_button")] == [True, False]


async def test_a_manual_off_and_a_dimming_order_do_not_mask_a_call(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles()) as city:
        await dimmed(city)
        for target in (OWN, BESIDE):
            assert (await city.order(target, "20%", 3600.0, slot="city_manual")).accepted
        await city.until(lambda: percent(city, OWN) == percent(city, BESIDE) == 20.0, within_s=30)
        city.field.pole(POLE).press_sos()
        await city.until(lambda: percent(city, OWN) == percent(city, BESIDE) == 100.0, within_s=20)


async def test_a_flooded_underpass_warns_before_it_and_the_advert_shows_again_after(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles(STATION, GAUGE)) as city:
        water(city, DRY_M, DRY_M, DRY_M)
        await dimmed(city)
        assert (await city.order(DISPLAY, "text: 夜市今晚开放", 7200.0)).accepted
        await city.until(lambda: shown(city) == "夜市今晚开放", within_s=20)
        water(city, OVER_M, DRY_M, DRY_M)
        await city.clock.sleep(120.0)
        assert shown(city) == "夜市今晚开放"
        water(city, OVER_M, OVER_M, DRY_M)
        await city.until(lambda: shown(city) == CLOSED, within_s=10)
        await city.until(lambda: city.shown(DISPLAY).agrees is True, within_s=10)
        why = city.shown(DISPLAY)
        assert why.winner.name == "flood_critical"
        assert why.masked[0].value == "text: 夜市今晚开放"
        assert [alarm.source for alarm in city.alarms("flood_warning")] == [WARNING]
        later = await city.order(DISPLAY, "text: 欢迎光临", 3600.0, slot="city_manual")
        assert later.accepted
        await city.clock.sleep(30.0)
        assert shown(city) == CLOSED
        water(city, DRY_M, DRY_M, DRY_M)
        await city.clock.sleep(570.0)
        assert shown(city) == CLOSED
        await city.until(lambda: shown(city) == "欢迎光临", within_s=60)
        assert not city.alarms("flood_warning")


async def test_a_warning_is_not_taken_away_by_lost_gauges_or_a_restart(tmp_path: Path) -> None:
    async with running_field(poles(STATION, GAUGE), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            water(city, OVER_M, OVER_M, DRY_M)
            await city.until(lambda: shown(city) == CLOSED, within_s=40)
            for device in (STATION, GAUGE):
                field.device(device).offline = True
            await clock.sleep(300.0)
            assert shown(city) == CLOSED
            after = as_killed(tmp_path / "first", tmp_path / "second")
        async with controlled(clock, field, here, after) as city:
            await city.until(lambda: city.link(POLE).value == "ONLINE", within_s=60)
            await clock.sleep(300.0)
            assert shown(city) == CLOSED
            for device in (STATION, GAUGE):
                field.device(device).offline = False
            water(city, DRY_M, DRY_M, DRY_M)
            await city.until(lambda: shown(city) == "", within_s=1000)


async def test_unknown_water_says_so_only_where_the_site_wants_it_said(tmp_path: Path) -> None:
    site = poles(STATION, GAUGE)
    (own,) = [warning for warning in site.poles.warnings if warning.id == WARNING]
    silent = replace(site, poles=replace(site.poles, warnings=(replace(own, doubt_text=""),)))
    for said, here in (("", silent), (DOUBT, site)):
        async with running_city(tmp_path / (said or "silent")[:6], NIGHT, site=here) as city:
            water(city, DRY_M, DRY_M, DRY_M)
            await dimmed(city)
            for device in (STATION, GAUGE):
                city.field.device(device).offline = True
            await city.clock.sleep(300.0)
            assert shown(city) == said


async def test_leakage_of_a_pole_puts_its_lamps_out_and_says_that_the_pole_stays_live(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles()) as city:
        await dimmed(city)
        city.field.pole(POLE).leakage_ma = 140.0
        await city.until(lambda: percent(city, OWN) == 0.0, within_s=20)
        assert city.shown(OWN).winner.name == "life_safety"
        (live,) = city.alarms("pole_live")
        assert (live.source, live.priority) == (POLE, 1)
        assert "STAYS LIVE" in live.text
        (cut,) = city.alarms("wet_power_cut")
        assert "locked out" not in cut.text
        city.field.pole(POLE).press_sos()
        await city.clock.sleep(60.0)
        assert percent(city, OWN) == 0.0
        assert percent(city, BESIDE) == 100.0
        desk = city.controller.desks.wet_power
        with pytest.raises(InvalidValue, match="the cause stands"):
            await desk.propose_return([OWN], LI, "not yet")
        city.field.pole(POLE).leakage_ma = 1.0
        await city.until(lambda: not city.alarms("pole_live"), within_s=20)
        await desk.record_check([OWN, f"{POLE}/L2"], "insulation", 9.0, LI, by="wang")
        proposal = await desk.propose_return([OWN, f"{POLE}/L2"], LI, "new gland")
        await city.controller.desks.proposals.confirm(proposal.id, Caller("wang", "wang", "session-2"))
        await city.until(lambda: percent(city, OWN) == 100.0, within_s=60)


async def test_the_board_says_what_is_not_to_be_trusted_and_tilt_and_charger_are_told(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=poles()) as city:
        await dimmed(city)
        plant = city.field.pole(POLE)
        plant.dead_sensors.add("pm25_ug_m3")
        plant.tilt_deg = -11.0
        plant.charger.broken = True
        await city.clock.sleep(30.0)
        (pole,) = city.controller.desks.poles.poles(POLE)
        said = {one.point: (one.value, one.quality) for one in pole.sensors}
        assert said["pm25_ug_m3"][1] == "BAD"
        assert said["temperature_c"][1] == "GOOD"
        assert said["charger_state"] == ("FAULT", "GOOD")
        assert pole.sos == "quiet"
        assert [alarm.source for alarm in city.alarms("tilt")] == [POLE]
        assert [alarm.source for alarm in city.alarms("charger_fault")] == [POLE]
        plant.heal_sensors()
        plant.tilt_deg, plant.charger.broken = 0.2, False
        await city.until(lambda: not city.alarms("tilt") and not city.alarms("charger_fault"), within_s=30)
        assert len(list(city.controller.desks.poles.poles("road:丽水路"))) == 3
        with pytest.raises(InvalidValue, match="no pole is in"):
            city.controller.desks.poles.poles("road:nowhere")
