"""The optimiser over a simulated station: advice, a person's acceptance, targets in slot 11, and back to the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.domain.intents import StationMode, StationOrder
from controller.domain.points import DeviceId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.forecasts.series import Forecast, ForecastKind, ForecastStep
from controller.logic.optimiser.choosing import considered
from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.weighed import Weighed
from controller.runtime.optimiser.highs import Highs
from controller.runtime.optimiser.worker import NoAnswer
from controller.settings.recording import RecordingSettings
from controller.settings.site import Site
from tests.scenarios.city import RunningCity, controlled, hangzhou, running_field, with_timing
from tests.scenarios.part import part_of, waters_of

STATION, RAIN = DeviceId("330102-PS-0003"), "330102-RG-0001"
START = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
CHEN = Caller("chen", person="chen")


class Inside:
    """A worker without a process: it answers two units, or nothing when told so."""

    def __init__(self) -> None:
        self.silent = self.broken = False
        self.asked = 0

    async def ask(self, problem: Problem) -> Weighed | NoAnswer:
        self.asked += 1
        if self.broken:
            raise RuntimeError("a fault nobody thought of")
        if self.silent:
            return NoAnswer("late")
        found = considered(problem, Highs())
        assert found.ours is not None
        assert found.rules is not None
        # What is under test is what becomes of a plan: this one says two units, and is the one to follow.
        answer = found.answer
        if answer is None:
            return found
        counts = {station: (2.0,) * len(series) for station, series in answer.counts.items()}
        return replace(found, answer=replace(answer, counts=counts))

    async def close(self) -> None:
        """Nothing to end."""


def one_station() -> Site:
    parts = (STATION, RAIN)
    whole = hangzhou()
    site = with_timing(part_of(whole, *parts), poll_normal_s=20.0, lighting_cycle_s=300.0, water_cycle_s=15.0)
    settings = OptimiserSettings(enabled=True, late_s=1200.0, left_share=0.0, apart_m=0.5)
    waters = waters_of(whole.network, frozenset(parts))
    return replace(site, network=waters, optimiser=settings, recording=RecordingSettings(enabled=False))


async def foretell(city: RunningCity) -> None:
    hours = [START + timedelta(hours=one) for one in range(31)]
    steps = tuple(ForecastStep(begins, begins + timedelta(hours=1), 1.0) for begins in hours)
    forecast = Forecast(ForecastKind.RAIN, RAIN, START, "weather", steps)
    assert (await city.controller.desks.forecasts.add([forecast], (), CHEN)).accepted


def ordered(city: RunningCity) -> StationOrder | None:
    holder = city.assembly.book.holder(STATION, Slot.OPTIMISER)
    return None if holder is None or not isinstance(holder.value, StationOrder) else holder.value


def running(city: RunningCity) -> int:
    return city.assembly.optimiser.watch.running(STATION)


async def test_a_plan_is_carried_out_where_it_was_accepted_and_given_back_without_a_stop(tmp_path: Path) -> None:
    async with running_field(one_station(), START, step_s=30.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            worker = Inside()
            watch, desk = city.assembly.optimiser.watch, city.controller.desks.optimiser
            watch._worker = worker
            await foretell(city)
            await city.until(lambda: watch.considered is not None, 400.0, every_s=10.0)
            assert ordered(city) is None, "advice alone orders nothing"
            shown = desk.show()
            assert shown.rules is not None
            assert shown.stations[0].accepted_by == ""

            refused = await desk.accept(STATION, 7200.0, Caller("meter", session="key:1"))
            assert not refused.accepted
            assert (await desk.accept(STATION, 7200.0, CHEN, "night tide")).accepted
            assert ordered(city) == StationOrder(StationMode.COUNT, 2), watch.standing
            await city.until(lambda: running(city) == 2, 1500.0, every_s=10.0)
            assert desk.show().stations[0].steers

            worker.silent = True
            await city.until(lambda: ordered(city) is None, 1500.0, every_s=10.0)
            assert city.alarms("handed_back")
            assert running(city) == 2, "giving the station back stops nothing"

            worker.silent = False
            await city.until(lambda: ordered(city) is not None, 1500.0, every_s=10.0)
            assert not city.alarms("handed_back")

            worker.broken = True
            await city.until(lambda: ordered(city) is None, 1500.0, every_s=10.0)
            assert city.alarms("handed_back"), "a fault of its own is told, and costs no pump and nobody else"
            assert running(city) == 2
            worker.broken = False
            await city.until(lambda: ordered(city) is not None, 1500.0, every_s=10.0)
        async with controlled(clock, field, here, tmp_path) as city:
            desk = city.controller.desks.optimiser
            (row,) = desk.show().stations
            assert row.accepted_by == "chen", "what was accepted outlives a restart"
            city.assembly.optimiser.watch._worker = Inside()
            await city.until(lambda: ordered(city) is not None, 900.0, every_s=10.0)
            assert (await desk.withdraw(STATION, CHEN)).accepted
            assert ordered(city) is None
            assert not (await desk.withdraw(STATION, CHEN)).accepted
        await clock.sleep(120.0)  # the station forgets the sessions that ended
