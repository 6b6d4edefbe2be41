"""Which gauges of a reach may be believed: each against the water's own course by the model, and against the others.

What is looked at is *change*: an offset that is a little off says nothing, a gauge that stands still while the water
rises does. Where gauges have sound neighbours on the same water, those decide; alone, the model does, with a margin
that grows with the water that passed through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median

from controller.domain.points import device_of
from controller.logic.hydraulics.estimate import LYING, GaugeFault, GaugeState, Point, Still, Tick
from controller.logic.hydraulics.network import EstimationRules

WINDOW_S = 3600.0
"""How far back changes are compared where a gauge has no two neighbours; as much is remembered."""
JUMP_LOOKS, APART_LOOKS = 3, 3
"""What stays so many looks is held against the gauge; a step is not believed until then."""
AGREES_FROZEN, AGREES = 5, 10
"""Looks in a row after which a gauge that lied counts again."""
STILL_FOR = timedelta(minutes=10)
"""A gauge that says the same for longer may be frozen, or the water calm: little is learned from it."""
STILL_TOGETHER = 2.0
"""Gauges that stand still together (one PLC that repeats itself) need this many times the model's movement."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Instead:
    """What the model says in place of a reach's only gauge, which lied: level (m), what passed through (m) since it
    began to, and the unexplained inflow as it was before."""

    level_m: float
    gross_m: float
    residual_m3s: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gauges after a look. ``usable`` are believed now; ``apart``: they contradict each other, and nothing says
    which is right; ``calm``: every one of them has said the same for a while."""

    gauges: Mapping[Point, GaugeState]
    usable: tuple[Point, ...]
    apart: bool
    calm: bool
    instead: Instead | None = None


class Judge:
    """One look at the gauges of a reach. ``history`` ends with the look that is being made."""

    def __init__(
        self,
        points: Sequence[Point],
        before: Mapping[Point, GaugeState],
        values: Mapping[Point, float],
        history: Sequence[Tick],
        past_m: float,
        sd_m: float,
        rules: EstimationRules,
    ) -> None:
        self._values, self._history, self._rules, self._sd_m = values, history, rules, sd_m
        self._now, self._past_m = history[-1], past_m
        self._before = before
        self._gauges = {point: self._heard(before.get(point, GaugeState()), values.get(point)) for point in points}

    def judgement(self) -> Judgement:
        """What to believe."""
        self._steps()
        instead = self._frozen()
        apart = self._apart()
        instead = instead or self._drifts()
        self._forgive()
        usable = tuple(self._sound())
        calm = bool(usable) and all(self._calm(self._gauges[point]) for point in usable)
        return Judgement(self._gauges, usable, apart, calm, instead)

    def _heard(self, state: GaugeState, value_m: float | None) -> GaugeState:
        if value_m is None:
            if state.fault in LYING or state.fault is GaugeFault.SILENT:
                return replace(state, suspect=0, agrees=0, still=None)
            return GaugeState(state.value_m, GaugeFault.SILENT, self._now.at)
        if state.fault is GaugeFault.SILENT:
            state = GaugeState()
        still = self._stands(state.still, value_m)
        return GaugeState(value_m, state.fault, state.since, state.suspect, state.agrees, still)

    def _stands(self, still: Still | None, value_m: float) -> Still:
        tick = self._now
        if still is None or abs(value_m - still.value_m) > self._rules.still_m:
            return Still(tick.at, value_m, self._past_m, tick.residual_m3s)
        moved_m = still.moved_m + tick.known_m + tick.residual_m
        return still._replace(moved_m=moved_m, gross_m=still.gross_m + tick.gross_m)

    def _calm(self, state: GaugeState) -> bool:
        return state.still is not None and self._now.at - state.still.since > STILL_FOR

    def _sound(self) -> list[Point]:
        return [p for p, state in self._gauges.items() if p in self._values and not (state.fault or state.suspect)]

    def _holds(self, point: Point, fault: GaugeFault) -> None:
        self._gauges[point] = replace(
            self._gauges[point], fault=fault, since=self._now.at, suspect=0, agrees=0, still=None
        )

    def _steps(self) -> None:
        """A step within one look that no water explains; several devices at once are the water itself."""
        moved_m = self._now.known_m + self._now.residual_m
        steps = {}
        for point, value_m in self._values.items():
            last = self._before.get(point)
            if last is None or last.value_m is None or last.fault is GaugeFault.SILENT:
                continue
            if abs(value_m - last.value_m - moved_m) >= self._rules.jump_m and len(self._history) > 1:
                steps[point] = value_m - last.value_m > moved_m
        together = len({device_of(p) for p, up in steps.items() if up}) > 1
        together |= len({device_of(p) for p, up in steps.items() if not up}) > 1
        for point, state in list(self._gauges.items()):
            if point in self._values and state.fault not in LYING:
                self._waits(point, state, stepped=point in steps and not together)

    def _waits(self, point: Point, state: GaugeState, *, stepped: bool) -> None:
        if stepped:
            self._gauges[point] = replace(state, suspect=1)
        elif state.suspect:
            back = abs(self._values[point] - self._now.level_m) < self._rules.jump_m * HALF
            looks = 0 if back else state.suspect + 1
            self._gauges[point] = replace(state, suspect=looks)
            if looks >= JUMP_LOOKS:
                self._holds(point, GaugeFault.JUMPED)

    def _frozen(self) -> Instead | None:
        """Gauges that stand still while the water moves; what to believe instead where that leaves none."""
        sound = self._sound()
        still = [point for point in sound if self._calm(self._gauges[point])]
        moving = [self._values[point] for point in sound if point not in still]
        instead = None
        for point in still:
            stands = self._gauges[point].still
            if stands is not None and self._moved(stands, moving, len(still)):
                self._holds(point, GaugeFault.FROZEN)
                instead = Instead(stands.value_m + stands.moved_m, stands.gross_m, stands.residual_m3s)
        return None if moving else instead

    def _moved(self, still: Still, moving: Sequence[float], many: int) -> bool:
        """Whether the water moved since: by the gauges that move, else by the model, with a margin for its errors."""
        needed_m = self._rules.moved_m
        if moving:
            moved_m = median(moving) - still.level_m
            backed = len(moving) > many or (still.moved_m * moved_m > 0.0 and abs(still.moved_m) >= needed_m * HALF)
            return abs(moved_m) >= needed_m and backed
        margin_m = HALF * self._rules.inflow_error * still.gross_m
        return abs(still.moved_m) >= needed_m * (STILL_TOGETHER if many > 1 else 1.0) + margin_m

    def _apart(self) -> bool:
        """Gauges further apart than they may be: of many the odd ones out, of two the one the model contradicts."""
        sound = self._sound()
        if len(sound) < 2:
            return False
        middle_m = median(self._values[point] for point in sound)
        limit_m = self._rules.apart_m if len(sound) > 2 else self._rules.apart_m * HALF
        odd = [point for point in sound if abs(self._values[point] - middle_m) > limit_m]
        if len(sound) == 2 and odd:
            return not self._one_of_two(sound)
        if len(odd) * 2 >= len(sound):
            return bool(odd)
        for point in odd:
            self._odd_one(point, middle_m)
        return False

    def _odd_one(self, point: Point, middle_m: float) -> None:
        last = [tick.values.get(point, middle_m) for tick in self._history[-APART_LOOKS:]]
        levels = [tick.level_m for tick in self._history[-APART_LOOKS:]]
        apart = (abs(value - level) > self._rules.apart_m * HALF for value, level in zip(last, levels, strict=True))
        if len(last) >= APART_LOOKS and all(apart):
            self._holds(point, GaugeFault.APART)

    def _one_of_two(self, sound: Sequence[Point]) -> bool:
        past = self._window()
        if past is None:
            return False
        model_m, _ = self._course(past)
        began = past[0].values
        off = {p: abs(self._values[p] - began[p] - model_m) for p in sound if p in began}
        if len(off) < 2:
            return False
        better, worse = sorted(sound, key=lambda point: off[point])
        if off[worse] > self._rules.apart_m * HALF and off[worse] > 2.0 * off[better]:
            self._holds(worse, GaugeFault.APART)
            return True
        return False

    def _drifts(self) -> Instead | None:
        """The only gauge of a reach that moves other than the water can, beyond the model's own errors."""
        sound, past = self._sound(), self._window()
        if len(sound) != 1 or past is None or sound[0] not in past[0].values:
            return None
        point, began = sound[0], past[0]
        model_m, gross_m = self._course(past)
        margin_m = self._rules.apart_m + HALF * abs(model_m) + self._rules.inflow_error * gross_m
        if abs(self._values[point] - began.values[point] - model_m) <= margin_m:
            return None
        self._holds(point, GaugeFault.DRIFTING)
        return Instead(began.values[point] + model_m, gross_m, began.residual_m3s)

    def _window(self) -> Sequence[Tick] | None:
        """The remembered past, where it is long enough to compare changes over it."""
        long = (self._now.at - self._history[0].at).total_seconds() >= WINDOW_S - 90.0
        return self._history if long else None

    def _course(self, past: Sequence[Tick]) -> tuple[float, float]:
        """How far the model moved the water over a window (m), by what was unexplained at its begin, and the gross."""
        seconds = (past[-1].at - past[0].at).total_seconds()
        rate = past[0].residual_m / max(1.0, (past[1].at - past[0].at).total_seconds())
        return sum(tick.known_m for tick in past[1:]) + rate * seconds, sum(tick.gross_m for tick in past[1:])

    def _forgive(self) -> None:
        """A gauge that lied counts again once it has agreed for a while, and moves if it was frozen."""
        near_m = self._rules.apart_m * HALF + 2.0 * self._sd_m
        for point, state in self._gauges.items():
            if state.fault not in LYING or point not in self._values:
                continue
            frozen = state.fault is GaugeFault.FROZEN
            still = frozen and self._is_still(point)
            agrees = abs(self._values[point] - self._now.level_m) <= near_m and not still
            looks = state.agrees + 1 if agrees else 0
            if looks >= (AGREES_FROZEN if frozen else AGREES):
                self._gauges[point] = GaugeState(self._values[point])
            else:
                self._gauges[point] = replace(state, agrees=looks)

    def _is_still(self, point: Point) -> bool:
        said = [tick.values[point] for tick in self._history[-AGREES_FROZEN:] if point in tick.values]
        return len(said) < AGREES_FROZEN or max(said) - min(said) <= self._rules.still_m
