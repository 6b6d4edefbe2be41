"""Sessions and their tokens: short, one-use, revocable, and the same after a restart and a stepped clock."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import jwt
import pytest

from controller.domain.errors import SignInRefused
from controller.runtime.authority import Session
from controller.runtime.people.sessions import ACCESS_LIFE, CODE_SESSION_LIFE, MOST_OF_ONE, SESSION_LIFE
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.people.rig import KEY, Folk


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def folk(clock: HandClock) -> Folk:
    return Folk(clock)


def lives(folk: Folk, session: Session) -> bool:
    return folk.authority.session(session.token) is not None


def test_a_token_stands_for_who_signed_in(folk: Folk) -> None:
    given = folk.signed_in("lin")
    session = folk.authority.session(given.token)
    assert session is not None
    assert (session.caller, session.grants) == (given.caller, given.grants)
    assert (session.caller.person, session.token, session.refresh) == ("lin", "", "")


def test_an_access_token_runs_out_after_ten_minutes_and_the_session_lives_on(folk: Folk, clock: HandClock) -> None:
    session = folk.signed_in("lin")
    clock.s += ACCESS_LIFE.total_seconds() - 1
    assert lives(folk, session)
    clock.s += 1
    assert not lives(folk, session)
    assert folk.authority.lives(session)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_stepped_clock_neither_ends_nor_extends_a_token(folk: Folk, clock: HandClock, hours: int) -> None:
    session = folk.signed_in("lin")
    clock.stepped = timedelta(hours=hours)
    assert lives(folk, session)
    clock.s += ACCESS_LIFE.total_seconds()
    assert not lives(folk, session)


async def test_a_forgotten_token_does_not_come_alive_when_the_clock_is_set_back(folk: Folk, clock: HandClock) -> None:
    session = folk.signed_in("lin")
    clock.s += ACCESS_LIFE.total_seconds() + 1
    await folk.authority.refresh(session.refresh)  # the list of tokens is swept here
    clock.stepped = timedelta(hours=-1)
    assert not lives(folk, session)


async def test_a_refresh_gives_new_tokens_and_never_a_longer_session(folk: Folk, clock: HandClock) -> None:
    session = folk.signed_in("lin")
    ends = session.ends
    while clock.s + 500.0 < 1000.0 + SESSION_LIFE.total_seconds():
        clock.s += 500.0
        session = await folk.authority.refresh(session.refresh)
        assert session.expires <= session.ends == ends
    clock.s += 500.0
    with pytest.raises(SignInRefused):
        await folk.authority.refresh(session.refresh)
    assert not folk.authority.lives(session)


async def test_a_refresh_token_used_twice_ends_the_session_for_both(folk: Folk) -> None:
    first = folk.signed_in("lin")
    second = await folk.authority.refresh(first.refresh)
    with pytest.raises(SignInRefused):
        await folk.authority.refresh(first.refresh)
    assert not lives(folk, second)
    with pytest.raises(SignInRefused):
        await folk.authority.refresh(second.refresh)


async def test_a_used_refresh_token_is_used_after_a_restart_too(folk: Folk) -> None:
    first = folk.signed_in("lin")
    second = await folk.authority.refresh(first.refresh)
    again = folk.restarted()
    with pytest.raises(SignInRefused):
        await again.authority.refresh(first.refresh)
    assert not lives(again, second)


async def test_a_session_survives_a_restart_with_what_is_left_of_it(folk: Folk, clock: HandClock) -> None:
    session = folk.signed_in("lin")
    clock.s += 300.0
    again = folk.restarted()
    assert lives(again, session)
    clock.s += 300.0
    assert not lives(again, session)
    assert (await again.authority.refresh(session.refresh)).caller == session.caller


async def test_signed_out_is_signed_out_after_a_restart_too(folk: Folk) -> None:
    session = folk.signed_in("lin")
    await folk.authority.sign_out(session)
    for one in (folk, folk.restarted()):
        assert not lives(one, session)
        with pytest.raises(SignInRefused):
            await one.authority.refresh(session.refresh)


def test_after_a_restart_a_session_has_the_rights_of_today(folk: Folk) -> None:
    session = folk.signed_in("lin")
    folk.add("lin")
    found = folk.restarted().authority.session(session.token)
    assert found is not None
    assert found.grants == ()


def test_a_disabled_persons_session_is_not_taken_up(folk: Folk) -> None:
    session = folk.signed_in("lin")
    folk.add("lin", disabled=True)
    again = folk.restarted()
    assert not lives(again, session)
    assert again.memory.records["session"] == {}


def test_a_wall_clock_set_back_before_a_restart_makes_no_session_longer_than_any(folk: Folk, clock: HandClock) -> None:
    session = folk.signed_in("lin")
    clock.stepped = timedelta(days=-400)
    again = folk.restarted()
    clock.s += SESSION_LIFE.total_seconds()
    assert not again.authority.lives(session)


def test_what_is_kept_of_a_session_lets_nobody_in(folk: Folk) -> None:
    session = folk.signed_in("lin")
    kept = json.dumps(folk.memory.records["session"])
    assert session.token not in kept
    assert session.refresh not in kept


def test_a_code_opens_a_short_session_with_no_rights(folk: Folk, clock: HandClock) -> None:
    folk.add("lin", *folk.signed_in("operator").grants)
    session, _ = folk.known.sessions.open("lin", folk.signed_in("operator").grants, password_needed=True)
    assert (session.grants, session.password_needed) == ((), True)
    clock.s += CODE_SESSION_LIFE.total_seconds()
    assert not folk.authority.lives(session)


def test_one_person_has_so_many_sessions_and_the_oldest_gives_way(folk: Folk) -> None:
    sessions = [folk.signed_in("lin") for _ in range(MOST_OF_ONE + 1)]
    assert [folk.authority.lives(one) for one in sessions] == [False] + [True] * MOST_OF_ONE
    assert len(folk.memory.records["session"]) == MOST_OF_ONE


def test_sessions_that_are_over_are_swept_away(folk: Folk, clock: HandClock) -> None:
    folk.signed_in("lin")
    clock.s += SESSION_LIFE.total_seconds()
    folk.signed_in("wang")
    assert [body["person"] for body in folk.memory.records["session"].values()] == ["wang"]


def forged(token: str, algorithm: str, key: bytes | str, **claims: object) -> str:
    body = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode({**body, **claims}, key, algorithm)


def unsigned(token: str) -> str:
    head = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def altered(token: str) -> str:
    head, body, seal = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims["exp"] += 86_400
    return f"{head}.{urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{seal}"


def nested(levels: int = 5000) -> str:
    """A header that ends a reader which goes into its depths."""
    return urlsafe_b64encode(b"[" * levels + b"]" * levels).rstrip(b"=").decode()


def test_a_token_that_is_not_ours_is_nobodys(folk: Folk) -> None:
    token = folk.token("lin")
    tries = [
        "",
        "x",
        "..",
        token + "x",
        token[:-2],
        unsigned(token),
        altered(token),
        forged(token, "HS256", b"other" * 8),
        forged(token, "HS512", KEY + KEY),
        forged(token, "HS256", KEY, aud="zhadao:refresh"),
        forged(token, "HS256", KEY, iss="somebody"),
        forged(token, "HS256", KEY, sid="S-nobody"),
        forged(token, "HS256", KEY, jti="made-up"),
        forged(token, "HS256", KEY, turn="x"),
        forged(token, "HS256", KEY, exp=10**18),
        "zk_",
        "zk_abc_def",
        "zl_",
        "zl_guess",
        "\ud800",
        "zl_\ud800",
        nested() + token[token.index(".") :],
        token + "\ud800",
        token[: token.index(".") + 1] + "\ud800" + token[token.index(".") :],
    ]
    for one in tries:
        assert folk.authority.session(one) is None, one


def test_a_token_of_another_installation_is_nobodys(folk: Folk, clock: HandClock) -> None:
    other = Folk(clock)
    assert folk.authority.session(other.token("lin")) is None
