"""A stormy evening recorded and run again: the same logic decides the same; another level or program shows where."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from controller.domain.expression import parse
from controller.domain.intents import UnitMode, UnitOrder
from controller.domain.operating import DisciplineName, OperatingState
from controller.domain.rights import CITY, Caller
from controller.domain.slots import Slot
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.runtime.recording.comparing import About
from controller.runtime.recording.reading import Recording
from controller.runtime.recording.replaying import Replay, Report
from controller.settings.site import Site
from controller.store.recording import FOLDER, segments
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_field, with_timing
from tests.scenarios.part import part_of
from tests.scenarios.test_pumps_in_a_storm import FIRST, STATION, world_of

CABINET = "330102-LC-0001"
CIRCUIT = f"{CABINET}/K1"
UNIT = f"{STATION}/P4"
AFTERNOON = datetime(2026, 6, 21, 17, 45, tzinfo=LOCAL)
TRIP = InterlockSpec(
    id="p4-high",
    kind=InterlockKind.TRIP,
    target=UNIT,
    action=Action.START,
    condition=parse("inner_level_1_m < 1.8"),
    on_bad=OnBad.ASK,
    text_zh="高水位",
    text_en="the water is high",
    trip_to=UnitOrder(UnitMode.STOP),
    off_delay_s=30.0,
)
DUTY = Caller("zhou", person="zhou", session="S")


def evening() -> Site:
    site = part_of(hangzhou(), STATION, CABINET)
    site = with_timing(site, opcua_publish_s=5.0, water_cycle_s=2.0, lighting_cycle_s=10.0)
    return replace(site, interlocks=(*site.interlocks, TRIP))


async def before_the_restart(city: RunningCity) -> None:
    """A storm, a unit that trips, an operator's order, a declaration, a tag: with a periodic snapshot in between."""
    desks = city.controller.desks
    await city.until(lambda: city.controller.health().ready, within_s=60.0)
    await city.clock.sleep(900.0)
    await city.order(CIRCUIT, "on", for_s=1800.0)
    await desks.tags.hang(f"{CABINET}/K2", DUTY, reason="a crew is there")
    await desks.states.declare(
        DisciplineName.LIGHTING, CITY, OperatingState.TYPHOON, for_s=3600.0, reason="typhoon", caller=DUTY
    )
    await city.until(lambda: city.assembly.book.holder(UNIT, Slot.EQUIPMENT_PROTECTION) is not None, within_s=7200.0)
    await city.clock.sleep(600.0)


async def after_the_restart(city: RunningCity) -> None:
    """Dusk, the lamps go on, the storm goes, the trip is reset."""
    await city.until(lambda: not city.controller.desks.resets._refusal(UNIT), within_s=4 * 3600.0, every_s=30.0)
    receipt = await city.controller.reset(UNIT, DUTY, "looked at it")
    assert receipt.outcomes[0].accepted, receipt
    await city.clock.sleep(1800.0)


def replayed(data: Path, site: Site, since: datetime | None = None) -> tuple[Recording, Report]:
    recording = Recording(data / FOLDER)
    return recording, Replay(lambda _hash, _speed: site, since=since).run(recording.from_(since))


async def test_a_recorded_evening_is_decided_the_same_and_another_configuration_shows_where(tmp_path: Path) -> None:
    site = evening()
    async with running_field(site, AFTERNOON, world=world_of(1.70, FIRST)) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            await before_the_restart(city)
        restarted = clock.now()
        async with controlled(clock, field, here, tmp_path) as city:
            await after_the_restart(city)
        ended = clock.now()
    megabytes = sum(segment.path.stat().st_size for segment in segments(tmp_path / FOLDER)) / 1e6
    hours = (ended - AFTERNOON) / timedelta(hours=1)
    print(json.dumps({"hours": round(hours, 2), "megabytes": round(megabytes, 3)}))

    recording, report = replayed(tmp_path, site)
    print(report.turns, report.notes)
    assert report.differences == []
    assert report.turns > hours * 3600 / 10
    assert recording.torn == []
    assert [note for note in report.notes if "started" in note] == report.notes
    assert len(report.notes) == 2

    for since in (AFTERNOON + timedelta(minutes=31), restarted + timedelta(minutes=12)):
        _, part = replayed(tmp_path, site, since)
        assert part.differences == [], since
        assert 0 < part.turns < report.turns
        assert part.first is not None
        assert part.first >= since

    station = site.city.stations[STATION]
    assert station.levels is not None
    lower = replace(station, levels=replace(station.levels, start_m=station.levels.start_m - 0.15))
    other = replace(site, city=replace(site.city, stations={STATION: lower}), config_hash="other")
    _, found = replayed(tmp_path, other)
    about = {(one.about, one.target.partition("/")[0]) for one in found.differences}
    assert (About.DECISION, STATION) in about
    assert not [one for one in found.differences if one.target.startswith(CABINET)]
