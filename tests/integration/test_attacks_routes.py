"""Every route there is, tried by everybody who must not: refused, nothing done, nothing told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from controller.domain.rights import Grant, Role
from controller.runtime.people import tokens
from tests.integration.besieged import CANARY, EAST, EVERYTHING, OPERATING, WESTERN, City, city, settle_in
from tests.integration.calls import OPEN, OWN, Call, calls

ID = re.compile(rf"{EAST}-[A-Z]{{2}}-\d+(?:/\w+)?")
NAMES = ("望江", "三堡", "Wangjiang")
"""What things in the east are called."""
PERSONAL = {
    "POST /api/v1/password",
    "POST /api/v1/stops/return",
    "POST /api/v1/proposals/{proposal_id}/confirm",
    "POST /api/v1/proposals/{proposal_id}/withdraw",
    "POST /api/v1/countersigns/{act_id}",
    "POST /api/v1/bypasses",
    "POST /api/v1/tags/{tag_id}/remove",
    "POST /api/v1/tags/{tag_id}/propose-removal",
    "POST /api/v1/wet-power/checks",
    "POST /api/v1/wet-power/returns",
    "POST /api/v1/states",
    "POST /api/v1/states/proposed/dismiss",
    "POST /api/v1/states/{declaration_id}/renew",
    "POST /api/v1/standing-orders/{standing_id}/confirm",
    "POST /api/v1/switches/{asset_id}/confirm-remote",
    "POST /api/v1/gauges/exclude",
    "POST /api/v1/dispatch-orders/{order_number}/issue",
    "POST /api/v1/dispatch-orders/{order_number}/acknowledge",
    "POST /api/v1/dispatch-orders/{order_number}/tick",
    "POST /api/v1/water/optimiser/{asset_id}/accept",
    "POST /api/v1/shift/hand-over",
    "POST /api/v1/shift/take-over",
}
"""What takes a person, whatever a machine's key may do."""
NO = {
    "POST /api/v1/selections/operate": 409,
    "POST /api/v1/plan-starts": 409,
    "POST /api/v1/proposals/{proposal_id}/withdraw": 409,
    "POST /api/v1/proposals/{proposal_id}/refuse": 409,
    "GET /api/v1/drill/report": 404,
}
"""Where whoever may look is refused in the receipt: the token is nobody's, the proposal not theirs; or it is no drill.
Elsewhere: 403."""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("besieged")) as made:
        settle_in(made)
        made.person("victim", *OPERATING)
        made.ids["session_id"] = made.api.run(_session_of(made, "chen"))
        made.key("meter", *OPERATING)
        made.ids["key_id"] = next(key.id for key in made.api.assembly.people.known.book.api_keys())
        yield made


async def _session_of(at: City, name: str) -> str:
    return next(kept.id for kept in at.api.assembly.people.known.sessions.all() if kept.person == name)


def leaked(call: Call, text: str) -> list[str]:
    """What of the east stands in an answer that the caller did not bring along."""
    ids = {found for found in ID.findall(text) if found not in call.sent and found.partition("/")[0] not in call.sent}
    words = [word for word in (CANARY, *NAMES) if word in text and word not in call.sent]
    return sorted(ids) + words


def forged(at: City) -> dict[str, str]:
    """Tokens that are not good, or not good any more."""
    opened, _ = at.api.run(_opened(at, "mallory"))
    ended = at.api.token("gone", *EVERYTHING)
    assert at.ask(ended, "POST", "sign-out").status_code == 204
    late = {"exp": int((datetime.now(UTC) + timedelta(days=9)).timestamp()), "iat": 0, "jti": "x", "sub": "chen"}
    body = {**late, "iss": tokens.ISSUER, "aud": tokens.ACCESS, "sid": at.ids["session_id"], "turn": 0}
    head, _, tail = opened.token.partition(".")
    return {
        "none": "",
        "garbage": "garbage",
        "three dots": "a.b.c",
        "refresh token": opened.refresh,
        "signed out": ended,
        "unsigned": jwt.encode(body, None, "none"),
        "signed by another key": jwt.encode(body, b"k" * 32, "HS256"),
        "other header": f"{head[:-2]}.{tail}",
        "cut": opened.token[:-3],
        "a key nobody has": "zk_0123456789_" + "x" * 43,
        "a local token nobody has": "zl_" + "x" * 43,
        "one with a null": "zl_%00",
    }


async def _opened(at: City, name: str):  # type: ignore[no-untyped-def]  # as the sessions give it
    session, changes = at.api.assembly.people.known.sessions.open(name, EVERYTHING)
    return session, changes


def test_without_a_token_nothing_is_done_and_nothing_told(at: City) -> None:
    before = at.standing()
    for call in calls(at):
        if call.name not in OPEN:
            answer = at.ask("", call.method, call.path, call.body)
            assert answer.status_code == 401, f"{call.name}: {answer.status_code}"
            assert answer.headers["www-authenticate"] == "Bearer"
            assert leaked(call, answer.text) == [], call.name
    assert at.standing() == before


