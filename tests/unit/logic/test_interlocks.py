from dataclasses import replace

import pytest

from controller.domain.expression import Truth, parse
from controller.domain.points import Reading, bad, good
from controller.domain.quality import Detail
from controller.domain.slots import Slot
from controller.logic.contract import InterlockMemory, Ruling
from controller.logic.interlocks import (
    Action,
    InterlockKind,
    InterlockSpec,
    Judgement,
    OnBad,
    follow,
    judge,
    judge_all,
    reset,
    trip_requests,
)
from tests.unit.logic.water_rig import PS, Rig

P1 = f"{PS}/P1"
SPEC = InterlockSpec(
    "oil", InterlockKind.INTERLOCK, P1, Action.START, parse("oil_bar > 1"), OnBad.BLOCK, "油压低", "oil pressure low"
)
HELD, FORCED, FREE = Ruling.HOLD, Ruling.FORCE, Ruling.ALLOW


def followed(
    spec: InterlockSpec, reading: Reading, past: InterlockMemory | None = None, at_s: float = 0.0
) -> Judgement:
    rig = Rig(now_s=at_s)
    return follow(spec, lambda _: reading, past or InterlockMemory(), rig.moment)


@pytest.mark.parametrize(
    ("kind", "reading", "active", "ruling"),
    [
        (InterlockKind.PERMISSIVE, good(2.0), False, FREE),
        (InterlockKind.PERMISSIVE, good(0.5), False, HELD),
        (InterlockKind.PERMISSIVE, good(0.5), True, FREE),
        (InterlockKind.INTERLOCK, good(0.5), False, HELD),
        (InterlockKind.INTERLOCK, good(0.5), True, FORCED),
        (InterlockKind.TRIP, good(0.5), True, FORCED),
        (InterlockKind.INTERLOCK, bad(Detail.FAILURE), True, FREE),
        (InterlockKind.TRIP, bad(Detail.FAILURE), True, FREE),
        (InterlockKind.TRIP, bad(Detail.FAILURE), False, HELD),
    ],
)
def test_each_kind_has_its_own_word_and_the_unknown_stops_nothing(
    kind: InterlockKind, reading: Reading, active: bool, ruling: Ruling
) -> None:
    spec = replace(SPEC, kind=kind)
    assert judge(spec, followed(spec, reading), Slot.AUTOMATIC, active=active).ruling is ruling


@pytest.mark.parametrize(
    ("on_bad", "slot", "ruling"),
    [
        (OnBad.ALLOW, Slot.AUTOMATIC, FREE),
        (OnBad.BLOCK, Slot.CITY_MANUAL, HELD),
        (OnBad.ASK, Slot.AUTOMATIC, HELD),
        (OnBad.ASK, Slot.PLAN, HELD),
        (OnBad.ASK, Slot.CITY_MANUAL, FREE),
        (OnBad.BLOCK, Slot.LIFE_SAFETY, FREE),
    ],
)
def test_on_bad_decides_what_cannot_be_known(on_bad: OnBad, slot: Slot, ruling: Ruling) -> None:
    spec = replace(SPEC, on_bad=on_bad)
    verdict = judge(spec, followed(spec, bad(Detail.FAILURE)), slot, active=False)
    assert verdict.ruling is ruling
    assert ruling is FREE or "oil pressure low / 油压低" in verdict.reason


def test_delays_keep_a_dip_from_acting_and_a_recovery_from_letting_go() -> None:
    spec = replace(SPEC, off_delay_s=5.0, on_delay_s=10.0)
    dip = followed(spec, good(0.5), at_s=0.0)
    assert judge(spec, dip, Slot.AUTOMATIC, active=True).ruling is FREE
    low = followed(spec, good(0.5), dip.memory, 5.0)
    assert judge(spec, low, Slot.AUTOMATIC, active=True).ruling is FORCED
    back = followed(spec, good(2.0), low.memory, 6.0)
    assert judge(spec, back, Slot.AUTOMATIC, active=False).ruling is HELD
    healed = followed(spec, good(2.0), back.memory, 16.0)
    assert judge(spec, healed, Slot.AUTOMATIC, active=False).ruling is FREE


def test_a_trip_stays_in_slot_2_until_a_person_resets_it() -> None:
    spec = replace(SPEC, kind=InterlockKind.TRIP)
    tripped = followed(spec, good(0.5))
    (request,) = trip_requests([spec], {spec.id: tripped})
    assert (request.target, request.slot, str(request.value)) == (P1, Slot.EQUIPMENT_PROTECTION, "stop")
    gone = followed(spec, good(2.0), tripped.memory, 9.0)
    assert judge(spec, gone, Slot.AUTOMATIC, active=False).ruling is HELD
    cleared = followed(spec, good(2.0), reset(gone.memory), 10.0)
    assert trip_requests([spec], {spec.id: cleared}) == ()
    assert judge(spec, cleared, Slot.AUTOMATIC, active=False).ruling is FREE


def test_a_reset_does_not_help_while_the_cause_stands() -> None:
    spec = replace(SPEC, kind=InterlockKind.TRIP)
    again = followed(spec, good(0.5), reset(followed(spec, good(0.5)).memory), 1.0)
    assert again.memory.latched


@pytest.mark.parametrize(
    ("target", "action", "asked", "binds"),
    [
        (P1, Action.START, (P1, Action.START), True),
        (P1, Action.START, (P1, Action.OPEN), False),
        (PS, Action.START, (P1, Action.START), True),
        (f"{PS}/P2", Action.START, (P1, Action.START), False),
        (PS, Action.ANY, (f"{PS}/G1", Action.OPEN), True),
        (PS, Action.ANY, (f"{PS}/G1", Action.CLOSE), False),
    ],
)
def test_it_binds_its_target_or_the_whole_station(
    target: str, action: Action, asked: tuple[str, Action], binds: bool
) -> None:
    assert replace(SPEC, target=target, action=action).binds(*asked) is binds


def test_the_strictest_word_counts() -> None:
    permissive = replace(SPEC, id="door", kind=InterlockKind.PERMISSIVE)
    judged = {spec.id: followed(spec, good(0.5)) for spec in (SPEC, permissive)}
    assert judge_all([permissive, SPEC], judged, P1, Action.START, Slot.AUTOMATIC, active=True).ruling is FORCED
    assert judge_all([], judged, P1, Action.START, Slot.AUTOMATIC, active=True).ruling is FREE
    assert judged["oil"].condition is Truth.FALSE


@pytest.mark.parametrize(
    ("on_bad", "wanted", "said"),
    [
        (OnBad.BLOCK, True, "waits until it can be read"),
        (OnBad.ALLOW, True, "goes on without it"),
        (OnBad.ASK, True, "a person may begin it"),
        (OnBad.BLOCK, False, ""),
    ],
)
def test_a_wanted_act_whose_interlock_cannot_be_known_is_told_with_its_bad_point(
    on_bad: OnBad, wanted: bool, said: str
) -> None:
    rig = Rig(interlocks=(replace(SPEC, condition=parse("rack_head_m < 0.3"), on_bad=on_bad),))
    rig.order("", "hold")
    rig.plant.blind.add("rack_head_m")
    if wanted:
        rig.order("P1", "start")
    rig.run(5)
    text = dict(rig.step.alarms).get(f"{P1}:interlock_unknown", "")
    assert said in text
    assert bool(text) is wanted
    assert not wanted or "rack_head_m BAD failure" in text
    rig.plant.blind.clear()
    rig.run(5)
    assert f"{P1}:interlock_unknown" not in dict(rig.step.alarms)
