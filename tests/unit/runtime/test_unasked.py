"""What a cabinet measures wakes nobody who decides, unless something of the site asks for it; and nothing reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.expression import parse
from controller.domain.image import Image
from controller.domain.points import DeviceId, Reading, TargetId
from controller.domain.request import Decision
from controller.logic.contract import Moment
from controller.logic.electrical import electrical
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.runtime.dispatch import Act
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.unasked import unasked
from controller.settings.load import load_site
from tests.unit.runtime.soft_city import LC1, SoftCity, soft_city
from tests.unit.settings import small_site
from tests.unit.settings.small_site import write_site

K1 = f"{LC1}/K1"
MEASURED = "points:\n" + "".join(
    f"  {name}: {{table: holding, address: {address}, type: u16}}\n"
    for address, name in enumerate(("voltage_a_v", "current_a_a", "leakage_ma", "door_open"), 20)
)
OUTPUTS = ("K1", "K2", "K3", "K4")


@pytest.fixture(autouse=True)
def with_a_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/cabinet.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace("points:\n", MEASURED, 1))


class Spied(dict[str, Reading]):
    """Readings that note which of them are asked for."""

    def __init__(self, readings: dict[str, Reading], asked: set[str]) -> None:
        super().__init__(readings)
        self._asked = asked

    def get(self, name: str, default: Reading | None = None) -> Reading | None:  # type: ignore[override]  # as asked
        self._asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Reading:
        self._asked.add(name)
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        self._asked.update(self.keys())
        return super().__iter__()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every point a lighting turn asks for of any cabinet."""
    names: set[str] = set()
    compute, act = LightingDiscipline.compute, LightingDiscipline.act

    def spied(image: Image) -> Image:
        return Image({d: replace(one, readings=Spied(dict(one.readings), names)) for d, one in image.blocks.items()})

    def computes(self: LightingDiscipline, image: Image, changed: Set[DeviceId], moment: Moment) -> None:
        compute(self, spied(image), changed, moment)

    def acts(
        self: LightingDiscipline,
        image: Image,
        changed: Set[DeviceId],
        decided: Sequence[Decision],
        settled: Set[TargetId],
        moment: Moment,
    ) -> list[Act]:
        return act(self, spied(image), changed, decided, settled, moment)

    monkeypatch.setattr(LightingDiscipline, "compute", computes)
    monkeypatch.setattr(LightingDiscipline, "act", acts)
    return names


async def test_no_lighting_turn_reads_what_it_is_not_told_of(tmp_path: Path, asked: set[str]) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.set(LC1, "leakage_ma", 900)
        await city.clock.sleep(30.0)
        city.lamps.set(LC1, "leakage_ma", 0)
        await city.order(K1, value="off")
        await city.clock.sleep(1200.0)
        every = electrical(asked | {"voltage_a_v", "current_a_a", "energy_kwh"}, OUTPUTS)
        assert {"K1.feedback", "K1.command", "leakage_ma"} <= asked
        assert not asked & every
        assert city.assembly.lighting.indifferent(LC1) == {"voltage_a_v", "current_a_a", "energy_kwh"}


async def test_a_voltage_alone_gives_a_lighting_turn_nothing_to_do_and_a_door_does(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.clock.sleep(60.0)
        assert await changed_by(city, "voltage_a_v", 231) == set()
        assert await changed_by(city, "door_open", 1) == {LC1}


async def changed_by(city: SoftCity, point: str, value: int) -> set[DeviceId]:
    """The devices lighting looks at anew after this one reading."""
    cycle = city.assembly.cycles[0]
    await city.until(lambda: not cycle._changed)
    now_s = city.clock.monotonic()
    known = city.assembly.table.devices()[LC1].readings[point]
    city.assembly.table.store(LC1, {point: known._replace(value=value, received_s=now_s)})
    return set(cycle._changed)


def test_what_an_interlock_asks_for_is_asked_for_of_every_cabinet(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "config"))
    assert unasked(site)[LC1] == {"voltage_a_v", "current_a_a", "energy_kwh"}
    spec = InterlockSpec(
        id="undervoltage",
        target=K1,
        kind=InterlockKind.PERMISSIVE,
        action=Action.ENERGISE,
        condition=parse("voltage_a_v > 200"),
        on_bad=next(iter(OnBad)),
        text_zh="欠压",
        text_en="undervoltage",
    )
    assert unasked(replace(site, interlocks=(*site.interlocks, spec)))[LC1] == {"current_a_a", "energy_kwh"}