def test_no_bad_token_is_good_anywhere(at: City) -> None:
    before, bad = at.standing(), forged(at)
    every = [call for call in calls(at) if call.name not in OPEN]
    assert len(every) > len(bad)
    for number, call in enumerate(every):  # a few routes for each token, and a token for each route
        why, token = list(bad.items())[number % len(bad)]
        assert at.ask(token, call.method, call.path, call.body).status_code == 401, f"{call.name} with {why}"
    assert at.standing() == before


def test_what_is_open_to_everybody_names_nothing_of_the_city(at: City) -> None:
    for call in calls(at):
        if call.name in OPEN:
            answer = at.ask("", call.method, call.path, call.body)
            assert answer.status_code < 500
            assert leaked(call, answer.text) == [], call.name


def test_an_expired_token_opens_nothing(at: City) -> None:
    token = at.api.token("late", *EVERYTHING)
    assert at.ask(token, "GET", "me").status_code == 200
    held = at.shifted.ahead_s
    try:
        at.skip(601)
        for call in calls(at):
            if call.name not in OPEN:
                assert at.ask(token, call.method, call.path, call.body).status_code == 401, call.name
    finally:
        at.shifted.ahead_s = held


def test_every_role_of_another_division_does_nothing_in_the_east_and_reads_nothing_of_it(at: City) -> None:
    token, before = at.token("mallory", *WESTERN), at.standing()
    for call in calls(at):
        if call.name in OPEN | OWN:
            continue
        answer = at.ask(token, call.method, call.path, call.body)
        assert leaked(call, answer.text) == [], f"{call.name}: {answer.text[:500]}"
        acts = call.method == "POST" or "{" in call.template
        may_be = {403, NO.get(call.name, 403)} if acts else {200, 403, NO.get(call.name, 403)}
        assert answer.status_code in may_be, f"{call.name}: {answer.text}"
    assert at.standing() == before
    denials = {"denied", "people_refused", "operate_denied", "plan_denied"}
    assert {line.kind for line in at.journal(actor="mallory")} <= denials


def test_whoever_only_looks_does_nothing(at: City) -> None:
    token, before = at.token("looker", Grant(Role.VIEWER)), at.standing()
    for call in calls(at):
        if call.method == "POST" and call.name not in OPEN | OWN:
            status = at.ask(token, call.method, call.path, call.body).status_code
            assert status in (403, NO.get(call.name)), call.name
    assert at.standing() == before


def test_an_administrator_operates_nothing_and_an_operator_administers_nobody(at: City) -> None:
    before = at.standing()
    kept = ("/people", "/keys", "/sessions", "/backup", "/reload", "/notices", "/drill")
    for name, grants, their in (("root2", (Grant(Role.ADMINISTRATOR),), False), ("boss", OPERATING, True)):
        token = at.token(name, *grants)
        for call in calls(at):
            administers = call.template.removeprefix("/api/v1").startswith(kept)
            if call.method == "POST" and call.name not in OPEN | OWN and administers == their:
                status = at.ask(token, call.method, call.path, call.body).status_code
                assert status in (403, NO.get(call.name)), f"{name}: {call.name}: {status}"
    assert at.standing() == before


def test_a_machines_key_is_nobody_where_a_person_is_asked_for(at: City) -> None:
    token, before = at.key("robot", *OPERATING), at.standing()
    asked = set()
    for call in calls(at):
        if call.name in PERSONAL:
            asked.add(call.name)
            answer = at.ask(token, call.method, call.path, call.body)
            assert answer.status_code in (403, 404, 409, 422), f"{call.name}: {answer.status_code} {answer.text}"
    assert asked == PERSONAL
    assert at.standing() == before


def test_nobody_signed_in_by_a_one_time_code_gets_further_than_a_password(at: City) -> None:
    async def by_code() -> str:
        people = at.api.assembly.people
        code = await people.desk.ensure("newcomer", EVERYTHING)
        return (await people.authority.sign_in("newcomer", code.code, "127.0.0.8")).token

    token, before = at.api.run(by_code()), at.standing()
    for call in calls(at):
        if call.name not in OPEN | OWN:
            answer = at.ask(token, call.method, call.path, call.body)
            assert answer.status_code == 403, f"{call.name}: {answer.status_code} {answer.text}"
    assert at.standing() == before


def test_an_unknown_thing_and_one_of_the_east_are_told_alike(at: City) -> None:
    token = at.token("mallory", *WESTERN)
    for path, stranger in (
        ("assets/330102-PS-0001", "assets/330102-PS-9999"),
        ("explain/330102-LC-0001/K1", "explain/330102-LC-0001/K9"),
        (f"leases/{at.ids['lease_id']}", "leases/0-0"),
        (f"proposals/{at.ids['proposal_id']}", "proposals/000000000000"),
        (f"handling/{at.ids['handling_id']}", "handling/H-00000000"),
        (f"requests/{at.ids['request_id']}", "requests/r-none"),
        (f"dispatch-orders/{at.ids['order_number']}", "dispatch-orders/2026-9999"),
    ):
        there, nowhere = at.ask(token, "GET", path), at.ask(token, "GET", stranger)
        name, other = path.partition("/")[2], stranger.partition("/")[2]
        assert there.status_code == nowhere.status_code == 403, path
        assert there.text.replace(name, "…") == nowhere.text.replace(other, "…"), path
