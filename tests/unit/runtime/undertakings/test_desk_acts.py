"""Acts that ask nothing of the field stand in the list of requests too: by whom, of what, and how they came out."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.rights import Caller
from controller.runtime.two_persons import ProposalView
from tests.unit.runtime.bypassing.guarded_city import P1, RACK, guarded_city
from tests.unit.runtime.soft_city import LC1, SoftCity, person, soft_city

K1 = f"{LC1}/K1"
LIN, WANG = person("lin"), person("wang")


def told(city: SoftCity) -> list[tuple[str, str, dict[str, int]]]:
    recent = city.controller.desks.undertakings.recent()
    return [(one.kind, one.actor, dict(one.counts)) for one in reversed(recent)]


async def test_resets_tags_and_declarations_are_listed_with_how_they_came_out(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        desks = city.controller.desks
        receipt = await city.controller.reset(K1, LIN, "looked at it")
        assert desks.undertakings.get(receipt.request_id).kind == "reset"
        hung = await desks.tags.hang(K1, LIN, reason="changes a contactor")
        assert hung.tag is not None
        await desks.tags.remove(hung.tag.id, WANG, reason="tidying up")
        await desks.tags.remove(hung.tag.id, LIN, reason="done")
        await desks.states.declare("lighting", "city", "typhoon", for_s=3600.0, reason="typhoon", caller=LIN)
        await desks.states.declare("water", "city", "typhoon", for_s=3600.0, reason="?", caller=Caller("panel"))
        await desks.wet_power.decide(K1, "cut", LIN, "water in the street")
        assert told(city) == [
            ("reset", "lin", {"REJECTED": 1}),
            ("tag", "lin", {"CONFIRMED": 1}),
            ("tag_removal", "wang", {"REJECTED": 1}),
            ("tag_removal", "lin", {"CONFIRMED": 1}),
            ("state_declared", "lin", {"CONFIRMED": 1}),
            ("state_declared", "panel", {"REJECTED": 1}),
            ("wet_power_decision", "lin", {"CONFIRMED": 1}),
        ]


async def test_a_bypass_is_listed_under_its_proposer_with_who_confirmed_it(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        desks = city.controller.desks
        proposal = await desks.bypasses.propose(RACK.id, LIN, for_s=600.0, reason="screen repaired", target=P1)
        assert isinstance(proposal, ProposalView)
        (lifted,) = (await desks.proposals.confirm(proposal.id, WANG)).outcomes
        assert lifted.accepted
        with pytest.raises(InvalidValue):
            await desks.bypasses.propose(RACK.id, LIN, for_s=600.0, reason="again", target=P1)
        await desks.bypasses.remove(proposal.id, WANG, reason="done")
        assert told(city) == [
            ("bypass", "lin", {"CONFIRMED": 1}),
            ("bypass", "lin", {"REJECTED": 1}),
            ("bypass_removal", "wang", {"CONFIRMED": 1}),
        ]
        found = desks.undertakings.recent(1, target=P1)
        assert found[0].kind == "bypass_removal"
