"""A cabinet that loses the centre goes on by its own table, and that table is the programs'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from controller.domain.image import LinkState
from controller.domain.rights import Caller
from controller.runtime.timetables.views import TimetableView
from controller.settings.site import Site
from controller.settings.timetables import ClockRules, TimetableSettings
from controller.store.journal_read import read
from hil.devices.cabinet_memory import CabinetMemory
from hil.plants.cabinet import ControlSwitch
from schedules.program import Anchor, Edge, TimePoint
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_city, running_field, with_timing
from tests.scenarios.part import part_of

NOON = datetime(2026, 9, 30, 13, 0, tzinfo=LOCAL)
TONIGHT = date(2026, 9, 30)
NEW, OLD = "330102-LC-0001", "330122-LC-0001"
GATEWAY = "gw-330102-01"
LIN = Caller("lin", person="lin", session="S-lin")
PACE = TimetableSettings(first_after_s=5.0, look_every_s=3600.0, read_every_s=7200.0, retry_s=60.0)
SHARED = ("K1", "K3", "K6")
"""The all-night circuits share a program of the device."""
MINUTE = timedelta(seconds=61)
CLOCK_OFF = timedelta(seconds=4)
"""What a cabinet's clock gains or loses in a night."""


def site_of(*cabinets: str, **rules: object) -> Site:
    site = with_timing(
        part_of(hangzhou(), *cabinets),
        poll_normal_s=30.0,
        poll_slow_s=300.0,
        lighting_cycle_s=30.0,
        water_cycle_s=300.0,
        link_max_s=900.0,
        heartbeat_s=60.0,
    )
    return replace(site, timetables=replace(PACE, **rules))


@asynccontextmanager
async def city_of(data: Path, site: Site, at: datetime = NOON) -> AsyncIterator[RunningCity]:
    async with running_city(data, at, site=site, step_s=60.0) as city:
        yield city


def shown(city: RunningCity, cabinet: str = NEW) -> TimetableView:
    return city.controller.desks.timetables.view(cabinet)


def memory(city: RunningCity, cabinet: str = NEW) -> CabinetMemory:
    return cast(CabinetMemory, city.field.device(cabinet).memory)


async def downloaded(city: RunningCity, cabinet: str = NEW) -> None:
    await city.until(lambda: shown(city, cabinet).state == "equal", within_s=600.0, every_s=5.0)


def lines(data: Path, kind: str, target: str = NEW) -> list[dict[str, Any]]:
    return [dict(line.data) for line in read(data, kind=kind, target=target)]


async def test_a_cabinet_cut_off_before_dusk_lights_by_its_own_table_within_a_minute_of_the_program(
    tmp_path: Path,
) -> None:
    async with city_of(tmp_path, site_of(NEW), datetime(2026, 9, 30, 17, 0, tzinfo=LOCAL)) as city:
        await downloaded(city)
        night = {
            circuit.id: [(edge.at, edge.value == "on") for edge in city.controller.night(circuit.id, TONIGHT).edges]
            for circuit in city.site.city.cabinets[NEW].circuits
        }
        assert len({len(edges) for edges in night.values()}) > 1, "half-night circuits among them"
        await city.field.stop_endpoint(GATEWAY)
        await city.clock.sleep(14 * 3600.0)
        for target, edges in night.items():
            moved = [(event.at, event.value) for event in city.moves(target)]
            assert [value for _, value in moved] == [value for _, value in edges], target
            for (at, value), (planned, _) in zip(moved, edges, strict=True):
                longer = planned - at if value else at - planned
                assert -CLOCK_OFF <= longer <= MINUTE + CLOCK_OFF, (target, value, at, planned)


async def test_an_older_cabinet_without_commit_is_never_darker_and_says_where_it_is_longer(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(OLD)) as city:
        await downloaded(city, OLD)
        view = shown(city, OLD)
        assert not view.atomic
        night = await city.controller.desks.timetables.night(OLD, TONIGHT)
        assert night.read
        assert all(one.darker_min == 0 for one in night.outputs)
        longer = {one.program for one in night.outputs if one.longer_min}
        assert longer == {"road-half-night"}, "one pair a night cannot hold a half night"
        assert 250 < view.longer_nights < 366, "in summer the morning's relight is too short to be worth it"
        assert any("NOT_ATOMIC" in note for note in night.notes)


