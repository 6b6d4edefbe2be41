"""The routes to poles and displays: who sees what, a message's way, a call's answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, STATION_ONLY, small_city
from tests.unit.settings import small_site

POLE, DISPLAY = "330106-SP-0001", "330106-SP-0001/D1"
SOS = "  sos: {table: holding, address: 40, bit: 0, type: bit}\n"
TEMPLATES = """\
display_templates:
  - {id: closed, title: {zh: 封路, en: closed}, text: 积水}
"""


@pytest.fixture(autouse=True)
def with_button(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/pole.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name] + SOS)
    monkeypatch.setitem(small_site.FILES, "site/lighting/poles.yaml", TEMPLATES)


def order(text: str, slot: str = "district_manual") -> dict[str, object]:
    return {"targets": [DISPLAY], "value": f"text: {text}", "for_s": 600.0, "reason": "trying", "slot": slot}


async def test_a_message_is_ordered_shown_masked_and_taken_down(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        assert (await lin.get("/display-templates")).json()[0]["text"] == "积水"
        assert (await lin.post("/orders", order("夜市"))).status_code == 200
        assert (await lin.post("/orders", order("封路", "city_manual"))).status_code == 200

        def proven() -> bool:
            (seen,) = city.soft.controller.desks.poles.displays(DISPLAY)
            return seen.shown == "封路" and seen.proven is True

        await city.soft.until(proven)
        (shown,) = (await lin.get("/displays", scope=POLE)).json()
        assert (shown["wanted"], shown["slot"]["name"], shown["room_bytes"]) == ("封路", "city_manual", 16)
        assert [held["value"] for held in shown["masked"]][:1] == ["text: 夜市"]
        too_long = await lin.post("/orders", order("前方积水请绕行"))
        assert (too_long.status_code, too_long.json()["outcomes"][0]["cause"]) == (409, "OUT_OF_RANGE")
        gone = await lin.post("/displays/clear", {"displays": [DISPLAY], "slot": "city_manual", "reason": "over"})
        assert (gone.status_code, gone.json()["outcomes"][0]["accepted"]) == (200, True)
        await city.soft.until(lambda: next(city.soft.controller.desks.poles.displays(DISPLAY)).shown == "夜市")
        none = await lin.post("/displays/clear", {"displays": [DISPLAY], "slot": "city_manual", "reason": "over"})
        assert none.status_code == 404


async def test_a_call_is_answered_by_a_person_with_the_right_and_by_nobody_else(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin, viewer = await city.asker("lin", *DUTY), await city.asker("vera", Grant(Role.VIEWER))
        city.soft.lamps.set(POLE, "sos", True)
        await city.soft.until(lambda: city.soft.assembly.poles.call(POLE).calling)
        (board,) = (await viewer.get("/poles", scope=POLE)).json()
        assert (board["sos"], board["sos_answered_by"]) == ("calling", "")
        answer = {"reason": "patrol 3"}
        assert (await viewer.post(f"/poles/{POLE}/answer", answer)).status_code == 403
        assert (await lin.post("/poles/330106-SP-0404/answer", answer)).status_code in (403, 404)
        done = await lin.post(f"/poles/{POLE}/answer", answer)
        assert (done.status_code, done.json()["outcomes"][0]["accepted"]) == (200, True)
        (board,) = (await viewer.get("/poles")).json()
        assert (board["sos"], board["sos_answered_by"]) == ("calling", "lin")
    (line,) = read(tmp_path / "data", kind="sos_answer")
    assert (line.actor, line.target, line.data["reason"]) == ("lin", POLE, "patrol 3")


async def test_what_one_may_not_see_is_not_told(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        stranger = await city.asker("pump", *STATION_ONLY)
        assert (await stranger.get("/poles")).json() == []
        assert (await stranger.get("/displays")).json() == []
        assert (await stranger.get("/flood-warnings")).json() == []
        clear = {"displays": [DISPLAY], "reason": "mine now"}
        assert (await stranger.post("/displays/clear", clear)).status_code == 403
        lin = await city.asker("lin", *DUTY)
        assert (await lin.get("/poles", scope="nowhere")).status_code == 422
