"""Sign-ins and denials are evidence; a flood of strangers is one line a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from controller.runtime.authority import SingleOperator
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import Evidence
from controller.runtime.witness import MOST_TARGETS, QUIET_S, WitnessedAuthority
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK

Line = tuple[str, str, Mapping[str, Any]]


class Door:
    def __init__(self, data: Path) -> None:
        clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
        self.data = data
        self.store = Store.open(data)
        self.evidence = Evidence(self.store.journal, clock)
        self.operator = SingleOperator(clock)
        self.witness = WitnessedAuthority(self.operator, self.evidence)

    async def lines(self) -> list[Line]:
        """What the journal says once the door is closed."""
        self.witness.close()
        await self.evidence.flush()
        await self.store.close()
        return [(line.kind, line.actor, line.data) for line in read(self.data)]


async def test_a_sign_in_is_written_with_its_end(tmp_path: Path) -> None:
    door = Door(tmp_path)
    session = door.witness.sign_in(door.operator.new_code())
    assert session is not None
    assert door.witness.session(session.token) is not None
    assert await door.lines() == [("signed_in", "operator", {"until": session.expires.isoformat()})]


async def test_strangers_are_one_line_at_once_and_then_one_a_minute_with_their_number(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for _ in range(1000):
        assert door.witness.session("made-up") is None
    await asyncio.sleep(QUIET_S + 1)
    door.witness.session("made-up")
    door.witness.session("")
    door.witness.sign_in("0000")
    lines = await door.lines()
    assert [(kind, data["attempts"]) for kind, _, data in lines] == [
        ("token_refused", 1),
        ("token_refused", 999),
        ("token_missing", 1),
        ("sign_in_refused", 1),
        ("token_refused", 1),
    ]


async def test_after_a_quiet_minute_the_next_stranger_is_written_at_once(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.witness.session("made-up")
    await asyncio.sleep(2 * QUIET_S + 1)
    door.witness.session("made-up")
    assert [data["attempts"] for _, _, data in await door.lines()] == [1, 1]


async def test_a_denial_names_who_what_and_at_most_some_targets(tmp_path: Path) -> None:
    door = Door(tmp_path)
    stranger = door.operator.new_session("stranger")
    targets = [f"330106-LC-{n:04d}/K1" for n in range(50)]
    assert door.witness.permit(stranger, "operate", targets) is not None
    assert door.witness.permit(door.operator.new_session("operator"), "operate", targets) is None
    ((kind, actor, data),) = await door.lines()
    assert (kind, actor, data["action"], data["count"]) == ("denied", "stranger", "operate", 50)
    assert (data["targets"], data["cause"]) == (targets[:MOST_TARGETS], "NO_ACCESS_AUTHORITY")
