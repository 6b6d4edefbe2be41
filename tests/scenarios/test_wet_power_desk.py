"""Decisions, checks and lock-outs of wet power-off when something is in the way: no journal, no lock, somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.intents import Switch
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.wet_zones import WetPower
from controller.store.journal_read import read
from tests.scenarios.city import RunningCity, controlled, hangzhou, running_city, running_field
from tests.scenarios.part import part_of
from tests.scenarios.test_restart import as_killed
from tests.scenarios.test_wet_power import (
    ALL,
    CABINET,
    DRY_M,
    EVACUATION,
    HALF_NIGHT,
    LI,
    NIGHT,
    OUTPUTS,
    OVER_M,
    UNDERPASS,
    WANG,
    ZONE,
    lit,
    locked,
    stage,
    started,
    underpass,
    water,
)
from tests.unit.runtime.test_orders import refuse_writing, table_of

ROBOT = Caller("scada-bridge")


async def asked(city: RunningCity) -> None:
    """Water over the evacuation circuits; the question just put."""
    await started(city)
    water(city, OVER_M, OVER_M, DRY_M)
    await city.until(lambda: stage(city, EVACUATION) == "asked", within_s=10)


async def test_without_a_journal_a_cut_is_made_and_a_decision_to_keep_is_not(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await asked(city)
        journal = tmp_path / "journal.sqlite"
        refuse_writing(journal, table_of(journal))
        desk = city.controller.desks.wet_power
        (kept,) = (await desk.decide(EVACUATION, "keep", LI, "people are inside")).outcomes
        assert (kept.accepted, kept.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert stage(city, EVACUATION) == "asked"
        (cut,) = (await desk.decide(UNDERPASS, "cut", LI, "nobody is inside")).outcomes
        assert cut.accepted
        await city.until(lambda: "K1" not in lit(city) and "K1" in locked(city), within_s=5)


async def test_only_a_person_keeps_a_circuit_lit_in_water_and_it_is_asked_again(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await asked(city)
        desk = city.controller.desks.wet_power
        (refused,) = (await desk.decide(EVACUATION, "keep", ROBOT, "because")).outcomes
        assert (refused.accepted, refused.cause) == (False, "NO_ACCESS_AUTHORITY")
        (kept,) = (await desk.decide(EVACUATION, "keep", LI, "people are inside")).outcomes
        assert kept.accepted
        await city.clock.sleep(600.0)
        assert "K3" in lit(city)
        assert [alarm.source for alarm in city.alarms("wet_power_kept")] == [EVACUATION]
        await city.until(lambda: stage(city, EVACUATION) == "asked", within_s=305)
        await city.until(lambda: stage(city, EVACUATION) == "cut", within_s=62)
    decisions = [record.data for record in read(tmp_path) if record.kind == "wet_power_decision"]
    assert [(data["circuits"], list(data["refused"])) for data in decisions] == [([], [EVACUATION]), ([EVACUATION], [])]


async def test_a_question_goes_on_counting_over_a_restart(tmp_path: Path) -> None:
    async with running_field(underpass(), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path / "first") as city:
            await asked(city)
            asked_s = clock.monotonic()
            await clock.sleep(40.0)
            after = as_killed(tmp_path / "first", tmp_path / "second")
        async with controlled(clock, field, here, after) as city:
            await city.until(lambda: stage(city, EVACUATION) == "cut", within_s=60)
            assert 55 <= clock.monotonic() - asked_s <= 75


async def test_a_cut_holds_its_slot_whoever_empties_it(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(*ALL)
        city.field.cabinet(CABINET).immersed = True
        await city.until(lambda: not lit(city) and locked(city) == set(OUTPUTS), within_s=12)
        for circuit in ALL:
            city.assembly.book.release(circuit, Slot.LIFE_SAFETY)
        await city.clock.sleep(120.0)
        assert {city.shown(circuit).winner.name for circuit in ALL} == {"life_safety"}
        assert locked(city) == set(OUTPUTS)
        assert not [event for event in city.moves(UNDERPASS) if event.value]


async def test_any_latched_stop_is_locked_out_and_let_go_with_its_latch(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(*ALL)
        stop = Request(UNDERPASS, Slot.LIFE_SAFETY, Switch(False), "li", "a pole was hit", origin="stop")
        city.assembly.book.hold(stop)
        await city.until(lambda: "K1" not in lit(city) and locked(city) == {"K1"}, within_s=5)
        await city.clock.sleep(60.0)
        assert stage(city, UNDERPASS) == "dry"
        city.assembly.book.release(UNDERPASS, Slot.LIFE_SAFETY)
        await city.until(lambda: not locked(city), within_s=10)
        await city.until(lambda: "K1" in lit(city), within_s=90)
        await city.until(lambda: city.controller.desks.wet_power.circuit(UNDERPASS).retention == "", within_s=30)


async def test_a_maintenance_tag_lets_a_cut_and_its_lock_out_pass_and_holds_the_lifting(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(*ALL)
        hung = await city.controller.desks.tags.hang(UNDERPASS, LI, reason="changing the gland")
        city.assembly.book.hold(Request(UNDERPASS, Slot.LIFE_SAFETY, Switch(False), "li", "sparks", origin="stop"))
        await city.until(lambda: "K1" not in lit(city) and locked(city) == {"K1"}, within_s=5)
        city.assembly.book.release(UNDERPASS, Slot.LIFE_SAFETY)
        await city.clock.sleep(120.0)
        assert locked(city) == {"K1"}
        assert hung.tag is not None
        await city.controller.desks.tags.remove(hung.tag.id, LI, reason="gland changed")
        await city.until(lambda: not locked(city), within_s=15)
        await city.until(lambda: "K1" in lit(city), within_s=90)


async def test_a_lock_out_that_is_acknowledged_and_not_done_calls_for_a_crew(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(*ALL)
        city.field.device(CABINET).ignore("K1.lockout")
        city.field.cabinet(CABINET).immersed = True
        await city.until(lambda: bool(city.alarms("cut_not_proven")), within_s=40)
        (alarm,) = city.alarms("cut_not_proven")
        assert (alarm.source, alarm.priority) == (CABINET, 1)
        assert "K1 were to be cut" in alarm.text
        assert city.controller.desks.wet_power.circuit(UNDERPASS).retention == "UNPROVEN"
        city.field.device(CABINET).heal()
        await city.until(lambda: not city.alarms("cut_not_proven"), within_s=60)
        assert locked(city) == set(OUTPUTS)


async def test_a_cut_outlives_the_zone_that_made_it(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await asked(city)
        city.assembly.wet.adopt(replace(city.site, wet_power=WetPower()))
        water(city, DRY_M, DRY_M, DRY_M)
        await city.clock.sleep(120.0)
        assert stage(city, HALF_NIGHT) == "cut"
        assert stage(city, EVACUATION) == "dry"
        assert "K2" in locked(city)


async def test_a_decision_names_something_known_has_a_reason_and_says_cut_or_keep(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=underpass()) as city:
        await started(city)
        desk = city.controller.desks.wet_power
        with pytest.raises(UnknownTarget, match="no circuit, flood zone or cabinet"):
            await desk.decide("nowhere", "cut", LI, "why not")
        with pytest.raises(InvalidValue, match="needs a reason"):
            await desk.decide(ZONE, "cut", LI, "  ")
        with pytest.raises(InvalidValue, match="say cut or keep"):
            await desk.decide(ZONE, "maybe", LI, "why not")
        (nothing,) = (await desk.decide(UNDERPASS, "keep", LI, "why not")).outcomes
        assert (nothing.accepted, nothing.cause) == (False, "NOT_READY")


@pytest.mark.parametrize(
    ("kind", "value", "by", "ahead", "says"),
    [
        ("resistance", 1.0, "wang", None, "is no check"),
        ("insulation", float("nan"), "wang", None, "lies between"),
        ("insulation", -1.0, "wang", None, "lies between"),
        ("leakage", 1e9, "wang", None, "lies between"),
        ("insulation", 1.0, " ", None, "names who measured"),
        ("insulation", 1.0, "wang", timedelta(hours=1), "not in the future"),
    ],
)
async def test_a_measurement_that_makes_no_sense_is_refused(
    tmp_path: Path, kind: str, value: float, by: str, ahead: timedelta | None, says: str
) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        at: datetime | None = None if ahead is None else city.clock.now() + ahead
        with pytest.raises(InvalidValue, match=says):
            await city.controller.desks.wet_power.record_check([UNDERPASS], kind, value, LI, by=by, at=at)


async def test_a_check_belongs_to_a_cut_and_survives_a_restart(tmp_path: Path) -> None:
    async with running_field(part_of(hangzhou(), CABINET), NIGHT) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            await city.all_as_wanted(*ALL)
            desk = city.controller.desks.wet_power
            (early,) = (await desk.record_check([UNDERPASS], "insulation", 9.0, LI, by="wang")).outcomes
            assert (early.accepted, early.cause) == (False, "NOT_READY")
            await desk.decide(UNDERPASS, "cut", LI, "sparks")
            await clock.sleep(5.0)
            await desk.record_check([UNDERPASS], "leakage", 3.0, LI, by="wang", note="dry, new gland")
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            desk = city.controller.desks.wet_power
            await city.until(lambda: desk.circuit(UNDERPASS).return_refusal == "", within_s=30)
            check = desk.circuit(UNDERPASS).check
            assert check is not None
            assert (check.value, check.unit, check.by, check.passes) == (3.0, "mA", "wang", True)
            proposal = await desk.propose_return([UNDERPASS], LI, "repaired")
            receipt = await city.controller.desks.proposals.confirm(proposal.id, WANG)
            assert receipt.outcomes[0].accepted
            await city.until(lambda: "K1" in lit(city), within_s=120)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.all_as_wanted(*ALL)
            assert stage(city, UNDERPASS) == "dry"
            assert city.controller.desks.wet_power.circuit(UNDERPASS).check is None
