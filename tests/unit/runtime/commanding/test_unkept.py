"""A line of the journal whose act was never kept, because the process died between the two: the next start says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from controller.runtime.two_persons import ProposalView
from controller.store.journal_read import read
from tests.unit.runtime.commanding.test_second_person import TREES, book, proposed
from tests.unit.runtime.soft_city import LC1, person, soft_city

ROAD = f"{LC1}/K1"
NEVER_KEPT: Mapping[str, Mapping[str, Any]] = {
    "order": {"request": "R-1", "accepted": [{"target": TREES, "lease": "L-1"}]},
    "proposed": {"proposal": "5d0c2f9a71b3"},
}


def lines(data: Path, kind: str) -> list[Mapping[str, Any]]:
    return [line.data for line in read(data / "data", kind=kind)]


@pytest.mark.parametrize("kind", NEVER_KEPT)
async def test_what_was_never_kept_is_taken_back_once(tmp_path: Path, kind: str) -> None:
    async with soft_city(tmp_path) as city:
        await city.assembly.evidence.before(kind, "lin", "", NEVER_KEPT[kind])
    for _ in range(2):
        async with soft_city(tmp_path):
            pass
    (void,) = lines(tmp_path, f"{kind}_void")
    (line,) = read(tmp_path / "data", kind=kind)
    assert void["line"] == line.seq
    assert void.items() >= {name: value for name, value in line.data.items() if name in ("request", "proposal")}.items()


async def test_a_release_that_was_never_kept_is_taken_back_and_the_lease_lives(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        receipt = await city.order(TREES, value="on")
        lease = receipt.outcomes[0].lease_id
        said = {"leases": [{"target": TREES, "lease": lease}], "reason": "done"}
        await city.assembly.evidence.before("release", "lin", TREES, said)
    async with soft_city(tmp_path) as city:
        assert city.assembly.book.lease(lease or "") is not None
    assert [void["leases"][0]["lease"] for void in lines(tmp_path, "release_void")] == [lease]


async def test_a_confirmation_that_was_never_carried_out_is_taken_back_and_the_proposal_waits(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        await city.assembly.evidence.before("proposal_confirmed", "wang", "", {"proposal": proposal.id})
    async with soft_city(tmp_path) as city:
        assert [one.id for one in book(city).open()] == [proposal.id]
    assert [void["proposal"] for void in lines(tmp_path, "proposal_confirmed_void")] == [proposal.id]


async def test_a_return_of_a_stop_that_was_never_kept_is_taken_back_and_the_stop_stands(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.controller.desks.orders.stop(ROAD, person("lin"), "smoke")
        await city.assembly.evidence.before("stop_returned", "lin", ROAD, {"proposal": "5d0c2f9a71b3"})
    async with soft_city(tmp_path) as city:
        assert city.assembly.book.decision(ROAD).winner.origin == "emergency_stop"
    assert [void["proposal"] for void in lines(tmp_path, "stop_returned_void")] == ["5d0c2f9a71b3"]


async def test_what_was_kept_is_left_alone(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        lease = (await city.order(TREES, value="on")).outcomes[0].lease_id
        await city.controller.desks.orders.release(lease or "", person("lin"))
        confirmed, waiting = await proposed(city), await proposed(city, for_s=120.0)
        assert isinstance(waiting, ProposalView)
        await book(city).confirm(confirmed.id, person("wang"))
        await city.controller.desks.orders.stop(ROAD, person("lin"), "smoke")
        back = await city.controller.desks.orders.propose_return(ROAD, person("lin"), "no smoke")
        await book(city).confirm(back.id, person("wang"))
    async with soft_city(tmp_path):
        pass
    assert not [line.kind for line in read(tmp_path / "data") if line.kind.endswith("_void")]
