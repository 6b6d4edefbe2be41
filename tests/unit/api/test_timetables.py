"""The routes to cabinets' own tables: who sees them, who may have them written, what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, STATION_ONLY, City, small_city
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.settings import small_site

TABLE = """\
fc23: true
timetable: {address: 1000, programs: 4, entries: 2}
clock: {address: 90, form: fields}
"""
WHY = {"reason": "new board, WO-1182"}


@pytest.fixture(autouse=True)
def keeping_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/cabinet.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace("fc23: true\n", TABLE))


async def equal(city: City, device: str) -> None:
    desk = city.soft.controller.desks.timetables
    await city.soft.until(lambda: desk.view(device).state == "equal", within_s=300.0)


async def test_a_download_is_asked_for_done_in_its_turn_and_shown(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        before = {one["cabinet"]: one["state"] for one in (await lin.get("/timetables")).json()}
        assert before == {LC1: "never_downloaded", LC2: "never_downloaded"}
        done = await lin.post("/timetable-downloads", {"cabinets": [LC1], **WHY})
        assert (done.status_code, done.json()["outcomes"][0]["accepted"]) == (200, True)
        await equal(city, LC1)
        (shown,) = (await lin.get("/timetables", scope=LC1)).json()
        assert (shown["by"], shown["why"], shown["atomic"], len(shown["hash"])) == ("lin", WHY["reason"], False, 8)
        assert abs(shown["clock"]["offset_s"]) < 2.0
        night = (await lin.get(f"/timetables/{LC1}", night="2026-10-01")).json()
        assert night["read"]
        assert {one["output"]: (one["wanted"], one["held"]) for one in night["outputs"]} == {
            "K1": ("17:45–05:54", "17:45–05:54"),
            "K2": ("18:09–23:31", "18:09–23:31"),
        }
        assert (await lin.get("/overview")).json()["timetables"]["equal"] == 1
    ordered = list(read(tmp_path / "data", kind="timetables_ordered"))
    assert [(line.actor, line.data["members"]) for line in ordered] == [("lin", [LC1])]
    (ended,) = read(tmp_path / "data", kind="timetable_downloaded")
    assert (ended.data["outcome"], ended.data["request"]) == ("CONFIRMED", done.json()["request_id"])


async def test_only_who_operates_there_has_tables_written_and_only_who_sees_there_is_shown_them(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        station = await city.asker("pump", *STATION_ONLY)
        engineer = await city.asker("eng", Grant(Role.ENGINEER))
        body = {"cabinets": [LC1], **WHY}
        assert (await viewer.post("/timetable-downloads", body)).status_code == 403
        assert (await station.post("/timetable-downloads", body)).status_code == 403
        assert (await station.get("/timetables")).json() == []
        assert (await station.get(f"/timetables/{LC1}")).status_code == 403
        assert len((await viewer.get("/timetables", scope="330106")).json()) == 2
        assert (await engineer.post("/timetable-downloads", {"all": True, **WHY})).status_code == 200


async def test_what_is_out_of_reach_tagged_or_nothing_is_refused_in_the_fields_words(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        assert (await lin.post("/tags", {"on": f"{LC1}/K1", "reason": "new contactor"})).status_code == 200
        city.soft.lamps.set(LC2, "control_switch", "LOCAL")
        await city.soft.clock.sleep(30.0)
        refused = await lin.post("/timetable-downloads", {"cabinets": [LC1, LC2], **WHY})
        assert refused.status_code == 409
        causes = {one["target"]: one["cause"] for one in refused.json()["outcomes"]}
        assert causes == {LC1: "BLOCKED_BY_TAG", LC2: "BLOCKED_LOCAL"}
        for body in (
            {"cabinets": [], **WHY},
            {"cabinets": [LC1], "all": True, **WHY},
            {"cabinets": [LC1], "reason": ""},
        ):
            assert (await lin.post("/timetable-downloads", body)).status_code == 422
        assert (await lin.get("/timetables/330106-LC-0404")).status_code == 404
        assert (await lin.post("/timetable-downloads", {"cabinets": ["330106-LC-0404"], **WHY})).status_code == 404
    assert city.soft.lamps.area_writes == []
