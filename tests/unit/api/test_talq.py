"""TALQ's groups and overrides over the real routes: who sees what, how an override is looked at and thrown, what is
refused by which field, and how groups come into a draft."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, STATION_ONLY, Asker, City, small_city
from tests.unit.runtime.publishing.drafting_city import here
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.schedules import talq_schema
from tests.unit.settings import small_site

DISTRICT = (Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")),)
ONE_CABINET = (Grant(Role.LIGHTING_OPERATOR, Scope.parse(f"group:{LC1}")),)
TRUNK = {"resource": "groups", "address": "主干"}
GROUPS = """\
groups:
  - name: 主干
    title: {zh: 主干道, en: Trunk roads}
    all_of: ["class:road"]
    none_of: ["330106-SP-0001"]
  - name: 点名
    title: {zh: 点名, en: By name}
    assets: [330106-LC-0002]
    lights: [330106-LC-0001/K1]
  - name: 两组
    title: {zh: 两组, en: Both}
    any_of: ["group:点名", 330106-SP-0001]
"""
SWITCHING = "switching: {staging: {least_kw_per_s: 20}}\n"


@pytest.fixture(autouse=True)
def with_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", GROUPS)
    monkeypatch.setitem(small_site.FILES, "site/lighting/switching.yaml", SWITCHING)


def override(city: City, addresses: list[Any] | None = None, **said: Any) -> dict[str, Any]:
    """An override command that ends in ten minutes."""
    ends = city.soft.clock.now() + timedelta(minutes=10)
    state = {"name": "LevelState", "value": 100}
    command = {"state": state, "reason": "override", "expiration": ends.isoformat(), **said.pop("command", {})}
    own = {"reason": "drill", **said.pop("own", {})}
    return {"addresses": addresses or [TRUNK], "targetCommand": command, "zhadao": own, **said}


async def thrown(city: City, who: Asker, body: dict[str, Any], query: str = "") -> str:
    seen = await who.post(f"/lighting/overrides/selections{query}", body)
    assert seen.status_code == 200, seen.text
    done = await who.post("/selections/operate", {"token": seen.json()["preview"]["token"]})
    assert done.status_code == 200, done.text
    return str(done.json()["request_id"])


async def test_an_override_is_looked_at_thrown_shown_in_talqs_words_and_ended(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        seen = (await lin.post("/lighting/overrides/selections", override(city))).json()
        assert (seen["scope"], seen["knife"], seen["action"]) == ("group:主干", "road", "on")
        assert (seen["preview"]["slot"], seen["summary"]["changing"]) == ("city_manual", 2)
        assert (await lin.get("/lighting/overrides")).json()["items"] == []
        ticket = {"command": {"cmsRefId": "T-7"}}
        request = await thrown(city, lin, override(city, **ticket), "?talqRequestId=6f9d-1")
        assert request == "6f9d-1"
        (shown,) = (await lin.get("/lighting/overrides")).json()["items"]
        talq_schema.is_override(shown["talq"])
        assert shown["talq"]["addresses"] == [TRUNK]
        assert shown["talq"]["targetCommand"]["state"] == {"name": "LevelState", "value": 100}
        assert shown["talq"]["targetCommand"]["cmsRefId"] == "T-7"
        assert shown["talq"]["zhadao"] == {"reason": "drill", "slot": "city_manual", "knife": "road"}
        assert (shown["exact"], shown["owner"], shown["lights"]) == (True, "lin", 2)
        desk = city.soft.controller.desks.switching
        await city.soft.until(lambda: desk.thrown(request).by_contact == 2)
        assert (await lin.get("/lighting/overrides")).json()["items"][0]["in_force"] == 2
        again = await lin.post("/lighting/overrides/selections", shown["talq"])
        assert again.json()["scope"] == "group:主干"
        gone = await lin.post("/lighting/overrides/release", {"addresses": [TRUNK]})
        assert [one["accepted"] for one in gone.json()["outcomes"]] == [True, True]
        assert (await lin.get("/lighting/overrides")).json()["items"] == []
        assert (await lin.post("/lighting/overrides/release", {"addresses": [TRUNK]})).status_code == 422


async def test_lights_and_cabinets_by_name_go_the_switchs_way_too_and_their_rest_can_be_asked_again(
    tmp_path: Path,
) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        names = [f"{LC1}/K1/targetLightCommand", LC2]
        addresses = [{"resource": "devices", "address": one} for one in names]
        request = await thrown(city, lin, override(city, addresses, own={"knife": "road"}))
        (shown,) = (await lin.get("/lighting/overrides")).json()["items"]
        told = [one["address"] for one in shown["talq"]["addresses"]]
        assert told == [f"{LC1}/K1", LC2]
        assert (await lin.get("/requests")).json()[0]["reason"] == "drill [闸刀 switch: road, picked:2]"
        desk = city.soft.controller.desks.switching
        await city.soft.until(lambda: desk.thrown(request).by_contact == 2)
        rest = await lin.post(f"/switch/throws/{request}/retry", {"reason": "again"})
        assert rest.status_code == 422
        assert "nothing of" in rest.json()["message"]


async def test_a_rest_of_lights_by_name_is_asked_again(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        driver = city.soft.field.drivers["gw-1"]
        driver.on_write(LC2, "K1.command", lambda _: driver.set(LC2, "K1.feedback", False))
        addresses = [{"resource": "devices", "address": f"{one}/K1"} for one in (LC1, LC2)]
        request = await thrown(city, lin, override(city, addresses))
        desk = city.soft.controller.desks.switching
        await city.soft.until(lambda: desk.thrown(request).left == 1 and desk.thrown(request).settled)
        rest = await lin.post(f"/switch/throws/{request}/retry", {"reason": "again"})
        assert rest.status_code == 200, rest.text
        assert [one["target"] for one in rest.json()["outcomes"]] == [f"{LC2}/K1"]


async def test_overrides_need_the_switchs_rights_and_are_shown_to_who_sees_their_lights(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wu = await city.asker("lin", *DUTY), await city.asker("wu", *DISTRICT)
        vera, pump = await city.asker("vera", Grant(Role.VIEWER)), await city.asker("pump", *STATION_ONLY)
        body = override(city)
        for nobody in (vera, pump):
            assert (await nobody.post("/lighting/overrides/selections", body)).status_code == 403
            assert (await nobody.post("/lighting/overrides/release", {"addresses": [TRUNK]})).status_code == 403
        unknown = override(city, [{"resource": "groups", "address": "nobody"}])
        assert (await lin.post("/lighting/overrides/selections", unknown)).status_code == 404
        assert (await pump.post("/lighting/overrides/selections", unknown)).status_code == 403
        seen = await wu.post("/lighting/overrides/selections", body)
        assert seen.json()["preview"]["slot"] == "district_manual"
        above = override(city, own={"slot": "city_manual"})
        assert (await wu.post("/lighting/overrides/selections", above)).status_code == 403
        await thrown(city, lin, body)
        assert (await pump.get("/lighting/overrides")).json()["items"] == []
        assert (await pump.get("/lighting/talq-groups")).json()["items"] == []
        assert len((await vera.get("/lighting/overrides")).json()["items"]) == 1


async def test_who_sees_a_part_is_told_of_that_part_alone(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        await thrown(city, lin, override(city))
        desk = city.soft.controller.desks.talq
        (shown,) = (await desk.overrides(lambda target: target == f"{LC1}/K1")).items
        assert shown.talq["addresses"] == [{"resource": "devices", "address": f"{LC1}/K1"}]
        assert (shown.exact, shown.lights) == (False, 1)
        found = (await desk.groups(lambda target: target == f"{LC1}/K1")).items
        assert {(one.talq["address"], one.exact, one.query) for one in found} == {
            ("主干", False, ""),
            ("点名", False, ""),
            ("两组", False, ""),
        }
        assert all(one.talq["members"] == [{"resource": "devices", "address": f"{LC1}/K1"}] for one in found)
        assert all("query" not in one.talq["zhadao"] for one in found)


async def test_night_off_takes_a_short_lease_and_a_second_person_as_by_the_switch(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        dark = {"state": {"name": "BooleanState", "value": False}}
        seen = await lin.post("/lighting/overrides/selections", override(city, command=dark))
        assert [one["why"] for one in seen.json()["preview"]["second_person"]] != []
        asked = await lin.post("/selections/operate", {"token": seen.json()["preview"]["token"]})
        assert asked.status_code in (202, 409), asked.text
        ends = city.soft.clock.now() + timedelta(hours=5)
        long = override(city, command={**dark, "expiration": ends.isoformat()})
        refused = await lin.post("/lighting/overrides/selections", long)
        assert refused.status_code == 422
        assert "off at night for 2 h at most" in refused.json()["message"]


NONSENSE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"own": {"reason": " "}}, "TALQ zhadao.reason is missing"),
    ({"command": {"expiration": None}}, "TALQ targetCommand.expiration is missing"),
    ({"command": {"expiration": "2036-01-01T00:00:00Z"}}, "more than 24 h away"),
    ({"command": {"rampToLevelTime": 2.0}}, "TALQ targetCommand.rampToLevelTime"),
    ({"command": {"state": {"name": "CCTColorState", "value": 3000}}}, "TALQ targetCommand.state is 'CCTColorState'"),
    ({"command": {"state": {"name": "XYColorState", "x": 0.4, "y": 0.3}}}, "TALQ targetCommand.state"),
    ({"command": {"lampLevel": 3}}, "targetCommand.lampLevel"),
    ({"targetCommand": None}, "to end an override post it to"),
    ({"addresses": []}, "TALQ addresses names nobody"),
    ({"addresses": [{"resource": "devices", "address": f"{LC1}/K1/calendarID"}]}, "names the attribute 'calendarID'"),
    ({"addresses": [{"resource": "devices", "address": LC1}]}, "two knives"),
    ({"addresses": [{"resource": "devices", "address": f"{LC1}/{one}"} for one in ("K1", "K2")]}, "two knives"),
    ({"own": {"slot": "event_scene"}}, "event_scene"),
)


async def test_what_cannot_be_followed_is_refused_by_its_field(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for said, told in NONSENSE:
            changed = dict(said)
            body = override(city, own=changed.pop("own", {}), command=changed.pop("command", {})) | changed
            refused = await lin.post("/lighting/overrides/selections", body)
            assert refused.status_code == 422, (said, refused.text)
            assert told in refused.json()["message"], said
        both = await lin.post("/lighting/overrides/release", override(city))
        assert both.status_code == 422
        strange = await lin.post(
            "/lighting/overrides/selections", override(city, [{"resource": "devices", "address": f"{LC1}/K7"}])
        )
        assert strange.status_code == 404
        assert "did you mean 330106-LC-0001/K2?" in strange.json()["message"]


async def test_groups_are_told_in_talqs_words_and_live_ones_are_marked_so(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        vera = await city.asker("vera", Grant(Role.VIEWER))
        book = (await vera.get("/lighting/talq-groups")).json()
        assert book["version"] == "2.7.1"
        told = {one["talq"]["address"]: one for one in book["items"]}
        for one in told.values():
            talq_schema.is_group(one["talq"])
        live = told["主干"]
        assert (live["exact"], live["live"], live["lights"]) == (False, True, 2)
        assert [one["address"] for one in live["talq"]["members"]] == [f"{LC1}/K1", LC2]
        assert live["talq"]["zhadao"]["query"] == {"all_of": ["class:road"], "none_of": ["330106-SP-0001"]}
        assert live["talq"]["zhadao"]["as_of"] == book["at"]
        assert "live membership" in live["unsaid_en"][0]
        named = told["点名"]
        assert (named["exact"], named["live"]) == (True, False)
        assert [one["address"] for one in named["talq"]["members"]] == [LC2, f"{LC1}/K1"]
        assert told["两组"]["talq"]["members"] == [
            {"resource": "groups", "address": "点名"},
            {"resource": "devices", "address": "330106-SP-0001"},
        ]


async def test_groups_from_talq_come_into_a_draft_in_the_place_of_those_of_the_same_names(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        eng, vera = await city.asker("eng", Grant(Role.ENGINEER)), await city.asker("vera", Grant(Role.VIEWER))
        told = [one["talq"] for one in (await vera.get("/lighting/talq-groups")).json()["items"]]
        assert (await eng.post("/lighting/drafts", {"name": "talq"})).status_code == 200
        path = "/lighting/drafts/talq/talq-groups"
        assert (await vera.post(path, {"groups": told})).status_code == 403
        same = await eng.post(path, {"groups": told})
        assert (same.status_code, same.json()["problems"]) == (200, [])
        files = (await eng.get("/lighting/drafts/talq/files")).json()["files"]
        was = {one["name"]: one for one in yaml.safe_load(GROUPS)["groups"]}
        now = {one["name"]: one for one in yaml.safe_load(files["talq-groups.yaml"])["groups"]}
        assert now["主干"] == was["主干"]
        assert now["点名"] == was["点名"]
        assert now["两组"] == {
            "name": "两组",
            "title": {"zh": "两组", "en": "Both"},
            "any_of": ["group:点名"],
            "assets": ["330106-SP-0001"],
        }
        assert yaml.safe_load(files["groups.yaml"])["groups"] == []
        other = {"address": "校区", "ownerCMS": "other", "members": [TRUNK], "purpose": "override"}
        more = await eng.post(path, {"groups": [other]})
        assert (more.status_code, more.json()["problems"]) == (200, [])
        text = (await eng.get("/lighting/drafts/talq/files")).json()["files"]["talq-groups.yaml"]
        assert [one["name"] for one in yaml.safe_load(text)["groups"]] == ["主干", "点名", "两组", "校区"]
        upon = {"address": "校外", "ownerCMS": "other", "members": [{"resource": "groups", "address": "校区"}]}
        leans = await eng.post(path, {"groups": [upon]})  # on a group that exists in this draft only
        assert (leans.status_code, leans.json()["problems"]) == (200, [])
        assert {one.name for one in city.soft.controller.desks.groups.list()} == set(was)  # nothing is in force yet


def group(**said: Any) -> dict[str, Any]:
    return {"address": "a", "ownerCMS": "cms", "members": [{"resource": "devices", "address": LC1}], **said}


BAD_GROUPS: tuple[tuple[list[dict[str, Any]], int, str], ...] = (
    ([group(address="a:b")], 422, "groups[0] a:b: TALQ address"),
    ([group(), group()], 422, "comes twice"),
    ([group(purpose="loggerConfig")], 422, "groups[0] a: TALQ purpose is 'loggerConfig'"),
    ([group(members=[{"resource": "devices", "address": f"{LC1}/K1/actualLightState"}])], 422, "members[0] names an"),
    ([group(members=[{"resource": "devices", "address": "330106-LC-0404"}])], 404, "group a members[0]: no light"),
    ([group(members=[{"resource": "groups", "address": "b"}])], 404, "no group b"),
    ([group(zhadao={"query": {"all_of": ["class:road"]}})], 422, "are not what zhadao.query gives now"),
    ([group(zhadao={"query": {"all_of": ["everything"]}})], 422, "is not a scope"),
    ([group(members=[{"resource": "groups", "address": "a"}])], 422, "made of itself"),
)


async def test_groups_ours_cannot_hold_are_refused_and_the_draft_stays_as_it_was(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        eng = await city.asker("eng", Grant(Role.ENGINEER))
        await eng.post("/lighting/drafts", {"name": "talq"})
        before = (await eng.get("/lighting/drafts/talq/files")).json()
        for groups, status, told in BAD_GROUPS:
            refused = await eng.post("/lighting/drafts/talq/talq-groups", {"groups": groups})
            assert refused.status_code == status, (groups, refused.text)
            assert told in refused.json()["message"], groups
        assert (await eng.get("/lighting/drafts/talq/files")).json() == before
        assert (await eng.post("/lighting/drafts/nobody/talq-groups", {"groups": [group()]})).status_code == 404


def night(**said: Any) -> dict[str, Any]:
    level = {"state": {"name": "LevelState", "value": 100}}
    return {
        "type": "ControlProgramOne",
        "id": "talq-night",
        "ownerCMS": "cms",
        "name": "Ring road",
        "activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 0, "sunriseOffset": 0}],
        "fixedTimeControls": [{"startTime": "12:00:00", "command": level}],
        **said,
    }


async def test_programs_from_talq_come_into_a_draft_in_the_place_of_those_of_the_same_ids(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        eng, vera = await city.asker("eng", Grant(Role.ENGINEER)), await city.asker("vera", Grant(Role.VIEWER))
        await eng.post("/lighting/drafts", {"name": "talq"})
        path, files = "/lighting/drafts/talq/talq-programs", "/lighting/drafts/talq/files"
        assert (await vera.post(path, {"programs": [night()]})).status_code == 403
        came = await eng.post(path, {"programs": [night(), night(id="talq-two")]})
        assert (came.status_code, came.json()["problems"]) == (200, []), came.text
        dimmed = {"startTime": "23:00:00", "command": {"state": {"name": "LevelState", "value": 50}}}
        both = night(fixedTimeControls=[*night()["fixedTimeControls"], dimmed])
        assert (await eng.post(path, {"programs": [both]})).json()["problems"] == []
        kept = yaml.safe_load((await eng.get(files)).json()["files"]["talq-programs.yaml"])["programs"]
        assert [one["id"] for one in kept] == ["talq-two", "talq-night"]
        assert kept[1] == {
            "id": "talq-night",
            "title": {"zh": "Ring road", "en": "Ring road"},
            "edges": {"sunset": "on", "sunrise": "off"},
            "savings": [{"from": "23:00", "level": "50%"}],
        }
        before = (await eng.get(files)).json()
        refused = await eng.post(path, {"programs": [night(type="ControlProgramTwo")]})
        assert (refused.status_code, "TALQ type is" in refused.json()["message"]) == (422, True)
        lossy = {"own.yaml": "programs:\n  - {id: lit, title: {zh: x, en: x}, edges: {sunset: on, sunrise: off}}\n"}
        lossy["own.yaml"] += "  - {id: by-lux, title: {zh: x, en: x}, lux: only}\n"
        await eng.post(files, {"files": lossy})
        lost = await eng.post(path, {"programs": [night(id="by-lux")]})
        assert (lost.status_code, "program by-lux has lux" in lost.json()["message"]) == (422, True), lost.text
        show = await eng.post(path, {"programs": [night(id="landscape")]})
        assert (show.status_code, "has what TALQ cannot say (more sun" in show.json()["message"]) == (422, True), (
            show.text
        )
        assert (await eng.post("/lighting/drafts/nobody/talq-programs", {"programs": [night()]})).status_code == 404
        assert (await eng.get(files)).json()["files"].keys() == {*before["files"], "own.yaml"}


async def test_calendars_from_talq_come_into_a_draft_as_rules_of_their_default_programs_lights(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        eng, vera = await city.asker("eng", Grant(Role.ENGINEER)), await city.asker("vera", Grant(Role.VIEWER))
        await eng.post("/lighting/drafts", {"name": "talq"})
        path, files = "/lighting/drafts/talq/talq-calendars", "/lighting/drafts/talq/files"
        friday = {"condition": {"type": "ccDay", "days": [{"start": 5}]}, "program": "talq-night"}
        week = {"id": "week", "ownerCMS": "cms", "defaultProgram": "talq-other", "rules": [friday]}
        assert (await vera.post(path, {"calendars": [week]})).status_code == 403
        unknown = (await eng.post(path, {"calendars": [week]})).json()["problems"]
        assert any("unknown lighting program talq-night" in str(one) for one in unknown)
        await eng.post("/lighting/drafts/talq/talq-programs", {"programs": [night(), night(id="talq-other")]})
        came = await eng.post(path, {"calendars": [week]})
        assert (came.status_code, came.json()["problems"]) == (200, []), came.text
        kept = yaml.safe_load((await eng.get(files)).json()["files"]["talq-calendars.yaml"])["rules"]
        assert kept == [{"name": "TALQ week # 1", "when": {"weekdays": [5]}, "use": {"talq-other": "talq-night"}}]
        refused = await eng.post(path, {"calendars": [{**week, "rules": [{**friday, "priority": 1}]}]})
        assert (refused.status_code, "rules[0].priority" in refused.json()["message"]) == (422, True)
        assert (await eng.post("/lighting/drafts/nobody/talq-calendars", {"calendars": [week]})).status_code == 404
