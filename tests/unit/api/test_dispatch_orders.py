"""The routes to dispatch orders and shifts: who writes, issues, executes, prints and hands over what."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, STATION_ONLY, Asker, City, small_city
from tests.unit.runtime.plans.small_plans import FILE, PLANS, set_up
from tests.unit.runtime.soft_city import PS
from tests.unit.settings import small_site

HOLD = {"target": PS, "value": "hold", "for_s": 1800, "reason": "<script>alert(1)</script> & rain"}


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


async def issued(writer: Asker, issuer: Asker, body: dict[str, object]) -> str:
    written = await writer.post("/dispatch-orders", body)
    assert written.status_code == 200, written.text
    number = str(written.json()["number"])
    done = await issuer.post(f"/dispatch-orders/{number}/issue", {})
    assert done.status_code == 200, done.text
    return number


async def test_an_order_is_written_issued_acknowledged_executed_printed_and_aborted(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        set_up(city.soft)
        await city.soft.clock.sleep(5.0)
        zhang, chen = await city.asker("zhang", *DUTY), await city.asker("chen", *DUTY)
        wei = await city.asker("wei", *STATION_ONLY)
        number = await issued(zhang, chen, HOLD)
        path = f"/dispatch-orders/{number}"
        assert (await wei.post(f"{path}/execute", {"token": "nobody's"})).status_code == 409
        assert (await wei.post(f"{path}/acknowledge", {})).status_code == 200
        shown = (await wei.post(f"{path}/preview", {})).json()
        assert (shown["not_now"], shown["act"]["value"], shown["act"]["token"]) == ("", "hold", "")
        came = await wei.post(f"{path}/execute", {"token": shown["token"]})
        assert (came.status_code, came.json()["order"]["state"]) == (200, "executing")
        page = await wei.client.get(f"/api/v1{path}/form")
        assert page.headers["content-type"].startswith("text/html")
        assert "script" not in page.text.replace("&lt;script&gt;", "").replace("&lt;/script&gt;", "")
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; rain" in page.text
        assert "default-src 'none'; style-src 'sha256-" in page.headers["content-security-policy"]
        assert [one["number"] for one in (await wei.get("/dispatch-orders", unfinished=True)).json()] == [number]
        aborted = await wei.post(f"{path}/abort", {"reason": "wrong station"})
        assert aborted.json()["order"]["state"] == "aborted"
        assert (await wei.get("/dispatch-orders", unfinished=True)).json() == []


async def test_who_may_issue_see_and_write_what(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        zhang = await city.asker("zhang", *DUTY)
        wei = await city.asker("wei", *STATION_ONLY)
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        elsewhere = await city.asker("han", Grant(Role.DUTY_OFFICER, Scope.parse("division:330105")))
        number = str((await zhang.post("/dispatch-orders", HOLD)).json()["number"])
        refused = await wei.post(f"/dispatch-orders/{number}/issue", {})
        assert (refused.status_code, refused.json()["cause"]) == (409, "NO_ACCESS_AUTHORITY")
        assert (await viewer.get(f"/dispatch-orders/{number}")).status_code == 200
        assert (await viewer.post(f"/dispatch-orders/{number}/acknowledge", {})).status_code == 403
        assert (await viewer.post("/dispatch-orders", HOLD)).status_code == 403
        assert (await elsewhere.get("/dispatch-orders")).json() == []
        for path in (f"/dispatch-orders/{number}", f"/dispatch-orders/{number}/form", "/dispatch-orders/2026-9999"):
            assert (await elsewhere.get(path)).status_code == 403, path
        assert (await elsewhere.post("/dispatch-orders", HOLD)).status_code == 403
        assert (await wei.post("/dispatch-orders", {**HOLD, "slot": "city_manual"})).status_code == 403
        assert (await wei.post("/dispatch-orders", {"plan": "shut", "reason": "x"})).status_code in (200, 403)
        assert (await zhang.get("/dispatch-orders/2026-9999")).status_code == 404
        wrong: tuple[dict[str, object], ...] = (
            {**HOLD, "value": "count many"},
            {**HOLD, "plan": "shut"},
            {**HOLD, "supersedes": ["not a number"]},
            {"reason": "neither"},
        )
        for body in wrong:
            assert (await zhang.post("/dispatch-orders", body)).status_code == 422, body


async def test_an_order_by_telephone_says_when_by_whom_and_who_wrote_it(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        zhang = await city.asker("zhang", *DUTY)
        said = {"spoken_at": "2026-06-21T18:00:00+08:00", "spoken_by": "带班领导", "spoken_to": "值班员"}
        entered = (await zhang.post("/phone-orders", {**HOLD, **said})).json()["order"]
        assert (entered["kind"], entered["spoken_by"], entered["entered_by"]) == ("phone", "带班领导", "zhang")
        later = {**HOLD, **said, "spoken_at": "2026-06-22T18:00:00+08:00"}
        assert (await zhang.post("/phone-orders", later)).status_code == 422
        page = (await zhang.client.get(f"/api/v1/dispatch-orders/{entered['number']}/form")).text
        assert "电话调度令补录" in page


async def test_a_shift_is_handed_over_and_taken_over_by_another_and_unseen_orders_stay_marked(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        zhang, chen = await city.asker("zhang", *DUTY), await city.asker("chen", *DUTY)
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        first = await issued(zhang, chen, HOLD)
        second = await issued(zhang, chen, {**HOLD, "target": "330106-PS-0001/G2", "supersedes": [first]})
        assert (await viewer.post("/shift/hand-over", {})).status_code == 403
        assert (await chen.post("/shift/take-over", {"alone": True})).status_code == 422
        assert (await chen.post("/shift/take-over", {})).status_code == 409
        assert (await chen.post("/shift/take-over", {"alone": True, "note": "first shift"})).status_code == 200
        assert (await zhang.post("/shift/hand-over", {})).status_code == 409, "Chen has it"
        assert (await chen.post("/shift/hand-over", {"note": "G2 half open"})).status_code == 200
        assert (await chen.post("/shift/take-over", {})).status_code == 409, "another person takes over"
        taken = await zhang.post("/shift/take-over", {})
        assert taken.json()["left"] == [second], taken.text
        seen = (await viewer.get("/shift")).json()
        assert (seen["now"]["by"], seen["now"]["handed_by"], seen["waits"]) == ("zhang", "chen", None)
        marked = [one["id"] for one in seen["items"] if one["kind"] == "order" and one["marked"]]
        assert marked == [second]
        assert (await zhang.post("/shift/orders", {"orders": [second]})).json()["left"] == []
        await restarted(city, second)


async def restarted(city: City, number: str) -> None:
    kept = city.soft.assembly.dispatch_orders.desk.order(number)
    assert not kept.not_acknowledged
