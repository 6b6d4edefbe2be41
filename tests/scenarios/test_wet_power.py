"""An underpass floods at night: what is cut stays dark, whatever dies or restarts, until two people bring it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.image import LinkState
from controller.domain.rights import Caller
from controller.settings.site import Site
from controller.store.journal_read import read
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_city, running_field
from tests.scenarios.part import part_of
from tests.scenarios.test_restart import as_killed

NIGHT = datetime(2026, 7, 22, 0, 30, tzinfo=LOCAL)
CABINET, NEIGHBOUR = "330105-LC-0021", "330105-LC-0020"
STATION, GAUGE = "330105-UP-0001", "330105-LG-0003"
GATEWAY = "gw-330105-04"
ZONE = "shixiang-underpass"
UNDERPASS, HALF_NIGHT, EVACUATION = f"{CABINET}/K1", f"{CABINET}/K2", f"{CABINET}/K3"
DRY_HALF_NIGHT = f"{NEIGHBOUR}/K2"
OUTPUTS = tuple(f"K{n}" for n in range(1, 8))
ALL = tuple(f"{CABINET}/{output}" for output in OUTPUTS)
LI, WANG = Caller("li", "li", "session-1"), Caller("wang", "wang", "session-2")
LI_ELSEWHERE = Caller("li", "li", "session-3")
OVER_M, DRY_M = 4.90, 1.20


def underpass() -> Site:
    return part_of(hangzhou(), CABINET, NEIGHBOUR, STATION, GAUGE)


def water(city: RunningCity, *levels_m: float) -> None:
    """What the station's two sensors and the gauge in the underpass show."""
    station, gauge = city.field.device(STATION), city.field.device(GAUGE)
    station.substitute("inner_level_1_m", levels_m[0])
    station.substitute("inner_level_2_m", levels_m[1])
    gauge.substitute("level_m", levels_m[2])


def lit(city: RunningCity) -> set[str]:
    """Outputs of the flooded cabinet whose contactors are closed, in truth."""
    circuits = city.field.cabinet(CABINET).circuits
    return {output for output, circuit in circuits.items() if circuit.contactor.closed}


def locked(city: RunningCity) -> set[str]:
    return set(city.field.cabinet(CABINET).locked)


def stage(city: RunningCity, circuit: str) -> str:
    return city.controller.desks.wet_power.circuit(circuit).stage


async def started(city: RunningCity) -> None:
    water(city, DRY_M, DRY_M, DRY_M)
    await city.all_as_wanted(*ALL, DRY_HALF_NIGHT)


async def flooded(city: RunningCity) -> None:
    """Everything in the underpass cut and proven, in the cabinet too."""
    await started(city)
    water(city, OVER_M, OVER_M, DRY_M)
    await city.until(lambda: stage(city, HALF_NIGHT) == "cut", within_s=10)
    await city.controller.desks.wet_power.decide(ZONE, "cut", LI, "nobody is inside")
    await city.until(lambda: not lit(city) and locked(city) == set(OUTPUTS), within_s=5)
    await city.until(lambda: retained(city), within_s=10)


def retained(city: RunningCity) -> bool:
    desk = city.controller.desks.wet_power
    return all(desk.circuit(circuit).retention == "RETAINED" for circuit in ALL)


async def test_two_of_three_gauges_cut_at_once_and_evacuation_light_waits_a_minute_for_one_person(
    tmp_path: Path,
) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await started(city)
        burning = lit(city)
        assert {"K1", "K3", "K6"} <= burning
        water(city, OVER_M, DRY_M, DRY_M)
        await city.clock.sleep(20.0)
        assert lit(city) == burning
        assert {stage(city, circuit) for circuit in ALL} == {"dry"}

        water(city, OVER_M, DRY_M, OVER_M)
        flooded_at_s = city.clock.monotonic()
        await city.until(lambda: "K6" in locked(city), within_s=12)
        assert lit(city) == {"K1", "K3"}
        assert {alarm.source for alarm in city.alarms("wet_power_decision")} == {UNDERPASS, EVACUATION}
        cut_at_s = city.clock.monotonic()
        receipt = await city.controller.desks.wet_power.decide(UNDERPASS, "cut", LI, "the camera shows nobody inside")
        assert [outcome.accepted for outcome in receipt.outcomes] == [True]
        await city.until(lambda: lit(city) == {"K3"}, within_s=3)
        await city.until(lambda: not lit(city), within_s=65)
        assert 55 <= city.clock.monotonic() - cut_at_s <= 65
        assert city.clock.monotonic() - flooded_at_s < 80
        assert not city.alarms("wet_power_decision")
        await city.until(lambda: locked(city) == set(OUTPUTS) and retained(city), within_s=15)
        assert not city.alarms("not_retained")
        assert not city.alarms("cut_not_proven")


