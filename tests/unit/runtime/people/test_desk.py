"""Looking after people and keys: asked, journalled, kept, in force; and never without an administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from controller.domain.errors import InvalidValue, NotPermitted, SignInRefused, StoreError
from controller.domain.rights import Caller, Grant, Role, Scope
from controller.runtime.people.desk import PeopleDesk
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.people.rig import ADMIN, OPERATING, WEST, Folk, division

GOOD = "four unrelated words"
HERE = "10.0.0.1"


@pytest.fixture
def folk() -> Folk:
    return Folk(HandClock())


async def boss(folk: Folk) -> Caller:
    await folk.with_password("boss", GOOD, ADMIN)
    return folk.caller("boss")


async def test_a_new_person_gets_a_code_sets_a_password_and_signs_in_with_it(folk: Folk) -> None:
    code = await folk.desk.add_user("Lin", [division(WEST)], await boss(folk), "林工")
    first = await folk.authority.sign_in("lin", code.code, HERE)
    await folk.desk.set_password("", GOOD, first.caller)
    assert not folk.authority.lives(first)
    session = await folk.restarted().authority.sign_in("lin", GOOD, HERE)
    assert session.grants == (division(WEST),)
    assert folk.lines.kinds() == ["user_added", "password_set"]
    assert [actor for _, actor, _ in folk.lines.written] == ["boss", "lin"]


async def test_nothing_in_journal_or_store_lets_anybody_in(folk: Folk) -> None:
    code = await folk.desk.add_user("lin", OPERATING, await boss(folk))
    session = await folk.authority.sign_in("lin", code.code, HERE)
    await folk.desk.set_password("", GOOD, session.caller)
    everything = f"{folk.lines.written} {folk.memory.records}"
    assert code.code not in everything
    assert GOOD not in everything
    assert "$argon2id$" in str(folk.memory.records["user"]["lin"])


async def test_changed_roles_end_sessions_and_are_in_force_at_the_next_sign_in(folk: Folk) -> None:
    admin = await boss(folk)
    await folk.with_password("lin", GOOD, *OPERATING)
    session = await folk.authority.sign_in("lin", GOOD, HERE)
    shown = await folk.desk.grant("lin", [Grant(Role.VIEWER)], admin)
    assert (shown.grants[0].role, shown.sessions) == ("viewer", 0)
    assert folk.authority.session(session.token) is None
    assert (await folk.authority.sign_in("lin", GOOD, HERE)).grants == (Grant(Role.VIEWER),)


async def test_a_disabled_person_is_out_at_once_and_back_with_the_same_password(folk: Folk) -> None:
    admin = await boss(folk)
    await folk.with_password("lin", GOOD, *OPERATING)
    session = await folk.authority.sign_in("lin", GOOD, HERE)
    assert (await folk.desk.disable("lin", admin, "left the company")).state == "disabled"
    assert folk.authority.session(session.token) is None
    with pytest.raises(SignInRefused):
        await folk.authority.sign_in("lin", GOOD, HERE)
    await folk.desk.enable("lin", admin)
    assert await folk.authority.sign_in("lin", GOOD, HERE)


async def test_a_new_code_takes_the_password_away(folk: Folk) -> None:
    admin = await boss(folk)
    await folk.with_password("lin", GOOD, *OPERATING)
    code = await folk.desk.new_code("lin", admin)
    with pytest.raises(SignInRefused):
        await folk.authority.sign_in("lin", GOOD, HERE)
    assert (await folk.authority.sign_in("lin", code.code, HERE)).password_needed


async def test_ones_own_password_takes_the_present_one_and_guessing_it_waits(folk: Folk) -> None:
    await folk.with_password("lin", GOOD)
    session = await folk.authority.sign_in("lin", GOOD, HERE)
    waits = []
    for _ in range(8):
        with pytest.raises(SignInRefused) as refusal:
            await folk.desk.set_password("wrong", "other words, longer", session.caller)
        waits.append(refusal.value.retry_after_s)
    assert (waits[0], waits[-1] > 0) == (0.0, True)
    assert folk.authority.lives(session)


Act = Callable[[PeopleDesk, Caller], Awaitable[object]]
ACTS: dict[str, Act] = {
    "add_user": lambda desk, who: desk.add_user("new", OPERATING, who),
    "new_code": lambda desk, who: desk.new_code("lin", who),
    "grant": lambda desk, who: desk.grant("lin", OPERATING, who),
    "disable": lambda desk, who: desk.disable("lin", who),
    "enable": lambda desk, who: desk.enable("lin", who),
    "add_key": lambda desk, who: desk.machines.add("m", OPERATING, 3600.0, who),
    "revoke_key": lambda desk, who: desk.machines.revoke("k", who),
    "end_session": lambda desk, who: desk.end_session("S-other", who),
}


@pytest.mark.parametrize("act", ACTS)
async def test_only_an_administrator_of_the_city_looks_after_people_and_a_try_is_journalled(
    folk: Folk, act: str
) -> None:
    folk.add("lin")
    before = dict(folk.memory.records["user"])
    for name, grants in (("op", OPERATING), ("west", (division(WEST, Role.ADMINISTRATOR),))):
        caller = folk.caller(name, *grants)
        with pytest.raises(NotPermitted):
            await ACTS[act](folk.desk, caller)
    gone = folk.caller("was", ADMIN)
    folk.add("was")
    folk.known.sessions.end(gone.session)
    with pytest.raises(NotPermitted):
        await ACTS[act](folk.desk, gone)
    assert folk.lines.kinds() == ["people_refused"] * 3
    assert folk.memory.records["user"]["lin"] == before["lin"]
    assert "new" not in folk.memory.records["user"]


def test_the_lists_are_for_administrators_and_ones_own_sessions_for_oneself(folk: Folk) -> None:
    mine, admin = folk.caller("lin"), folk.caller("boss", ADMIN)
    for question in (folk.desk.list, folk.desk.machines.list):
        with pytest.raises(NotPermitted):
            question(mine)
    assert [one.person for one in folk.desk.sessions(mine)] == ["lin"]
    assert {one.person for one in folk.desk.sessions(admin)} == {"lin", "boss"}
    assert [one.name for one in folk.desk.list(admin)] == ["boss", "lin"]


async def test_one_ends_ones_own_session_and_an_administrator_anybodys(folk: Folk) -> None:
    one, two, admin = folk.caller("lin"), folk.caller("lin"), folk.caller("boss", ADMIN)
    await folk.desk.end_session(one.session, two)
    await folk.desk.end_session(two.session, admin)
    assert folk.lines.kinds() == ["session_ended"] * 2
    with pytest.raises(NotPermitted):
        await folk.desk.end_session(admin.session, folk.caller("wang"))


# -- an administrator is left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [lambda d, c: d.disable("boss", c), lambda d, c: d.grant("boss", OPERATING, c)])
async def test_the_last_administrator_stays_one(folk: Folk, act: Act) -> None:
    await boss(folk)
    folk.add("invited", ADMIN)  # has no password yet: cannot administer anything
    with pytest.raises(InvalidValue, match="last administrator"):
        await act(folk.desk, folk.caller("invited", ADMIN))
    assert folk.known.book.administrators() == ["boss"]


async def test_two_administrators_who_disable_each_other_at_once_leave_one(folk: Folk) -> None:
    one = await boss(folk)
    await folk.with_password("chief", GOOD, ADMIN)
    other = folk.caller("chief")
    came = await asyncio.gather(
        folk.desk.disable("chief", one), folk.desk.disable("boss", other), return_exceptions=True
    )
    assert len(folk.known.book.administrators()) == 1
    assert sum(isinstance(one, Exception) for one in came) == 1


async def test_nobody_changes_their_own_roles(folk: Folk) -> None:
    admin = await boss(folk)
    await folk.with_password("chief", GOOD, ADMIN)
    with pytest.raises(InvalidValue, match="own roles"):
        await folk.desk.grant("boss", [ADMIN, *OPERATING], admin)


# -- what makes no sense, what cannot be written --------------------------------------------------------------------


async def test_what_makes_no_sense_is_refused_with_a_sentence(folk: Folk) -> None:
    admin = await boss(folk)
    folk.add("lin")
    for act in (
        folk.desk.add_user("lin", OPERATING, admin),
        folk.desk.add_user("LIN", OPERATING, admin),
        folk.desk.add_user("x y", OPERATING, admin),
        folk.desk.add_user("wang", [Grant(Role.VIEWER, Scope.parse("division:999999"))], admin),
        folk.desk.add_user("wang", [Grant(Role.VIEWER, Scope.parse("group:nowhere"))], admin),
        folk.desk.add_user("wang", OPERATING, admin, "x" * 65),
        folk.desk.add_user("wang", OPERATING, admin, "a\nb"),
        folk.desk.grant("nobody", OPERATING, admin),
        folk.desk.machines.add("", OPERATING, 3600.0, admin),
        folk.desk.machines.revoke("none", admin),
        folk.desk.end_session("S-none", admin),
    ):
        with pytest.raises(InvalidValue):
            await act
    assert folk.lines.written == []


async def test_without_a_journal_nobody_gains_anything(folk: Folk) -> None:
    admin = await boss(folk)
    folk.add("lin", Grant(Role.VIEWER))
    folk.lines.broken = True
    for act in ("add_user", "grant", "add_key", "new_code"):
        with pytest.raises(StoreError):
            await ACTS[act](folk.desk, admin)
    assert folk.known.book.grants_now("lin") == (Grant(Role.VIEWER),)
    assert folk.known.book.user("new") is None
    assert list(folk.known.book.api_keys()) == []


async def test_without_a_state_store_nobody_gains_anything_and_the_journal_says_so(folk: Folk) -> None:
    admin = await boss(folk)
    folk.memory.broken = True
    with pytest.raises(StoreError):
        await folk.desk.add_user("lin", OPERATING, admin)
    assert folk.known.book.user("lin") is None
    assert folk.lines.kinds() == ["user_added", "user_added_void"]


async def test_rights_are_taken_away_whatever_can_be_written(folk: Folk) -> None:
    admin = await boss(folk)
    session = folk.signed_in("lin")
    key = await folk.desk.machines.add("m", OPERATING, 3600.0, admin)
    folk.lines.broken = folk.memory.broken = True
    for act in (folk.desk.disable("lin", admin), folk.desk.machines.revoke(key.key.id, admin)):
        with pytest.raises(StoreError):
            await act
    assert folk.authority.session(session.token) is None
    assert folk.authority.session(key.token) is None


async def test_rights_taken_away_while_no_disk_took_it_stay_away_once_one_did(folk: Folk) -> None:
    admin = await boss(folk)
    folk.signed_in("lin")
    folk.memory.broken = True
    with pytest.raises(StoreError):
        await folk.desk.disable("lin", admin)
    user = folk.restarted().known.book.user("lin")
    assert user is not None
    assert user.disabled


# -- the first start ------------------------------------------------------------------------------------------------


async def test_the_first_start_gives_one_code_to_an_administrator_until_there_is_one(folk: Folk) -> None:
    (first,) = await folk.people.first_codes()
    (second,) = await folk.restarted().people.first_codes()
    assert first.name == second.name == "admin"
    again = folk.restarted()
    with pytest.raises(SignInRefused):
        await again.authority.sign_in("admin", first.code, HERE)
    session = await again.authority.sign_in("admin", second.code, HERE)
    await again.desk.set_password("", GOOD, session.caller)
    assert await again.people.first_codes() == ()
    assert await again.restarted().people.first_codes() == ()
    assert again.known.book.administrators() == ["admin"]


async def test_no_start_ever_gives_a_code_to_somebody_who_was_put_out(folk: Folk) -> None:
    folk.add("admin", ADMIN, disabled=True)
    assert await folk.people.first_codes() == ()


async def test_an_administrator_who_is_waiting_for_a_code_gets_it_and_no_other_is_made(folk: Folk) -> None:
    folk.add("chief", ADMIN)
    (code,) = await folk.people.first_codes()
    assert code.name == "chief"
    assert folk.known.book.user("admin") is None


async def test_a_start_whose_disk_is_full_goes_on_without_a_code(folk: Folk) -> None:
    folk.lines.broken = True
    assert await folk.people.first_codes() == ()
