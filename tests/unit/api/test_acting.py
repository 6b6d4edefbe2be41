from __future__ import annotations

from typing import Any, get_args

import pytest

from controller.api.inputs import MAX_LEASE_S, MAX_TARGETS, OrderSlot
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from tests.unit.api.conftest import Bench
from tests.unit.api.fake_controller import TARGET

ORDER: dict[str, Any] = {"targets": [TARGET], "value": "on", "for_s": 1800, "reason": "night repair"}


async def test_an_order_is_taken_under_the_callers_name(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, "slot": "city_manual", "request_id": "r1"})
    assert answer.status_code == 200
    (order, actor), *_ = bench.facade.orders
    assert (order.targets, order.value, order.slot, actor) == ((TARGET,), "on", "city_manual", "operator")
    assert answer.json()["outcomes"][0]["accepted"] is True


async def test_an_order_partly_accepted_is_200_with_each_outcome(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, "targets": [TARGET, "330106-LC-0001/K9"]})
    assert answer.status_code == 200
    assert [outcome["accepted"] for outcome in answer.json()["outcomes"]] == [True, False]


async def test_an_order_refused_for_every_target_is_409_with_the_receipt(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, "targets": ["330106-LC-0001/K9"]})
    assert answer.status_code == 409
    assert answer.json()["outcomes"][0]["cause"] == "UNKNOWN_TARGET"


@pytest.mark.parametrize(
    "wrong",
    [
        {"surprise": 1},
        {"targets": []},
        {"targets": "330106-LC-0001/K1"},
        {"targets": ["330106 LC/K1"]},
        {"targets": ["x" * 65]},
        {"targets": ["a"] * (MAX_TARGETS + 1)},
        {"value": ""},
        {"value": "on\n"},
        {"value": "x" * 201},
        {"for_s": 0},
        {"for_s": 0.5},
        {"for_s": -1},
        {"for_s": "1800"},
        {"for_s": True},
        {"for_s": MAX_LEASE_S + 1},
        {"reason": ""},
        {"reason": "   "},
        {"reason": "x" * 501},
        {"slot": "life_safety"},
        {"slot": "schedule"},
        {"slot": 7},
        {"take_over": "yes"},
        {"request_id": "a b"},
        {"value": "maybe"},
    ],
    ids=lambda wrong: "-".join(f"{k}={str(v)[:12]!r}" for k, v in wrong.items()),
)
async def test_an_order_that_makes_no_sense_is_422_and_does_nothing(bench: Bench, wrong: dict[str, Any]) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, **wrong})
    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "message", "what_to_do"}
    assert bench.facade.commands() == [] or wrong == {"value": "maybe"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_endless_numbers_are_refused(bench: Bench, number: str) -> None:
    body = f'{{"targets": ["{TARGET}"], "value": "on", "for_s": {number}, "reason": "r"}}'
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert bench.facade.orders == []


def test_the_slots_that_can_be_ordered_into_are_the_leased_ones() -> None:
    leased = {slot.label for slot in Slot if slot.kind is SlotKind.LEASED}
    assert set(get_args(OrderSlot)) == leased
    assert max(MAX_LEASE.values()).total_seconds() == MAX_LEASE_S


async def test_without_evidence_an_order_is_503_and_says_so(bench: Bench) -> None:
    bench.facade.journal_ok = False
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json=ORDER)
    assert answer.status_code == 503
    assert answer.json()["error"] == "JOURNAL_UNAVAILABLE"
    assert "disk full" in answer.json()["message"]


async def test_a_lease_is_released_with_and_without_a_reason(bench: Bench) -> None:
    async with bench.client() as client:
        bare = await client.post("/api/v1/leases/L-7f3a91/release")
        told = await client.post("/api/v1/leases/L-7f3a91/release", json={"reason": "done"})
    assert (bare.status_code, told.status_code) == (200, 200)
    assert bench.facade.released == [("L-7f3a91", "operator", ""), ("L-7f3a91", "operator", "done")]


async def test_a_lease_nobody_holds_is_404(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/leases/L-none/release")
    assert answer.status_code == 404


async def test_a_latch_is_reset_with_a_reason_and_refused_while_its_cause_stands(bench: Bench) -> None:
    async with bench.client() as client:
        done = await client.post(f"/api/v1/reset/{TARGET}", json={"reason": "rack cleaned"})
        silent = await client.post(f"/api/v1/reset/{TARGET}", json={"reason": "  "})
        lost = await client.post("/api/v1/reset/nothing", json={"reason": "rack cleaned"})
        bench.facade.cause_stands = True
        refused = await client.post(f"/api/v1/reset/{TARGET}", json={"reason": "rack cleaned"})
    assert [answer.status_code for answer in (done, silent, lost, refused)] == [200, 422, 404, 409]
    assert bench.facade.resets == [(TARGET, "operator", "rack cleaned")]
    assert refused.json()["outcomes"][0]["cause"] == "BLOCKED_BY_INTERLOCKING"


async def test_an_alarm_is_acknowledged_by_name(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/alarms/A-0007/acknowledge")
        missing = await client.post("/api/v1/alarms/A-none/acknowledge")
    assert (answer.json()["state"], answer.json()["acknowledged_by"]) == ("ACKED", "operator")
    assert missing.status_code == 404


async def test_a_reload_that_is_not_usable_is_409_with_its_problems(bench: Bench) -> None:
    async with bench.client() as client:
        good = await client.post("/api/v1/reload")
        bench.facade.reload_applies = False
        bad = await client.post("/api/v1/reload")
    assert (good.status_code, good.json()["applied"]) == (200, True)
    assert (bad.status_code, bad.json()["applied"]) == (409, False)
    assert bad.json()["problems"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders",
        "/api/v1/leases/L-1/release",
        f"/api/v1/reset/{TARGET}",
        "/api/v1/alarms/A-1/acknowledge",
        "/api/v1/reload",
    ],
)
@pytest.mark.parametrize(("actor", "status"), [(None, 401), ("stranger", 403)])
async def test_nobody_acts_without_the_right_to(bench: Bench, path: str, actor: str | None, status: int) -> None:
    token = bench.folk.token(actor) if actor else "made-up"
    async with bench.client(token) as client:
        answer = await client.post(
            path, json={"reason": "r"} if "reset" in path else ORDER if "orders" in path else None
        )
    assert answer.status_code == status
    assert (bench.facade.orders, bench.facade.released, bench.facade.resets) == ([], [], [])
    assert bench.facade.acknowledged_by == ""
