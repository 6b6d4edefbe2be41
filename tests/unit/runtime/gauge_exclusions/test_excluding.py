"""A duty officer takes a lying gauge out of the vote: journalled, alarmed, kept, ended by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.runtime.gauge_exclusions.book import ENDS_SOON, EXCLUDED, WARN_S
from controller.settings.load import load_site
from controller.store.changes import PutRecord
from controller.store.journal_read import read
from drivers.base import Endpoint
from tests.unit.runtime.recording.recorded_city import recorded_city, replay
from tests.unit.runtime.soft_city import DUSK, PS, SoftCity, SoftField, person, soft_city
from tests.unit.settings.small_site import FILES, write_site

ZHOU = person("zhou")
L1, L2 = f"{PS}/inner_level_1_m", f"{PS}/inner_level_2_m"
GAUGE = "330106-LG-0001/level_m"
WHY = "stands still, the staff gauge says 1.60 m"


class Levels(SoftField):
    """A field whose station measures its water."""

    def make(self, endpoint: Endpoint, clock: Any, **more: object) -> Any:
        driver = super().make(endpoint, clock, **more)
        if endpoint.name == "ua-1":
            for point in (L1, L2):
                driver.set(PS, point.partition("/")[2], 1.50)
        return driver


def standing(city: SoftCity, condition: str) -> list[tuple[str, str, str]]:
    found = city.assembly.alarms.views()
    return [(one.source, one.text, one.text_zh) for one in found if one.condition == condition and not one.cleared]


async def exclude(city: SoftCity, gauge: str = L2, *, caller: Caller = ZHOU, for_s: float = 3600.0) -> Any:
    return await city.controller.desks.gauges.exclude(gauge, caller, for_s=for_s, reason=WHY)


async def test_an_excluded_gauge_is_alarmed_shown_and_explained_until_it_is_included(tmp_path: Path) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()
        desk = city.controller.desks.gauges
        receipt = await exclude(city)
        assert receipt.accepted
        assert "one gauge is left: nothing is stopped on it" in receipt.text_en
        assert "仅剩一支" in receipt.text_zh
        await city.clock.sleep(3.0)
        (view,) = desk.list()
        assert (view.gauge, view.by, view.reads, view.left) == (L2, "zhou", "1.50 m", 1)
        ((source, text, text_zh),) = standing(city, EXCLUDED)
        assert source == L2
        assert f"until 2026-06-21 19:50, by zhou: {WHY}" in text
        assert "已由zhou剔除" in text_zh
        assert city.controller.overview().gauges_excluded == 1
        explained = city.controller.explain(PS)
        assert "inner_level_2_m (1.50 m) is out of the vote" in explained.text_en
        assert "已由zhou剔除" in explained.text_zh
        assert "holds: inner_level_1_m alone is left (1.50 m)" in explained.winner.reason
        assert city.assembly.water.around().excluded[PS].points.keys() == {"inner_level_2_m"}
        assert (await desk.include(L2, ZHOU, reason="cleaned")).accepted
        assert (await desk.include(L2, ZHOU, reason="again")).cause == "OUT_OF_RANGE"
        await city.clock.sleep(3.0)
        assert (desk.list(), standing(city, EXCLUDED)) == ((), [])
        assert city.assembly.water.around().excluded == {}
    kinds = [line.kind for line in read(tmp_path / "data") if line.kind.startswith("gauge_")]
    assert kinds == ["gauge_excluded", "gauge_included", "gauge_exclusion_refused"]


async def test_it_is_warned_of_ends_by_itself_and_a_renewal_lengthens_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()
        await exclude(city, for_s=WARN_S + 60.0)
        await city.clock.sleep(75.0)
        assert standing(city, ENDS_SOON)
        await exclude(city, caller=person("lin"), for_s=WARN_S + 60.0)
        (view,) = city.controller.desks.gauges.list()
        assert (view.renewed, view.by, standing(city, ENDS_SOON)) == (1, "lin", [])
        await city.clock.sleep(WARN_S)
        assert city.controller.desks.gauges.list()
        await city.clock.sleep(75.0)
        assert city.controller.desks.gauges.list() == ()
        assert (standing(city, EXCLUDED), standing(city, ENDS_SOON)) == ([], [])
    (over,) = [line for line in read(tmp_path / "data") if line.kind == "gauge_exclusion_over"]
    assert over.data["why"] == "its time was over"


async def test_it_outlives_a_restart_but_not_its_time_and_a_clock_set_back_lengthens_nothing(tmp_path: Path) -> None:
    field = Levels()
    async with soft_city(tmp_path, DUSK, field) as city:
        await city.ready()
        await exclude(city, for_s=600.0)
    async with soft_city(tmp_path, DUSK + timedelta(minutes=5), field) as city:
        await city.ready()
        (view,) = city.controller.desks.gauges.list()
        assert (view.gauge, view.reason) == (L2, WHY)
        assert standing(city, EXCLUDED)
    async with soft_city(tmp_path, DUSK - timedelta(hours=5), field) as city:
        await city.ready()
        await city.clock.sleep(601.0)
        assert city.controller.desks.gauges.list() == ()
    async with soft_city(tmp_path, DUSK + timedelta(hours=2), field) as city:
        await city.ready()
        assert (city.controller.desks.gauges.list(), standing(city, EXCLUDED)) == ((), [])


async def test_what_cannot_be_written_down_does_not_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()

        async def full(changes: Any) -> None:
            assert isinstance(changes[0], PutRecord)
            raise StoreError("the disk is full")

        monkeypatch.setattr(city.assembly.keeper, "apply", full)
        receipt = await exclude(city)
        assert (receipt.accepted, receipt.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert city.controller.desks.gauges.list() == ()


async def test_machines_strange_gauges_and_endless_exclusions_are_refused(tmp_path: Path) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()
        assert (await exclude(city, caller=Caller("optimiser"))).cause == "NO_ACCESS_AUTHORITY"
        with pytest.raises(UnknownTarget, match=r"it has .*inner_level_1_m"):
            await exclude(city, f"{PS}/rack_head_m")
        for for_s in (5.0, 13 * 3600.0):
            with pytest.raises(InvalidValue, match="1 min to 12 h"):
                await exclude(city, for_s=for_s)
        with pytest.raises(InvalidValue, match="say why"):
            await city.controller.desks.gauges.exclude(L2, ZHOU, for_s=600.0, reason=" ")
        assert city.controller.desks.gauges.list() == ()


async def test_a_gauge_of_its_own_can_be_excluded_too(tmp_path: Path) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()
        receipt = await exclude(city, GAUGE)
        assert receipt.accepted
        assert city.assembly.conditions.excluded.excludes(GAUGE)
        (view,) = city.controller.desks.gauges.list()
        assert (view.left, view.name) == (None, "拱宸桥")


async def test_an_exclusion_is_over_when_its_gauge_leaves_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path, soft=Levels()) as city:
        await city.ready()
        await exclude(city)
        await exclude(city, GAUGE)
        water = FILES["site/assets/water.yaml"]
        monkeypatch.setitem(FILES, "site/assets/water.yaml", water.replace("_m, inner_level_2_m]", "_m]"))
        city.assembly.conditions.adopt(load_site(write_site(tmp_path / "changed")))
        assert [one.gauge for one in city.controller.desks.gauges.list()] == [GAUGE]


async def test_a_replay_decides_with_the_gauges_that_were_excluded_then(tmp_path: Path) -> None:
    async with recorded_city(tmp_path, Levels()) as city:
        await exclude(city)
        await city.clock.sleep(120.0)
        city.field.drivers["ua-1"].set(PS, "inner_level_2_m", 3.0)
        city.field.drivers["ua-1"].set(PS, "inner_level_1_m", 1.52)
        await city.clock.sleep(120.0)
        await city.controller.desks.gauges.include(L2, ZHOU, reason="cleaned")
        await city.clock.sleep(120.0)
    report = replay(tmp_path)
    assert report.differences == []
    assert report.turns > 100