async def test_the_alarm_names_the_dark_road_and_dry_neighbours_go_to_full(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await started(city)
        assert city.shown(DRY_HALF_NIGHT).actual == "off"
        await flooded(city)
        (alarm,) = city.alarms("wet_power_cut")
        assert (alarm.source, alarm.priority) == (ZONE, 1)
        assert "沈半路 (5 of 9 circuits cut)" in alarm.text
        assert "沈半路 (5/9 回路断电)" in alarm.text
        await city.until(
            lambda: city.shown(DRY_HALF_NIGHT).agrees is True, within_s=90
        )  # lamps rest before they strike
        neighbour = city.shown(DRY_HALF_NIGHT)
        assert (neighbour.actual, neighbour.winner.name) == ("on", "flood_critical")
        overview = city.controller.desks.wet_power.overview()
        assert DRY_HALF_NIGHT in overview.neighbours
        assert not set(ALL) & set(overview.neighbours)
        assert [(road.road, road.cut) for road in overview.roads] == [("沈半路", 5)]


async def test_a_cut_outlives_a_dead_link_a_rebooted_cabinet_and_our_own_restart_until_two_people_return_it(
    tmp_path: Path,
) -> None:
    async with running_field(underpass(), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await flooded(city)
            dark_since = clock.now()
            await field.stop_endpoint(GATEWAY)
            await city.until(lambda: city.link(CABINET) is LinkState.OFFLINE, within_s=60)
            field.cabinet(CABINET).reboot()
            await clock.sleep(900.0)
            assert field.cabinet(CABINET).timetable_active
            assert not lit(city)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        await clock.sleep(600.0)
        async with controlled(clock, field, here, after) as city:
            assert {stage(city, circuit) for circuit in ALL} == {"cut"}
            assert {city.shown(circuit).winner.name for circuit in ALL} == {"life_safety"}
            await field.start_endpoint(GATEWAY)
            await city.until(lambda: city.link(CABINET) is LinkState.ONLINE, within_s=90)
            await clock.sleep(300.0)
            assert not lit(city)
            assert retained(city)
            water(city, DRY_M, DRY_M, DRY_M)
            await clock.sleep(60.0)
            assert {stage(city, circuit) for circuit in ALL} == {"cut"}
            assert not [
                event for circuit in ALL for event in city.moves(circuit) if event.value and event.at > dark_since
            ]
            await brought_back(city)
    kinds = [record.kind for record in read(after)]
    assert "wet_power_return" in kinds


async def brought_back(city: RunningCity) -> None:
    """Refused without a check, and by one person under two sessions; then both things are there."""
    desk, proposals = city.controller.desks.wet_power, city.controller.desks.proposals
    with pytest.raises(InvalidValue, match="no insulation or leakage check"):
        await desk.propose_return(ALL, LI, "the water is gone")
    await desk.record_check(ALL, "insulation", 0.1, LI, by="the crew of 拱墅")
    with pytest.raises(InvalidValue, match="did not pass"):
        await desk.propose_return(ALL, LI, "the water is gone")
    await desk.record_check(ALL, "insulation", 20.0, LI, by="the crew of 拱墅")
    proposal = await desk.propose_return(ALL, LI, "the water is gone, measured")
    alone = await proposals.confirm(proposal.id, LI_ELSEWHERE)
    assert not any(outcome.accepted for outcome in alone.outcomes)
    assert not lit(city)
    both = await proposals.confirm(proposal.id, WANG)
    assert all(outcome.accepted for outcome in both.outcomes)
    await city.until(lambda: not locked(city), within_s=15)
    await city.until(lambda: {"K1", "K3", "K6"} <= lit(city), within_s=120)
    assert "K2" not in lit(city)
    await city.until(lambda: city.shown(DRY_HALF_NIGHT).actual == "off", within_s=60)
    assert not city.alarms("wet_power_cut")


async def test_a_return_is_refused_while_the_water_stands(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await flooded(city)
        desk = city.controller.desks.wet_power
        await desk.record_check(ALL, "insulation", 20.0, LI, by="the crew of 拱墅")
        with pytest.raises(InvalidValue, match="the cause stands"):
            await desk.propose_return(ALL, LI, "let there be light")
        water(city, 4.58, 4.58, 4.58)
        await city.clock.sleep(15.0)
        with pytest.raises(InvalidValue, match="cannot be ruled out"):
            await desk.propose_return([UNDERPASS], LI, "almost dry")


async def test_a_water_that_comes_back_between_proposal_and_confirmation_stops_the_return(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await flooded(city)
        desk, proposals = city.controller.desks.wet_power, city.controller.desks.proposals
        water(city, DRY_M, DRY_M, DRY_M)
        await city.clock.sleep(15.0)
        await desk.record_check([UNDERPASS], "insulation", 20.0, LI, by="the crew of 拱墅")
        proposal = await desk.propose_return([UNDERPASS], LI, "dry")
        water(city, OVER_M, OVER_M, OVER_M)
        await city.clock.sleep(15.0)
        receipt = await proposals.confirm(proposal.id, WANG)
        assert not any(outcome.accepted for outcome in receipt.outcomes)
        assert "K1" in locked(city)


async def test_signals_that_cannot_be_trusted_ask_and_cut_nothing(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await started(city)
        burning = lit(city)
        water(city, OVER_M, DRY_M, 99.0)  # 99 m is out of the gauge's range: BAD
        await city.until(lambda: bool(city.alarms("wet_power_blind")), within_s=60)
        await city.clock.sleep(600.0)
        assert lit(city) == burning
        assert not locked(city)
        (alarm,) = city.alarms("wet_power_blind")
        assert alarm.source == ZONE
        kept = await city.controller.desks.wet_power.decide(EVACUATION, "keep", LI, "the camera shows a dry road")
        assert kept.outcomes[0].accepted
        assert stage(city, EVACUATION) == "kept"
        water(city, OVER_M, OVER_M, DRY_M)
        await city.until(lambda: stage(city, HALF_NIGHT) == "cut", within_s=15)
        assert stage(city, EVACUATION) == "asked"


async def test_a_leaking_circuit_takes_its_whole_cabinet_out_and_stays_out_though_the_leak_is_gone(
    tmp_path: Path,
) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(UNDERPASS, EVACUATION)
        city.field.cabinet(CABINET).leaks_ma["K1"] = 180.0
        await city.until(lambda: not lit(city) and locked(city) == set(OUTPUTS), within_s=12)
        assert city.field.cabinet(CABINET).total_leakage_ma() < 30.0
        await city.clock.sleep(600.0)
        assert not lit(city)
        (alarm,) = city.alarms("wet_power_cut")
        assert alarm.source == CABINET
        assert "past its alarm limit" in alarm.text


async def test_a_cabinet_without_a_lock_out_of_its_own_is_told_to_be_not_retained(tmp_path: Path) -> None:
    site = without_lockout(part_of(hangzhou(), CABINET))
    async with running_city(tmp_path, NIGHT, site=site) as city:
        await city.all_as_wanted(UNDERPASS)
        city.field.cabinet(CABINET).immersed = True
        await city.until(lambda: not lit(city), within_s=12)
        (alarm,) = city.alarms("not_retained")
        assert (alarm.source, alarm.priority) == (CABINET, 1)
        assert "NOT_RETAINED" in alarm.text
        assert city.controller.desks.wet_power.circuit(UNDERPASS).retention == "NOT_RETAINED"


def without_lockout(site: Site) -> Site:
    endpoints = tuple(
        replace(
            endpoint,
            devices=tuple(
                replace(
                    b, points={name: spec for name, spec in b.points.items() if "lock" not in name.partition(".")[2]}
                )
                for b in endpoint.devices
            ),
        )
        for endpoint in site.endpoints
    )
    return replace(site, endpoints=endpoints)


async def test_a_circuit_its_cabinet_holds_locked_out_without_our_knowing_is_not_lit_blindly(tmp_path: Path) -> None:
    async with running_field(part_of(hangzhou(), CABINET), NIGHT) as (clock, field, here):
        field.cabinet(CABINET).lock("K1", True)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: stage(city, UNDERPASS) == "cut", within_s=30)
            assert city.controller.desks.wet_power.circuit(UNDERPASS).why == "found_locked"
            await clock.sleep(300.0)
            assert "K1" not in lit(city)
            assert stage(city, EVACUATION) == "dry"


async def test_a_cut_is_written_while_the_key_stands_at_local_and_said_not_to_be_assured(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(UNDERPASS)
        plant = city.field.cabinet(CABINET)
        plant.turn_switch(type(plant.switch)("LOCAL"))
        await city.clock.sleep(10.0)
        plant.immersed = True
        await city.until(lambda: locked(city) == set(OUTPUTS), within_s=12)
        await city.until(lambda: not lit(city), within_s=5)
