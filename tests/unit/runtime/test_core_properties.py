"""What no sequence of orders, expiries, restarts, bad readings and lost links may bring about, on the real core."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from controller.domain.quality import Quality
from controller.domain.slots import Slot
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_rig import LC, PS, ROAD, TREES, CoreRig
from tests.unit.runtime.core_witness import WatchedRig

Trouble = Callable[[CoreRig], None]
LEASED = st.sampled_from([Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL, Slot.PLAN])
LASTS = st.sampled_from([1.0, 3.0, 20.0, 75.0, 400.0, 3600.0])
SOON = st.integers(0, 4)
DEVICES = (LC, PS)
UNITS = (f"{PS}/P1", f"{PS}/P2")


def losing(device: str) -> Trouble:
    return lambda rig: rig.lose(device)


def finding(device: str) -> Trouble:
    return lambda rig: rig.find(device)


def answering(device: str, how: str) -> Trouble:
    return lambda rig: setattr(rig.wires[device], "answers", how)


def doubting(point: str, quality: Quality) -> Trouble:
    return lambda rig: rig.lamps.spoilt.__setitem__(point, quality)


def blinding(point: str) -> Trouble:
    return lambda rig: rig.pumps.blind.symmetric_difference_update({point})


def sticking(output: str) -> Trouble:
    return lambda rig: (rig.lamps if output[0] == "K" else rig.pumps).stuck.symmetric_difference_update({output})


def turning_cabinet_key(to: str) -> Trouble:
    return lambda rig: setattr(rig.lamps, "switch", to)


def turning_station_key(to: str) -> Trouble:
    return lambda rig: rig.pumps.turn_switch(to)


def falling_out(output: str) -> Trouble:
    def fall(rig: CoreRig) -> None:
        rig.pumps.run(output, False, rig.clock.s)
        rig.pumps.commands[f"{output}.run_command"] = False

    return fall


def failing_gauges(*offsets: float | None) -> Trouble:
    return lambda rig: rig.pumps.sensors.__setitem__(slice(None), list(offsets))


def mending_everything(rig: CoreRig) -> None:
    for device in DEVICES:
        rig.find(device)
        rig.wires[device].answers = "ack"
    rig.lamps.spoilt.clear()
    rig.lamps.stuck.clear()
    rig.pumps.blind.clear()
    rig.pumps.stuck.clear()
    rig.lamps.switch = "REMOTE"
    rig.pumps.turn_switch("REMOTE")
    failing_gauges(0.0, 0.0, 0.0)(rig)


LINKS = [make(device) for make in (losing, finding) for device in DEVICES]
READINGS = [
    *(
        doubting(p, q)
        for p in ("K1.feedback", "K2.command", "control_switch")
        for q in (Quality.BAD, Quality.UNCERTAIN)
    ),
    *(blinding(p) for p in ("P1.running", "G1.position_percent", "G3.closed_limit", "mode", "control_switch")),
    failing_gauges(None, None, 0.0),
    failing_gauges(0.0, 0.3, 0.0),
]
PLACE = [
    *(sticking(output) for output in ("K1", "K2", "P1", "P2")),
    *(falling_out(output) for output in ("P1", "P2")),
]


class Core(RuleBasedStateMachine):
    """One process after another over one field; the witness in ``WatchedRig`` raises what must not happen."""

    @initialize(inner_m=st.sampled_from([2.6, 3.4]), settled_s=st.sampled_from([0, 2, 120]))
    def a_process_begins(self, inner_m: float, settled_s: int) -> None:
        self.rig = WatchedRig(station())
        self.rig.pumps.inner_m = inner_m
        self.rig.run(settled_s)

    def _order(self, which: str, said: str, slot: Slot, for_s: float, then_s: int, owner: str = "lin") -> None:
        self.rig.order(which, said, slot=slot, for_s=for_s, owner=owner)
        self.rig.run(then_s)

    @rule(
        which=st.sampled_from([ROAD, TREES]),
        said=st.sampled_from(["on", "off"]),
        slot=LEASED,
        for_s=LASTS,
        then_s=SOON,
        owner=st.sampled_from(["lin", "wang"]),
    )
    def somebody_switches_a_light(
        self, which: str, said: str, slot: Slot, for_s: float, then_s: int, owner: str
    ) -> None:
        self._order(which, said, slot, for_s, then_s, owner)

    @rule(
        said=st.sampled_from(["count 0", "count 1", "count 2", "count 2", "hold", "hand-back"]),
        slot=LEASED,
        for_s=LASTS,
        then_s=st.sampled_from([0, 2, 70]),
    )
    def somebody_orders_the_station(self, said: str, slot: Slot, for_s: float, then_s: int) -> None:
        self._order(PS, said, slot, for_s, then_s)

    @rule(which=st.sampled_from(UNITS), said=st.sampled_from(["start", "stop"]), slot=LEASED, for_s=LASTS, then_s=SOON)
    def somebody_orders_a_unit(self, which: str, said: str, slot: Slot, for_s: float, then_s: int) -> None:
        self._order(which, said, slot, for_s, then_s)

    @rule(gate=st.sampled_from(["G1", "G3"]), said=st.sampled_from(["open", "close"]), slot=LEASED, for_s=LASTS)
    def somebody_orders_a_gate(self, gate: str, said: str, slot: Slot, for_s: float) -> None:
        self._order(f"{PS}/{gate}", said, slot, for_s, 2)

    @rule(which=st.sampled_from([ROAD, TREES, PS, *UNITS]), slot=LEASED, then_s=SOON)
    def somebody_lets_go(self, which: str, slot: Slot, then_s: int) -> None:
        self.rig.release(which, slot)
        self.rig.run(then_s)

    @rule(which=st.sampled_from([ROAD, UNITS[0]]), reset=st.booleans())
    def something_is_cut_or_the_cut_is_reset(self, which: str, reset: bool) -> None:
        if reset:
            self.rig.release(which, Slot.LIFE_SAFETY)
        else:
            self._order(which, "off" if which == ROAD else "stop", Slot.LIFE_SAFETY, 0.0, 2, "flood guard")

    @rule(seconds=st.integers(1, 70))
    def time_passes(self, seconds: int) -> None:
        self.rig.run(seconds)

    @rule(seconds=st.sampled_from([130, 190, 300]))
    def minutes_pass(self, seconds: int) -> None:
        self.rig.run(seconds)

    @rule(away_s=st.sampled_from([0, 5, 600]), then_s=SOON)
    def the_process_dies_and_another_begins(self, away_s: int, then_s: int) -> None:
        self.rig.nobody_looks(away_s)
        self.rig.restart()
        self.rig.turn()
        self.rig.run(then_s)

    @rule(hours=st.sampled_from([-1, 1]))
    def the_wall_clock_is_stepped(self, hours: int) -> None:
        self.rig.clock.stepped += timedelta(hours=hours)

    @rule(trouble=st.sampled_from([*LINKS, *READINGS, *PLACE]), then_s=SOON)
    def something_fails(self, trouble: Trouble, then_s: int) -> None:
        trouble(self.rig)
        self.rig.run(then_s)

    @rule(to=st.sampled_from(["LOCAL", "REMOTE"]), station_too=st.booleans())
    def somebody_turns_a_key(self, to: str, station_too: bool) -> None:
        turning_cabinet_key(to)(self.rig)
        if station_too:
            turning_station_key(to)(self.rig)
        self.rig.run(1)

    @rule(how=st.sampled_from(["ack", "lost", "refused"]))
    def devices_answer_writes_differently(self, how: str) -> None:
        for device in DEVICES:
            answering(device, how)(self.rig)

    @rule()
    def everything_is_mended(self) -> None:
        mending_everything(self.rig)

    @rule(level_m=st.sampled_from([1.3, 2.6, 2.9, 3.05, 3.4]), then_s=st.sampled_from([1, 60]))
    def the_water_moves(self, level_m: float, then_s: int) -> None:
        self.rig.pumps.inner_m = level_m
        self.rig.run(then_s)


QUICK = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Without shrinking: a history is short enough to read, and shrinking one would take minutes."""


def test_no_history_brings_about_a_write_the_rules_forbid_or_an_explanation_that_is_not_true() -> None:
    run_state_machine_as_test(Core, settings=QUICK)


@pytest.mark.soak
def test_no_long_campaign_of_histories_does_either() -> None:
    run_state_machine_as_test(Core, settings=settings(QUICK, max_examples=1500, stateful_step_count=60))
