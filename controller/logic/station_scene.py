"""All that one cycle knows of one station, in the words its rules are written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.domain.image import View
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.stations import Station
from controller.domain.tags import Tag
from controller.logic.contract import GateMemory, LastWrite, Moment, StationMemory, UnitMemory
from controller.logic.levels import LevelVote, inner_level
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.water_around import NOTHING_AROUND, WaterAround

HANDED_OVER_S = 5.0
"""How long a start handed to dispatch counts as under way although no write has been reported yet."""
FORGOTTEN_S = 60.0
"""A start nobody followed up this long after its proof time (its order ended) is no longer under way."""
LEAST_CURRENT = 0.05
"""Share of the rated current without which a closed contactor is no running motor, where its load is not judged."""
CONTRADICTION_PERCENT = 3.0
"""A limit switch this far (%) beyond its gate's dead-band from the position contradicts it."""
NO_UNIT = UnitMemory()
NO_GATE = GateMemory()


@dataclass(frozen=True, slots=True)
class Scene:
    """A station at one moment. Readings that are not GOOD come out as None everywhere here."""

    station: Station
    view: View
    memory: StationMemory
    last: Mapping[TargetId, LastWrite]
    moment: Moment
    level: LevelVote
    site: SiteConditions = NOTHING_ON_SITE
    around: WaterAround = NOTHING_AROUND

    def tag(self, target: TargetId) -> Tag | None:
        """The maintenance tag that binds the station, a unit or a gate."""
        return self.site.at(target).tag

    def past(self, unit: PumpUnit) -> UnitMemory:
        """What is remembered of a unit."""
        return self.memory.units.get(unit.id, NO_UNIT)

    def running(self, unit: PumpUnit) -> bool | None:
        """Whether its contactor is closed."""
        return flag(self.view, f"{unit.output}.running")

    def draws_current(self, unit: PumpUnit) -> bool | None:
        """Whether it draws at least 60 % of its rated current; None where that is not measured.

        A motor on a variable-speed drive draws less the slower it turns, about by the square of its speed.
        """
        current_a, turns = self.view.number(f"{unit.output}.current_a"), 1.0
        if unit.min_speed_percent is not None:
            speed = self.view.number(f"{unit.output}.speed_percent")
            if speed is None:
                return None
            turns = min(1.0, abs(speed) / 100.0)
        if current_a is None or unit.rated_a <= 0:
            return None
        return current_a >= max(unit.undercurrent_share, LEAST_CURRENT) * turns * turns * unit.rated_a

    def proves_start(self, unit: PumpUnit) -> bool | None:
        """Whether its current proves that its motor turns: its load behind an open path, any current before that.

        A centrifugal pump that starts against its closed gate draws half its rated current until that has opened.
        """
        current_a = self.view.number(f"{unit.output}.current_a")
        if current_a is None or unit.rated_a <= 0 or self.path_is_open(unit):
            return self.draws_current(unit)
        return current_a >= LEAST_CURRENT * unit.rated_a

    def path_is_open(self, unit: PumpUnit) -> bool:
        """Whether the gates before and behind the unit are proven open; also where it has none."""
        gates = (self.suction_gate(unit), self.discharge_gate(unit))
        return all(seen_open(gate, self.view) is True for gate in gates if gate is not None)

    def commanded(self, unit: PumpUnit) -> bool | None:
        """The run command as it stands in the device."""
        return flag(self.view, f"{unit.output}.run_command")

    def attempt_s(self, unit: PumpUnit) -> float | None:
        """When a start was sent that has not been seen to succeed yet; None when none is under way."""
        return attempt_of(unit, self.past(unit), self.last.get(unit.id), self.moment.s)

    def committed(self, unit: PumpUnit) -> bool:
        """Whether it runs, is being started, or ran when its feedback was last readable.

        Where the feedback was never readable, a run command that stands in the device counts: better a unit too
        many taken for running than one stopped because a process began blind.
        """
        past = self.past(unit)
        if self.attempt_s(unit) is not None and not past.withdraw:
            return True
        running = self.running(unit)
        if running is not None:
            return running
        return past.running_since_s is not None or (past.seen_s is None and self.commanded(unit) is True)

    def committed_units(self) -> Iterator[PumpUnit]:
        """Every unit that runs as far as anybody knows."""
        return (unit for unit in self.station.units if self.committed(unit))

    def gate(self, named: str | None) -> Gate | None:
        """The station's gate of this id or output."""
        return next((gate for gate in self.station.gates if named in (gate.id, gate.output)), None)

    def discharge_gate(self, unit: PumpUnit) -> Gate | None:
        """The gate behind the unit, if it has one."""
        return self.gate(unit.discharge_gate)

    def suction_gate(self, unit: PumpUnit) -> Gate | None:
        """The gate before the unit, if it has one."""
        return self.gate(unit.suction_gate)

    def moved(self, gate: Gate) -> GateMemory:
        """What is remembered of a gate."""
        return self.memory.gates.get(gate.id, NO_GATE)

    def gravity_gate(self) -> Gate | None:
        """The gate that lets water out without pumping, if the station has one."""
        return self.gate(self.station.gravity.gate) if self.station.gravity else None