async def test_a_table_altered_on_site_is_noticed_told_and_written_anew(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(NEW, look_every_s=600.0)) as city:
        await downloaded(city)
        memory(city).alter("K1", TONIGHT + timedelta(days=3), ((300, 301),))
        await city.until(lambda: shown(city).why == "changed on site", within_s=1200.0, every_s=10.0)
        assert memory(city).night("K1", TONIGHT + timedelta(days=3)) != ((300, 301),)
        assert shown(city).state == "equal"
        told = [alarm for alarm in city.controller.alarms() if alarm.condition == "fallback_differs"]
        assert [alarm.cleared is not None for alarm in told] == [True], "gone, and still to be seen by a person"
        assert "changed on site" in told[0].text
        await city.clock.sleep(2.0)
        assert len(lines(tmp_path, "timetable_altered")) == 1
        assert [line["why"] for line in lines(tmp_path, "timetable_download")] == ["first download", "changed on site"]


async def test_a_table_altered_under_a_key_at_local_is_told_and_left_alone(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(NEW, look_every_s=600.0)) as city:
        await downloaded(city)
        city.field.cabinet(NEW).turn_switch(ControlSwitch.LOCAL)
        memory(city).alter("K1", TONIGHT, ((300, 301),))
        await city.until(lambda: bool(city.alarms("fallback_differs")), within_s=1200.0, every_s=10.0)
        view = shown(city)
        assert (view.state, view.nights, view.outputs, view.first) == ("differs", 1, SHARED, TONIGHT.isoformat())
        assert view.darker_min > 300
        assert "LOCAL" in view.held
        await city.clock.sleep(1800.0)
        assert memory(city).night("K1", TONIGHT) == ((300, 301),)
        refused = (await city.controller.desks.timetables.download([NEW], LIN, reason="put it right")).outcomes[0]
        assert (refused.accepted, refused.cause) == (False, "BLOCKED_LOCAL")
        night = await city.controller.desks.timetables.night(NEW, TONIGHT)
        (first,) = [one for one in night.outputs if one.output == "K1"]
        assert (first.held, first.darker_min) == ("17:00–17:01", view.darker_min)

        city.field.cabinet(NEW).turn_switch(ControlSwitch.REMOTE)
        await city.until(lambda: shown(city).state == "equal", within_s=600.0, every_s=10.0)
        assert not city.alarms("fallback_differs")


async def test_a_link_lost_in_the_middle_of_a_download_leaves_the_old_table_active_and_it_goes_on_later(
    tmp_path: Path,
) -> None:
    async with city_of(tmp_path, site_of(NEW)) as city:
        await downloaded(city)
        before = {output: memory(city).night(output, TONIGHT) for output in ("K1", "K2")}
        commits = memory(city).commits
        city.assembly.timetables.adopt(earlier(city.site))
        assert city.controller.overview().timetables.equal == 0, "what may have changed is not called equal"
        await city.until(lambda: memory(city).staged, within_s=300.0)
        await city.field.stop_endpoint(GATEWAY)
        await city.until(lambda: city.link(NEW) is not LinkState.ONLINE, within_s=60.0)
        assert {output: memory(city).night(output, TONIGHT) for output in ("K1", "K2")} == before
        assert memory(city).commits == commits
        view = shown(city)
        assert (view.state, bool(view.error)) == ("unknown", True)
        assert "the old table is active" in view.text_en

        await city.field.start_endpoint(GATEWAY)
        await city.until(lambda: shown(city).state == "equal", within_s=3600.0, every_s=10.0)
        now = {output: memory(city).night(output, TONIGHT) for output in ("K1", "K2")}
        assert all((now[output] or ((0, 0),))[0][0] == (before[output] or ((0, 0),))[0][0] - 30 for output in now)
        assert memory(city).commits == commits + 1
        await city.clock.sleep(2.0)
        outcomes = [line["outcome"] for line in lines(tmp_path, "timetable_downloaded")]
        assert outcomes == ["CONFIRMED", "INTERRUPTED", "CONFIRMED"]


