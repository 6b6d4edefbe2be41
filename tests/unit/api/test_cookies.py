"""The page's session: cookies no script reads, and nothing another site's page could make a browser do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.unit.api.conftest import Bench
from tests.unit.runtime.people.rig import OPERATING

PASSWORD = "four unrelated words"  # noqa: S105 - nobody's
RELEASE = "/api/v1/leases/L-7f3a91/release"


@asynccontextmanager
async def browser(bench: Bench, scheme: str = "http") -> AsyncIterator[httpx.AsyncClient]:
    """Signed in by cookie, like the page."""
    await bench.folk.with_password("lin", PASSWORD, *OPERATING)
    transport = httpx.ASGITransport(bench.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://localhost") as client:
        body = {"name": "lin", "secret": PASSWORD, "cookies": True}
        answer = await client.post("/api/v1/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    pairs = (line.partition("=") for line in answer.headers.get_list("set-cookie"))
    return {name: rest for name, _, rest in pairs}


async def test_the_page_gets_its_tokens_in_cookies_only(bench: Bench) -> None:
    await bench.folk.with_password("lin", PASSWORD, *OPERATING)
    async with bench.client("") as client:
        answer = await client.post("/api/v1/sign-in", json={"name": "lin", "secret": PASSWORD, "cookies": True})
    body, cookies = answer.json(), set_cookies(answer)
    assert (body["token"], body["refresh"], bool(body["csrf"])) == ("", "", True)
    assert set(cookies) == {"zhadao-access", "zhadao-refresh", "zhadao-csrf"}
    for name, rest in cookies.items():
        assert "SameSite=strict" in rest
        assert "Path=/" in rest
        assert "Domain" not in rest
        assert ("HttpOnly" in rest) == (name != "zhadao-csrf")


async def test_over_tls_cookies_are_secure_and_of_this_very_host_and_so_is_the_transport(bench: Bench) -> None:
    async with browser(bench, "https") as client:
        answer = await client.get("/api/v1/me")
        assert {cookie.name for cookie in client.cookies.jar} == {
            "__Host-zhadao-access",
            "__Host-zhadao-refresh",
            "__Host-zhadao-csrf",
        }
        assert all(cookie.secure for cookie in client.cookies.jar)
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert (await client.post(RELEASE)).status_code == 200


async def test_without_tls_nothing_is_said_about_transport(bench: Bench) -> None:
    async with browser(bench) as client:
        assert "Strict-Transport-Security" not in (await client.get("/api/v1/me")).headers


@pytest.mark.parametrize(
    "shown", [None, "", "made-up", "S-0.0", "other's"], ids=["none", "empty", "made-up", "forged", "other's"]
)
async def test_a_cookie_alone_changes_nothing(bench: Bench, shown: str | None) -> None:
    async with browser(bench) as client:
        if shown == "other's":
            shown = client.headers["X-CSRF-Token"]
            other = bench.folk.signed_in("mallory", *OPERATING).caller.session
            shown = bench.app.state.shared.cookies.csrf(other)
            client.cookies.set("zhadao-csrf", shown, domain="localhost.local", path="/")
        del client.headers["X-CSRF-Token"]
        headers = {} if shown is None else {"X-CSRF-Token": shown}
        answer = await client.post(RELEASE, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "CSRF")
        assert (await client.get("/api/v1/overview")).status_code == 200, "looking needs none"
    assert bench.facade.released == []


async def test_with_its_token_the_page_acts_and_a_bearer_needs_none(bench: Bench) -> None:
    async with browser(bench) as client:
        assert (await client.post(RELEASE)).status_code == 200
        del client.headers["X-CSRF-Token"]
        bearer = {"Authorization": f"Bearer {bench.token}"}
        assert (await client.post(RELEASE, headers=bearer)).status_code == 200
    assert [who for _, who, _ in bench.facade.released] == ["lin", "operator"]


async def test_the_page_refreshes_by_cookie_and_gets_a_lost_csrf_token_back(bench: Bench) -> None:
    async with browser(bench) as client:
        before = client.cookies["zhadao-refresh"]
        answer = await client.post("/api/v1/refresh")
        assert (answer.status_code, answer.json()["token"]) == (200, "")
        assert client.cookies["zhadao-refresh"] != before
        del client.cookies["zhadao-csrf"]
        assert (await client.post("/api/v1/refresh")).status_code == 403
        assert (await client.get("/api/v1/me")).status_code == 200
        assert (await client.post("/api/v1/refresh")).status_code == 200


async def test_signing_out_takes_the_cookies_back(bench: Bench) -> None:
    async with browser(bench) as client:
        kept = dict(client.cookies)
        assert (await client.post("/api/v1/sign-out")).status_code == 204
        assert dict(client.cookies) == {}
        client.cookies.update(kept)
        answer = await client.get("/api/v1/me")
    assert answer.status_code == 401


async def test_a_one_time_code_by_cookie_sets_a_password_and_ends(bench: Bench) -> None:
    code = (await bench.folk.desk.ensure("lin", OPERATING)).code
    async with bench.client("") as client:
        del client.headers["Authorization"]
        begun = await client.post("/api/v1/sign-in", json={"name": "lin", "secret": code, "cookies": True})
        shown = {"X-CSRF-Token": begun.json()["csrf"]}
        assert (await client.get("/api/v1/me")).json()["password_needed"] is True
        answer = await client.post("/api/v1/password", json={"password": PASSWORD}, headers=shown)
        assert (answer.status_code, dict(client.cookies)) == (204, {})