def scene_of(
    station: Station,
    view: View,
    memory: StationMemory,
    last: Mapping[TargetId, LastWrite],
    moment: Moment,
    site: SiteConditions = NOTHING_ON_SITE,
    around: WaterAround = NOTHING_AROUND,
) -> Scene:
    """The scene, with the level voted."""
    level = inner_level(station, view, memory.gauges, memory.excluded)
    return Scene(station, view, memory, last, moment, level, site, around)


def attempt_of(unit: PumpUnit, past: UnitMemory, last: LastWrite | None, now_s: float) -> float | None:
    """When a start of the unit was sent that has not been seen to succeed yet; None when none is under way."""
    sent = last is not None and last.point == f"{unit.output}.run_command"
    times = [last.sent_s] if last is not None and sent and last.value is True else []
    stopped_s = last.sent_s if last is not None and sent and last.value is False else float("-inf")
    if past.asked_s is not None and past.asked_s > stopped_s and now_s < past.asked_s + HANDED_OVER_S:
        times.append(past.asked_s)
    begun_s = max(times, default=None)
    if begun_s is None or (past.proven_s is not None and past.proven_s >= begun_s):
        return None
    return begun_s if now_s < begun_s + unit.start_proof_s + FORGOTTEN_S else None


def flag(view: View, point: str) -> bool | None:
    """A GOOD boolean, else None."""
    value = view.value(point)
    return value if isinstance(value, bool) else None


def exists(view: View, point: str) -> bool:
    """Whether the device has this point at all (many have no flap contact, no rack gauge, no limit switches)."""
    return point in view.block.readings


def seen_closed(gate: Gate, view: View) -> bool | None:
    """Whether the gate is proven closed. Limit switch and position must not contradict; None: cannot be known."""
    position = view.number(f"{gate.output}.position_percent")
    return _agree(
        flag(view, f"{gate.output}.closed_limit"),
        None if position is None else position <= gate.tolerance_percent,
        flag(view, f"{gate.output}.open_limit"),
    )


def seen_open(gate: Gate, view: View) -> bool | None:
    """Whether the gate is proven fully open; None: cannot be known."""
    position = view.number(f"{gate.output}.position_percent")
    return _agree(
        flag(view, f"{gate.output}.open_limit"),
        None if position is None else position >= 100.0 - gate.tolerance_percent,
        flag(view, f"{gate.output}.closed_limit"),
    )


def limits_disagree(gate: Gate, view: View) -> bool:
    """Whether its limit switches contradict each other, or one of them its position. Only what can be read counts."""
    opened, closed = flag(view, f"{gate.output}.open_limit"), flag(view, f"{gate.output}.closed_limit")
    position = view.number(f"{gate.output}.position_percent")
    if opened and closed:
        return True
    if position is None:
        return False
    far = gate.tolerance_percent + CONTRADICTION_PERCENT
    shown = (opened and position < 100.0 - far) or (closed and position > far)
    missing = (opened is False and position >= 100.0) or (closed is False and position <= 0.0)
    return bool(shown or missing)


def _agree(limit: bool | None, position: bool | None, opposite_limit: bool | None) -> bool | None:
    if limit and opposite_limit:
        return None
    if limit is None:
        return position
    if position is None or limit == position:
        return limit
    return None if limit else False
