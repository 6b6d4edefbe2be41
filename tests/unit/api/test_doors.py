"""What is refused before anything is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from controller.api.face import Face
from controller.api.guard import BODY_S, depth_over
from controller.api.limits import Buckets, Limits, Rate
from controller.api.state import share
from tests.unit.api.conftest import Bench

LOOK = "/api/v1/overview"


def narrow(bench: Bench, **more: object) -> None:
    bench.app.state.shared = share(bench.facade, bench.authority, Face(**more))  # type: ignore[arg-type]  # per test


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8080", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("test", 200),
        ("lights.example.cn", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("evil.example:80@localhost", 421),
        ("[::1].evil.example", 421),
    ],
)
async def test_only_names_of_ours_are_answered(bench: Bench, host: str, status: int) -> None:
    narrow(bench, hosts=frozenset({"lights.example.cn"}))
    async with bench.client() as client:
        assert (await client.get(LOOK, headers={"Host": host})).status_code == status


async def test_other_sites_pages_are_answered_nothing(bench: Bench) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with bench.client() as client:
        asked = await client.options("/api/v1/orders", headers=preflight)
        looked = await client.get(LOOK, headers={"Origin": "https://evil.example"})
    assert asked.status_code == 405
    for answer in (asked, looked):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_too_many_headers_are_431(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.get(LOOK, headers={f"x-{n}": "1" for n in range(80)})
    assert (answer.status_code, answer.json()["error"]) == (431, "TOO_MANY_HEADERS")


async def test_a_session_that_asks_too_much_waits_and_others_do_not(bench: Bench) -> None:
    narrow(bench, limits=Limits(session=Rate(2.0, 5.0)))
    async with bench.client() as client, bench.client(bench.folk.token("other")) as other:
        statuses = [(await client.get(LOOK)).status_code for _ in range(6)]
        told = await client.get(LOOK)
        assert statuses == [200] * 5 + [429]
        assert (told.json()["error"], told.headers["Retry-After"]) == ("TOO_MANY_REQUESTS", "1")
        assert (await other.get(LOOK)).status_code == 200
        await asyncio.sleep(1)
        assert (await client.get(LOOK)).status_code == 200


async def test_an_address_that_asks_too_much_waits_whoever_it_says_it_is(bench: Bench) -> None:
    narrow(bench, limits=Limits(address=Rate(1.0, 3.0)))
    async with bench.client("made-up") as client:
        statuses = [(await client.get(LOOK, headers={"X-Forwarded-For": f"10.0.0.{n}"})).status_code for n in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_many_addresses_do_not_fill_the_memory() -> None:
    now_s = [0.0]
    buckets = Buckets(Rate(1.0, 2.0), lambda: now_s[0])
    for n in range(30_000):
        now_s[0] += 0.001
        assert buckets.take(f"a{n}") == 0.0
    assert len(buckets._left) <= 10_001


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b"[" * 32 + b"]" * 32, False),
        (b"[" * 33 + b"]" * 33, True),
        (b'{"a":' * 33, True),
        (b'"' + b"[" * 100 + b'"', False),
        (b'"\\"' + b"[" * 100 + b'"', False),
        (b"[]" * 1000, False),
        (b'["' + b"x" * 100 + b"[" * 40, False),
    ],
)
def test_depth_is_counted_outside_of_texts(body: bytes, deep: bool) -> None:
    assert depth_over(body, 32) is deep


async def test_no_flood_of_anything_else_keeps_an_emergency_stop_out(bench: Bench) -> None:
    narrow(bench, limits=Limits(address=Rate(1.0, 8.0), session=Rate(1.0, 2.0)))
    async with bench.client() as client:
        assert {(await client.get(LOOK)).status_code for _ in range(12)} == {200, 429}
        stop = await client.post("/api/v1/stops", json={"target": "330106-LC-0001/K1", "reason": "water"})
        assert stop.status_code != 429, stop.text
        stops = [await client.post("/api/v1/stops", json={"target": "x", "reason": "y"}) for _ in range(4)]
        assert stops[-1].status_code == 429, "a flood of stops is one, too"


async def test_deep_json_is_422_before_it_is_read(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=b'{"targets":' + b"[" * 50_000)
    assert answer.status_code == 422
    assert "deeper" in answer.json()["message"]


async def test_a_body_that_drips_in_is_not_waited_for(bench: Bench) -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(BODY_S / 4)

    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=drip())
    assert (answer.status_code, answer.json()["error"]) == (408, "TOO_SLOW")


async def test_a_question_that_says_one_thing_twice_is_422(bench: Bench) -> None:
    async with bench.client() as client:
        twice = await client.get("/api/v1/assets?kind=cabinet&kind=station")
        many = await client.get("/api/v1/alarms?state=UNACK&state=ACKED")
    assert (twice.status_code, many.status_code) == (422, 200)


async def test_a_wrong_method_is_told_every_right_one(bench: Bench) -> None:
    async with bench.client() as client:
        answer: httpx.Response = await client.delete("/api/v1/tags")
    assert answer.headers["Allow"] == "GET, POST"


async def test_who_is_turned_away_at_the_door_is_counted_by_kind_and_address(bench: Bench) -> None:
    counted: list[tuple[str, str]] = []
    narrow(bench, limits=Limits(session=Rate(1.0, 1.0)), turned_away=lambda kind, who: counted.append((kind, who)))
    async with bench.client() as client:
        await client.get(LOOK, headers={"Host": "evil.example"})
        await client.get(LOOK, headers={f"x-{n}": "1" for n in range(80)})
        assert [(await client.get(LOOK)).status_code for _ in range(2)] == [200, 429]
        del client.headers["Authorization"]
        client.cookies.set("zhadao-access", bench.folk.token("other"))
        forged = await client.post("/api/v1/reload")
        assert forged.status_code == 403
    kinds = ["host_refused", "headers_refused", "rate_refused", "csrf_refused"]
    assert counted == [(kind, "127.0.0.1") for kind in kinds]
