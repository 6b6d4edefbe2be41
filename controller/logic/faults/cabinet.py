"""Everything that is watched of one cabinet: its supply, its contacts, and each of its circuits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from math import inf

from controller.domain.image import View
from controller.domain.lights import Cabinet, Circuit
from controller.domain.points import Reading, TargetId, Value
from controller.domain.quality import Quality
from controller.logic.faults.circuit import CircuitWatch, Supply, When
from controller.logic.faults.contacts import door_open, follow_contact, immersion
from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.leakage import follow_leakage, leakage
from controller.logic.faults.phase import follow_phase, phase_loss
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.sight import (
    PHASES,
    CabinetPoints,
    PhaseSight,
    circuit_sight,
    obeys_centre,
    phase_sights,
)
from controller.logic.faults.standing import CALM, Standing
from controller.logic.faults.theft import Where

SMALL = 0.8
"""Leakage below this part of its warning is not followed from poll to poll."""
SOON_S = 5.0
"""A look that decides something within seconds is made again after this."""
LEAST_PART = 0.6
"""A phase is named when it bears this part of what the circuit lost."""
IN_DOUBT_S = 150.0


class CabinetWatch:
    """The memory of one cabinet. ``look`` takes its block as it is at a moment."""

    def __init__(self, cabinet: Cabinet, points: Set[str], rules: FaultRules) -> None:
        self.cabinet = cabinet
        self.rules = rules
        self.points = CabinetPoints.of(cabinet, points)
        self.circuits = {circuit.id: CircuitWatch(circuit, rules) for circuit in cabinet.circuits}
        self.phases = dict.fromkeys(PHASES, Standing())
        self.leak = self.door = self.wet = Standing()
        self.findings: dict[FaultKind, Finding] = {}
        self._measures = "voltage_a_v" in points
        self._seen: dict[str, PhaseSight] = dict.fromkeys(PHASES, PhaseSight(None, None, -inf))
        self._past: deque[dict[str, PhaseSight]] = deque(maxlen=4)
        self._supplies: dict[str, Supply] = {}
        self._told = told_by(points, {circuit.output for circuit in cabinet.circuits})
        self._shown: list[tuple[Value | None, Quality]] | None = None
        self._voltages = tuple((phase, name) for phase in PHASES if (name := f"voltage_{phase}_v") in points)
        self._sound_v = (rules.nominal_v * (1.0 - rules.mains_share), rules.nominal_v * (1.0 + rules.mains_share))
        self._sample_due_s = -inf
        self.due_s = inf
        """In how many seconds a look was due at the last one even if nothing changes."""

    def look(self, view: View, when: When) -> bool:
        """Take in the cabinet as it shows itself now; whether there was anything to take in.

        While nothing it tells of itself changed, its supply is sound and no time runs, power is looked at once a
        minute and that is all: what else is measured would leave every detector what it is.
        """
        if when.at_s < self._sample_due_s and self._shown is not None and self._shows(view) == self._shown:
            return False
        self._look_whole(view, when)
        self.due_s = self.due_in_s()
        self._sample_due_s = self._next_sample_s(when)
        self._shown = self._shows(view) if self.due_s == inf else None
        return True

    def _next_sample_s(self, when: When) -> float:
        """When power is looked at again: a minute from now, or since a circuit that burns was sampled."""
        samples = [one.sampled_s for one in self.circuits.values() if one.closed and one.sampled_s > -inf]
        return min((when.at_s, *samples)) + self.rules.sample_s - 1.0

    def _shows(self, view: View) -> list[tuple[Value | None, Quality]] | None:
        """Everything but the measured; None while its leakage is not plainly small or its supply not plainly sound."""
        readings = view.block.readings
        try:
            if self._measures and not self._is_supplied(readings):
                return None
            if "leakage_ma" in readings and not float(readings["leakage_ma"][0] or 0.0) < SMALL * self.rules.leakage_ma:
                return None
            return [readings[name][:2] for name in self._told]
        except (KeyError, ValueError):
            return None

    def _is_supplied(self, readings: Mapping[str, Reading]) -> bool:
        """Whether every phase is calm and has a voltage that leaves it so. By place: asked at every poll of a city."""
        low_v, high_v = self._sound_v
        for phase, name in self._voltages:
            volts, quality = readings[name][:2]
            if quality is not Quality.GOOD or self.phases[phase] is not CALM:
                return False
            if not isinstance(volts, (int, float)) or not low_v <= volts <= high_v:
                return False
        return True

    def _look_whole(self, view: View, when: When) -> None:
        if self._measures:
            self._look_at_phases(view)
        self._look_at_contacts(view)
        obeys = obeys_centre(view, self.points)
        names = self.points.circuits
        for target, watch in self.circuits.items():
            sight = circuit_sight(view, names[target], obeys)
            if watch.wants_where:
                watch.see_where(self._where(watch))
            watch.look(sight, self._supply(watch.circuit), when)

    def due_in_s(self) -> float:
        """In how many seconds a look is due even if nothing changes; infinite when time decides nothing."""
        watches = self.circuits.values()
        brief = (self.leak, self.door, self.wet, *self.phases.values())
        if any(one.pending for one in brief) or any(watch.waits_briefly for watch in watches):
            return SOON_S
        return self.rules.sample_s if any(watch.waits for watch in watches) else inf

    def all_findings(self) -> Iterator[tuple[TargetId, Finding]]:
        """What is found now, with what it is about."""
        for found in self.findings.values():
            yield self.cabinet.id, found
        for target, watch in self.circuits.items():
            for found in watch.findings.values():
                yield target, found

    def lost_phases(self) -> frozenset[str]:
        """Phases without supply."""
        return frozenset(phase for phase, state in self.phases.items() if state.stands)

    def behind(self, phases: Set[str]) -> Iterator[Circuit]:
        """The circuits that hang on any of these phases."""
        return (circuit for circuit in self.cabinet.circuits if set(circuit.phase) & phases)

    # -- the cabinet's own ------------------------------------------------------------------------------------------

    def _look_at_phases(self, view: View) -> None:
        """Anew when the voltages were read again, or are too old to go by what they were."""
        first, known_s = view.block.readings.get("voltage_a_v"), self._seen["a"].at_s
        fresh = first is not None and first.received_s > known_s
        if not fresh and view.now_s - known_s <= IN_DOUBT_S:
            return
        self._seen, self._supplies = phase_sights(view, self.points), {}
        if fresh:
            self._past.append(self._seen)
        self.phases = {phase: follow_phase(self.phases[phase], one, self.rules) for phase, one in self._seen.items()}
        self._note(FaultKind.PHASE_LOSS, phase_loss(self.phases, self._seen))

    def _look_at_contacts(self, view: View) -> None:
        has, rules = self.points.has, self.rules
        if "leakage_ma" in has:
            shown = view.number("leakage_ma")
            self.leak = follow_leakage(self.leak, shown, _at_s(view, "leakage_ma"), rules)
            self._note(FaultKind.LEAKAGE, leakage(self.leak, shown, rules))
        if "door_open" in has:
            self.door = follow_contact(self.door, _flag(view, "door_open"), _at_s(view, "door_open"), rules)
            local = self.door.stands and view.value("control_switch") in ("LOCAL", "OFF")
            self._note(FaultKind.DOOR, door_open(self.door, local=local))
        if "immersion" in has:
            self.wet = follow_contact(self.wet, _flag(view, "immersion"), _at_s(view, "immersion"), rules)
            self._note(FaultKind.IMMERSION, immersion(self.wet))

    def _note(self, kind: FaultKind, found: Finding | None) -> None:
        if found is not None:
            self.findings[kind] = found
        else:
            self.findings.pop(kind, None)

    # -- the supply of a circuit ---------------------------------------------------------------------------------------

    def _supply(self, circuit: Circuit) -> Supply:
        found = self._supplies.get(circuit.phase)
        if found is None:
            found = self._supplies[circuit.phase] = self._worked_out(circuit.phase)
        return found

    def _worked_out(self, phases: str) -> Supply:
        if not self._measures:
            return Supply(self.rules.nominal_v, inf)
        seen = [self._seen[phase] for phase in phases]
        volts = [one.volts for one in seen if one.volts is not None]
        mean_v = sum(volts) / len(volts) if len(volts) == len(seen) else None
        low, high = (self.rules.nominal_v * (1.0 + side * self.rules.mains_share) for side in (-1, 1))
        usable = mean_v is not None and all(low <= one <= high for one in volts)
        return Supply(mean_v if usable else None, min(one.at_s for one in seen))

    def _where(self, watch: CircuitWatch) -> Where | None:
        """Which phase bears a circuit's fall; None while that cannot be told, or other circuits moved meanwhile."""
        drop = watch.drop
        before = next((past for past in reversed(self._past) if past["a"].at_s <= drop.steady_s), None)
        after = self._seen
        fell_s = drop.low_s if drop.low_s is not None else drop.seen_s
        if before is None or after["a"].at_s < fell_s:
            return None
        begun_s = before["a"].at_s - self.rules.settle_s
        if any(other.edge_since(begun_s) for other in self.circuits.values()):
            return None
        falls = {phase: _fall(before[phase], after[phase]) for phase in watch.circuit.phase}
        whole = sum(fall for fall in falls.values() if fall > 0.0)
        phase = max(falls, key=lambda one: falls[one])
        was, now = before[phase].watts, after[phase].watts
        if whole <= 0.0 or was is None or now is None or was <= 0.0 or falls[phase] < LEAST_PART * whole:
            return None
        return Where(phase, was, now, falls[phase] / whole)


def told_by(points: Set[str], outputs: Set[str]) -> tuple[str, ...]:
    """The points by which a cabinet tells of itself what it does, in contrast to what it measures."""
    names = ("control_switch", "timetable_active", "door_open", "immersion")
    of_outputs = ("command", "feedback", "breaker_trip", "line_open", "locked_out", "level")
    wanted = {*names, *(f"{output}.{name}" for output in outputs for name in of_outputs)}
    return tuple(sorted(wanted & points))


def _fall(before: PhaseSight, after: PhaseSight) -> float:
    return 0.0 if before.watts is None or after.watts is None else before.watts - after.watts


def _flag(view: View, point: str) -> bool | None:
    value = view.value(point)
    return None if value is None else bool(value)


def _at_s(view: View, point: str) -> float:
    reading = view.block.readings.get(point)
    return view.now_s if reading is None else reading.received_s
