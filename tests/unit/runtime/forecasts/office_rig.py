"""A whole controller that is not started: no cycle turns, and hours pass by hand in no time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.image import LinkState
from controller.domain.points import Reading
from controller.domain.quality import Quality
from controller.domain.rights import Scope
from controller.runtime.conditions.views import ProposedState
from controller.runtime.forecasts.forecasts import Forecasts
from controller.runtime.forecasts.warning_views import WarningsView
from controller.settings.load import load_site
from controller.store.store import Store
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.forecasts.rainy_city import RG
from tests.unit.runtime.soft_city import DUSK, person
from tests.unit.settings.small_site import write_site

STEP_S = 300.0
WEST = "division:330106"


@dataclass
class Office:
    """The controller's parts, and a way to let time pass over its gauges."""

    assembly: Assembly
    clock: HandClock

    @property
    def forecasts(self) -> Forecasts:
        return self.assembly.forecasts.forecasts

    def show(self, **values: float) -> None:
        """Gauges by the last letters of their ids: ``RG=6.0, LG=2.75``."""
        for word, value in values.items():
            gauge, point = f"330106-{word}-0001", "rain_mm_h" if word == "RG" else "level_m"
            if gauge in self.assembly.table.not_met():
                for state in (LinkState.SUSPECT, LinkState.PROBING, LinkState.ONLINE):
                    self.assembly.table.set_link(gauge, state)
            self.assembly.table.store(gauge, {point: Reading(value, Quality.GOOD, self.clock.s)}, complete=True)

    async def pass_by(self, hours: float, **values: float) -> None:
        """Time passes with the gauges at these values."""
        for _ in range(round(hours * 3600.0 / STEP_S)):
            self.clock.s += STEP_S
            self.show(**values)
            await self.look()

    async def look(self) -> None:
        self.assembly.watch.look()
        await self.assembly.forecasts.look()
        self.assembly.conditions.states.look()

    async def take(self, text: str, name: str = "meteo_1.csv") -> None:
        receipt = await self.assembly.forecasts.desk.add_file(text, name, person("wei"))
        assert receipt.accepted, receipt.text_en

    def standing(self, source: str, condition: str) -> bool:
        return self.assembly.alarms.standing(source, condition)

    def proposed(self) -> list[ProposedState]:
        told = self.assembly.conditions.states.proposed()
        return [one for one in told if one.discipline == "water"]

    async def dismiss(self) -> None:
        states = self.assembly.conditions.states
        done = await states.dismiss("water", Scope.parse(WEST), person("zhou"), reason="staff gauge reads 1.90 m")
        assert done.accepted, done.text_en

    def warnings(self) -> WarningsView:
        return self.assembly.warnings.view()

    def rain_mm(self, hours: float) -> float:
        return self.assembly.forecasts.rain.record(RG).within(hours * 3600.0, self.clock.now())


@contextlib.asynccontextmanager
async def office(tmp_path: Path, start: datetime = DUSK) -> AsyncIterator[Office]:
    """Opened on what an earlier one kept in the same folder."""
    site = load_site(write_site(tmp_path / "config"))
    clock, store = HandClock(start), Store.open(tmp_path / "data")
    try:
        assembly = Assembly(site, clock, store)
        assembly.forecasts.restore(store.state.stored)
        assembly.conditions.restore(store.state.stored)
        yield Office(assembly, clock)
        await assembly.keeper.flush()
        await assembly.evidence.flush()
    finally:
        await store.close()
