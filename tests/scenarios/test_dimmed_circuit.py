"""A cabinet with dimmed circuits on a real socket: programs, orders, a cut, a deaf dimmer, the centre gone."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from controller.domain.rights import Caller
from controller.settings.load import load_site
from controller.settings.site import Site
from hil.plants.circuit import CircuitPlant
from hil.world import World
from tests.scenarios.city import CONFIG, LOCAL, RunningCity, controlled, running_city, running_field

EVENING = datetime(2026, 7, 21, 23, 20, tzinfo=LOCAL)
LI = Caller("li", "li", "session-1")
CABINET, K1 = "330106-LC-0001", "330106-LC-0001/K1"
FILES = {
    "site.yaml": "name: Dimmed\ntimezone: Asia/Shanghai\ntimetables: {download: false}\n",
    "divisions.yaml": "divisions:\n"
    "  - {code: 330106, name: 西湖区, name_en: Xihu, kind: district, centre: {lat: 30.25, lon: 120.13}}\n",
    "endpoints.yaml": "endpoints:\n  - {name: gw-1, url: modbus+tcp://127.0.0.1:20001}\n",
    "assets/lights.yaml": """\
cabinets:
  - id: 330106-LC-0001
    name: 调光1号箱
    road: 文一路
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: cabinet-4-dim, endpoint: gw-1, unit: 1}
    circuits:
      - {output: K1, name: main, program: stepped, lamps: 10, lamp_w: 100, dim: {min_percent: 20}}
      - {output: K2, name: side, program: stepped, lamps: 10, lamp_w: 50}
""",
    "lighting/programs.yaml": """\
programs:
  - id: stepped
    title: {zh: 阶梯调光, en: Stepped}
    edges: {sunset: on, sunrise: off}
    savings:
      - {from: 23:30, until: 01:00, level: 60%}
      - {from: 01:00, until: 05:00, level: 10%}
""",
}


def site(tmp_path: Path) -> Site:
    folder = tmp_path / "config" / "site"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "profiles").mkdir()
    shutil.copy(CONFIG.parent / "profiles" / "cabinet-4-dim.yaml", folder / "profiles")
    return load_site(folder)


def truth(city: RunningCity) -> tuple[bool, float]:
    """Whether the contactor is closed, and the level of the dimmer."""
    circuit = plant(city)
    return circuit.contactor.closed, circuit.level_command


def plant(city: RunningCity) -> CircuitPlant:
    return city.field.cabinet(CABINET).circuits["K1"]


async def test_a_stepped_program_dims_the_circuit_and_never_moves_its_contactor_in_the_night(tmp_path: Path) -> None:
    async with running_city(tmp_path / "data", EVENING, site=site(tmp_path), world=World()) as city:
        await city.all_as_wanted(K1)
        assert truth(city) == (True, 100.0)
        await city.until(lambda: truth(city) == (True, 60.0), within_s=660)
        await city.until(lambda: city.shown(K1).actual == "60%", within_s=20)
        before = len(city.moves(K1))
        await city.until(lambda: truth(city) == (True, 20.0), within_s=5420, every_s=5.0)
        await city.until(lambda: city.shown(K1).agrees is True, within_s=20)
        why = city.shown(K1)
        assert (why.wanted, why.actual) == ("10%", "20%")
        assert "its lamps go no lower" in why.phase
        assert not city.alarms("mismatch")
        assert len(city.moves(K1)) == before
        lights = city.controller.overview().lighting
        assert (lights.circuits_on, lights.circuits_disagree) == (2, 0)


async def test_orders_go_contactor_first_up_and_level_first_down_and_are_proven_whole(tmp_path: Path) -> None:
    async with running_city(tmp_path / "data", EVENING, site=site(tmp_path), world=World()) as city:
        await city.all_as_wanted(K1)
        off = await city.order(K1, "off", 3600.0)
        assert off.accepted
        await city.until(lambda: not truth(city)[0], within_s=30)
        assert truth(city) == (False, 20.0)
        await city.until(lambda: city.shown(K1).agrees is True, within_s=20)
        assert city.shown(K1).actual == "off"
        await city.clock.sleep(61.0)
        receipt_of = city.controller.desks.undertakings
        assert (await city.order(K1, "40%", 3600.0)).accepted
        await city.until(lambda: truth(city) == (True, 40.0), within_s=30)
        newest = receipt_of.recent(1)[0]
        await city.until(lambda: receipt_of.get(newest.id).state == "CONFIRMED", within_s=30)
        writes = [command.write for command in city.controller.commands()][:2]
        assert writes == ["330106-LC-0001/K1.level_command=40.0", "330106-LC-0001/K1.command=True"]
        stop = await city.controller.desks.orders.stop(K1, LI, "smoke")
        assert stop.outcomes[0].accepted
        await city.until(lambda: not truth(city)[0], within_s=10)
        assert "K1" in city.field.cabinet(CABINET).locked or await locked_soon(city)


async def locked_soon(city: RunningCity) -> bool:
    await city.until(lambda: "K1" in city.field.cabinet(CABINET).locked, within_s=20)
    return True


async def test_a_deaf_dimmer_is_told_and_still_switched_off_at_dawn(tmp_path: Path) -> None:
    async with running_city(tmp_path / "data", EVENING, site=site(tmp_path), world=World()) as city:
        await city.all_as_wanted(K1)
        city.field.device(CABINET).ignore("K1.level_command")
        assert (await city.order(K1, "30%", 600.0)).accepted
        await city.until(lambda: bool(city.alarms("mismatch")), within_s=60)
        assert (await city.order(K1, "off", 3600.0, slot="city_manual")).accepted
        await city.until(lambda: not truth(city)[0], within_s=60)


async def test_without_the_centre_a_dimmed_circuit_burns_in_full(tmp_path: Path) -> None:
    async with running_field(site(tmp_path), EVENING, world=World()) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "data") as city:
            await city.all_as_wanted(K1)
            assert (await city.order(K1, "40%", 3600.0)).accepted
            await city.until(lambda: truth(city) == (True, 40.0), within_s=30)
        await clock.sleep(400.0)
        circuit = field.cabinet(CABINET).circuits["K1"]
        assert (circuit.contactor.closed, circuit.level_command) == (True, 100.0)
