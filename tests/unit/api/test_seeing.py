from __future__ import annotations

import pytest

from tests.unit.api.conftest import Bench
from tests.unit.api.fake_controller import ASSET, TARGET

LOOKS = [
    "/api/v1/overview",
    "/api/v1/assets",
    f"/api/v1/assets/{ASSET}",
    f"/api/v1/assets/{ASSET}/points",
    f"/api/v1/explain/{TARGET}",
    "/api/v1/commands",
    "/api/v1/alarms",
    f"/api/v1/schedule/{TARGET}?night=2026-06-21",
]


@pytest.mark.parametrize("path", LOOKS)
async def test_every_look_answers_a_signed_in_caller(bench: Bench, path: str) -> None:
    async with bench.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", LOOKS)
async def test_no_look_answers_without_a_token(bench: Bench, path: str) -> None:
    async with bench.client() as client:
        del client.headers["Authorization"]
        answer = await client.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"] == "NOT_SIGNED_IN"
    assert "sign-in" in answer.json()["what_to_do"]


async def test_a_token_nobody_was_given_is_refused(bench: Bench) -> None:
    async with bench.client("made-up") as client:
        answer = await client.get("/api/v1/overview")
    assert answer.status_code == 401


async def test_a_session_without_that_right_is_denied_in_the_authoritys_words(bench: Bench) -> None:
    stranger = bench.folk.signed_in("stranger")
    async with bench.client(stranger.token) as client:
        answer = await client.get("/api/v1/overview")
    assert answer.status_code == 403
    assert answer.json()["error"] == "NO_ACCESS_AUTHORITY"
    assert "stranger" in answer.json()["message"]


async def test_a_point_travels_with_quality_and_age(bench: Bench) -> None:
    async with bench.client() as client:
        (point,) = (await client.get(f"/api/v1/assets/{ASSET}/points")).json()
    assert (point["value"], point["quality"], point["age_s"]) == (True, "GOOD", 0.8)


async def test_assets_are_filtered_by_kind_and_division(bench: Bench) -> None:
    async with bench.client() as client:
        assert len((await client.get("/api/v1/assets?kind=cabinet&division=330106")).json()) == 1
        assert (await client.get("/api/v1/assets?kind=station")).json() == []


@pytest.mark.parametrize(
    "path",
    ["/api/v1/assets/nothing", "/api/v1/assets/nothing/points", "/api/v1/explain/no/such", "/api/v1/schedule/nothing"],
)
async def test_what_does_not_exist_is_404_in_the_one_shape(bench: Bench, path: str) -> None:
    async with bench.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "message", "what_to_do"}
    assert answer.json()["error"] == "UNKNOWN_TARGET"


async def test_the_present_night_is_meant_when_none_is_named(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.get(f"/api/v1/schedule/{TARGET}")
    assert answer.json()["night"] == "2026-06-21"


@pytest.mark.parametrize("query", ["night=yesterday", "night=2026-02-30"])
async def test_a_night_that_is_no_date_is_422(bench: Bench, query: str) -> None:
    async with bench.client() as client:
        answer = await client.get(f"/api/v1/schedule/{TARGET}?{query}")
    assert answer.status_code == 422
    assert "night" in answer.json()["message"]


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
async def test_commands_asks_for_a_sensible_limit(bench: Bench, limit: str) -> None:
    async with bench.client() as client:
        answer = await client.get(f"/api/v1/commands?limit={limit}")
    assert answer.status_code == 422


async def test_an_unknown_route_and_a_wrong_method_keep_the_shape(bench: Bench) -> None:
    async with bench.client() as client:
        lost = await client.get("/api/v1/nowhere")
        wrong = await client.delete("/api/v1/overview")
    assert (lost.status_code, lost.json()["error"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["Allow"] == "GET"


async def test_a_defect_is_told_without_its_insides(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(bench.facade, "overview", broken)
    async with bench.client() as client:
        answer = await client.get("/api/v1/overview")
    assert answer.status_code == 500
    assert answer.json()["error"] == "DEFECT"
    assert "secret" not in answer.text
