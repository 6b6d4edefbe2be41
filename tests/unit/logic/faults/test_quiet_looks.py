"""A look that is spared where nothing can have changed finds what a look at everything finds, and finds it then."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.image import View
from controller.domain.points import Value
from controller.domain.quality import Quality
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.kinds import FaultKind
from tests.unit.logic.faults.night import CABINET, K1, RULES, SOUND, Night, lit

POLL_S = 10.0
SAMPLED = {FaultKind.LAMP_LOSS, FaultKind.CABLE_THEFT, FaultKind.DAY_BURNER}
"""What is found by power, which is looked at once a minute."""
SHOWN = {
    "voltage_a_v": (0.0, 90.0, 180.0, 210.0, 230.0, 231.5, 270.0),
    "voltage_b_v": (40.0, 229.0, 230.0),
    "power_a_w": (0.0, 900.0, 1200.0),
    "leakage_ma": (4.0, 23.0, 25.0, 40.0),
    "door_open": (True, False),
    "control_switch": ("REMOTE", "LOCAL"),
    "K1.power_w": (0.0, 1800.0, 2600.0, 3300.0, 3600.0),
    "K1.feedback": (True, False),
    "K1.command": (True, False),
    "K1.breaker_trip": (True, False),
    "K2.power_w": (300.0, 600.0),
    "K2.line_open": (True, False),
}
events = st.lists(
    st.tuples(
        st.sampled_from(sorted(SHOWN)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(SHOWN[name]))),
        st.sampled_from((Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.BAD)),
        st.integers(1, 90),
    ),
    min_size=1,
    max_size=8,
)


class Thorough(CabinetWatch):
    """Looks at everything each time."""

    def _shows(self, _view: View) -> list[tuple[Value | None, Quality]] | None:
        return None


class Counting(CabinetWatch):
    """Counts its looks at everything."""

    looks = 0

    def _look_whole(self, view: View, when: object) -> None:
        self.looks += 1
        super()._look_whole(view, when)  # type: ignore[arg-type]  # handed on as it came


def taught(watch: CabinetWatch) -> Night:
    """A night of this watch, with what a sound one learned."""
    night, known = Night(watch), lit()
    for target, circuit in watch.circuits.items():
        circuit.baselines.update(known.watch.circuits[target].baselines)
    night.go(600.0, POLL_S)
    return night


@settings(max_examples=30, deadline=None)
@given(events)
def test_a_spared_look_hides_nothing(script: list[tuple[tuple[str, Value], Quality, int]]) -> None:
    spared = taught(CabinetWatch(CABINET, frozenset(SOUND), RULES))
    thorough = taught(Thorough(CABINET, frozenset(SOUND), RULES))
    for (name, value), quality, polls in script:
        for night in (spared, thorough):
            night.values[name] = value
            night.doubted[name] = quality
        for _ in range(polls):
            for night in (spared, thorough):
                night.look(POLL_S)
            assert at_once(spared) == at_once(thorough)
        for night in (spared, thorough):
            night.go(RULES.sample_s, POLL_S)  # what is found by power may be found a minute later
        if not pending(spared) and not pending(thorough):
            assert spared.found().keys() == thorough.found().keys()


def at_once(night: Night) -> set[tuple[str, FaultKind]]:
    """What stands of everything that is found by what a cabinet tells, and by its voltages."""
    return {found for found in night.found() if found[1] not in SAMPLED}


def pending(night: Night) -> bool:
    """Whether time still decides something about power."""
    return any(circuit.waits for circuit in night.watch.circuits.values())


def test_a_cabinet_whose_voltages_flicker_is_looked_at_once_a_minute() -> None:
    watch = Counting(CABINET, frozenset(SOUND), RULES)
    night = taught(watch)
    before = watch.looks
    for poll in range(60):
        night.values["voltage_a_v"] = 229.0 + poll % 3
        night.look(POLL_S)
    assert watch.looks - before <= 11
    assert watch.circuits[K1].sampled_s >= night.now_s - RULES.sample_s


def test_a_phase_that_is_lost_is_found_at_the_next_look() -> None:
    night = taught(CabinetWatch(CABINET, frozenset(SOUND), RULES))
    night.values |= {"voltage_a_v": 0.0, "power_a_w": 0.0}
    night.look(POLL_S)
    assert [one.kind for _, one in night.watch.all_findings()] == [FaultKind.PHASE_LOSS]


def test_a_voltage_that_is_not_known_is_not_taken_for_sound() -> None:
    watch = Counting(CABINET, frozenset(SOUND), RULES)
    night = taught(watch)
    night.doubt("voltage_b_v")
    before = watch.looks
    night.go(100.0, POLL_S)
    assert watch.looks - before == 10
