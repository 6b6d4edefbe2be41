"""The routes over the real desks: what people do there, and what others are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, STATION_ONLY, Asker, City, small_city
from tests.unit.runtime.people.rig import ADMIN
from tests.unit.runtime.soft_city import LC1, LC2, PS

LAMP, TREES, OTHER = f"{LC1}/K1", f"{LC1}/K2", f"{LC2}/K1"
DIVISION = Scope.parse("division:330106")
ORDER = {"value": "on", "for_s": 600, "reason": "night repair"}
WHY = {"reason": "said by the test"}


def order(*targets: str, **more: Any) -> dict[str, Any]:
    return {"targets": list(targets), **ORDER, **more}


async def operated(asker: Asker, body: dict[str, Any]) -> Any:
    token = (await asker.post("/selections", body)).json()["token"]
    return await asker.post("/selections/operate", {"token": token})


async def two(city: City) -> tuple[Asker, Asker]:
    return await city.asker("lin", *DUTY), await city.asker("wang", *DUTY)


async def test_what_is_selected_is_previewed_operated_once_and_followed_to_its_end(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        preview = (await lin.post("/selections", order(TREES, LAMP))).json()
        assert {one["target"] for one in preview["targets"]} == {TREES, LAMP}
        done = await lin.post("/selections/operate", {"token": preview["token"]})
        again = await lin.post("/selections/operate", {"token": preview["token"]})
        assert (done.status_code, again.status_code) == (200, 409)
        assert again.json()["outcomes"][0]["cause"] == "OBJECT_NOT_SELECTED"
        await city.soft.clock.sleep(20)
        request = (await lin.get(f"/requests/{preview['request_id']}")).json()
        assert {part["target"]: part["state"] for part in request["parts"]} == {TREES: "CONFIRMED", LAMP: "CONFIRMED"}
        assert [one["id"] for one in (await lin.get("/requests")).json()] == [preview["request_id"]]
        leases = (await lin.get("/leases", request_id=preview["request_id"])).json()
        assert len(leases) == 2
        assert (await lin.get(f"/leases/{leases[0]['id']}")).json()["owner"] == "lin"


async def test_a_selection_is_of_the_session_that_selected(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        token = (await lin.post("/selections", order(TREES))).json()["token"]
        other = await city.asker("lin", *DUTY)
        assert (await other.post("/selections/operate", {"token": token})).status_code == 409
        assert (await lin.post("/selections/operate", {"token": token})).status_code == 409, "a theft voids it"


async def test_a_night_off_waits_for_a_second_person_who_sees_it_afresh(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wang = await two(city)
        body = order(LAMP, value="off", for_s=7200)
        direct = await lin.post("/orders", body)
        assert (direct.status_code, direct.json()["outcomes"][0]["cause"]) == (409, "OBJECT_NOT_SELECTED")
        waits = await operated(lin, body)
        assert waits.status_code == 202, waits.text
        name = waits.json()["id"]
        assert [one["id"] for one in (await wang.get("/proposals")).json()] == [name]
        fresh = (await wang.get(f"/proposals/{name}")).json()
        assert (fresh["proposal"]["proposer"], fresh["problem"]) == ("lin", "")
        self_confirmed = await lin.post(f"/proposals/{name}/confirm")
        assert (self_confirmed.status_code, self_confirmed.json()["outcomes"][0]["cause"]) == (
            409,
            "NO_ACCESS_AUTHORITY",
        )
        confirmed = await wang.post(f"/proposals/{name}/confirm")
        assert confirmed.status_code == 200, confirmed.text
        assert (await wang.post(f"/proposals/{name}/confirm")).status_code == 404


async def test_proposals_are_withdrawn_by_their_proposer_and_refused_with_a_reason(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wang = await two(city)
        first = (await operated(lin, order(LAMP, value="off", for_s=7200))).json()["id"]
        assert (await wang.post(f"/proposals/{first}/withdraw")).status_code == 409
        assert (await lin.post(f"/proposals/{first}/withdraw")).status_code == 200
        second = (await operated(lin, order(LAMP, value="off", for_s=7200))).json()["id"]
        assert (await wang.post(f"/proposals/{second}/refuse", {"reason": " "})).status_code == 422
        assert (await wang.post(f"/proposals/{second}/refuse", WHY)).status_code == 200
        assert (await lin.get("/proposals")).json() == []


async def test_one_person_stops_and_two_take_the_stop_back(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wang = await two(city)
        stopped = await lin.post("/stops", {"target": TREES})
        assert stopped.status_code == 200, stopped.text
        assert (await lin.get(f"/explain/{TREES}")).json()["winner"]["name"] == "life_safety"
        back = await lin.post("/stops/return", {"target": TREES, **WHY})
        assert back.status_code == 202
        assert (await wang.post(f"/proposals/{back.json()['id']}/confirm")).status_code == 200
        assert (await lin.get(f"/explain/{TREES}")).json()["winner"]["name"] != "life_safety"


async def test_a_lease_is_extended_released_and_its_request_aborted(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wang = await two(city)
        lease = (await lin.post("/orders", order(TREES))).json()["outcomes"][0]["lease_id"]
        longer = await lin.post(f"/leases/{lease}/extend", {"for_s": 1800, **WHY})
        assert longer.status_code == 200, longer.text
        others = await wang.post(f"/leases/{lease}/extend", {"for_s": 3600, **WHY})
        assert (others.status_code, others.json()["outcomes"][0]["cause"]) == (409, "LOCKED_BY_OTHER_CLIENT")
        standing = await lin.post(f"/leases/{lease}/extend", {"for_s": 5 * 86_400, **WHY})
        assert standing.status_code == 202, standing.text
        assert (await wang.post(f"/proposals/{standing.json()['id']}/confirm")).status_code == 200
        (one,) = (await lin.get("/standing-orders")).json()
        assert (await lin.post(f"/standing-orders/{one['id']}/confirm", WHY)).status_code == 200
        assert (await lin.post(f"/leases/{lease}/release")).status_code == 200
        request = (await lin.post("/orders", order(TREES))).json()["request_id"]
        assert (await lin.post(f"/requests/{request}/extend", {"for_s": 1200, **WHY})).status_code == 200
        assert (await lin.post(f"/requests/{request}/abort", WHY)).status_code == 200
        assert (await lin.get("/leases")).json() == []


async def test_a_tag_blocks_and_only_its_owner_or_two_others_take_it_down(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, wang = await two(city)
        tag = (await lin.post("/tags", {"on": LC1, **WHY})).json()["tag"]["id"]
        assert (await wang.post("/orders", order(TREES))).json()["outcomes"][0]["cause"] == "BLOCKED_BY_TAG"
        assert (await wang.post(f"/tags/{tag}/remove", WHY)).status_code == 409
        proposed = await wang.post(f"/tags/{tag}/propose-removal", {"on_site": "Zhao looked: nobody there", **WHY})
        zhao = await city.asker("zhao", *DUTY)
        confirmed = await zhao.post(f"/proposals/{proposed.json()['id']}/confirm")
        assert (proposed.status_code, confirmed.status_code) == (202, 200), confirmed.text
        own = (await lin.post("/tags", {"on": LC1, **WHY})).json()["tag"]["id"]
        assert [one["id"] for one in (await lin.get("/tags", asset=LC1)).json()] == [own]
        assert (await lin.post(f"/tags/{own}/remove", WHY)).status_code == 200


async def test_a_state_is_declared_renewed_and_ended_by_a_duty_officer_of_the_area(tmp_path: Path) -> None:
    declared = {"discipline": "water", "scope": "division:330106", "state": "flood_iii", "for_s": 3600, **WHY}
    async with small_city(tmp_path) as city:
        officer = await city.asker("duty", Grant(Role.DUTY_OFFICER, DIVISION))
        operator = await city.asker("op", Grant(Role.WATER_OPERATOR))
        assert (await operator.post("/states", declared)).status_code == 403
        assert (await officer.post("/states", {**declared, "scope": "city"})).status_code == 403
        made = await officer.post("/states", declared)
        assert made.status_code == 200, made.text
        name = made.json()["id"]
        assert [one["id"] for one in (await operator.get("/states")).json()] == [name]
        assert (await operator.post(f"/states/{name}/end", WHY)).status_code == 403
        assert (await officer.post(f"/states/{name}/renew", {"for_s": 7200, **WHY})).status_code == 200
        assert (await officer.post(f"/states/{name}/end", WHY)).status_code == 200
        assert len((await operator.get("/states/history")).json()) == 1
        assert (await operator.get("/states/proposed")).json() == []


async def test_alarms_are_listed_by_filter_acknowledged_shelved_and_taken_back(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        alarms = city.soft.assembly.alarms
        alarms.set(LAMP, "mismatch", "not as wanted", 3)
        alarms.set(OTHER, "mismatch", "not as wanted", 3)
        mine = [one["id"] for one in (await lin.get("/alarms", about=LC1)).json()]
        assert mine == [f"{LAMP}:mismatch"]
        assert (await lin.get("/alarms", state="ACKED")).json() == []
        seen = await lin.post("/alarms/acknowledge", {"alarms": [*mine, f"{OTHER}:mismatch"]})
        assert [one["accepted"] for one in seen.json()] == [True, True]
        assert (await lin.post(f"/alarms/{mine[0]}/shelve", {"for_s": 600, **WHY})).status_code == 200
        assert [one["id"] for one in (await lin.get("/alarms", state="SHELVED")).json()] == mine
        assert (await lin.post(f"/alarms/{mine[0]}/unshelve")).status_code == 200
        assert (await lin.post(f"/alarms/{mine[0]}/reset", WHY)).status_code == 409
        assert (await lin.post(f"/alarms/{mine[0]}/acknowledge")).status_code == 200
        assert (await lin.get("/alarms/statistics")).json()["last_24_h"] >= 2


async def test_people_and_keys_are_administrators_work(tmp_path: Path) -> None:
    viewer = {"role": "viewer", "scope": "city"}
    async with small_city(tmp_path) as city:
        admin, (lin, _) = await city.asker("chief", ADMIN), await two(city)
        assert [(await lin.get(path)).status_code for path in ("/people", "/keys", "/sessions")] == [403, 403, 200]
        code = await admin.post("/people", {"name": "zhao", "grants": [viewer]})
        assert code.json()["name"] == "zhao"
        assert (await lin.post("/people", {"name": "mallory", "grants": [viewer]})).status_code == 403
        granted = await admin.post("/people/zhao/grants", {"grants": [{"role": "duty_officer"}]})
        assert granted.json()["grants"] == [{"role": "duty_officer", "scope": "city"}]
        acts = [(await admin.post(f"/people/zhao/{act}")).status_code for act in ("disable", "enable", "code")]
        assert acts == [200, 200, 200]
        made = (await admin.post("/keys", {"name": "bridge", "grants": [viewer], "for_s": 3600})).json()
        machine = Asker(lin.client)
        key = {"Authorization": f"Bearer {made['token']}"}
        assert (await machine.client.get("/api/v1/me", headers=key)).json()["actor"] == "key:bridge"
        assert (await admin.post(f"/keys/{made['key']['id']}/revoke", WHY)).status_code == 204
        assert (await machine.client.get("/api/v1/me", headers=key)).status_code == 401
        mine = (await lin.get("/me")).json()
        assert (mine["person"], {grant["scope"] for grant in mine["grants"]}) == ("lin", {"city"})
        assert (await admin.post(f"/sessions/{mine['session']}/end")).status_code == 204
        assert (await lin.get("/me")).status_code == 401


async def test_a_gauge_is_taken_out_of_the_vote_by_whoever_operates_its_station_and_by_nobody_else(
    tmp_path: Path,
) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        gauge = {"gauge": f"{PS}/inner_level_2_m", **WHY}
        assert (await lin.post("/gauges/include", gauge)).status_code == 409
        assert (await lin.post("/gauges/exclude", {**gauge, "for_s": 600})).json()["accepted"]
        (shown,) = (await lin.get("/gauges/exclusions")).json()
        assert (shown["gauge"], shown["by"], shown["reason"]) == (gauge["gauge"], "lin", WHY["reason"])
        assert (await lin.post("/gauges/exclude", {**gauge, "for_s": 13 * 3600})).status_code == 422
        strange = {**gauge, "gauge": f"{PS}/inner_level_9_m", "for_s": 600}
        assert (await lin.post("/gauges/exclude", strange)).status_code == 404
        viewer = await city.asker("wu", Grant(Role.VIEWER, DIVISION))
        assert (await viewer.post("/gauges/include", gauge)).status_code == 403
        assert (await lin.post("/gauges/include", gauge)).status_code == 200


async def test_switches_bypasses_and_wet_circuits_answer_in_their_own_words(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        for path in ("/switches", "/bypasses", "/wet-power/zones", "/countersigns"):
            assert (await lin.get(path)).json() == [], path
        assert (await lin.post(f"/switches/{PS}/resume", WHY)).status_code == 409
        word = {"on_site": "Zhao sees REMOTE", "for_s": 600, **WHY}
        assert (await lin.post(f"/switches/{PS}/confirm-remote", word)).status_code == 409
        bypass = {"interlock": "rack-clear", "target": PS, "for_s": 600, **WHY}
        assert (await lin.post("/bypasses", bypass)).status_code == 422, "config allows none"
        assert (await lin.get(f"/wet-power/circuits/{LAMP}")).json()["stage"] == "dry"
        keep = await lin.post("/wet-power/decide", {"target": LAMP, "choice": "keep", **WHY})
        cut = await lin.post("/wet-power/decide", {"target": LAMP, "choice": "cut", **WHY})
        assert (keep.status_code, cut.status_code) == (409, 200)
        check = {"circuits": [LAMP], "kind": "insulation", "value": 20.0, "by": "Zhao"}
        assert (await lin.post("/wet-power/checks", check)).status_code == 200
        assert [one["circuit"] for one in (await lin.get("/wet-power")).json()["circuits"]] == [LAMP]


# -- what is not theirs ---------------------------------------------------------------------------------------------

NOWHERE = "330106-LC-9999/K1"
ACTS: list[tuple[str, Any]] = [
    ("/orders", lambda target: order(target)),
    ("/selections", lambda target: order(target)),
    ("/stops", lambda target: {"target": target}),
    ("/stops/return", lambda target: {"target": target, **WHY}),
    ("/tags", lambda target: {"on": target, **WHY}),
    ("/bypasses", lambda target: {"interlock": "rack-clear", "target": target, "for_s": 60, **WHY}),
    ("/wet-power/decide", lambda target: {"target": target, "choice": "cut", **WHY}),
    ("/wet-power/checks", lambda target: {"circuits": [target], "kind": "leakage", "value": 1.0, "by": "x"}),
    ("/wet-power/returns", lambda target: {"circuits": [target], **WHY}),
]


async def test_outside_ones_scope_everything_is_403_alike_whether_it_is_there_or_not(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        stranger = await city.asker("far", *STATION_ONLY)
        for path, body in ACTS:
            there, nowhere = await stranger.post(path, body(LAMP)), await stranger.post(path, body(NOWHERE))
            assert (there.status_code, nowhere.status_code) == (403, 403), (path, there.text, nowhere.text)
            assert there.json()["message"].replace(LAMP, "X") == nowhere.json()["message"].replace(NOWHERE, "X")
        for path in ("/explain/{}", "/schedule/{}", "/wet-power/circuits/{}"):
            there, nowhere = await stranger.get(path.format(LAMP)), await stranger.get(path.format(NOWHERE))
            assert (there.status_code, nowhere.status_code) == (403, 403), path
            assert there.json()["message"].replace(LAMP, "X") == nowhere.json()["message"].replace(NOWHERE, "X")


async def test_things_of_others_look_like_nothing_and_lists_leave_them_out(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        (lin, _), far = await two(city), await city.asker("far", *STATION_ONLY)
        lease = (await lin.post("/orders", order(TREES))).json()
        proposal = (await operated(lin, order(LAMP, value="off", for_s=7200))).json()["id"]
        tag = (await lin.post("/tags", {"on": LC2, **WHY})).json()["tag"]["id"]
        city.soft.assembly.alarms.set(LAMP, "mismatch", "not as wanted", 3)
        for_s = {"for_s": 600, **WHY}
        tried: list[tuple[str, str, Any]] = [
            ("/leases/{}/release", lease["outcomes"][0]["lease_id"], None),
            ("/leases/{}/extend", lease["outcomes"][0]["lease_id"], for_s),
            ("/requests/{}/abort", lease["request_id"], WHY),
            ("/proposals/{}/confirm", proposal, None),
            ("/proposals/{}/withdraw", proposal, None),
            ("/proposals/{}/refuse", proposal, WHY),
            ("/tags/{}/remove", tag, WHY),
            ("/tags/{}/propose-removal", tag, {"on_site": "x", **WHY}),
            ("/alarms/{}/acknowledge", f"{LAMP}:mismatch", None),
            ("/alarms/{}/shelve", f"{LAMP}:mismatch", for_s),
        ]
        for path, name, body in tried:
            there, nowhere = await far.post(path.format(name), body), await far.post(path.format("none-such"), body)
            assert (there.status_code, nowhere.status_code) == (403, 403), (path, there.text, nowhere.text)
            assert there.json()["message"].replace(name, "X") == nowhere.json()["message"].replace("none-such", "X")
        for path in ("/leases", "/requests", "/proposals", "/tags", "/alarms", "/commands", "/wet-power/zones"):
            assert "-LC-" not in (await far.get(path)).text, path
        for path, name in (("/leases/{}", lease["outcomes"][0]["lease_id"]), ("/requests/{}", lease["request_id"])):
            assert (await far.get(path.format(name))).status_code == 403
        assert [one["id"] for one in (await lin.get("/proposals")).json()] == [proposal], "nothing came of it"


async def test_a_district_does_not_end_what_the_city_holds(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, _ = await two(city)
        near = await city.asker("near", Grant(Role.LIGHTING_OPERATOR, DIVISION))
        made = (await lin.post("/orders", order(TREES, slot="city_manual"))).json()
        lease, request = made["outcomes"][0]["lease_id"], made["request_id"]
        assert (await near.post(f"/leases/{lease}/release")).status_code == 403
        assert (await near.post(f"/requests/{request}/abort", WHY)).status_code == 403
        assert [one["id"] for one in (await near.get("/leases")).json()] == [lease]
