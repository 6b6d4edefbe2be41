"""A level gauge freezes in the rising limb of a storm: it is found, told, and its reach filled in, never as GOOD."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from controller.domain.quality import Quality
from controller.logic.hydraulics.estimate import GaugeFault, Trust
from controller.settings.recording import RecordingSettings
from controller.settings.site import Site
from hil.world import StormModel, World
from tests.scenarios.city import RunningCity, controlled, hangzhou, hangzhou_world, running_field, with_timing
from tests.scenarios.part import part_of, waters_of

CANAL, HEMU, RAIN = "330105-LG-0001", "330105-LG-0002", "330105-RG-0001"
POINT = f"{HEMU}/level_m"
START = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
WITHIN_S = 45 * 60.0


def gauges_alone() -> Site:
    parts = (CANAL, HEMU, RAIN)
    site = with_timing(
        part_of(hangzhou(), *parts),
        poll_normal_s=20.0,
        lighting_cycle_s=300.0,
        water_cycle_s=60.0,
        heartbeat_s=300.0,
    )
    waters = waters_of(hangzhou().network, frozenset(parts))
    return replace(site, network=waters, recording=RecordingSettings(enabled=False))


def storm() -> World:
    falls = StormModel.model_validate({"after": "10m", "lasts": "4h", "peak_mm_h": 35})
    return replace(hangzhou_world(), storms=(falls,))


def believed(city: RunningCity) -> tuple[Trust, float, GaugeFault]:
    estimate = city.assembly.hydraulics.watch.estimate
    assert estimate is not None
    reach = estimate.reaches["hemu"]
    return reach.trust, reach.level_m, estimate.gauges[POINT].fault


def true_m(city: RunningCity) -> float:
    return city.field.water.level_m("hemu")


async def test_a_frozen_gauge_in_the_rising_limb_is_found_filled_in_told_and_remembered(tmp_path: Path) -> None:
    site = gauges_alone()
    async with running_field(site, START, world=storm(), step_s=30.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            await clock.sleep(100 * 60.0)
            trust, level_m, fault = believed(city)
            assert (trust, fault) == (Trust.MEASURED, GaugeFault.NONE)
            assert abs(level_m - true_m(city)) < 0.02
            assert not city.alarms("gauge_lies")

            field.device(HEMU).substitute("level_m", round(true_m(city), 3))
            await city.until(lambda: bool(city.alarms("gauge_lies")), WITHIN_S, every_s=30.0)
            (alarm,) = city.alarms("gauge_lies")
            assert alarm.source == HEMU
            assert POINT in alarm.text
            assert "冻结" in alarm.text_zh
            trust, level_m, fault = believed(city)
            assert (trust, fault) == (Trust.SUBSTITUTED, GaugeFault.FROZEN)
            assert trust.quality is Quality.UNCERTAIN
            assert abs(level_m - true_m(city)) < 0.06
            await clock.sleep(6 * 60.0)
            assert city.alarms("level_filled")
        async with controlled(clock, field, here, tmp_path) as city:
            await clock.sleep(5 * 60.0)
            trust, level_m, fault = believed(city)
            assert (trust, fault) == (Trust.SUBSTITUTED, GaugeFault.FROZEN)
            assert abs(level_m - true_m(city)) < 0.10
            assert city.alarms("gauge_lies")

            field.device(HEMU).heal()
            await city.until(lambda: believed(city)[0] is Trust.MEASURED, 30 * 60.0, every_s=30.0)
            assert not city.alarms("gauge_lies")
            assert abs(believed(city)[1] - true_m(city)) < 0.05
    assert list((tmp_path / "waters").glob("*.csv"))
