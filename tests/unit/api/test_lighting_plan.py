"""The plan's routes over the real desk: programs and calendars in TALQ's words, nights and years, and who sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.runtime.clocks import RealClock
from controller.runtime.lighting_plans.desk import LightingPlanDesk
from controller.settings.load import load_site
from tests.unit.api.conftest import Bench
from tests.unit.settings.small_site import write_site
from tests.unit.settings.test_lighting_settings import MORE, SCENE

TREES = "330106-LC-0001/K2"


@pytest.fixture
def desk(bench: Bench, tmp_path: Path) -> LightingPlanDesk:
    site = load_site(write_site(tmp_path / "plan", {MORE: SCENE}))
    bench.facade.desks.lighting_plans = LightingPlanDesk(site, RealClock())
    plans: LightingPlanDesk = bench.facade.desks.lighting_plans
    return plans


@pytest.mark.usefixtures("desk")
async def test_programs_and_calendars_are_served_in_talq_words(bench: Bench) -> None:
    async with bench.client() as client:
        programs = (await client.get("/api/v1/lighting/programs")).json()
        calendars = (await client.get("/api/v1/lighting/calendars")).json()
    by_id = {one["talq"]["id"]: one for one in programs["items"]}
    assert by_id["all-night"]["exact"]
    assert by_id["all-night"]["talq"]["activePeriods"][0]["name"] == "AstroClockActivePeriod"
    assert not by_id["scene/bridge/1"]["exact"]
    assert by_id["scene/bridge/1"]["unsaid_zh"]
    assert calendars["day_offset"] == 12
    assert {one["talq"]["defaultProgram"] for one in calendars["items"]} == {"all-night", "landscape"}


@pytest.mark.usefixtures("desk")
async def test_a_night_and_a_year_are_told(bench: Bench) -> None:
    async with bench.client() as client:
        nights = (await client.get("/api/v1/lighting/nights?scope=class:landscape&night=2026-10-01")).json()
        year = (await client.get(f"/api/v1/lighting/years/{TREES}?first=2026-10-01")).json()
    assert [(one["count"], one["scene"], one["mode"]) for one in nights] == [(1, "bridge", "holiday")]
    assert year["spans"][0]["rule"] == "桥节假日 Bridge, holidays"


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nights?scope=road:nowhere", 422),
        ("nights?scope=what", 422),
        ("years/330106-LC-0404/K1", 404),
        ("nights?night=soon", 422),
    ],
)
async def test_what_makes_no_sense_is_refused(bench: Bench, path: str, status: int) -> None:
    async with bench.client() as client:
        assert (await client.get(f"/api/v1/lighting/{path}")).status_code == status