async def test_orders_go_before_a_download_and_are_as_quick_as_ever(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(NEW, block_pause_s=0.0)) as city:
        target = f"{NEW}/K5"
        await city.until(lambda: shown(city).doing, within_s=300.0, every_s=0.05)
        before_s = city.clock.monotonic()
        assert (await city.order(target, "on", for_s=600.0)).accepted
        await city.until(lambda: city.shown(target).actual == "on", within_s=5.0, every_s=0.05)
        assert city.clock.monotonic() - before_s < 2.0
        await downloaded(city)


async def test_what_was_downloaded_is_known_after_a_restart_and_not_written_again(tmp_path: Path) -> None:
    site = site_of(NEW)
    async with running_field(site, NOON, step_s=60.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            await downloaded(city)
            first = shown(city)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: shown(city).state == "equal", within_s=60.0)
            assert (shown(city).hash, shown(city).written_at) == (first.hash, first.written_at)
            await city.clock.sleep(1800.0)
            assert memory(city).commits == 1
            assert city.controller.overview().timetables.line() == "fallback equals program: 1/1"


async def test_a_person_has_a_table_downloaded_and_it_is_told_who_and_why(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(NEW, download=False)) as city:
        await city.until(lambda: shown(city).looked_at is not None, within_s=600.0, every_s=5.0)
        assert shown(city).state == "never_downloaded"
        receipt = await city.controller.desks.timetables.download([NEW], LIN, reason="new board, WO-1182")
        assert receipt.outcomes[0].accepted
        await downloaded(city)
        await city.clock.sleep(2.0)
        (ordered,) = read(tmp_path, kind="timetables_ordered")
        assert (ordered.actor, ordered.data["members"], ordered.data["request"]) == ("lin", [NEW], receipt.request_id)
        (line,) = lines(tmp_path, "timetable_download")
        assert (line["why"], line["request"]) == ("new board, WO-1182", receipt.request_id)
        assert (shown(city).by, shown(city).why) == ("lin", "new board, WO-1182")


async def test_a_drifting_clock_is_kept_right_and_its_drift_is_told(tmp_path: Path) -> None:
    rules = ClockRules(look_every_s=1800.0)
    async with city_of(tmp_path, site_of(NEW, clock=rules)) as city:
        cabinet = city.field.cabinet(NEW)
        cabinet.drift_clock(20.0)
        worst_s = 0.0
        for _ in range(26):
            await city.clock.sleep(1800.0)
            plant = city.field.cabinet(NEW)
            worst_s = max(worst_s, abs(plant.clock.shows(plant.now_s) - plant.now_s))
        assert worst_s < 5.0
        assert lines(tmp_path, "clock_set")
        clock = shown(city).clock
        assert clock is not None
        assert (clock.error, clock.set_at is not None) == ("", True)


async def test_a_clock_that_cannot_be_kept_right_is_alarmed(tmp_path: Path) -> None:
    async with city_of(tmp_path, site_of(NEW, clock=ClockRules(look_every_s=1800.0))) as city:
        city.field.cabinet(NEW).turn_switch(ControlSwitch.LOCAL)
        await city.until(
            lambda: city.assembly.table.view(NEW, city.clock.monotonic()).value("control_switch") == "LOCAL", 60.0
        )
        city.field.cabinet(NEW).set_clock(city.clock.now().timestamp() - 600.0)
        await city.until(lambda: bool(city.alarms("clock_off")), within_s=7200.0, every_s=30.0)
        (alarm,) = city.alarms("clock_off")
        assert "-600 s off" in alarm.text or "-599 s off" in alarm.text
        assert "LOCAL" in alarm.text
        city.field.cabinet(NEW).turn_switch(ControlSwitch.REMOTE)
        await city.until(lambda: not city.alarms("clock_off"), within_s=7200.0, every_s=30.0)
        plant = city.field.cabinet(NEW)
        assert abs(plant.clock.shows(plant.now_s) - plant.now_s) < 3.0


def earlier(site: Site) -> Site:
    """The site with road lights half an hour earlier in the evening."""
    lit = (Edge(TimePoint(Anchor.SUNSET, -30), 100.0), Edge(TimePoint(Anchor.SUNRISE), 0.0))
    programs = {
        name: replace(program, edges=lit) if name.startswith("road") else program
        for name, program in site.lighting.programs.items()
    }
    return replace(site, lighting=replace(site.lighting, programs=programs))
