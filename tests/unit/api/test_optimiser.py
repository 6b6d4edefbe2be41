"""The routes to the optimiser: who may accept it where, who is shown what, and what a restart keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, small_city
from tests.unit.settings import small_site
from tests.unit.settings.test_network import FILE, NETWORK

STATION = "330106-PS-0001"
FOUR_HOURS = {"for_s": 14400, "reason": "night tide"}
ACCEPT, WITHDRAW = f"/water/optimiser/{STATION}/accept", f"/water/optimiser/{STATION}/withdraw"


@pytest.fixture(autouse=True)
def with_waters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, NETWORK)
    monkeypatch.setitem(small_site.FILES, "site/water/optimiser.yaml", "optimiser: {enabled: true}\n")


async def test_an_acceptance_is_journalled_shown_kept_over_a_restart_and_withdrawn(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        (row,) = (await lin.get("/water/optimiser")).json()["stations"]
        assert (row["station"], row["accepted_by"], row["steers"]) == (STATION, "", False)
        assert (await lin.post(WITHDRAW, {})).status_code == 409
        done = await lin.post(ACCEPT, FOUR_HOURS)
        assert (done.status_code, done.json()["accepted"]) == (200, True), done.text
        assert "接受优化控制" in done.json()["text_zh"]
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        (row,) = (await lin.get("/water/optimiser")).json()["stations"]
        assert (row["accepted_by"], row["reason"], row["steers"]) == ("lin", "night tide", False)
        assert "no plan was worked out yet" in row["why"]
        assert (await lin.post(WITHDRAW, {"reason": "rain came early"})).json()["accepted"]
        (row,) = (await lin.get("/water/optimiser")).json()["stations"]
        assert row["accepted_by"] == ""
    acts = [(line.kind, line.actor, line.target) for line in read(tmp_path / "data") if "optimiser" in line.kind]
    assert acts == [("optimiser_accepted", "lin", STATION), ("optimiser_withdrawn", "lin", STATION)]


async def test_only_who_may_operate_plans_there_accepts_and_strangers_are_told_nothing(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        engineer = await city.asker("eng", Grant(Role.ENGINEER))
        other = await city.asker("han", Grant(Role.DUTY_OFFICER, Scope.parse("division:330105")))
        for nobody in (viewer, engineer, other):
            assert (await nobody.post(ACCEPT, FOUR_HOURS)).status_code == 403
            assert (await nobody.post(WITHDRAW, {})).status_code == 403
        assert (await other.post("/water/optimiser/330106-PS-0099/accept", FOUR_HOURS)).status_code == 403
        assert (await other.get("/water/optimiser")).json()["stations"] == []
        assert (await viewer.get("/water/optimiser")).json()["stations"][0]["station"] == STATION
        lin = await city.asker("lin", *DUTY)
        assert (await lin.post("/water/optimiser/330106-PS-0099/accept", FOUR_HOURS)).status_code == 404
        assert (await lin.post(ACCEPT, {"for_s": 60})).status_code == 422


async def test_it_is_not_accepted_where_it_is_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/water/optimiser.yaml", "optimiser: {enabled: false}\n")
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        assert (await lin.post(ACCEPT, FOUR_HOURS)).status_code == 422
        shown = (await lin.get("/water/optimiser")).json()
        assert not shown["enabled"]
        assert "优化未启用" in shown["why"]
