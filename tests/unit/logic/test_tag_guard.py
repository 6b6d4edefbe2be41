"""Where a tag hangs nothing begins, in no slot; OFF and STOP pass in every one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Cause, PointWrite, Proof, Wanted
from controller.domain.intents import Intent, TargetKind, parse_intent
from controller.domain.points import Value
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling
from controller.logic.light_guards import BurnMemory, judge_light
from controller.logic.site_conditions import OnSite
from controller.logic.tag_guard import guard_tag, intent_begins, write_begins
from tests.unit.logic.on_site import tag
from tests.unit.logic.sequencers.field import view

LC, K1 = "330106-LC-0001", "330106-LC-0001/K1"
HALT = Proof("G1.position_percent", 40.0, 30.0, tolerance=10.0)
TRAVEL = Proof("G1.position_percent", 40.0, 30.0, tolerance=2.0)


@pytest.mark.parametrize(
    ("kind", "point", "value", "begins"),
    [
        (TargetKind.CIRCUIT, "K1.command", True, True),
        (TargetKind.CIRCUIT, "K1.command", False, False),
        (TargetKind.LUMINAIRE, "L1.level_command", 1.0, True),
        (TargetKind.LUMINAIRE, "L1.level_command", 0.0, False),
        (TargetKind.DISPLAY, "D1.text_command", "前方积水", True),
        (TargetKind.DISPLAY, "D1.text_command", "", False),
        (TargetKind.UNIT, "P1.run_command", True, True),
        (TargetKind.UNIT, "P1.run_command", False, False),
        (TargetKind.GATE, "G1.position_command", 0.0, True),
        (TargetKind.GATE, "G1.position_command", 100.0, True),
        (TargetKind.STATION, "mode_command", "PLC_AUTO", True),
        (TargetKind.STATION, "mode_command", "REMOTE", False),
    ],
)
def test_energising_starting_and_every_movement_begin_something(
    kind: TargetKind, point: str, value: Value, begins: bool
) -> None:
    assert write_begins(kind, PointWrite("330106-PS-0001", point, value), None) is begins


@pytest.mark.parametrize(
    ("proof", "position", "begins"),
    [(HALT, 40.0, False), (HALT, 47.0, False), (HALT, 90.0, True), (TRAVEL, 40.0, True), (HALT, None, True)],
)
def test_only_an_order_to_stay_where_it_is_halts_a_gate(proof: Proof, position: float | None, begins: bool) -> None:
    write = PointWrite("330106-PS-0001", "G1.position_command", 40.0)
    assert write_begins(TargetKind.GATE, write, proof, position) is begins


@pytest.mark.parametrize(
    ("kind", "said", "begins"),
    [
        (TargetKind.CIRCUIT, "on", True),
        (TargetKind.CIRCUIT, "off", False),
        (TargetKind.LUMINAIRE, "30%", True),
        (TargetKind.LUMINAIRE, "off", False),
        (TargetKind.DISPLAY, "text: 慢行", True),
        (TargetKind.DISPLAY, "text: ", False),
        (TargetKind.UNIT, "start", True),
        (TargetKind.UNIT, "stop", False),
        (TargetKind.UNIT, "auto", False),
        (TargetKind.GATE, "close", True),
        (TargetKind.GATE, "hold", False),
        (TargetKind.STATION, "count 1", True),
        (TargetKind.STATION, "count 0", False),
        (TargetKind.STATION, "hold", False),
        (TargetKind.STATION, "hand-back", True),
    ],
)
def test_what_may_be_asked_of_a_tagged_target_takes_energy_away_or_leaves_it(
    kind: TargetKind, said: str, begins: bool
) -> None:
    assert intent_begins(parse_intent(kind, said)) is begins


def test_the_reason_names_owner_ticket_and_work_in_both_languages() -> None:
    verdict = guard_tag(tag(K1), begins=True)
    assert (verdict.ruling, verdict.cause, verdict.interlock) == (Ruling.HOLD, Cause.TAGGED, "tag")
    for said in ("zhou", "changes the impeller", "WT-7", "检修挂牌", "禁止送电"):
        assert said in verdict.reason
    assert guard_tag(tag(K1), begins=False) is guard_tag(None, begins=True) is ALLOWED


def test_a_tag_on_the_cabinet_binds_its_circuits_and_one_on_a_circuit_no_other() -> None:
    assert tag(LC).covers(K1)
    assert tag(K1).covers(K1)
    assert not tag(K1).covers(f"{LC}/K2")
    assert not tag(K1).covers(LC)
    assert not tag("330106-LC-00").covers(LC)


@given(st.sampled_from(list(Slot)), st.booleans(), st.sampled_from(["REMOTE", "LOCAL"]))
def test_no_slot_switches_a_tagged_light_on_and_the_tag_holds_no_off(slot: Slot, on: bool, switch: str) -> None:
    value: Intent = parse_intent(TargetKind.CIRCUIT, "on" if on else "off")
    request, wanted = Request(K1, slot, value, "x", "y"), Wanted(K1, PointWrite(LC, "K1.command", on), None)
    seen = view(K1, {"control_switch": switch})
    verdict = judge_light(wanted, request, seen, BurnMemory(), 60.0, OnSite(tag(LC)))
    if on:
        assert (verdict.ruling, verdict.cause) == (Ruling.HOLD, Cause.TAGGED)
    else:
        assert verdict == judge_light(wanted, request, seen, BurnMemory(), 60.0)
