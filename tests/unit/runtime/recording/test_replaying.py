"""The small city recorded and run again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from controller.domain.image import Block
from controller.domain.rights import CITY, Caller
from controller.runtime.recording import recorder as recorder_module
from controller.runtime.recording.blocks import apply_blocks
from controller.runtime.recording.comparing import About
from controller.runtime.recording.core import CALLED, REMEMBERED
from controller.runtime.recording.reading import Beginning, Recording
from controller.runtime.recording.replaying import Replay
from controller.runtime.schedule_heap import DueHeap
from controller.store.recording import FOLDER, segments
from tests.unit.runtime.recording.recorded_city import K1, K2, live_core, recorded_city, replay
from tests.unit.runtime.soft_city import LC1, PS, SoftCity, SoftField, person

NOT_REMEMBERED: Mapping[str, set[str]] = {
    "book": {"_defaults", "_order", "_listeners"},
    "lighting": {
        "behind",
        "_daylight",
        "_looked_at",
        "_unasked",
        "_programs",
        "_plan",
        "_timing",
        "_urgent",
        "_lamps",
        "_by_device",
        "_order",
        "_phases",
        "_verdicts",
        "_last",
        "staging",
    },
    "staging": {"rules", "_steps"},
    "water": {"_stations", "_interlocks", "_targets", "_rest_s", "_phases", "_verdicts", "_last", "_turn"}
    | {"_kept", "_said", "_records"}
    | {"_feeder_limits", "_feeders"},
    "wet": {"_read", "_in_zones", "zones", "rules", "_names", "_circuits", "_signals", "_lock_points", "roads"}
    | {"_neighbourhood", "_site", "_alarms", "_lamps", "_members"},
    "poles": {"_settings", "_cut_ma", "_kinds", "_with_button", "_neighbourhood", "_warnings", "_read", "_told"}
    | {"_kept_dark"},
    "lockouts": {"_able", "_names", "_prove_s", "_timing", "_alarmed", "_last"},
    "circuits": {"_specs", "_points", "_bound", "_of_device", "_kinds", "_records"},
    "switches": {"changes", "_waits", "_keys", "_kept", "_on_site"},
    "tags": {"changes"},
    "skies": {"_lux", "areas", "_bands", "_names", "_areas_of", "_votes"},
    "signals": {"_kinds", "_scopes", "_lit"},
    "values": {"_programs", "devices"},
    "daylight": {"skies", "signals", "values", "tally", "_tz", "_places", "_of_device", "_sun"},
    "declared": {"_targets", "_specs", "_subjects", "changes", "_known", "_specs_known"},
}
"""Configuration, wiring, what only people read, and caches that are
empty in a new part."""
WIRING = {"_book", "_alarms", "_keep", "_evidence", "_wet", "_interlocks", "_site", "_measures_of", "_bypassed"} | {
    "_poles",
    "lockouts",
    "_clock",
    "_turned",
}


async def busy(city: SoftCity) -> None:
    """Orders, a tag, a declaration, a lost link, an emergency stop: with everything a desk may do to the core."""
    desks = city.controller.desks
    await city.clock.sleep(30.0)
    await city.order(K1, value="on")
    await desks.tags.hang(LC1 + "/K2", person("lin"), reason="a crew is there")
    await desks.states.declare("lighting", CITY, "typhoon", for_s=3600.0, reason="wind", caller=person("zhou"))
    await city.clock.sleep(700.0)
    city.lamps.set(LC1, "control_switch", "LOCAL")
    await city.clock.sleep(60.0)
    city.lamps.set(LC1, "control_switch", "REMOTE")
    await desks.orders.stop(f"{PS}/P1", Caller("lin", person="lin"), "smoke")
    await city.clock.sleep(700.0)


async def test_the_same_configuration_decides_and_writes_the_same_also_over_a_restart(tmp_path: Path) -> None:
    soft = SoftField()
    async with recorded_city(tmp_path, soft) as city:
        await busy(city)
    async with recorded_city(tmp_path, soft) as city:
        await city.clock.sleep(300.0)
        writes = len(city.lamps.writes)
    report = replay(tmp_path)
    assert report.differences == []
    assert report.turns > 2_000
    assert writes > 0
    assert len(report.notes) == 2


async def test_a_replay_remembers_at_the_end_what_the_controller_remembered(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        await busy(city)
        core = live_core(city)
    site = city.site
    run = Replay(lambda _hash, _speed: site)
    run.run(Recording(tmp_path / "data" / FOLDER).from_(None))
    assert run._running is not None
    replayed = run._running.core
    for part, names in REMEMBERED.items():
        for name in names:
            live, again = getattr(getattr(core, part), name), getattr(getattr(replayed, part), name)
            assert _plain(live) == _plain(again), f"{part}.{name}"


def _plain(value: Any) -> Any:
    return value.all() if isinstance(value, DueHeap) else sorted(map(repr, value)) if isinstance(value, list) else value


async def test_every_attribute_of_the_core_is_remembered_or_known_not_to_matter(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        core = live_core(city)
        for part, names in REMEMBERED.items():
            taped = set(CALLED.get(part, ()))
            unknown = set(vars(getattr(core, part))) - set(names) - NOT_REMEMBERED.get(part, set()) - WIRING - taped
            assert not unknown, f"{part}: {sorted(unknown)} - in a snapshot (recording/core.py), or of no weight?"


async def test_a_changed_program_shows_as_decisions_and_writes_that_differ(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(2400.0)
    programs = tmp_path / "config" / "site" / "lighting" / "programs.yaml"
    programs.write_text(programs.read_text().replace("edges: {sunset: on,", "edges: {sunset+15m: on,"))
    found = replay(tmp_path).differences
    assert {(one.about, one.target) for one in found} >= {(About.DECISION, K1), (About.WRITE, K1)}
    assert K2 not in {one.target for one in found}
    first = next(one for one in found if one.about is About.DECISION)
    assert "on by schedule" in first.recorded
    assert "off" in first.now
    assert first.until > first.since


async def test_a_reload_goes_on_with_the_new_configuration(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(60.0)
        site = tmp_path / "config" / "site" / "site.yaml"
        site.write_text(site.read_text().replace("name: Small", "name: Smaller"))
        assert (await city.controller.reload(person("lin"))).applied
        await city.clock.sleep(60.0)
    kept = {segment.config for segment in segments(tmp_path / "data" / FOLDER)}
    assert len(kept) == 2
    report = replay(tmp_path)
    assert report.differences == []
    assert [note.partition(": ")[2] for note in report.notes][-1] == "the configuration was swapped"


async def test_a_thread_that_falls_behind_leaves_a_gap_that_is_said_and_the_rest_is_decided_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(60.0)
        monkeypatch.setattr(recorder_module, "WAITING_MAX", 0)
        await city.clock.sleep(5.0)
        assert [alarm.source for alarm in city.controller.alarms() if alarm.condition == "not_recorded"]
        monkeypatch.undo()
        await city.order(K1, value="on")
        await city.clock.sleep(120.0)
        standing = [a for a in city.controller.alarms() if a.condition == "not_recorded" and a.cleared is None]
        assert not standing
    report = replay(tmp_path)
    assert any("were not recorded" in note for note in report.notes)
    assert report.differences == []


async def test_a_large_switch_puts_its_recording_off_for_some_seconds_and_loses_none_of_it(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(30.0)
        recorder, held = city.assembly.recorder, []
        recorder._crowded = lambda: True
        await city.order(K1, value="on")
        for _ in range(100):
            await city.clock.sleep(0.2)
            waiting = recorder._waiting
            if waiting and recorder._writing is None:  # while the thread writes it is the disk's time that passes
                held.append(waiting[-1].moment.s - waiting[0].moment.s)
        assert recorder_module.TOGETHER_S < max(held) <= recorder_module.CROWDED_S
    report = replay(tmp_path)
    assert report.differences == []
    assert not any("were not recorded" in note for note in report.notes)


async def test_a_disk_that_refuses_stops_no_turn_and_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "data" / FOLDER
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(30.0)
        assert any(alarm.condition == "not_recorded" for alarm in city.controller.alarms())
        folder.unlink()
        cycles = [cycle.stats().cycles for cycle in city.assembly.cycles]
        await city.clock.sleep(200.0)
        assert all(c.stats().cycles > before + 100 for c, before in zip(city.assembly.cycles, cycles, strict=True))
    assert replay(tmp_path).differences == []


async def test_nothing_is_recorded_where_the_site_says_so(tmp_path: Path) -> None:
    async with recorded_city(tmp_path, say="recording: {enabled: false}\n") as city:
        await city.clock.sleep(10.0)
    assert not (tmp_path / "data" / FOLDER).exists()


async def test_the_recorded_image_is_the_one_that_was_seen(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        await city.clock.sleep(45.0)
        ages = city.site.ageings
    blocks: dict[str, Block] = {}
    for one in Recording(tmp_path / "data" / FOLDER).from_(None):
        if isinstance(one, Beginning):
            blocks = {}
        given = ((), one.blocks) if isinstance(one, Beginning) else one.blocks
        apply_blocks(given, blocks, ages)
    for device, seen in city.assembly.table.devices().items():
        again = blocks[device]
        assert again.readings.keys() == seen.readings.keys()
        assert {n: (r.value, r.detail) for n, r in again.readings.items()} == {
            n: (r.value, r.detail) for n, r in seen.readings.items()
        } or seen.link is not again.link
