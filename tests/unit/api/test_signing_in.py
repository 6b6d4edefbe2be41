"""The way in and out, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from controller.domain.rights import Grant, Role
from tests.unit.api.conftest import Bench
from tests.unit.runtime.people.rig import ADMIN, OPERATING, WEST, division

PASSWORD = "four unrelated words"  # noqa: S105 - nobody's


async def signed_in(client: httpx.AsyncClient, name: str, secret: str) -> httpx.Response:
    return await client.post("/api/v1/sign-in", json={"name": name, "secret": secret})


def bearing(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_one_time_code_opens_nothing_but_the_setting_of_a_password(bench: Bench) -> None:
    code = (await bench.folk.desk.ensure("lin", OPERATING)).code
    async with bench.client("") as client:
        first = await signed_in(client, "lin", code)
        assert (first.status_code, first.json()["actor"], first.json()["password_needed"]) == (200, "lin", True)
        assert (await client.get("/api/v1/overview", headers=bearing(first))).status_code == 403
        set_ = await client.post("/api/v1/password", json={"password": PASSWORD}, headers=bearing(first))
        assert set_.status_code == 204
        assert (await client.get("/api/v1/overview", headers=bearing(first))).status_code == 401
        second = await signed_in(client, "lin", PASSWORD)
        assert second.json()["password_needed"] is False
        assert (await client.get("/api/v1/overview", headers=bearing(second))).status_code == 200
        assert (await signed_in(client, "lin", code)).status_code == 401


async def test_a_wrong_secret_and_an_unknown_name_get_the_same_answer(bench: Bench) -> None:
    await bench.folk.with_password("lin", PASSWORD, *OPERATING)
    async with bench.client("") as client:
        wrong, nobody = await signed_in(client, "lin", "x"), await signed_in(client, "li", "x")
        odd = await client.post("/api/v1/sign-in", json={"name": 7, "secret": "x"})
    assert (wrong.status_code, wrong.json()) == (nobody.status_code, nobody.json())
    assert (wrong.status_code, odd.status_code) == (401, 422)


async def test_guessing_is_429_with_a_wait(bench: Bench) -> None:
    async with bench.client("") as client:
        statuses = [(await signed_in(client, "lin", "x")).status_code for _ in range(6)]
        told = await signed_in(client, "lin", "x")
    assert statuses == [401] * 6
    assert (told.status_code, told.json()["error"]) == (429, "TOO_MANY_TRIES")
    assert int(told.headers["Retry-After"]) >= 1


async def test_a_session_is_refreshed_and_signed_out_for_good(bench: Bench) -> None:
    await bench.folk.with_password("lin", PASSWORD, *OPERATING)
    async with bench.client("") as client:
        first = await signed_in(client, "lin", PASSWORD)
        second = await client.post("/api/v1/refresh", json={"refresh": first.json()["refresh"]})
        assert second.json()["session"] == first.json()["session"]
        out = await client.post("/api/v1/sign-out", headers=bearing(second))
        assert out.status_code == 204
        assert (await client.get("/api/v1/overview", headers=bearing(second))).status_code == 401
        again = await client.post("/api/v1/refresh", json={"refresh": second.json()["refresh"]})
    assert again.status_code == 401


async def test_a_refresh_token_opens_nothing_and_an_access_token_refreshes_nothing(bench: Bench) -> None:
    session = bench.folk.signed_in("lin", *OPERATING)
    async with bench.client(session.refresh) as client:
        assert (await client.get("/api/v1/overview")).status_code == 401
        assert (await client.post("/api/v1/refresh", json={"refresh": session.token})).status_code == 401


async def test_without_a_sign_on_of_the_citys_its_routes_say_so(bench: Bench) -> None:
    async with bench.client("") as client:
        begun = await client.post("/api/v1/sign-on/begin")
        brought = await client.post("/api/v1/sign-on", json={"token": "eyJ"})
    assert [answer.status_code for answer in (begun, brought)] == [401, 401]
    assert "name and password" in begun.json()["message"]


# -- what others may, and may not -----------------------------------------------------------------------------------

LAMP = f"{WEST}-LC-0001/K1"
ORDER: dict[str, Any] = {"targets": [LAMP], "value": "on", "for_s": 600, "reason": "repair"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", f"/api/v1/assets/{WEST}-LC-0001"),
        ("get", f"/api/v1/assets/{WEST}-LC-0001/points"),
        ("get", f"/api/v1/explain/{LAMP}"),
        ("get", f"/api/v1/schedule/{LAMP}"),
        ("get", f"/api/v1/commands?target={LAMP}"),
        ("post", "/api/v1/orders"),
        ("post", "/api/v1/leases/L-7f3a91/release"),
        ("post", f"/api/v1/reset/{LAMP}"),
        ("post", "/api/v1/alarms/A-0007/acknowledge"),
        ("post", "/api/v1/reload"),
    ],
)
async def test_another_divisions_operator_is_refused_everywhere(bench: Bench, method: str, path: str) -> None:
    body = {"orders": ORDER, "reset": {"reason": "r"}}.get(path.split("/")[3])
    async with bench.client(bench.folk.token("far", division("330102"))) as client:
        answer = await client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]) == (403, "NO_ACCESS_AUTHORITY")
    assert (bench.facade.orders, bench.facade.released, bench.facade.resets) == ([], [], [])


async def test_lists_hold_what_the_caller_may_see(bench: Bench) -> None:
    async with bench.client(bench.folk.token("far", division("330102"))) as client:
        lists = [(await client.get(f"/api/v1/{name}")).json() for name in ("assets", "alarms", "commands")]
    async with bench.client(bench.folk.token("near", division(WEST))) as client:
        near = (await client.get("/api/v1/assets")).json()
    assert (lists, [asset["id"] for asset in near]) == ([[], [], []], [f"{WEST}-LC-0001"])


@pytest.mark.parametrize(
    ("slot", "grants", "status"),
    [
        ("district_manual", (division(WEST),), 200),
        ("city_manual", (division(WEST),), 403),
        ("city_manual", (Grant(Role.LIGHTING_OPERATOR),), 200),
        ("emergency_order", (Grant(Role.LIGHTING_OPERATOR),), 403),
        ("emergency_order", (division(WEST, Role.DUTY_OFFICER),), 200),
        ("plan", (Grant(Role.ENGINEER),), 403),
        ("district_manual", (ADMIN,), 403),
        ("district_manual", (Grant(Role.VIEWER),), 403),
    ],
)
async def test_a_slot_takes_the_rank_for_it(bench: Bench, slot: str, grants: tuple[Grant, ...], status: int) -> None:
    async with bench.client(bench.folk.token("somebody", *grants)) as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, "slot": slot})
    assert answer.status_code == status, answer.json()


async def test_a_person_may_set_their_password_whatever_their_role_and_a_machine_may_not(bench: Bench) -> None:
    await bench.folk.with_password("lin", PASSWORD)
    async with bench.client("") as client:
        lin = bearing(await signed_in(client, "lin", PASSWORD))
        wrong = await client.post(
            "/api/v1/password", json={"password": "x" * 3 + PASSWORD, "secret": "no"}, headers=lin
        )
        short = await client.post("/api/v1/password", json={"password": "short", "secret": PASSWORD}, headers=lin)
        local = {"Authorization": f"Bearer {bench.folk.local()}"}
        machine = await client.post("/api/v1/password", json={"password": PASSWORD}, headers=local)
        good = await client.post(
            "/api/v1/password", json={"password": "other words, longer", "secret": PASSWORD}, headers=lin
        )
    assert [answer.status_code for answer in (wrong, short, machine, good)] == [401, 422, 403, 204]
