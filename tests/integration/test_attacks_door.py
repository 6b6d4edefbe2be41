"""At the door: forged and foreign requests, replayed tokens, guessing, and secrets that must not be kept."""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from tests.integration.besieged import CANARY, EAST, EVERYTHING, OPERATING, PASSWORD, TREES, WESTERN, City, city

ORDER = {"targets": [TREES], "value": "on", "for_s": 600, "reason": "forged"}
ORIGIN = "https://evil.example"
STATIC = Path(__file__).parents[2] / "controller" / "api" / "static"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("door")) as made:
        made.person("lin", *OPERATING)
        made.person("wei", *OPERATING)
        yield made


@contextlib.contextmanager
def client(at: City, address: str = "127.0.0.1") -> Iterator[httpx.Client]:
    """Somebody who calls from this address."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=at.api.url, timeout=20, transport=transport) as made:
        yield made


@contextlib.contextmanager
def browser(
    at: City, name: str = "lin", address: str = "127.0.0.1", password: str = PASSWORD
) -> Iterator[tuple[httpx.Client, str]]:
    """A browser that is signed in by cookies and nothing else, and its page's CSRF token."""
    with client(at, address) as made:
        said = made.post("/api/v1/sign-in", json={"name": name, "secret": password, "cookies": True})
        assert said.status_code == 200, said.text
        assert said.json()["token"] == said.json()["refresh"] == ""
        yield made, said.json()["csrf"]


def live(at: City, **more: Any) -> ClientConnection:
    return connect(f"{at.api.url.replace('http', 'ws')}/api/v1/live", **more)


def code_of(socket: ClientConnection) -> tuple[int, list[str]]:
    """With which code it was closed, and every message before."""
    heard: list[str] = []
    with pytest.raises(ConnectionClosed) as closed:
        _hear_into(heard, socket)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, heard


def _hear_into(heard: list[str], socket: ClientConnection) -> None:
    while True:
        heard.append(str(socket.recv(timeout=15)))


def test_a_cookie_alone_changes_nothing(at: City) -> None:
    with browser(at) as (mine, csrf), browser(at, "wei") as (_, foreign):
        session = csrf.partition(".")[0]
        assert mine.get("/api/v1/me").status_code == 200
        for header in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": foreign}, {"X-CSRF-Token": f"{session}.{'0' * 64}"}):
            for path, body in (("orders", ORDER), ("stops", {"target": TREES}), ("refresh", None), ("sign-out", None)):
                answer = mine.post(f"/api/v1/{path}", json=body, headers=header)
                assert (answer.status_code, answer.json()["error"]) == (403, "CSRF"), f"{path} {header}"
        mine.cookies.set("zhadao-csrf", foreign)  # planted by another site's subdomain: another session's, and genuine
        answer = mine.post("/api/v1/orders", json=ORDER, headers={"X-CSRF-Token": foreign})
        assert answer.status_code == 403
    assert at.officer("GET", "leases") == []


def test_a_form_of_another_site_is_no_request(at: City) -> None:
    with browser(at) as (mine, csrf):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            headers = {"Content-Type": kind, "Origin": ORIGIN, "X-CSRF-Token": csrf}
            answer = mine.post("/api/v1/orders", content=json.dumps(ORDER), headers=headers)
            assert answer.status_code == 422, kind
    assert at.officer("GET", "leases") == []


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(at: City) -> None:
    said = at.http.post("/api/v1/sign-in", json={"name": "lin", "secret": PASSWORD, "cookies": True})
    at.http.cookies.clear()
    for line in said.headers.get_list("set-cookie"):
        assert "samesite=strict" in line.lower()
        assert "domain=" not in line.lower()
        assert ("httponly" in line.lower()) == ("csrf" not in line)


