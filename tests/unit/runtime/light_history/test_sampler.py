"""Sampling goes on while nothing can be kept, and what could be kept later is whole; rights reach into every figure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.places import Place
from controller.runtime.light_history.periods import in_spans
from controller.runtime.light_history.slots import Slots, dark_slots, slot_begin, slot_of
from controller.store.light_history import LightHistoryStore, Tick
from tests.unit.runtime.light_history.night_city import A, C, night_city

TZ = ZoneInfo("Asia/Shanghai")
NIGHT = date(2026, 6, 21)
EVENING = datetime(2026, 6, 21, 11, 30, tzinfo=UTC)


def test_nights_are_listed_in_spans() -> None:
    nights = ["2026-06-29", "2026-06-30", "2026-07-01", "2026-07-03", "2026-07-05", "2026-07-06"]
    assert in_spans(nights) == "2026-06-29 … 2026-07-01, 2026-07-03, 2026-07-05 … 2026-07-06"
    assert in_spans([]) == ""


def test_slots_run_from_noon_to_noon_and_know_the_dark_ones() -> None:
    assert slot_of(datetime(2026, 6, 21, 4, 0, tzinfo=UTC), TZ) == (NIGHT, 0)
    assert slot_of(datetime(2026, 6, 21, 16, 30, tzinfo=UTC), TZ) == (NIGHT, 150)
    assert slot_of(datetime(2026, 6, 22, 3, 59, 59, tzinfo=UTC), TZ) == (NIGHT, 287)
    assert datetime.fromtimestamp(slot_begin(NIGHT, 150, TZ), UTC) == datetime(2026, 6, 21, 16, 30, tzinfo=UTC)
    slots = Slots()
    for slot in (0, 150, 287):
        slots.add(slot)
    assert list(Slots(slots.kept())) == [0, 150, 287]
    dark = dark_slots(NIGHT, Place(30.25, 120.13), TZ)
    assert (dark[0], dark[-1]) == (84, 203)  # 19:00 and 04:55


async def test_what_cannot_be_kept_is_alarmed_and_kept_whole_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = False
    keep = LightHistoryStore.keep

    async def sometimes(store: LightHistoryStore, tick: Tick) -> None:
        if not works:
            raise StoreError("the disk is full")
        await keep(store, tick)

    monkeypatch.setattr(LightHistoryStore, "keep", sometimes)
    async with night_city(tmp_path, monkeypatch, EVENING) as (city, _):
        await city.clock.sleep(1200.0)
        (alarm,) = [one for one in city.controller.alarms() if one.id == "light-history:unwritable"]
        assert "disk is full" in alarm.text
        assert "无法保存" in alarm.text_zh
        works = True
        await city.clock.sleep(600.0)
        standing = {one.id for one in city.controller.alarms() if one.cleared is None}
        assert "light-history:unwritable" not in standing
        told = await city.controller.desks.light_figures.rates("city", "", "tonight", None)
    store = LightHistoryStore(tmp_path / "data")
    (cells, slots) = (await store.resume("2026-06-21")).cells, (await store.nights("2026-06-21", "2026-06-21"))
    await store.close()
    assert len(Slots(slots["2026-06-21"])) == 6
    assert sum(sums[0] for sums in cells.values()) / 3_600_000 == pytest.approx(told.total.lamps_due)


async def test_who_sees_a_part_is_told_of_that_part_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with night_city(tmp_path, monkeypatch, EVENING) as (city, _):
        await city.clock.sleep(1200.0)
        desk = city.controller.desks.light_figures

        def binjiang(target: str) -> bool:
            return target.startswith("330108")

        def one_light(target: str) -> bool:
            return target == f"{A}/K1"

        for over in ("now", "tonight"):
            district = await desk.rates("city", "division", over, binjiang)
            assert ([row.key for row in district.rows], district.total.lamps) == (["330108"], 10)
            assert (await desk.rates("city", "", over, one_light)).total.lamps == 10
            assert (await desk.rates("group:pair", "", over, binjiang)).total.lamps == 10
            assert (await desk.rates("city", "", over, lambda _: False)).total.lamps == 0
        used = await desk.energy("city", "road", "tonight", one_light)
        assert [row.key for row in used.rows] == ["330106/文一路"]
        whole = await desk.energy("division:330106", "", "7d", None)
        assert 0.0 < used.total.undimmed_kwh < whole.total.undimmed_kwh
        assert await desk.samples("city", None, one_light) == []
        assert (await desk.rates(f"{C}", "", "tonight", None)).total.lamps == 10
        with pytest.raises(UnknownTarget):
            await desk.rates("road:nowhere", "", "now", None)
        for scope, by, over in (("nonsense", "", "now"), ("city", "colour", "now"), ("city", "", "next year")):
            with pytest.raises(InvalidValue):
                await desk.rates(scope, by, over, None)
        with pytest.raises(InvalidValue):
            await desk.samples("group:pair", None, None)
