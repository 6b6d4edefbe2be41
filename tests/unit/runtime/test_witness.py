"""Sign-ins and denials are evidence; a flood of strangers is one line a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import SignInRefused
from controller.domain.rights import Right
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import Evidence
from controller.runtime.witness import MOST_DENIALS, MOST_TARGETS, QUIET_S, WitnessedAuthority
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.people.rig import LAMP, OPERATING, Folk
from tests.unit.runtime.soft_city import DUSK

Line = tuple[str, str, Mapping[str, Any]]


class Door:
    def __init__(self, data: Path) -> None:
        clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
        self.data = data
        self.store = Store.open(data)
        self.evidence = Evidence(self.store.journal, clock)
        self.folk = Folk(clock)
        self.witness = WitnessedAuthority(self.folk.authority, self.evidence)

    async def refused(self, name: str, secret: str, client: str = "10.0.0.9") -> None:
        with pytest.raises(SignInRefused):
            await self.witness.sign_in(name, secret, client)

    async def lines(self) -> list[Line]:
        """What the journal says once the door is closed."""
        self.witness.close()
        await self.evidence.flush()
        await self.store.close()
        return [(line.kind, line.actor, line.data) for line in read(self.data)]


async def test_a_sign_in_is_written_with_how_from_where_and_its_end_and_so_is_the_leaving(tmp_path: Path) -> None:
    door = Door(tmp_path)
    code = (await door.folk.desk.ensure("lin", OPERATING)).code
    session = await door.witness.sign_in("lin", code, "10.0.0.7")
    assert door.witness.session(session.token) is not None
    await door.witness.sign_out(session)
    public = session.caller.session
    came = {"session": public, "by": "code", "client": "10.0.0.7", "until": session.ends.isoformat()}
    assert await door.lines() == [("signed_in", "lin", came), ("signed_out", "lin", {"session": public})]


async def test_strangers_are_one_line_at_once_and_then_one_a_minute_with_their_number(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for _ in range(1000):
        assert door.witness.session("made-up") is None
    await asyncio.sleep(QUIET_S + 1)
    door.witness.session("made-up")
    door.witness.session("")
    await door.refused("nobody", "0000")
    lines = await door.lines()
    assert [(kind, data["attempts"]) for kind, _, data in lines] == [
        ("token_refused", 1),
        ("token_refused", 999),
        ("token_missing", 1),
        ("sign_in_refused", 1),
        ("token_refused", 1),
    ]


async def test_a_refused_sign_in_names_people_there_are_and_never_what_a_stranger_typed(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.folk.add("lin")
    await door.refused("lin", "wrong")
    await door.refused("my password in the wrong field", "wrong", "10.0.0.8")
    ((_, _, first), (_, _, second)) = await door.lines()
    assert (first["names"], first["clients"]) == (["lin"], ["10.0.0.9"])
    assert "names" not in second


async def test_a_refresh_token_used_twice_is_written_down_with_whose_it_was(tmp_path: Path) -> None:
    door = Door(tmp_path)
    session = door.folk.signed_in("lin")
    await door.witness.refresh(session.refresh)
    with pytest.raises(SignInRefused):
        await door.witness.refresh(session.refresh)
    ((kind, _, data),) = await door.lines()
    assert (kind, data["names"]) == ("refresh_refused", ["lin"])


async def test_after_a_quiet_minute_the_next_stranger_is_written_at_once(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.witness.session("made-up")
    await asyncio.sleep(2 * QUIET_S + 1)
    door.witness.session("made-up")
    assert [data["attempts"] for _, _, data in await door.lines()] == [1, 1]


async def test_a_denial_names_who_what_and_at_most_some_targets(tmp_path: Path) -> None:
    door = Door(tmp_path)
    targets = [f"330106-LC-{n:04d}/K1" for n in range(50)]
    assert door.witness.permit(door.folk.signed_in("stranger"), Right.OPERATE, targets) is not None
    assert door.witness.permit(door.folk.signed_in("operator"), Right.OPERATE, [LAMP]) is None
    ((kind, actor, data),) = await door.lines()
    assert (kind, actor, data["right"], data["count"]) == ("denied", "stranger", "operate", 50)
    assert (data["targets"], data["cause"]) == (targets[:MOST_TARGETS], "NO_ACCESS_AUTHORITY")


async def test_denials_beyond_what_a_person_makes_are_counted_each_minute_and_actor(tmp_path: Path) -> None:
    door = Door(tmp_path)
    lin, wang = [
        await door.witness.sign_in(n, (await door.folk.desk.ensure(n, OPERATING)).code, "") for n in ("lin", "wang")
    ]
    for _ in range(1000):
        assert door.witness.permit(lin, Right.ADMINISTER) is not None
    assert door.witness.permit(wang, Right.ADMINISTER) is not None
    await asyncio.sleep(QUIET_S + 1)
    assert door.witness.permit(lin, Right.ADMINISTER) is not None
    denied = [(actor, data.get("attempts", 1)) for kind, actor, data in await door.lines() if kind == "denied"]
    assert denied == [*[("lin", 1)] * MOST_DENIALS, ("wang", 1), ("lin", 1000 - MOST_DENIALS), ("lin", 1)]


async def test_who_is_turned_away_at_the_door_is_one_line_at_once_and_then_one_a_minute(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for number in range(1000):
        door.witness.turned_away("host_refused", f"10.0.0.{number % 3}")
    door.witness.turned_away("csrf_refused", "10.0.0.9")
    await asyncio.sleep(QUIET_S + 1.0)
    clients = ["10.0.0.1", "10.0.0.2", "10.0.0.0"]
    assert await door.lines() == [
        ("host_refused", "", {"attempts": 1, "clients": ["10.0.0.0"]}),
        ("csrf_refused", "", {"attempts": 1, "clients": ["10.0.0.9"]}),
        ("host_refused", "", {"attempts": 999, "clients": clients}),
    ]