def test_another_site_is_told_nothing_by_a_preflight(at: City) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-csrf-token",
    }
    for path in ("orders", "me", "sign-in", "live"):
        answers = (at.ask("", "OPTIONS", path, headers=asked), at.ask("", "GET", path, headers={"Origin": ORIGIN}))
        for answer in answers:
            assert answer.status_code >= 400
            assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil", "", "[::2]"]
)
def test_a_name_that_was_made_to_lead_here_is_not_answered(at: City, host: str) -> None:
    token = at.token("chen", *OPERATING)
    for path in ("/", "/metrics", "/api/v1/health", "/api/v1/me", "/openapi.json"):
        answer = at.ask(token, "GET", path, headers={"Host": host})
        assert answer.status_code == 421, path
        assert "chen" not in answer.text
    with pytest.raises(InvalidHandshake):
        live(at, additional_headers={"Host": host} if host else {"Host": "evil"})


def with_cookies(of: httpx.Client) -> dict[str, Any]:
    return {"additional_headers": {"Cookie": "; ".join(f"{name}={value}" for name, value in of.cookies.items())}}


@pytest.mark.parametrize("origin", [ORIGIN, "null", None, "http://127.0.0.1", "http://127.0.0.1.evil.example"])
def test_a_live_stream_opened_by_another_sites_page_is_ended(at: City, origin: str | None) -> None:
    with browser(at) as (mine, _), live(at, origin=origin, **with_cookies(mine)) as socket:
        code, heard = code_of(socket)
        assert code == 4403
        assert [one for one in heard if "overview" in one] == []


def test_the_pages_own_live_stream_is_served_and_ends_with_its_session(at: City) -> None:
    with browser(at) as (mine, csrf), live(at, origin=at.api.url, **with_cookies(mine)) as socket:
        assert json.loads(socket.recv(timeout=10))["actor"] == "lin"
        out = mine.post("/api/v1/sign-out", headers={"X-CSRF-Token": csrf})
        assert out.status_code == 204
        assert code_of(socket)[0] == 4401


def test_a_listener_of_another_division_hears_nothing_of_the_east(at: City) -> None:
    token = at.token("mallory", *WESTERN)
    with live(at) as socket:
        socket.send(json.dumps({"token": token}))
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
        lease = at.officer("POST", "orders", {**ORDER, "reason": CANARY, "request_id": CANARY})["outcomes"][0][
            "lease_id"
        ]
        tag = at.officer("POST", "tags", {"on": TREES, "reason": CANARY})["tag"]["id"]
        at.officer("POST", "stops", {"target": f"{EAST}-PS-0001/P1", "reason": CANARY})
        at.officer("POST", "stops/return", {"target": f"{EAST}-PS-0001/P1", "reason": CANARY})
        at.officer("POST", f"leases/{lease}/release", {"reason": CANARY})
        at.officer("POST", f"tags/{tag}/remove", {"reason": CANARY})
        ends, heard = time.monotonic() + 2.5, ""
        while time.monotonic() < ends:
            heard += str(socket.recv(timeout=5))
    assert '"overview"' in heard
    assert CANARY not in heard
    assert f"{EAST}-" not in heard


def test_a_refresh_token_used_twice_ends_everything_it_ever_gave(at: City) -> None:
    first = at.ask("", "POST", "sign-in", {"name": "lin", "secret": PASSWORD}).json()
    second = at.ask("", "POST", "refresh", {"refresh": first["refresh"]}).json()
    assert at.ask(second["token"], "GET", "me").status_code == 200
    assert at.ask("", "POST", "refresh", {"refresh": first["refresh"]}).status_code == 401
    for token in (first["token"], second["token"]):
        assert at.ask(token, "GET", "me").status_code == 401
    assert at.ask("", "POST", "refresh", {"refresh": second["refresh"]}).status_code == 401
    assert at.ask("", "POST", "refresh", {"refresh": second["token"]}).status_code == 401


def test_an_unknown_name_takes_as_long_as_a_known_one(at: City) -> None:
    def tries(names: list[str], first: int) -> list[float]:
        took = []
        for number, name in enumerate(names):
            with client(at, f"127.0.1.{first + number}") as caller:
                caller.get("/api/v1/health")
                begun = time.perf_counter()
                answer = caller.post("/api/v1/sign-in", json={"name": name, "secret": "not the right one"})
                took.append(time.perf_counter() - begun)
                assert answer.status_code == 401
                said.add(answer.text)
        return took

    said: set[str] = set()
    known, unknown = tries(["lin", "wei"] * 2, 1), tries([f"nobody{n}" for n in range(4)], 9)
    assert len(said) == 1
    assert 0.33 < statistics.median(unknown) / statistics.median(known) < 3.0


