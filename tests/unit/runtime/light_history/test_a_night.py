"""One night on soft devices whose numbers come out as they do by hand: two lamps broken, a cabinet out of reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from controller.runtime.light_history.views import RateView
from tests.unit.runtime.light_history.night_city import A, B, MeteredField, night_city

NIGHT = date(2026, 6, 21)


def by_key(rows: tuple[RateView, ...]) -> dict[str, RateView]:
    return {row.key: row for row in rows}


async def test_a_night_with_two_broken_lamps_and_a_cabinet_out_of_reach_adds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with night_city(tmp_path, monkeypatch) as (city, field):
        desk = city.controller.desks.light_figures
        await city.clock.sleep(3600.0)  # 19:30: everything burns since sunset
        now = await desk.rates("city", "division", "now", None)
        assert (now.total.lamps_due, now.total.lamps_lit, now.total.rate_percent) == (50.0, 50.0, 100.0)
        field.breaks(f"{A}/K1", 2)
        field.drivers["gw-2"].go_silent()
        await city.clock.sleep(1800.0)  # 20:00
        now = await desk.rates("city", "division", "now", None)
        total = now.total
        # 50 lamps due; the 20 of B unknown; of the other 30, 28 burn.
        assert (total.lamps_due, total.lamps_unknown, total.lamps_lit) == (50.0, 20.0, 28.0)
        assert total.rate_percent == pytest.approx(100 * 28 / 30)
        assert total.pessimistic_percent == pytest.approx(100 * 28 / 50)
        assert (total.lights_faulted, total.intact_percent) == (1, 75.0)
        xihu, binjiang = by_key(now.rows)["330106"], by_key(now.rows)["330108"]
        assert (xihu.lamps_lit, xihu.rate_percent, binjiang.rate_percent) == (18.0, 90.0, 100.0)
        assert sum(row.lamps_lit for row in now.rows) == total.lamps_lit
        assert by_key(now.figures)["main_roads"].below == ("rate",)
        standing = {alarm.id for alarm in city.controller.alarms() if alarm.cleared is None}
        assert "division:330106:lights_on_low" in standing
        assert not any(alarm.startswith("division:330108:lights_on") for alarm in standing)
        field.drivers["gw-2"].recover()
        await city.clock.sleep(4 * 3600.0)  # 00:00: the half-night circuit has gone off and is in neither
        now = await desk.rates("city", "", "now", None)
        assert (now.total.lamps_due, now.total.lamps_lit, now.total.lamps_burning_unwanted) == (40.0, 38.0, 0.0)
        await city.clock.sleep(5 * 3600.0 + 600.0)  # 05:10: sunrise has switched everything off
        tonight = await desk.rates("city", "road", "tonight", None)
        pair = await desk.rates("group:pair", "", "tonight", None)
        energy = await desk.energy("city", "class", "tonight", None)
        samples = await desk.samples("division:330108", NIGHT, None)
        faults = await desk.faults("city", "tonight", None)
    # Sunset 19:03, sunrise 04:59. A/K1 10 lamps, 8 of them from 19:30 on; A/K2 10 lamps until 23:30; C/K1 10 lamps.
    burned_h = 595 / 60
    slot_h = 10 * 5 / 60
    wenyi = by_key(tonight.rows)["330106/文一路"]
    assert wenyi.lamps_due == pytest.approx(10 * burned_h + 10 * 267 / 60, abs=2 * slot_h)
    assert wenyi.lamps_due - wenyi.lamps_lit == pytest.approx(2 * (burned_h - 27 / 60), abs=0.5)
    branch = by_key(tonight.rows)["330106/<b>支路</b>"]
    assert branch.lamps_unknown == pytest.approx(20 * 0.5, abs=20 * 6 / 60)
    assert branch.rate_percent is not None
    assert branch.rate_percent > 99.0
    assert pair.total.lamps_due == pytest.approx(20 * burned_h, abs=2 * slot_h)
    # By the meters, all of it: what B used while it was out of reach was on its meter when it came back.
    used_kwh = (10 * 27 / 60 + 8 * (burned_h - 27 / 60) + 10 * 267 / 60 + 20 * burned_h + 10 * burned_h) * 0.1
    assert energy.total.measured_kwh == pytest.approx(used_kwh, rel=0.01)
    assert energy.total.measured_kwh == pytest.approx(sum(field.kwh.values()) - 6000.0, abs=0.1)
    assert energy.total.estimated_kwh == pytest.approx(0.0, abs=0.2)
    assert energy.total.carbon_kg == pytest.approx(0.5 * (energy.total.measured_kwh + energy.total.estimated_kwh))
    assert energy.total.before_led_kwh == pytest.approx(energy.total.burn_hours * 0.25)
    assert (energy.gap_minutes, energy.gap_nights) == (0, ())
    lit = [sample for sample in samples if sample.lamps_due]
    assert 117 <= len(lit) <= 121
    assert all(sample.rate_percent == 100.0 for sample in lit[1:-1])
    assert [(fault.source, fault.kind, fault.ended is None) for fault in faults] == [(B, "offline", False)]


async def test_a_restart_in_the_middle_of_a_night_counts_nothing_twice_and_shows_the_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = MeteredField()
    async with night_city(tmp_path, monkeypatch, field=field) as (city, _):
        await city.clock.sleep(3 * 3600.0 + 60.0)  # 21:31
        before = (await city.controller.desks.light_figures.rates("city", "", "tonight", None)).total
        stopped = city.clock.now()
    field.burn(3600.0)  # the controller is down for an hour; lamps and meters go on
    async with night_city(tmp_path, monkeypatch, stopped + timedelta(seconds=3), field) as (city, _):
        desk = city.controller.desks.light_figures
        again = (await desk.rates("city", "", "tonight", None)).total
        assert again.lamps_due - before.lamps_due <= 50 * 5 / 60
        assert await city.assembly.light_history.sampler.sample() is False
    async with night_city(tmp_path, monkeypatch, stopped + timedelta(hours=1), field) as (city, _):
        desk = city.controller.desks.light_figures
        await city.clock.sleep(1800.0)  # 23:01
        after = await desk.rates("city", "", "tonight", None)
        energy = await desk.energy("city", "", "tonight", None)
        record = city.assembly.light_history.sampler.device(A)
    assert after.total.lamps_due == pytest.approx(before.lamps_due + 50 * 0.5, abs=50 * 11 / 60)
    assert (after.gap_nights, after.nights) == (("2026-06-21",), 1)
    assert 50 <= after.gap_minutes <= 65
    assert energy.total.measured_kwh == pytest.approx(sum(field.kwh.values()) - 6000.0, abs=0.2)
    assert energy.total.unseen_kwh == pytest.approx(50 * 0.1, abs=0.6)  # the hour is on the meters and in no saving
    assert energy.total.saved_dimming_kwh == pytest.approx(0.0, abs=0.6)
    assert record is not None
    assert record.lights[f"{A}/K1"].switchings == 1


async def test_a_clock_set_back_counts_no_minute_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 6, 21, 13, 0, tzinfo=UTC)
    async with night_city(tmp_path, monkeypatch, start) as (city, _):
        sampler = city.assembly.light_history.sampler
        await city.clock.sleep(1800.0)
        counted = len(sampler.tonight()[0])
        monkeypatch.setattr(city.clock, "now", lambda: start + timedelta(minutes=11))
        assert await sampler.sample() is False
        monkeypatch.setattr(city.clock, "now", lambda: start - timedelta(days=1))
        assert await sampler.sample() is False
        assert len(sampler.tonight()[0]) == counted
        assert sampler.night == NIGHT
