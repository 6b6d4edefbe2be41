"""Eight cabinets on soft wires, each with a road circuit, trees and a power meter; one of each kind of trouble."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from controller.domain.rights import Caller
from controller.logic.switch_progress import Stage
from controller.runtime.switching.desk import KnifeDesk
from controller.runtime.switching.views import LiveCount, SwitchPreview, Throw
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import SoftCity, SoftField, person, soft_city
from tests.unit.settings import small_site

LATE = datetime(2026, 6, 21, 14, 45, tzinfo=UTC)
"""22:45 in Hangzhou: landscape lighting is off, road lighting is on."""
CABINETS = tuple(f"330106-LC-{n:04d}" for n in range(1, 9))
ROADS, TREES = "K1", "K2"
RATED_W = {ROADS: 1200.0, TREES: 120.0}


def trees(*numbers: int) -> set[str]:
    return {f"330106-LC-{n:04d}/{TREES}" for n in numbers}


def roads(*numbers: int) -> set[str]:
    return {f"330106-LC-{n:04d}/{ROADS}" for n in numbers}


def _cabinet(number: int) -> str:
    return f"""\
  - id: {CABINETS[number - 1]}
    name: 文三路{number}号箱
    road: {"文三路" if number < 7 else "学院路"}
    feeder: {"10kV文三线" if number < 5 else "10kV学院线"}
    place: {{lat: 30.25, lon: 120.13}}
    wire: {{profile: cabinet, endpoint: gw-{number}, unit: 1}}
    circuits:
      - {{output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}}
      - {{output: K2, name: trees, program: landscape, lights: landscape, lamps: 4, lamp_w: 30}}
"""


def files(switching: str = "") -> dict[str, str]:
    """The small site with eight cabinets, each behind its own gateway."""
    gateways = "".join(f"  - {{name: gw-{n}, url: modbus+tcp://127.0.0.1:{20000 + n}}}\n" for n in range(2, 9))
    profile = small_site.FILES["profiles/cabinet.yaml"]
    meter = "      power_w: {table: holding, address: 20, stride: 1, type: u16}\n"
    lights = small_site.FILES["site/assets/lights.yaml"]
    poles = lights[lights.index("poles:") :]
    return {
        "site/endpoints.yaml": small_site.FILES["site/endpoints.yaml"] + gateways,
        "site/assets/lights.yaml": "cabinets:\n" + "".join(map(_cabinet, range(1, 9))) + poles,
        "profiles/cabinet.yaml": profile + meter,
        "site/lighting/switching.yaml": switching or "switching: {proof: {steady: 15s}}\n",
    }


@dataclass
class KnifeCity:
    """A running city and its switch."""

    soft: SoftCity

    @property
    def switch(self) -> KnifeDesk:
        return self.soft.controller.desks.switching

    def wire(self, number: int) -> SoftDriver:
        return self.soft.field.drivers[f"gw-{number}"]

    def set(self, number: int, point: str, value: object) -> None:
        self.wire(number).set(CABINETS[number - 1], point, value)  # type: ignore[arg-type]  # a test's own values

    async def look(
        self, scope: str, action: str, *, who: str = "hang", knife: str = "landscape", **said: object
    ) -> SwitchPreview:
        given = {"for_s": 3600.0, "reason": "festival", "slot": "district_manual"} | said
        throw = Throw(scope=scope, action=action, knife=knife, **given)  # type: ignore[arg-type]  # what tests vary
        return await self.switch.select(self.switch.aim(scope, knife), throw, person(who))

    async def throw(self, scope: str, action: str, *, who: str = "hang", **said: object) -> str:
        """Throw it, confirmed by a colleague where that is needed; the request's id."""
        seen = await self.look(scope, action, who=who, **said)  # type: ignore[arg-type]  # what tests vary
        came = await self.soft.controller.desks.orders.operate(seen.preview.token, person(who))
        await self.confirmed(came)
        return seen.preview.request_id

    async def confirmed(self, came: Receipt | ProposalView) -> Receipt:
        if isinstance(came, ProposalView):
            return await self.soft.controller.desks.proposals.confirm(came.id, person("zhou"))
        return came

    async def retry(self, request_id: str, who: str = "hang") -> Receipt:
        """Ask the rest again, confirmed by a colleague where that is needed."""
        return await self.confirmed(await self.switch.retry(request_id, person(who), anew=f"{request_id}-again"))

    def count(self, request_id: str) -> LiveCount:
        return self.switch.thrown(request_id)

    async def until(self, request_id: str, within_s: float = 60.0, **stages: int) -> LiveCount:
        """Wait until so many lights stand in these stages."""
        wanted = {Stage[name.upper()]: number for name, number in stages.items()}
        try:
            await self.soft.until(lambda: self._has(request_id, wanted), within_s)
        except AssertionError as late:
            raise AssertionError(f"{dict(self.count(request_id).stages)} is not {wanted}") from late
        return self.count(request_id)

    def _has(self, request_id: str, wanted: dict[Stage, int]) -> bool:
        stages = self.count(request_id).stages
        return all(stages.get(stage, 0) == number for stage, number in wanted.items())

    def lit(self, output: str = TREES) -> set[int]:
        """The cabinets whose contact is really closed."""
        numbered = enumerate(CABINETS, 1)
        return {n for n, device in numbered if self.wire(n).value(device, f"{output}.feedback") is True}


def metered(field: SoftField, numbers: Iterable[int] = range(1, 9)) -> None:
    """The meters of these cabinets follow their contactors."""
    for number in numbers:
        driver, device = field.drivers[f"gw-{number}"], CABINETS[number - 1]
        for output, watts in RATED_W.items():
            driver.on_write(
                device,
                f"{output}.command",
                lambda on, driver=driver, device=device, output=output, watts=watts: driver.set(
                    device, f"{output}.power_w", watts if on else 0.0
                ),
            )


@contextlib.asynccontextmanager
async def knife_city(
    folder: Path, start: datetime = LATE, *, switching: str = "", soft: SoftField | None = None, lying: int = 0
) -> AsyncIterator[KnifeCity]:
    """Everything read, every meter honest but the one of cabinet ``lying``."""
    with patch.dict(small_site.FILES, files(switching)):
        async with soft_city(folder, start, soft) as city:
            metered(city.field, [n for n in range(1, 9) if n != lying])
            await city.ready()
            await city.clock.sleep(30.0)
            yield KnifeCity(city)


def machine(name: str) -> Caller:
    """A key of a machine."""
    return Caller(name, session=f"S-{name}")
