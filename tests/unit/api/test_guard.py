from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from controller.api.guard import MAX_BODY_BYTES
from tests.unit.api.conftest import Bench


async def test_a_request_that_says_it_is_too_long_is_413(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=b"x" * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json()["error"] == "TOO_LARGE"


async def test_a_request_that_does_not_say_its_length_is_413_once_it_is_too_long(bench: Bench) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=drip(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"] == "TOO_LARGE"


async def test_the_largest_order_there_may_be_fits(bench: Bench) -> None:
    targets = [f"330106-LC-{n:04d}/K1" for n in range(20_000)]
    order = {"targets": targets, "value": "on", "for_s": 60, "reason": "all on"}
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", json=order)
    assert answer.status_code in (200, 409)


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff\xfe", b"[]", b"null", b"[" * 100_000], ids=lambda body: repr(body[:4])
)
async def test_what_is_not_the_json_that_was_asked_for_is_422(bench: Bench, body: bytes) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/orders", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "INVALID_REQUEST"


async def test_every_answer_tells_browsers_to_be_careful(bench: Bench) -> None:
    async with bench.client() as client:
        for path in ("/", "/api/v1/overview", "/api/v1/nowhere", "/metrics"):
            headers = (await client.get(path)).headers
            assert "script-src 'self'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"
