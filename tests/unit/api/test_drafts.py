"""The routes of drafts: who may, what is told, and what is refused."""

from __future__ import annotations

from pathlib import Path

from controller.domain.rights import Grant, Role
from tests.unit.api.small_city import STATION_ONLY, small_city
from tests.unit.runtime.publishing.drafting_city import here

ENGINEER, LIGHTING, VIEWER = Grant(Role.ENGINEER), Grant(Role.LIGHTING_OPERATOR), Grant(Role.VIEWER)


async def test_drafting_takes_the_right_to_operate_schedules_in_the_whole_city_and_confirming_its_own(
    tmp_path: Path,
) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        vera, eng = await city.asker("vera", VIEWER), await city.asker("eng", ENGINEER)
        lin, pump = await city.asker("lin", LIGHTING), await city.asker("pump", *STATION_ONLY)
        body = {"name": "late"}
        for nobody in (vera, pump):
            assert (await nobody.post("/lighting/drafts", body)).status_code == 403
        made = await eng.post("/lighting/drafts", body)
        assert (made.status_code, made.json()["state"]) == (200, "unproven")
        assert (await vera.get("/lighting/drafts")).json()[0]["by"] == "eng"
        text = (await eng.get("/lighting/drafts/late/files")).json()["files"]["programs.yaml"]
        changed = {"files": {"programs.yaml": text.replace("22:00: off", "22:30: off")}}
        assert (await eng.post("/lighting/drafts/late/files", changed)).status_code == 200
        proven = await eng.post("/lighting/drafts/late/prove", {})
        assert proven.status_code == 200, proven.text
        assert proven.json()["report"]["changed_lights"] == 1
        lights = (await vera.get("/lighting/drafts/late/lights", scope="class:landscape")).json()
        assert [one["target"] for one in lights] == ["330106-LC-0001/K2"]
        assert lights[0]["burn_h"] > lights[0]["burn_h_was"]
        proposed = await eng.post("/lighting/drafts/late/publish", {"reason": "summer"})
        assert proposed.status_code == 202, proposed.text
        path = f"/proposals/{proposed.json()['id']}/confirm"
        other = await city.asker("eng2", ENGINEER)
        for nobody in (vera, other, eng):
            assert (await nobody.post(path, {})).status_code in (403, 409)
        done = await lin.post(path, {})
        assert done.status_code == 200, done.text
        assert (await vera.get("/lighting/versions")).json()["versions"][0]["confirmer"] == "lin"


REFUSED: tuple[tuple[str, dict[str, object], int], ...] = (
    ("/lighting/drafts", {"name": "Not A Name"}, 422),
    ("/lighting/drafts", {"name": "x", "source": "version", "version": 7}, 404),
    ("/lighting/drafts/nobody/prove", {}, 404),
    ("/lighting/drafts/nobody/files", {"files": {"../site.yaml": ""}}, 422),
    ("/lighting/drafts/nobody/publish", {"reason": ""}, 422),
)


async def test_what_is_not_there_or_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        office = city.soft.assembly.publishing.office
        office.config, office.prove = tmp_path / "config" / "site", here
        lin = await city.asker("lin", LIGHTING)
        assert (await lin.post("/lighting/drafts", {"name": "late"})).status_code == 200
        answers = [(path, body, (await lin.post(path, body)).status_code) for path, body, _ in REFUSED]
        assert answers == list(REFUSED)
