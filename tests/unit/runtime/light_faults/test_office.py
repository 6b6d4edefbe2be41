"""The office keeps what was learned over a reload, forgets what left, and looks no oftener than it must."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.image import View
from controller.logic.faults.baseline import trained
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.circuit import When
from controller.settings.site import Site
from tests.unit.logic.faults.night import RULES, lessons
from tests.unit.runtime.soft_city import LC1, LC2, SoftCity, soft_city
from tests.unit.settings import small_site

K1, K2 = f"{LC1}/K1", f"{LC1}/K2"


@pytest.fixture(autouse=True)
def with_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/cabinet.yaml"
    door = "points:\n  door_open: {table: holding, address: 20, type: bool}\n"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace("points:\n", door, 1))


def other_lamps(site: Site) -> Site:
    """The site with other lamps on K1."""
    cabinet = site.city.cabinets[LC1]
    circuits = tuple(replace(one, lamps=one.lamps + 1) if one.id == K1 else one for one in cabinet.circuits)
    cabinets = {**site.city.cabinets, LC1: replace(cabinet, circuits=circuits)}
    return replace(site, city=replace(site.city, cabinets=cabinets))


async def opened(city: SoftCity, device: str) -> None:
    desk = city.controller.desks.light_faults
    city.lamps.set(device, "door_open", True)
    await city.until(lambda: bool(desk.open_faults(device)), within_s=120.0)


async def test_other_lamps_are_learned_anew_and_the_others_keep_what_was_learned(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        office = city.assembly.light_faults
        for target in (K1, K2):
            watch = office.circuit(target)
            assert watch is not None
            watch.baselines[100] = trained(lessons(watch.circuit.rated_w), RULES)
        await opened(city, LC1)
        office.adopt(other_lamps(city.site))
        learned = {one.circuit: one.learned for one in city.controller.desks.light_faults.baselines(LC1)}
        assert learned == {K1: False, K2: True}
        assert [one.kind for one in city.controller.desks.light_faults.open_faults(LC1)] == ["door_open"]


async def test_the_faults_of_a_cabinet_that_left_are_over(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await opened(city, LC2)
        left = {name: one for name, one in city.site.city.cabinets.items() if name != LC2}
        city.assembly.light_faults.adopt(replace(city.site, city=replace(city.site.city, cabinets=left)))
        assert not city.assembly.alarms.standing(LC2, "door_open")
        assert city.controller.desks.light_faults.open_faults(LC2) == ()


async def test_a_look_that_fails_is_alarmed_stops_no_other_and_is_tried_until_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        office, alarms = city.assembly.light_faults, city.assembly.alarms
        broken, whole = office.watches()[LC1], CabinetWatch.look

        def look(self: CabinetWatch, view: View, when: When) -> bool:
            if self is broken:
                raise ZeroDivisionError("a defect")
            return whole(self, view, when)

        monkeypatch.setattr(CabinetWatch, "look", look)
        city.lamps.set(LC1, "door_open", True)
        await opened(city, LC2)
        await city.until(lambda: alarms.standing(LC1, "fault_watch_failed"), within_s=120.0)
        (told,) = [one for one in city.controller.alarms() if one.condition == "fault_watch_failed"]
        assert "a defect" in told.text
        assert "故障判别出错" in told.text_zh
        assert city.controller.desks.light_faults.open_faults(LC1) == ()
        monkeypatch.setattr(CabinetWatch, "look", whole)
        await city.until(lambda: not alarms.standing(LC1, "fault_watch_failed"), within_s=120.0)
        await city.until(lambda: bool(city.controller.desks.light_faults.open_faults(LC1)), within_s=120.0)


async def test_a_circuit_without_a_baseline_is_neither_intact_nor_broken(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        desk = city.controller.desks.light_faults
        assert desk.intact(K1) is None
        await opened(city, LC1)
        assert desk.intact(K1) is False
