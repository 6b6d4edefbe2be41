"""One device's night: minutes, lamps and energy, with every way a meter has of being unreadable."""

from __future__ import annotations

import pytest

from controller.domain.intents import Switch, TargetKind
from controller.domain.targets import Target
from controller.logic.energy import KWH_MWH, MeterRules
from controller.logic.light_rates import Cell, LightSum, judged
from controller.runtime.light_history.ledger import DeviceNight
from controller.runtime.light_history.sums import MEASURED, SLOT_S, UNSEEN, NightSums
from controller.runtime.light_totals import Light, _Count
from controller.store.light_history import LateEnergy

CELL = Cell("330106", "", "文一路", "special", "", "road")
NOON = 1_000_000 * 300
RULES = MeterRules(slack_kwh=0.1)
FIVE = 5.0 / 60.0


def light(name: str, watts: float) -> Light:
    target = Target(f"X/{name}", TargetKind.CIRCUIT, name, Switch(True), "road_lighting")
    return Light(target, CELL, 10, watts, True, f"{name}.feedback", f"{name}.power_w", (), _Count())


K1, K2 = light("K1", 3000.0), light("K2", 1000.0)
BOTH = (K1, K2)


def burning(one: Light, share: float = 1.0) -> LightSum:
    return judged(10, one.rated_w, 100.0, True, one.rated_w * share, 0.1)


def off(one: Light, power_w: float = 0.0) -> LightSum:
    return judged(10, one.rated_w, 0.0, True, power_w, 0.1)


def unknown(one: Light) -> LightSum:
    return judged(10, one.rated_w, 100.0, False, None, 0.1)


class Night:
    """A ledger fed slot by slot."""

    def __init__(self) -> None:
        self.ledger, self.slot, self.late = DeviceNight("X", "n1"), 0, list[LateEnergy]()
        self.cells: dict[Cell, list[int]] = {}

    def slots(self, count: int, *states: LightSum, meter: float | None, step: float = 0.0, day: bool = False) -> None:
        for nth in range(count):
            at = NOON + self.slot * SLOT_S
            reading = None if meter is None else (meter + step * nth, at)
            late = self.ledger.add(BOTH, states, self.cells, day=day, reading=reading, noon=NOON, rules=RULES)
            self.late += [late] if late else []
            self.slot += 1

    def kwh(self, name: str) -> tuple[float, float]:
        """Measured and estimated."""
        sums = self.ledger.lights[f"X/{name}"]
        return round(sums.measured / KWH_MWH, 3), round(sums.estimated / KWH_MWH, 3)


def test_minutes_lamps_and_switchings_are_counted_by_slots() -> None:
    night = Night()
    night.slots(1, off(K1), off(K2), meter=0.0)
    night.slots(12, burning(K1), burning(K2, 0.8), meter=None)
    night.slots(6, burning(K1), unknown(K2), meter=None)
    night.slots(2, off(K1), off(K2), meter=None)
    one, two = night.ledger.lights["X/K1"], night.ledger.lights["X/K2"]
    assert (one.commanded_s, one.proven_s, one.unknown_s, one.switchings) == (18 * 300, 18 * 300, 0, 2)
    assert (two.commanded_s, two.proven_s, two.unknown_s, two.switchings) == (18 * 300, 12 * 300, 6 * 300, 2)
    assert (two.due, two.unknown, two.lit) == (18 * 300 * 10_000, 6 * 300 * 10_000, 12 * 300 * 8_000)


def test_the_meters_word_is_shared_out_by_power_and_replaces_what_was_estimated_meanwhile() -> None:
    night = Night()
    night.slots(1, off(K1), off(K2), meter=100.0)
    night.slots(12, burning(K1), burning(K2), meter=100.0 + 4 * FIVE, step=4 * FIVE)
    assert (night.kwh("K1"), night.kwh("K2")) == ((3.0, 0.0), (1.0, 0.0))
    night.slots(12, burning(K1), burning(K2), meter=None)
    assert (night.kwh("K1"), night.kwh("K2")) == ((3.0, 3.0), (1.0, 1.0))
    night.slots(1, off(K1), off(K2), meter=108.4)
    assert (night.kwh("K1"), night.kwh("K2")) == ((6.3, 0.0), (2.1, 0.0))


def test_a_reset_or_replaced_meter_leaves_its_five_minutes_estimated() -> None:
    night = Night()
    night.slots(12, burning(K1), burning(K2), meter=500.0, step=4 * FIVE)
    night.slots(12, burning(K1), burning(K2), meter=0.0, step=4 * FIVE)
    night.slots(12, burning(K1), burning(K2), meter=90_000.0, step=4 * FIVE)
    assert night.ledger.anew == 2
    assert night.kwh("K1") == (pytest.approx(3 * 11 * 0.25), pytest.approx(3 * 0.25))


