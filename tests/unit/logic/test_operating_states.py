"""Operating states as data: which response is gravest, what alarms weigh, how long leases may be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.rights import CITY, Scope
from controller.domain.slots import Slot
from controller.logic.operating_states import (
    DEFAULT_STATES,
    NO_MEASURES,
    AlarmShift,
    StateSpec,
    gravest,
    light_measures,
    longest_lease_s,
    shifted_priority,
)

NOON = datetime(2026, 6, 21, 4, tzinfo=UTC)
EVENT = StateSpec(OperatingState.EVENT, "保障", "event", suspend_savings=True, programs={"scene": "festival"})
FLOOD = StateSpec(
    OperatingState.FLOOD_II, "Ⅱ级", "flood II", 2, landscape_off=True, programs={"scene": "dark", "trees": "dark"}
)
SPECS = {**DEFAULT_STATES, EVENT.state: EVENT, FLOOD.state: FLOOD}


def declared(
    state: OperatingState, discipline: DisciplineName = DisciplineName.LIGHTING, scope: Scope = CITY
) -> Declaration:
    return Declaration("D", discipline, scope, state, "zhou", "rain", NOON, NOON, 0.0)


def test_the_gravest_response_has_the_smallest_number_and_ordinary_days_have_none() -> None:
    states = [OperatingState.SNOW, OperatingState.FLOOD_IV, OperatingState.FLOOD_II]
    assert gravest(SPECS[state] for state in states) == 2
    assert gravest([SPECS[OperatingState.EVENT], SPECS[OperatingState.SNOW]]) is None


@pytest.mark.parametrize("state", list(OperatingState))
def test_without_a_file_only_responses_of_iii_and_graver_let_one_person_act(state: OperatingState) -> None:
    spec = DEFAULT_STATES[state]
    assert spec.one_person == (spec.response is not None and spec.response <= 3)


def test_measures_of_several_declarations_add_up_and_the_first_program_given_counts() -> None:
    both = light_measures([declared(FLOOD.state), declared(EVENT.state)], SPECS)
    assert both.suspend_savings
    assert both.landscape_off
    assert both.programs == {"scene": "dark", "trees": "dark"}
    assert both.why == ("Ⅱ级 flood II declared by zhou for city: rain; 保障 event declared by zhou for city: rain")


def test_a_state_declared_for_water_changes_no_light() -> None:
    assert light_measures([declared(FLOOD.state, DisciplineName.WATER)], SPECS) is NO_MEASURES


@pytest.mark.parametrize(
    ("shifts", "priority", "expected"),
    [
        ([("warning", -1)], 2, 1),
        ([("warning", -3)], 2, 1),
        ([("*", 1)], 4, 4),
        ([("*", 1)], 2, 3),
        ([("*", 2)], 1, 1),
        ([("offline", -1)], 3, 3),
        ([("*", 1), ("warn*", -1)], 3, 2),
    ],
)
def test_alarms_shift_within_1_and_4_and_an_emergency_is_never_made_less(
    shifts: list[tuple[str, int]], priority: int, expected: int
) -> None:
    spec = StateSpec(OperatingState.SNOW, "", "", alarm_shifts=tuple(AlarmShift(*shift) for shift in shifts))
    assert shifted_priority("warning", priority, [spec]) == expected


def test_a_state_sets_the_longest_lease_but_never_past_the_slots_own_maximum() -> None:
    longer = StateSpec(OperatingState.FLOOD_I, "", "", longest_s={Slot.DISTRICT_MANUAL: 50_000.0})
    shorter = StateSpec(OperatingState.SNOW, "", "", longest_s={Slot.DISTRICT_MANUAL: 600.0})
    assert longest_lease_s(Slot.DISTRICT_MANUAL, 28_800.0, 43_200.0, []) == 28_800.0
    assert longest_lease_s(Slot.DISTRICT_MANUAL, 28_800.0, 43_200.0, [longer]) == 43_200.0
    assert longest_lease_s(Slot.DISTRICT_MANUAL, 28_800.0, 43_200.0, [longer, shorter]) == 600.0
