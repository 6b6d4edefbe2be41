"""Road lighting is not off for long at night, in whatever way it is ordered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.runtime.soft_city import LC1, person, soft_city

ROAD = f"{LC1}/K1"
MORNING = datetime(2026, 6, 22, 1, 0, tzinfo=UTC)
LONG_S, SHORT_S = 3 * 3600.0, 3600.0


@pytest.mark.parametrize("value", ["off", "on"])
async def test_a_selection_of_roads_off_into_the_night_for_longer_than_the_site_allows_is_refused(
    tmp_path: Path, value: str
) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        (told,) = (await city.select(ROAD, value=value, for_s=LONG_S)).targets
        excluded = value == "off"
        assert bool(told.cause) is excluded
        if excluded:
            assert "at most (switching: night_off)" in told.text


async def test_by_day_and_for_a_short_while_roads_may_be_off(tmp_path: Path) -> None:
    async with soft_city(tmp_path, start=MORNING) as city:
        await city.ready()
        (by_day,) = (await city.select(ROAD, value="off", for_s=LONG_S)).targets
        assert not by_day.cause
    async with soft_city(tmp_path) as city:
        await city.ready()
        (for_an_hour,) = (await city.select(ROAD, value="off", for_s=SHORT_S)).targets
        assert not for_an_hour.cause


async def test_what_was_off_by_day_is_not_extended_through_the_night(tmp_path: Path) -> None:
    async with soft_city(tmp_path, start=MORNING) as city:
        await city.ready()
        receipt = await city.order(ROAD, value="off", for_s=SHORT_S)
        lease = receipt.outcomes[0].lease_id or ""
        answer = await city.controller.desks.leases.extend(lease, 11 * 3600.0, person("lin"), "goes on")
        assert not hasattr(answer, "wording"), "no second person makes it right"
        (outcome,) = answer.outcomes
        assert not outcome.accepted
        assert "night_off" in outcome.text
