"""LOCAL/REMOTE from the people's side: where the key is, releasing a station, vouching for a switch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.points import good
from controller.domain.quality import Detail, Quality
from controller.domain.rights import Caller
from controller.store.changes import Change
from controller.store.journal_read import read
from drivers.base import Endpoint
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, LC1, PS, SoftCity, SoftField, person, soft_city
from tests.unit.settings.small_site import FILES

ZHOU = person("zhou")
KEYED = "    name: 五堡\n    key_at: {zh: 泵房值班室, en: pump house}\n"


@pytest.fixture(autouse=True)
def with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    water = FILES["site/assets/water.yaml"]
    monkeypatch.setitem(FILES, "site/assets/water.yaml", water.replace("    name: 五堡\n", KEYED))


class Broken(SoftField):
    """A field whose station has a switch that cannot be read, from the first look."""

    def make(self, endpoint: Endpoint, clock: Clock, **more: object) -> SoftDriver:
        driver = super().make(endpoint, clock, **more)
        if endpoint.name == "ua-1":
            driver.spoil(PS, "control_switch", Quality.BAD, Detail.FAILURE)
        return driver


def turn(city: SoftCity, to: str, device: str = PS) -> None:
    driver = city.field.drivers["ua-1"] if device == PS else city.lamps
    driver.set(device, "control_switch", to)


async def word(city: SoftCity, device: str = PS) -> str:
    await city.clock.sleep(15.0)
    shown = city.controller.desks.switches.at(device)
    return "free" if shown is None else shown.word


async def test_a_switch_off_remote_is_listed_with_the_place_of_its_key(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        assert city.controller.desks.switches.list() == ()
        turn(city, "LOCAL")
        assert await word(city) == "local"
        (shown,) = city.controller.desks.switches.list()
        assert (shown.device, shown.reads) == (PS, "LOCAL")
        assert "(pump house) stands at LOCAL" in shown.text_en
        assert "（泵房值班室）在就地位" in shown.text_zh
        assert city.controller.overview().switches_away == 1
        asset = city.controller.asset(PS)
        assert asset.switch is not None
        assert "pump house" in city.controller.explain(f"{PS}/P1").text_en


async def test_back_at_remote_automation_waits_until_a_person_releases_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        switches = city.controller.desks.switches
        turn(city, "LOCAL")
        assert await word(city) == "local"
        assert (await switches.resume(PS, ZHOU, reason="done")).cause == "BLOCKED_LOCAL"
        turn(city, "REMOTE")
        assert await word(city) == "waiting"
        assert city.controller.explain(PS).interlocks[0].id == "back_from_local"
        assert (await switches.resume(PS, ZHOU, reason="work is done")).accepted
        assert await word(city) == "free"
        assert (await switches.resume(PS, ZHOU, reason="again")).cause == "OUT_OF_RANGE"
    kinds = [line.kind for line in read(tmp_path / "data") if "switch" in line.kind or "resumed" in line.kind]
    assert kinds.count("switch_turned") == 2
    assert [kind for kind in kinds if kind != "switch_turned"] == [
        "switch_refused",
        "automation_resumed",
        "switch_refused",
    ]


async def test_a_cabinet_waits_for_nobody_unless_config_says_so(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        turn(city, "LOCAL", LC1)
        assert await word(city, LC1) == "local"
        turn(city, "REMOTE", LC1)
        assert await word(city, LC1) == "free"


async def test_the_wait_goes_on_over_a_restart(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field) as city:
        await city.ready()
        turn(city, "LOCAL")
        assert await word(city) == "local"
        turn(city, "REMOTE")
        assert await word(city) == "waiting"
    async with soft_city(tmp_path, DUSK + timedelta(minutes=5), field) as city:
        await city.ready()
        assert await word(city) == "waiting"
        await city.clock.sleep(300.0)
        assert await word(city) == "free"


async def test_a_switch_turned_while_nobody_ran_is_found_back_and_waits(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field) as city:
        await city.ready()
        turn(city, "LOCAL")
        assert await word(city) == "local"
    async with soft_city(tmp_path, DUSK + timedelta(hours=5), field) as city:
        assert await word(city) == "waiting"


async def test_a_person_on_site_vouches_for_a_switch_that_cannot_be_read(tmp_path: Path) -> None:
    async with soft_city(tmp_path, DUSK, Broken()) as city:
        await city.ready()
        switches = city.controller.desks.switches
        assert await word(city) == "local"
        receipt = await switches.confirm_remote(PS, ZHOU, on_site="li sees REMOTE", for_s=600.0, reason="broken")
        assert receipt.accepted
        assert await word(city) == "confirmed"
        (shown,) = switches.list()
        assert (shown.by, "li sees REMOTE" in shown.text_en) == ("zhou", True)
        await city.clock.sleep(600.0)
        assert await word(city) == "local"


async def test_a_word_for_a_switch_outlives_a_restart_but_not_its_time(tmp_path: Path) -> None:
    field = Broken()
    async with soft_city(tmp_path, DUSK, field) as city:
        await city.ready()
        assert await word(city) == "local"
        await city.controller.desks.switches.confirm_remote(PS, ZHOU, on_site="li", for_s=600.0, reason="broken")
        assert await word(city) == "confirmed"
    async with soft_city(tmp_path, DUSK + timedelta(minutes=8), field) as city:
        await city.ready()
        assert await word(city) == "confirmed"
    async with soft_city(tmp_path, DUSK + timedelta(minutes=12), field) as city:
        await city.ready()
        assert await word(city) == "local"


async def test_a_clock_set_back_while_we_were_stopped_lengthens_no_word_for_a_switch(tmp_path: Path) -> None:
    field = Broken()
    async with soft_city(tmp_path, DUSK, field) as city:
        await city.ready()
        await city.controller.desks.switches.confirm_remote(PS, ZHOU, on_site="li", for_s=600.0, reason="broken")
    async with soft_city(tmp_path, DUSK - timedelta(hours=5), field) as city:
        await city.ready()
        assert await word(city) == "confirmed"
        await city.clock.sleep(601.0)
        assert await word(city) == "local"


@pytest.mark.parametrize(
    ("caller", "broken", "cause"),
    [(Caller("scada"), True, "NO_ACCESS_AUTHORITY"), (ZHOU, False, "OUT_OF_RANGE")],
    ids=["a machine", "a switch that reads well"],
)
async def test_nobody_vouches_who_has_not_seen_it_nor_for_what_speaks_for_itself(
    tmp_path: Path, caller: Caller, broken: bool, cause: str
) -> None:
    async with soft_city(tmp_path, DUSK, Broken() if broken else SoftField()) as city:
        await city.ready()
        await city.clock.sleep(15.0)
        switches = city.controller.desks.switches
        receipt = await switches.confirm_remote(PS, caller, on_site="li", for_s=600.0, reason="broken")
        assert receipt.cause == cause


@pytest.mark.parametrize(
    ("asset", "said", "error"),
    [
        ("330106-PS-0099", {}, UnknownTarget),
        (PS, {"for_s": 9 * 3600.0}, InvalidValue),
        (PS, {"for_s": float("nan")}, InvalidValue),
        (PS, {"on_site": " "}, InvalidValue),
        (PS, {"reason": ""}, InvalidValue),
    ],
)
async def test_a_word_needs_somebody_on_site_a_reason_and_at_most_8_hours(
    tmp_path: Path, asset: str, said: dict[str, object], error: type[Exception]
) -> None:
    async with soft_city(tmp_path) as city:
        given = {"on_site": "li", "for_s": 3600.0, "reason": "broken"} | said
        with pytest.raises(error):
            await city.controller.desks.switches.confirm_remote(asset, ZHOU, **given)  # type: ignore[arg-type]  # as a front hands it over


async def test_a_switch_that_is_read_again_while_somebodys_word_is_written_down_speaks_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path, DUSK, Broken()) as city:
        await city.ready()
        assert await word(city) == "local"
        table, apply = city.assembly.table, city.store.state.apply

        async def turned_meanwhile(changes: Sequence[Change]) -> None:
            await apply(changes)
            readings = table.devices()[PS].readings
            table.store(PS, {**readings, "control_switch": good("LOCAL", city.clock.monotonic())}, complete=True)

        monkeypatch.setattr(city.store.state, "apply", turned_meanwhile)
        switches = city.controller.desks.switches
        receipt = await switches.confirm_remote(PS, ZHOU, on_site="li", for_s=600.0, reason="broken")
        monkeypatch.undo()
        assert (receipt.accepted, receipt.cause) == (False, "OUT_OF_RANGE")
        assert switches.book.confirmation(PS) is None
        await city.clock.sleep(60.0)
        assert await word(city) == "local", "also when it cannot be read any more"
