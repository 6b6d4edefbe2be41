"""What no honest caller sends: endless, nested, nameless, timeless; all refused in the one shape, nothing done."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from controller.api import guard
from controller.api.limits import Limits, Rate
from tests.integration.besieged import EVERYTHING, FAR_LAMP, OPERATING, PS, TREES, City, city

ORDER = {"targets": [TREES], "value": "on", "for_s": 600.0, "reason": "trying"}
HOMOGLYPHS = (TREES.replace("C", "С"), TREES.replace("0", "０"), TREES.replace("-", "‐"), TREES + "​", f"‮{TREES}")
DATES = ("1970-01-01", "0001-01-01", "9999-12-31", "9999-12-30", "2026-02-30", "1e9", "-1", "２０２６-06-21", "today")
MOMENTS = (
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "2026-06-21T12:00:00",
    "2026-06-21T24:00:61Z",
    0,
    1e18,
    -1,
    None,
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("bodies")) as made:
        yield made


def raw(at: City, body: bytes | str, path: str = "orders", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else body.encode()
    return at.ask(_token(at), "POST", path, content=content, headers={"Content-Type": "application/json", **headers})


def _token(at: City) -> str:
    return at.token("lin", *EVERYTHING)


def nothing_done(at: City, answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, f"{answer.status_code} {answer.text[:300]}"
    said = answer.json()
    assert {"error", "message", "what_to_do"} <= said.keys() or "outcomes" in said
    assert len(answer.content) < 20_000
    assert at.officer("GET", "leases") == []


@pytest.mark.parametrize(
    "changed",
    [
        *({"for_s": value} for value in (-1, 0, 0.5, -1e308, 1e308, 10**400, "600", "1e3", True, None, [600], 86_401)),
        *({"targets": value} for value in ([], None, "", TREES, [""], [None], [7], [[TREES]], [{}], ["x" * 65])),
        *({"targets": [name]} for name in HOMOGLYPHS),
        *({"targets": [name]} for name in ("../../etc/passwd", "330102-LC-0001/../K2", "a\u0000b", "%00", "${jndi:x}")),
        {"targets": [TREES] * 20_001},
        *(
            {"value": value}
            for value in ("", " ", "on\n", "on\u0000", "ON OFF", "о n", "x" * 201, "nan %", "-5%", "1e9%")
        ),
        *({"reason": value} for value in ("", "   ", "\u0000", "a\u001b[2Jb", "\n", "x" * 501, 5, None)),
        *({"request_id": value} for value in ("x" * 65, "a b", "a/b", "..\\", "é", "\u0000", 5)),
        *({"ticket": value} for value in ("x" * 65, "\u0007", 5)),
        {"take_over": "yes"},
        {"take_over": 1},
        {"slot": ""},
        {"caller": "root"},
        {"actor": "root", "person": "root"},
        {"__proto__": {"admin": True}},
    ],
    ids=lambda changed: json.dumps(changed)[:40],
)
def test_an_order_that_is_not_quite_one_is_refused(at: City, changed: dict[str, Any]) -> None:
    body = json.dumps({**ORDER, **changed})
    nothing_done(at, raw(at, body), 409, 422)
    shown = raw(at, body, "selections")
    assert shown.status_code in (200, 422)
    if shown.status_code == 200 and shown.json()["token"]:  # what is left of it is an order like any other
        assert changed.get("value", "on").strip() == "on"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x10", "1_000", "٦٠٠"])
def test_what_is_no_number_is_none(at: City, number: str) -> None:
    nothing_done(at, raw(at, json.dumps(ORDER).replace("600.0", number)), 422)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'"text"',
        b"\xff\xfe{\x00}\x00",
        b'{"reason": "\xff"}',
        json.dumps({**ORDER, "reason": "x"}).encode("utf-16"),
        json.dumps(ORDER).replace("trying", "\\ud800").encode(),
        json.dumps(ORDER).replace(TREES, "\\udcff").encode(),
        b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
        b"[" * 400_000,
        b"[" * 33 + b"]" * 33,
        b'{"targets":' + b"[" * 40 + b"]" * 40 + b"}",
        b"9" * 900_000,
        json.dumps({**ORDER, "for_s": 1}).replace('"for_s": 1', '"for_s": ' + "9" * 5000).encode(),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_order_at_all_is_refused(at: City, body: bytes) -> None:
    nothing_done(at, raw(at, body), 422)


def test_a_key_said_twice_does_not_mean_two_things(at: City) -> None:
    body = json.dumps(ORDER)[:-1] + ', "for_s": -1}'
    nothing_done(at, raw(at, body), 409, 422)


def test_a_body_of_a_megabyte_is_too_long_whether_it_says_so_or_not(at: City) -> None:
    long = json.dumps({**ORDER, "reason": "x" * 1_000_001}).encode()
    parts = [long[start : start + 65_536] for start in range(0, len(long), 65_536)]
    for content, path in ((long, "orders"), (iter(parts), "orders"), (long, "sign-in"), (iter(parts), "sign-in")):
        try:
            answer = at.ask(_token(at), "POST", path, content=content, headers={"Content-Type": "application/json"})
        except (httpx.ReadError, httpx.WriteError):
            continue  # hung up on before it had said everything
        assert answer.status_code == 413
    assert at.officer("GET", "leases") == []


@pytest.mark.parametrize("night", DATES)
def test_no_date_breaks_a_schedule(at: City, night: str) -> None:
    answer = at.ask(_token(at), "GET", f"schedule/{TREES}", params={"night": night})
    assert answer.status_code in (200, 422), answer.text
    assert answer.json()


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_moment_breaks_a_measurement(at: City, moment: object) -> None:
    body = {"circuits": [FAR_LAMP], "kind": "insulation", "value": 2.5, "by": "Wang", "at": moment}
    answer = at.ask(_token(at), "POST", "wet-power/checks", body)
    assert answer.status_code in (409, 422), answer.text
    assert answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "assets/../../../etc/passwd",
        "assets/..%2f..%2f..%2fetc%2fpasswd",
        "assets/%2e%2e%2f%2e%2e%2fkeys",
        "explain/../../people",
        "explain/%00",
        "explain/" + quote("a\x1b[2Jb"),
        "explain/" + "x" * 5000,
        "explain/" + quote(HOMOGLYPHS[0]),
        "assets/%ff%fe",
        "leases/%0d%0aSet-Cookie:x=1",
        "alarms/..%2f..%2fx/acknowledge",
        "proposals/' OR 1=1 --",
        "requests/%F0%9F%92%A3?actor=%00",
        "commands?limit=-1",
        "commands?limit=99999999999999999999",
        "commands?limit=10&limit=20",
        "handling?about=" + "x" * 65,
        "requests?target=%00",
        "alarms?under=%ED%A0%80",
    ],
    ids=lambda path: path[:40],
)
def test_no_path_leads_anywhere_it_should_not(at: City, path: str) -> None:
    with httpx.Client(base_url=at.api.url, timeout=20) as client:
        request = client.build_request("GET", "/", headers={"Authorization": f"Bearer {_token(at)}"})
        request.url = request.url.copy_with(raw_path=f"/api/v1/{path}".encode())
        answer = client.send(request)
    assert answer.status_code in (200, 404, 405, 422), f"{answer.status_code} {answer.text[:200]}"
    assert answer.status_code != 200 or answer.json() == []
    assert "set-cookie" not in answer.headers
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", ["/..%2fapp.py", "/page.js%00.html", "/static/../app.py", "/page.js/../a", "//etc/passwd"]
)
def test_the_page_is_three_files_and_no_folder(at: City, path: str) -> None:
    with httpx.Client(base_url=at.api.url, timeout=20) as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert client.send(request).status_code == 404


def test_too_many_and_too_long_headers_are_refused(at: City) -> None:
    many = {f"X-{number}": "a" for number in range(100)}
    assert at.ask(_token(at), "GET", "me", headers=many).status_code == 431
    answer = at.ask(_token(at), "GET", "me", headers={"X-Long": "a" * 40_000})
    assert answer.status_code in (400, 431)
    assert at.ask(_token(at), "GET", "me").status_code == 200


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"GET /api/v1/me HTTP/1.1\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
        b"POST /api/v1/tags HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 4400 + b"\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n\x00: c\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:70])[-40:],
)
def test_what_is_no_http_is_answered_shortly_and_closed(at: City, bytes_sent: bytes) -> None:
    host, _, port = at.api.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=15) as wire:
        wire.sendall(bytes_sent)
        wire.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: wire.recv(65_536), b""))
    assert not answer or answer.split()[1] in (b"400", b"401", b"413", b"421", b"422"), answer[:200]
    assert at.http.get("/api/v1/health").status_code == 200


def test_a_dripping_body_is_cut_off(at: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.3)
    host, _, port = at.api.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=15) as wire:
        wire.sendall(b"POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{")
        assert b" 408 " in wire.recv(65_536)
        assert b"".join(iter(lambda: wire.recv(65_536), b"")).find(b"200 OK") == -1


def test_who_asks_without_end_is_told_to_wait_and_others_are_served(tmp_path_factory: pytest.TempPathFactory) -> None:
    few = Limits(Rate(1e6, 1e6), Rate(5.0, 20.0))
    with city(tmp_path_factory.mktemp("flood"), few) as at:
        greedy = at.api.token("greedy", *OPERATING)
        answers = [at.ask(greedy, "GET", "me") for _ in range(40)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) >= 10
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        stopping = at.ask(at.api.token("calm", *OPERATING), "POST", "stops", {"target": f"{PS}/P1"})
        assert stopping.status_code == 200
        time.sleep(0.5)
        assert at.ask(greedy, "GET", "me").status_code == 200
