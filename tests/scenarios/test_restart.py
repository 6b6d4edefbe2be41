"""A controller killed in the middle of an override: what stands on its disk at that moment is all the next one has."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_field
from tests.scenarios.part import part_of

NIGHT = datetime(2026, 6, 21, 21, 0, tzinfo=LOCAL)
CABINET = "330102-LC-0001"
CIRCUIT, OTHER = f"{CABINET}/K1", f"{CABINET}/K3"


def as_killed(data: Path, copy: Path) -> Path:
    """The data folder as a kill at this moment would leave it."""
    shutil.copytree(data, copy)
    shutil.rmtree(copy / "run", ignore_errors=True)
    return copy


async def overridden(city: RunningCity, for_s: float) -> str:
    """The circuit switched off by a person; the lease."""
    await city.all_as_wanted(CIRCUIT, OTHER)
    outcome = await city.order(CIRCUIT, "off", for_s=for_s)
    await city.until(lambda: city.shown(CIRCUIT).actual == "off", within_s=5)
    await city.clock.sleep(100.0)
    assert outcome.lease_id is not None
    return outcome.lease_id


async def test_the_lease_goes_on_with_its_remaining_time_and_no_output_moves(tmp_path: Path) -> None:
    async with running_field(part_of(hangzhou(), CABINET), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            lease = await overridden(city, for_s=900.0)
            ends = city.shown(CIRCUIT).winner.expires
            after = as_killed(tmp_path / "first", tmp_path / "second")
        moved = len(field.events())
        await clock.sleep(60.0)
        async with controlled(clock, field, here, after) as city:
            winner = city.shown(CIRCUIT).winner
            assert (winner.name, winner.value, winner.lease_id, winner.expires) == (
                "district_manual",
                "off",
                lease,
                ends,
            )
            assert winner.remaining_s is not None
            assert ends is not None
            assert abs(winner.remaining_s - (ends - clock.now()).total_seconds()) < 0.1
            await city.until(lambda: city.controller.health().ready, within_s=30)
            await clock.sleep(300.0)
            assert len(field.events()) == moved
            await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=500)
            assert city.shown(CIRCUIT).winner.name == "schedule"
            relit = city.moves(CIRCUIT)[-1]
            assert timedelta() <= relit.at - ends < timedelta(seconds=5)
        assert not city.moves(OTHER)
    assert verify(after).ok


async def test_a_lease_that_ran_out_meanwhile_is_ended_at_the_start_and_the_program_decides(tmp_path: Path) -> None:
    async with running_field(part_of(hangzhou(), CABINET), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await overridden(city, for_s=200.0)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        await clock.sleep(200.0)
        async with controlled(clock, field, here, after) as city:
            assert city.shown(CIRCUIT).winner.slot >= 13
            await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=90)
    ended = list(read(after, kind="lease_ended"))
    assert [record.data["why"] for record in ended] == ["ran out while the controller was stopped"]


async def test_nothing_is_written_before_the_first_complete_read(tmp_path: Path) -> None:
    async with running_field(part_of(hangzhou(), CABINET), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await overridden(city, for_s=900.0)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        await field.stop_endpoint(here.endpoints[0].name)
        async with controlled(clock, field, here, after) as city:
            await clock.sleep(30.0)
            assert not city.controller.commands()
            assert city.shown(CIRCUIT).agrees is None
            await field.start_endpoint(here.endpoints[0].name)
            await city.until(lambda: city.shown(CIRCUIT).agrees is True, within_s=60)
            assert not city.controller.commands()