def test_what_nobody_measures_is_estimated_by_rated_power_and_a_dark_lamp_takes_nothing() -> None:
    night = Night()
    night.slots(12, unknown(K1), judged(10, 1000.0, 100.0, True, 0.0, 0.1), meter=None)
    assert (night.kwh("K1"), night.kwh("K2")) == ((0.0, 3.0), (0.0, 0.0))


def test_burning_by_day_counts_lamps_that_should_be_off_only_by_day() -> None:
    night = Night()
    night.slots(6, off(K1, 1500.0), off(K2), meter=None, day=True)
    night.slots(6, off(K1, 1500.0), off(K2), meter=None)
    assert (night.ledger.lights["X/K1"].idle_day, night.ledger.lights["X/K1"].burning_day) == (18_000_000, 9_000_000)


def test_a_record_is_read_back_as_it_was_written_and_goes_on() -> None:
    night = Night()
    night.slots(6, burning(K1), burning(K2), meter=10.0, step=4 * FIVE)
    night.slots(2, burning(K1), burning(K2), meter=None)
    again = DeviceNight.read("X", "n1", night.ledger.written())
    assert (again.lights, again.meter, again.pending, again.burned) == (
        night.ledger.lights,
        night.ledger.meter,
        night.ledger.pending,
        night.ledger.burned,
    )
    older = night.ledger.written().replace(",0]", "]")
    assert isinstance(DeviceNight.read("X", "n1", older).lights["X/K1"], NightSums)


def test_what_was_used_while_nobody_looked_belongs_to_the_night_it_began_in() -> None:
    night = Night()
    night.slots(1, burning(K1), burning(K2), meter=100.0)
    night.ledger = DeviceNight.read("X", "n1", night.ledger.written()).next_night("n2")
    states = (off(K1), off(K2))
    wide, at = MeterRules(slack_kwh=5.0), NOON + 3600
    late = night.ledger.add(BOTH, states, {}, day=True, reading=(104.0, at), noon=NOON + 7 * 3600, rules=wide)
    assert late is not None
    told = [late.night, *(sum(one[what] for one in late.by_light.values()) for what in (MEASURED, UNSEEN))]
    assert told == ["n1", 4 * KWH_MWH, 4 * KWH_MWH]
    assert all(sums.measured == sums.estimated == 0 for sums in night.ledger.lights.values())


def test_estimates_of_an_older_night_stand_when_the_meter_comes_back_after_noon() -> None:
    night = Night()
    night.slots(1, burning(K1), burning(K2), meter=100.0)
    night.slots(12, unknown(K1), unknown(K2), meter=None)
    night.ledger = night.ledger.next_night("n2")
    night.slots(6, unknown(K1), unknown(K2), meter=None)
    night.slots(1, off(K1), off(K2), meter=110.0)
    assert night.late == []
    assert (night.kwh("K1"), night.kwh("K2")) == ((0.0, 1.5), (0.0, 0.5))
    night.slots(6, burning(K1), burning(K2), meter=110.0 + 4 * FIVE, step=4 * FIVE)
    assert night.kwh("K1") == (1.5, 1.5)


def unseen_kwh(night: Night) -> float:
    return round(sum(one.unseen for one in night.ledger.lights.values()) / KWH_MWH, 3)


def test_what_a_meter_counted_over_missing_slots_is_energy_without_a_baseline() -> None:
    night = Night()
    night.slots(1, burning(K1), burning(K2), meter=100.0)
    night.slot += 12  # an hour in which nothing was recorded
    night.slots(1, burning(K1), burning(K2), meter=100.0 + 13 * 4 * FIVE)
    assert (night.kwh("K1"), night.kwh("K2")) == ((3.25, 0.25), (1.083, 0.083))
    assert unseen_kwh(night) == pytest.approx(4.0, abs=0.01)


def test_slots_counted_while_the_meter_was_away_are_seen() -> None:
    night = Night()
    night.slots(1, burning(K1), burning(K2), meter=100.0)
    night.slots(12, burning(K1), burning(K2), meter=None)
    night.ledger = DeviceNight.read("X", "n1", night.ledger.written())
    night.slots(1, burning(K1), burning(K2), meter=100.0 + 13.5 * 4 * FIVE)
    assert unseen_kwh(night) == 0.0