def test_guessing_at_somebody_does_not_keep_them_out_where_they_work(at: City) -> None:
    with browser(at, "wei", "127.0.2.1"):
        pass  # she works here
    for number in range(2):
        with client(at, f"127.0.2.{10 + number}") as thief:
            for _ in range(7):
                answer = thief.post("/api/v1/sign-in", json={"name": "wei", "secret": "guess"})
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) >= 1
    with client(at, "127.0.2.99") as elsewhere:
        answer = elsewhere.post("/api/v1/sign-in", json={"name": "wei", "secret": PASSWORD})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) <= 60
        at.skip(61)
        assert elsewhere.post("/api/v1/sign-in", json={"name": "wei", "secret": PASSWORD}).status_code == 200
    with browser(at, "wei", "127.0.2.1") as (working, _):
        assert working.get("/api/v1/me").json()["person"] == "wei"


def test_no_secret_is_ever_written_down(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secrets: dict[str, str] = {"typed as a name": "my password typed as a name", "guessed": "a guess at a password"}
    with city(tmp_path) as at:
        root = at.token("root", *EVERYTHING)
        at.ask("", "POST", "sign-in", {"name": secrets["typed as a name"], "secret": secrets["guessed"]})
        code = at.ask(root, "POST", "people", {"name": "newcomer", "grants": [{"role": "viewer"}]}).json()["code"]
        by_code = at.ask("", "POST", "sign-in", {"name": "newcomer", "secret": code}).json()
        secrets |= {"code": code, "token by code": by_code["token"], "refresh by code": by_code["refresh"]}
        secrets["password"] = "otters sleep on their backs"  # noqa: S105 - looked for below
        at.ask(by_code["token"], "POST", "password", {"password": secrets["password"]})
        given = at.ask("", "POST", "sign-in", {"name": "newcomer", "secret": secrets["password"]}).json()
        again = at.ask("", "POST", "refresh", {"refresh": given["refresh"]}).json()
        secrets |= {"token": given["token"], "refresh": given["refresh"], "second refresh": again["refresh"]}
        at.ask(f"{again['token']}x", "GET", "me")
        at.ask("", "GET", f"me?access_token={again['token']}")
        secrets["second token"] = again["token"]
        secrets["key"] = at.key("meter", *OPERATING)
        at.ask(secrets["key"], "GET", "me")
        secrets["selection"] = at.officer("POST", "selections", ORDER)["token"]
        at.officer("POST", "selections/operate", {"token": secrets["selection"]})
        with browser(at, "newcomer", password=secrets["password"]) as (page, _):
            secrets |= dict(page.cookies.items())
        at.journal()
    out, err = capfd.readouterr()
    written = {"output": (out + err + caplog.text).encode()}
    written |= {str(file): file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()}
    assert len(written) > 3
    assert any(b"newcomer" in content for content in written.values())
    for what, secret in secrets.items():
        assert len(secret) > 10, what
        parts = {secret, secret.replace("-", ""), secret.rpartition(".")[2], secret.rpartition("_")[2]}
        for place, content in written.items():
            assert not any(len(part) > 10 and part.encode() in content for part in parts), f"{what} in {place}"


def test_markup_in_a_reason_is_text_to_everybody(at: City) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    lease = at.officer("POST", "orders", {**ORDER, "reason": evil})["outcomes"][0]["lease_id"]
    answer = at.ask(at.token("chen", *OPERATING), "GET", f"explain/{TREES}")
    assert evil in answer.json()["winner"]["reason"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    at.officer("POST", f"leases/{lease}/release", {})
    page = at.http.get("/")
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert "onerror" not in page.text
    assert "<script>" not in page.text


def test_the_page_never_makes_markup_of_what_it_is_told() -> None:
    scripts = [file.read_text(encoding="utf-8") for file in STATIC.glob("*.js")]
    assert scripts
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
        assert [script for script in scripts if word in script] == [], word
    for file in STATIC.glob("*.html"):
        page = file.read_text(encoding="utf-8").lower()
        assert "javascript:" not in page
        assert " onclick" not in page
        assert "style=" not in page
