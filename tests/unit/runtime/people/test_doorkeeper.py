"""Signing in: who gets in, who does not, and that nobody learns why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from controller.domain.errors import InvalidValue, SignInRefused, StoreError
from controller.domain.rights import SELF, Caller, Grant, OwnerClass, Right, Role
from controller.domain.slots import Slot
from controller.runtime.authority import Session
from controller.runtime.people.hashing import MOST_WAITING
from controller.runtime.people.permissions import NAMED
from controller.runtime.people.records import LONGEST_KEY
from controller.runtime.people.secrets import CODE_LIFE, checked_name, checked_password
from controller.runtime.people.throttle import PAIR
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.people.rig import (
    ADMIN,
    EAST,
    FAR_LAMP,
    GATE,
    GAUGE,
    LAMP,
    OPERATING,
    PUMP,
    WEST,
    Folk,
    division,
)

GOOD = "four unrelated words"
HERE = "10.0.0.1"


@pytest.fixture
def folk() -> Folk:
    return Folk(HandClock())


async def refused(folk: Folk, name: str, secret: str, client: str = HERE) -> SignInRefused:
    with pytest.raises(SignInRefused) as refusal:
        await folk.authority.sign_in(name, secret, client)
    return refusal.value


# -- signing in -----------------------------------------------------------------------------------------------------


async def test_name_and_password_give_a_session_of_that_person(folk: Folk) -> None:
    await folk.with_password("lin", GOOD, *OPERATING)
    session = await folk.authority.sign_in(" Lin ", GOOD, HERE)
    assert (session.caller.actor, session.caller.person, session.grants) == ("lin", "lin", OPERATING)
    assert session.caller.session in folk.memory.records["session"]


async def test_the_same_characters_typed_otherwise_are_the_same_password(folk: Folk) -> None:
    await folk.with_password("lin", "Ångström und Meter")
    assert await folk.authority.sign_in("lin", "A\u030angstro\u0308m und Meter", HERE)


async def test_whatever_is_wrong_the_answer_is_the_same(
    folk: Folk,
) -> None:
    await folk.with_password("lin", GOOD)
    await folk.with_password("gone", GOOD)
    folk.add("gone", password=folk.known.book.user("gone").password, disabled=True)  # type: ignore[union-attr]  # it is there
    folk.add("new")
    said = {
        str(await refused(folk, name, secret))
        for name, secret in (
            ("lin", "wrong"),
            ("lin", ""),
            ("nobody", GOOD),
            ("gone", GOOD),
            ("new", ""),
            ("new", GOOD),
            ("lin", "\ud800"),
        )
    }
    assert len(said) == 1


async def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(folk: Folk, monkeypatch: Any) -> None:
    await folk.with_password("lin", GOOD)
    work: list[str] = []
    hasher = folk.known.hasher
    real = hasher._argon2.verify
    monkeypatch.setattr(
        type(hasher._argon2), "verify", lambda _self, kept, secret: work.append(kept) or real(kept, secret)
    )
    for name in ("lin", "nobody", "lin"):
        await refused(folk, name, "wrong")
    assert len(work) == 3
    assert len({kept.split("$")[3] for kept in work}) == 1, "the same parameters, so the same time"


async def test_a_code_works_once_within_a_day_and_gives_nothing_but_a_password_to_set(folk: Folk) -> None:
    code = await folk.desk.ensure("lin", OPERATING)
    session = await folk.authority.sign_in("lin", f" {code.code} ", HERE)
    assert (session.password_needed, session.grants) == (True, ())
    denial = folk.authority.permit(session, Right.SEE)
    assert denial is not None
    assert "password" in denial.text
    await refused(folk, "lin", code.code)
    await refused(folk.restarted(), "lin", code.code)


async def test_a_code_runs_out_after_a_day(folk: Folk) -> None:
    code = await folk.desk.ensure("lin", OPERATING)
    folk.clock.s += CODE_LIFE.total_seconds()  # type: ignore[attr-defined]  # the test's own clock
    await refused(folk, "lin", code.code)


async def test_a_code_shown_twice_at_once_lets_one_in(folk: Folk) -> None:
    code = (await folk.desk.ensure("lin", OPERATING)).code
    came = await asyncio.gather(
        *(folk.authority.sign_in("lin", code, f"10.0.0.{n}") for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, Session) for one in came) == 1


async def test_a_code_that_cannot_be_marked_as_used_is_not_used(folk: Folk) -> None:
    code = (await folk.desk.ensure("lin", OPERATING)).code
    folk.memory.broken = True
    with pytest.raises(StoreError):
        await folk.authority.sign_in("lin", code, HERE)
    folk.memory.broken = False
    assert (await folk.authority.sign_in("lin", code, HERE)).password_needed


async def test_a_full_disk_keeps_nobody_with_a_password_out(folk: Folk) -> None:
    await folk.with_password("lin", GOOD, *OPERATING)
    folk.memory.broken = True
    session = await folk.authority.sign_in("lin", GOOD, HERE)
    assert folk.authority.permit(session, Right.OPERATE, [PUMP]) is None
    assert (await folk.authority.refresh(session.refresh)).caller == session.caller


async def test_who_is_disabled_while_the_hash_is_worked_out_does_not_get_in(folk: Folk) -> None:
    user = await folk.with_password("lin", GOOD)
    trying = asyncio.ensure_future(folk.authority.sign_in("lin", GOOD, HERE))
    await asyncio.sleep(0)
    folk.add("lin", password=user.password, disabled=True)
    with pytest.raises(SignInRefused):
        await trying


async def test_guessing_waits_for_people_and_for_nobody_alike_and_is_not_even_looked_at(folk: Folk) -> None:
    await folk.with_password("lin", GOOD)
    for name in ("lin", "nobody"):
        for _ in range(PAIR.free + 1):
            assert (await refused(folk, name, "wrong", name)).retry_after_s == 0.0
        assert (await refused(folk, name, GOOD, name)).retry_after_s > 0.0
    folk.clock.s += 60.0  # type: ignore[attr-defined]  # the test's own clock
    assert await folk.authority.sign_in("lin", GOOD, "lin")


async def test_a_flood_at_the_door_is_sent_away_and_not_queued(folk: Folk) -> None:
    tries = (folk.authority.sign_in(f"n{n}", "x", f"10.0.0.{n}") for n in range(MOST_WAITING * 3))
    came = await asyncio.gather(*tries, return_exceptions=True)
    sent_away = [one for one in came if isinstance(one, SignInRefused) and one.retry_after_s > 0]
    assert len(sent_away) == MOST_WAITING * 2


# -- machines -------------------------------------------------------------------------------------------------------


async def test_the_local_command_line_is_a_machine_with_the_rights_of_the_configuration(folk: Folk) -> None:
    token = folk.authority.local_token()
    session = folk.authority.session(token)
    assert session is not None
    assert (session.actor, session.caller.person) == ("local-cli", "")
    assert folk.authority.permit(session, Right.SEE, [LAMP]) is None
    assert folk.authority.permit(session, Right.ADMINISTER, of=OwnerClass.USERS) is None
    assert folk.authority.permit(session, Right.OPERATE, [LAMP]) is not None
    assert folk.restarted().authority.session(token) is None
    folk.authority.local_token()
    assert folk.authority.session(token) is None, "only the last one made is good"


async def test_a_key_opens_what_it_was_made_for_until_it_runs_out_or_is_revoked(folk: Folk) -> None:
    admin = folk.caller("boss", ADMIN)
    made = await folk.desk.machines.add("scada 东区", [division(EAST, Role.WATER_OPERATOR)], 3600.0, admin)
    session = folk.authority.session(made.token)
    assert session is not None
    assert (session.actor, session.caller.person) == ("key:scada 东区", "")
    assert made.token.startswith(made.key.prefix)
    again = folk.restarted()
    for one in (folk, again):
        assert one.authority.permit(session, Right.OPERATE, [PUMP]) is None
        assert one.authority.permit(session, Right.OPERATE, [LAMP]) is not None
    await folk.desk.machines.revoke(made.key.id, admin)
    assert folk.authority.session(made.token) is None
    assert not folk.authority.lives(session)
    assert folk.authority.permit(session, Right.SEE) is not None, "an open stream is cut off too"
    assert folk.restarted().authority.session(made.token) is None
    folk.clock.s += 3600.0  # type: ignore[attr-defined]  # the test's own clock
    assert again.authority.session(made.token) is None


async def test_a_key_is_shown_once_and_kept_as_a_digest(folk: Folk) -> None:
    made = await folk.desk.machines.add("m", OPERATING, 3600.0, folk.caller("boss", ADMIN))
    (kept,) = folk.memory.records["api_key"].values()
    assert made.token not in str(kept)
    assert folk.authority.session(made.token[:-1] + ("x" if made.token[-1] != "x" else "y")) is None


@pytest.mark.parametrize("for_s", [-1.0, 0.0, 59.0, LONGEST_KEY.total_seconds() + 1, float("inf"), float("nan")])
async def test_a_key_lives_between_a_minute_and_a_year(folk: Folk, for_s: float) -> None:
    with pytest.raises(InvalidValue):
        await folk.desk.machines.add("m", OPERATING, for_s, folk.caller("boss", ADMIN))


async def test_a_machine_administers_nobody(folk: Folk) -> None:
    with pytest.raises(InvalidValue):
        await folk.desk.machines.add("m", [ADMIN], 3600.0, folk.caller("boss", ADMIN))


# -- permission -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grant", "right", "targets", "slot", "may"),
    [
        (division(WEST), Right.OPERATE, [LAMP], None, True),
        (division(WEST), Right.OPERATE, [LAMP, FAR_LAMP], None, False),
        (division(WEST), Right.OPERATE, [PUMP], None, False),
        (division(WEST), Right.SEE, [f"{WEST}-LC-0001"], None, True),
        (division(WEST), Right.SEE, [GAUGE], None, True),
        (division(WEST), Right.SEE, [FAR_LAMP], None, False),
        (division(WEST), Right.SEE, ["nothing"], None, False),
        (Grant(Role.VIEWER), Right.SEE, ["nothing"], None, True),
        (division(WEST), Right.OPERATE, ["nothing"], None, False),
        (Grant(Role.LIGHTING_OPERATOR), Right.OPERATE, ["nothing"], None, True),
        (Grant(Role.ADMINISTRATOR), Right.OPERATE, ["nothing"], None, False),
        (division(WEST), Right.OPERATE, [LAMP], Slot.DISTRICT_MANUAL, True),
        (division(WEST), Right.OPERATE, [LAMP], Slot.CITY_MANUAL, False),
        (division(WEST), Right.OPERATE, [LAMP], Slot.LIFE_SAFETY, True),
        (division(WEST), Right.OPERATE, [LAMP], Slot.SCHEDULE, False),
        (division(EAST, Role.DUTY_OFFICER), Right.OPERATE, [PUMP, GATE], Slot.EMERGENCY_ORDER, True),
        (division(EAST, Role.WATER_OPERATOR), Right.OPERATE, [PUMP], Slot.EMERGENCY_ORDER, False),
        (division(EAST, Role.WATER_OPERATOR), Right.OPERATE, [PUMP], Slot.PLAN, True),
        (Grant(Role.ENGINEER), Right.OPERATE, [PUMP], Slot.PLAN, False),
    ],
)
def test_what_is_permitted(
    folk: Folk, grant: Grant, right: Right, targets: list[str], slot: Slot | None, may: bool
) -> None:
    session = folk.signed_in("lin", grant)
    assert (folk.authority.permit(session, right, targets, slot=slot) is None) is may


@pytest.mark.parametrize(
    ("grant", "right", "of", "may"),
    [
        (Grant(Role.ENGINEER), Right.PUBLISH, OwnerClass.CONFIG, True),
        (division(WEST, Role.ENGINEER), Right.PUBLISH, OwnerClass.CONFIG, False),
        (division(WEST, Role.ADMINISTRATOR), Right.ADMINISTER, OwnerClass.USERS, False),
        (division(WEST, Role.ADMINISTRATOR), Right.SEE, OwnerClass.USERS, True),
        (Grant(Role.VIEWER), Right.SEE, OwnerClass.USERS, False),
        (division(WEST), Right.OPERATE, None, True),
        (Grant(Role.VIEWER), Right.OPERATE, None, False),
    ],
)
def test_what_is_permitted_without_targets(
    folk: Folk, grant: Grant, right: Right, of: OwnerClass | None, may: bool
) -> None:
    assert (folk.authority.permit(folk.signed_in("lin", grant), right, of=of) is None) is may


def test_a_class_may_be_named_for_targets(folk: Folk) -> None:
    session = folk.signed_in("lin", division(EAST, Role.WATER_OPERATOR))
    assert folk.authority.permit(session, Right.OPERATE, [PUMP], OwnerClass.PLANS) is None
    assert folk.authority.permit(session, Right.OPERATE, [LAMP], OwnerClass.PLANS) is not None
    assert folk.authority.permit(session, Right.OPERATE, ["nothing"], OwnerClass.PLANS) is not None


def test_who_sees_a_part_is_told_the_same_of_what_is_elsewhere_and_of_what_is_nowhere(folk: Folk) -> None:
    session = folk.signed_in("lin", division(WEST, Role.VIEWER))
    elsewhere = folk.authority.permit(session, Right.SEE, [FAR_LAMP])
    nowhere = folk.authority.permit(session, Right.SEE, ["nothing"])
    assert elsewhere is not None
    assert nowhere is not None
    assert elsewhere.text.replace(FAR_LAMP, "nothing") == nowhere.text
    assert folk.authority.permit(folk.signed_in("wei", Grant(Role.VIEWER)), Right.SEE, ["nothing"]) is None


def test_a_denial_names_the_first_outside_and_how_many_more(folk: Folk) -> None:
    session = folk.signed_in("lin", division(WEST))
    denial = folk.authority.permit(session, Right.OPERATE, [LAMP, FAR_LAMP, *[PUMP] * 5])
    assert denial is not None
    assert (LAMP in denial.text, FAR_LAMP in denial.text) == (False, True)
    assert f"and {6 - NAMED} more" in denial.text


def test_a_denied_slot_says_what_it_takes(folk: Folk) -> None:
    denial = folk.authority.permit(folk.signed_in("lin", division(WEST)), Right.OPERATE, [LAMP], slot=Slot.CITY_MANUAL)
    assert denial is not None
    assert "whole city" in denial.text


def test_the_controller_itself_is_asked_nothing_and_cannot_be_imitated(folk: Folk) -> None:
    assert folk.desk.denial(SELF, Right.OPERATE, [PUMP]) is None
    assert folk.desk.denial(Caller("controller", origin="controller"), Right.OPERATE, [PUMP]) is not None


def test_who_signed_out_has_what_the_book_gives_them_for_acts_confirmed_later(folk: Folk) -> None:
    caller = folk.caller("lin", division(WEST))
    folk.known.sessions.end(caller.session)
    assert folk.desk.outside(caller, Right.OPERATE, [LAMP, FAR_LAMP]) == [FAR_LAMP]
    folk.add("lin", division(WEST), disabled=True)
    assert folk.desk.outside(caller, Right.OPERATE, [LAMP, FAR_LAMP]) == [LAMP, FAR_LAMP]


@pytest.mark.parametrize("name", ["", "a", "1a", "李", "a b", "controller", "local-cli", "x" * 65, "lin\nx", "-a"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidValue):
        checked_name(name)


@pytest.mark.parametrize(
    "password", ["", "short", "elevenchars", "x" * 257, "lin lin lin lin", "aaaaaaaaaaaaaaa", "ababababababab"]
)
def test_what_is_no_password(password: str) -> None:
    with pytest.raises(InvalidValue):
        checked_password(password, "lin")


@pytest.mark.parametrize("password", ["twelve chars", "correct horse battery", "三桥两闸一座泵站十二字真的"])
def test_what_is_a_password(password: str) -> None:
    assert checked_password(password, "lin") == password
