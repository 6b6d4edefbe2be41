"""The routes to plans: who sees, starts, confirms, answers and aborts what."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, small_city
from tests.unit.runtime.plans.small_plans import FILE, PLANS, set_up
from tests.unit.settings import small_site


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


async def test_a_plan_is_previewed_started_watched_answered(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        set_up(city.soft)
        await city.soft.clock.sleep(5.0)
        lin = await city.asker("lin", *DUTY)
        assert [one["id"] for one in (await lin.get("/plans")).json()] == ["shut", "rival", "let-out"]
        assert (await lin.get("/plans/shut")).json()["conditions"][0]["now"] == "true"
        shown = (await lin.post("/plans/shut/preview", {"reason": "trying", "parameters": {"low_m": 3}})).json()
        assert (shown["refused"], shown["parameters"]) == ([], {"low_m": 3.0})
        began = await lin.post("/plan-starts", {"token": shown["token"]})
        assert began.status_code == 200, began.text
        run = began.json()["request_id"]
        await city.soft.until(lambda: bool(city.soft.controller.desks.plans.run(run).prompts), 400.0)
        seen = (await lin.get(f"/plan-runs/{run}")).json()
        assert [answer["id"] for answer in seen["prompts"][0]["answers"]] == ["go", "out"]
        assert (await lin.post(f"/plan-runs/{run}/answer", {"step": "more", "answer": "perhaps"})).status_code == 409
        assert (await lin.post(f"/plan-runs/{run}/pause", {"reason": "wait"})).status_code == 200
        assert (await lin.post(f"/plan-runs/{run}/resume", {"reason": "go on"})).status_code == 200
        assert (await lin.post(f"/plan-runs/{run}/abort", {"reason": "enough"})).status_code == 200
        await city.soft.until(lambda: not city.soft.controller.desks.plans.run(run).live)
        assert (await lin.get("/plan-runs", live=True)).json() == []
        assert (await lin.get("/plan-runs")).json()[0]["phase"] == "aborted"
        assert (await lin.get("/plan-runs/R-nobody")).status_code == 404


async def test_a_plan_is_started_by_the_roles_it_names_and_seen_by_who_sees_all_of_it(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        operator = await city.asker("wei", Grant(Role.WATER_OPERATOR))
        elsewhere = await city.asker("han", Grant(Role.DUTY_OFFICER, Scope.parse("division:330105")))
        assert (await viewer.get("/plans/shut")).status_code == 200
        assert (await viewer.post("/plans/shut/preview", {"reason": "x"})).status_code == 403
        refused = (await operator.post("/plans/shut/preview", {"reason": "x"})).json()
        assert refused["token"] == ""
        assert "only duty_officer" in refused["refused"][0]
        assert (await elsewhere.get("/plans")).json() == []
        for path in ("/plans/shut", "/plans/none", "/plan-runs/R-nobody"):
            assert (await elsewhere.get(path)).status_code == 403, path


async def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for wrong in (
            {"reason": ""},
            {"reason": "x", "parameters": {"low_m": 9}},
            {"reason": "x", "parameters": {"q": 1}},
        ):
            assert (await lin.post("/plans/shut/preview", wrong)).status_code == 422, wrong
        assert (await lin.post("/plan-starts", {"token": "nobody's"})).status_code == 409
        assert (await lin.post("/plans/none/preview", {"reason": "x"})).status_code == 404
