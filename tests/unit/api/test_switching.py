"""The routes of the switch and of groups: who may throw it, what slot is theirs, what is told, what is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, STATION_ONLY, City, small_city
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.settings import small_site

DISTRICT = (Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")),)
GROUPS = """\
groups:
  - name: 主干
    title: {zh: 主干道, en: Trunk roads}
    all_of: ["class:road"]
    none_of: ["330106-SP-0001"]
switching: {staging: {least_kw_per_s: 20}}
"""
LOOKS = ("tonight", "nights", "rates", "energy", "faults")
"""Routes below /lighting that look at a scope."""
SP = "330106-SP-0001"
THROW = {"scope": "group:主干", "action": "on", "for_s": 600, "reason": "drill"}


@pytest.fixture(autouse=True)
def with_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", GROUPS)


async def thrown(city: City, who: object, body: dict[str, object]) -> str:
    seen = (await who.post("/switch/selections", body)).json()  # type: ignore[attr-defined]  # an Asker
    done = await who.post("/selections/operate", {"token": seen["preview"]["token"]})  # type: ignore[attr-defined]
    assert done.status_code == 200, done.json()
    return str(done.json()["request_id"])


async def test_it_is_looked_at_thrown_followed_and_let_go(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        seen = (await lin.post("/switch/selections", THROW)).json()
        assert (seen["scope"], seen["knife"], seen["preview"]["slot"]) == ("group:主干", "road", "city_manual")
        summary = seen["summary"]
        assert (summary["lights"], summary["lamps"], summary["changing"]) == (2, 16, 2)
        assert summary["step_kw"] == pytest.approx(2.4)
        assert summary["feeders"][0]["feeder"] == "330106"
        assert seen["preview"]["targets"] == []
        request = await thrown(city, lin, THROW)
        desk = city.soft.controller.desks.switching
        await city.soft.until(lambda: desk.thrown(request).by_contact == 2)
        count = (await lin.get(f"/switch/throws/{request}")).json()
        assert (count["lights"], count["sent"], count["by_contact"], count["by_power"]) == (2, 2, 2, 0)
        assert count["settled"]
        assert (await lin.post(f"/switch/throws/{request}/retry", {"reason": "again"})).status_code == 422
        gone = await lin.post("/switch/release", {"scope": "group:主干", "reason": "over"})
        assert [one["accepted"] for one in gone.json()["outcomes"]] == [True, True]
        listed = (await lin.get("/requests")).json()
        assert (listed[0]["kind"], listed[0]["reason"]) == ("switch", "drill [闸刀 switch: road, group:主干]")


async def test_a_district_gets_the_districts_slot_and_nobody_throws_it_where_they_have_no_right(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        wu = await city.asker("wu", *DISTRICT)
        viewer, pump = await city.asker("vera", Grant(Role.VIEWER)), await city.asker("pump", *STATION_ONLY)
        seen = (await wu.post("/switch/selections", THROW)).json()
        assert seen["preview"]["slot"] == "district_manual"
        assert (await wu.post("/switch/selections", {**THROW, "slot": "city_manual"})).status_code == 403
        assert (await viewer.post("/switch/selections", THROW)).status_code == 403
        assert (await pump.post("/switch/selections", THROW)).status_code == 403
        request = await thrown(city, wu, THROW)
        assert (await viewer.get(f"/switch/throws/{request}")).status_code == 200
        assert (await pump.get(f"/switch/throws/{request}")).status_code == 403
        assert (await viewer.post(f"/switch/throws/{request}/retry", {})).status_code == 403
        assert (await viewer.post("/switch/release", {"scope": "group:主干"})).status_code == 403


NONSENSE: tuple[tuple[dict[str, object], int, str], ...] = (
    ({"scope": "city"}, 422, "two knives"),
    ({"scope": "galaxy"}, 422, "is not a scope"),
    ({"scope": "group:主"}, 404, "did you mean 主干?"),
    ({"action": "glow"}, 422, "say 0%"),
    ({"action": "scene:night"}, 422, "no scene 'night'"),
    ({"knife": "water"}, 422, ""),
    ({"for_s": 0}, 422, ""),
)


async def test_what_makes_no_sense_is_refused_with_what_would(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for said, status, told in NONSENSE:
            refused = await lin.post("/switch/selections", {**THROW, **said})
            assert refused.status_code == status, (said, refused.json())
            assert told in refused.json()["message"], said


async def test_a_misspelt_scene_is_named_before_the_missing_knife_to_whoever_may_throw_there(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, viewer = await city.asker("lin", *DUTY), await city.asker("vera", Grant(Role.VIEWER))
        wrong = {**THROW, "scope": "city", "action": "scene:nigth"}
        told = (await lin.post("/switch/selections", wrong)).json()["message"]
        assert "no scene 'nigth'" in told
        assert "two knives" not in told
        assert "say 0%" in (await lin.post("/switch/selections", {**wrong, "action": "glow"})).json()["message"]
        assert "two knives" in (await lin.post("/switch/selections", {**wrong, "action": "on"})).json()["message"]
        assert "no scene" not in (await viewer.post("/switch/selections", wrong)).json()["message"]


async def test_groups_are_listed_and_shown_with_the_members_one_may_see(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        vera, pump = await city.asker("vera", Grant(Role.VIEWER)), await city.asker("pump", *STATION_ONLY)
        (listed,) = (await vera.get("/lighting/groups")).json()
        assert (listed["address"], listed["lights"], listed["road"], listed["members"]) == ("group:主干", 2, 2, [])
        assert listed["query"] == "all of class:road; none of 330106-SP-0001"
        shown = (await vera.get("/lighting/groups/主干")).json()
        assert shown["members"] == [f"{LC1}/K1", f"{LC2}/K1"]
        assert (await pump.get("/lighting/groups/主干")).status_code == 403
        assert (await vera.get("/lighting/groups/nobody")).status_code == 404


async def test_a_cabinet_a_pole_and_a_single_light_are_scopes_wherever_one_is_asked_for(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for scope in (LC1, f"{LC1}/K1", SP, f"{SP}/L1"):
            seen = (await lin.post("/switch/selections", {**THROW, "scope": scope, "knife": "road"})).json()
            assert (seen["scope"], seen["summary"]["lights"]) == (scope, 1)
            asked = {path: await lin.get(f"/lighting/{path}", scope=scope) for path in LOOKS}
            assert {path: answer.status_code for path, answer in asked.items()} == dict.fromkeys(LOOKS, 200)
            assert asked["tonight"].json()["scope"] == scope
            assert asked["tonight"].json()["lights"] == sum(night["count"] for night in asked["nights"].json())


async def test_a_light_nobody_has_is_refused_everywhere_and_never_taken_for_one_without_faults(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for wrong in (f"{LC1}/K9", "330106-LC-0404", "330106-LC-0404/K1", "road:nowhere"):
            for path in LOOKS:
                answer = await lin.get(f"/lighting/{path}", scope=wrong)
                assert answer.status_code in (404, 422), (path, answer.json())
                assert wrong in answer.json()["message"]
            thrown = await lin.post("/switch/selections", {**THROW, "scope": wrong, "knife": "road"})
            assert thrown.status_code == 404
            assert wrong.removeprefix("road:") in thrown.json()["message"]
