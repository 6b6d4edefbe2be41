"""The routes to mobile pumps: who reports where, who is shown what, and what a restart keeps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, small_city
from tests.unit.settings import small_site

MP = "330106-MP-0001"
HOME = "home: {name: 物资库, lat: 30.27, lon: 120.12}, contact: 值班室"
PUMPS = f"""
mobile_pumps:
  - {{id: {MP}, name: 西湖移动泵车1号, capacity_m3s: 0.4, {HOME}}}
  - {{id: 330106-MP-0002, name: 西湖移动泵车2号, capacity_m3s: 0.8, {HOME}}}
"""
PUMPING = {"state": "pumping", "where": "文一路下穿", "lat": 30.28, "lon": 120.13, "note": "two hoses"}


@pytest.fixture(autouse=True)
def with_pumps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/water/mobile-pumps.yaml", PUMPS)


async def test_a_report_is_journalled_shown_and_outlives_a_restart(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        before = (await lin.get("/mobile-pumps")).json()["pumps"]
        assert {(one["id"], one["state"], one["where"]) for one in before} == {
            (MP, "unknown", ""),
            ("330106-MP-0002", "unknown", ""),
        }
        done = await lin.post(f"/mobile-pumps/{MP}/report", PUMPING)
        assert (done.status_code, done.json()["accepted"]) == (200, True), done.text
        assert "抽排" in done.json()["text_zh"]
        found = (await lin.get("/mobile-pumps")).json()
        assert (found["capacity_m3s"], found["pumping_m3s"]) == (pytest.approx(1.2), pytest.approx(0.4))
        shown = next(one for one in found["pumps"] if one["id"] == MP)
        assert (shown["state"], shown["where"], shown["lat"], shown["by"]) == ("pumping", "文一路下穿", 30.28, "lin")
        assert not shown["old"]
        desk, later = city.soft.controller.desks.mobile_pumps, city.soft.clock.now() + timedelta(hours=3)
        assert [desk._view(pump, later).old for pump in desk._pumps.values()] == [True, False]
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        kept = next(one for one in (await lin.get("/mobile-pumps")).json()["pumps"] if one["id"] == MP)
        assert (kept["state"], kept["note"]) == ("pumping", "two hoses")
    acts = [(line.kind, line.actor, line.target) for line in read(tmp_path / "data") if "mobile" in line.kind]
    assert acts == [("mobile_pump_reported", "lin", MP)]


async def test_only_who_operates_pumps_there_reports_and_each_sees_their_own(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER, Scope.parse("division:330106")))
        lights = await city.asker("lou", Grant(Role.LIGHTING_OPERATOR))
        other = await city.asker("han", Grant(Role.WATER_OPERATOR, Scope.parse("division:330105")))
        for nobody in (viewer, lights, other):
            assert (await nobody.post(f"/mobile-pumps/{MP}/report", PUMPING)).status_code == 403
        assert (await other.post("/mobile-pumps/330106-MP-0009/report", PUMPING)).status_code == 403
        own = await city.asker("du", Grant(Role.WATER_OPERATOR, Scope.parse("division:330106")))
        assert (await own.post(f"/mobile-pumps/{MP}/report", PUMPING)).status_code == 200
        assert [one["id"] for one in (await viewer.get("/mobile-pumps")).json()["pumps"]] == [MP, "330106-MP-0002"]
        assert (await other.get("/mobile-pumps")).json()["pumps"] == []
        everywhere = await city.asker("wei", Grant(Role.WATER_OPERATOR))
        assert (await everywhere.post("/mobile-pumps/330106-MP-0009/report", PUMPING)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"state": "gone"}, {"where": "", "lat": None, "lon": None}, {"lon": None}, {"lat": 91.0}, {"where": "x" * 201}],
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        assert (await lin.post(f"/mobile-pumps/{MP}/report", PUMPING | wrong)).status_code == 422
