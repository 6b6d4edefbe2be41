"""Staging against inrush: when each of many lights may go, so that no feeder sees more than its kW in any second.

The ledger counts by half seconds, the pause between two contactors of a cabinet (FACTS). A light goes in the first
half second in which no run of three of them gets more than the area's kW per second: so that no second, wherever it
begins, gets more. A light that alone draws more than that goes alone. Nothing is remembered of a light but its turn,
and all of it is worked out from what is handed in: a replay comes to the same turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.domain.lights import LightClass
from controller.domain.points import DeviceId, TargetId
from controller.domain.slots import Slot
from controller.logic.scopes import LightEntry

STEP_S = 0.5
WINDOW = 3
"""Half seconds that a second can touch."""
LAPSES_S = 5.0
"""A light that did not take its turn for so long (it was held, or lost) asks for another."""
KEPT_STEPS = 8
"""Past half seconds the ledger keeps."""
UNDELAYED = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION})
"""Cuts and trips wait for nothing."""
HURRIED = UNDELAYED | {Slot.EMERGENCY_ORDER, Slot.FLOOD_CRITICAL}
"""In these slots what protects (road lights ON) waits for nothing, and everything else goes as an urgent command."""


@dataclass(frozen=True, slots=True)
class StagingRules:
    """``switching: staging:`` of a site. Shares are of all lighting of an area (its feeder; where none is known, its
    division), in percent per second.

    ``least_kw_per_s``: no area gets less, however small. ``urgent_times``: so much more an urgent command may.
    ``feeders``: kW per second where whoever runs the grid said a figure.
    ``contactor_gap_s``: between two contactors of one cabinet; dispatch keeps it, the ledger counts with it.
    """

    enabled: bool = True
    landscape_percent: float = 5.0
    road_percent: float = 10.0
    least_kw_per_s: float = 5.0
    urgent_times: float = 4.0
    feeders: Mapping[str, float] = field(default_factory=dict)
    contactor_gap_s: float = STEP_S

    def percent(self, light_class: LightClass) -> float:
        """The share of its area a class of lighting may switch in a second."""
        return self.road_percent if light_class is LightClass.ROAD else self.landscape_percent


NO_STAGING = StagingRules(enabled=False)


@dataclass(frozen=True, slots=True)
class Area:
    """What one ceiling holds for: a feeder's (or division's) lights of one knife."""

    name: str
    ceiling_kw_per_s: float
    smallest_kw: float


@dataclass(frozen=True, slots=True)
class Step:
    """One light to be switched: what it draws at most, and where."""

    target: TargetId
    device: DeviceId
    kw: float
    area: Area


def area_name(light: LightEntry) -> str:
    """The feeder a light hangs on; its division where nobody knows."""
    return light.feeder or light.division


def steps_of(lights: Iterable[LightEntry], rules: StagingRules) -> dict[TargetId, Step]:
    """Every light with its area and the area's ceiling."""
    lights = tuple(lights)
    load_w: dict[str, float] = {}
    smallest_w: dict[tuple[str, LightClass], float] = {}
    for light in lights:
        name = area_name(light)
        load_w[name] = load_w.get(name, 0.0) + light.rated_w
        key = name, light.light_class
        smallest_w[key] = min(smallest_w.get(key, light.rated_w), light.rated_w)
    areas = {
        key: Area(f"{key[0]} {key[1].value}", _ceiling(key[0], key[1], load_w[key[0]], rules), watts / 1000.0)
        for key, watts in smallest_w.items()
    }
    return {
        light.target: Step(
            light.target, light.device, light.rated_w / 1000.0, areas[area_name(light), light.light_class]
        )
        for light in lights
    }


def _ceiling(name: str, light_class: LightClass, load_w: float, rules: StagingRules) -> float:
    said = rules.feeders.get(name)
    share = load_w / 1000.0 * rules.percent(light_class) / 100.0
    return max(share, rules.least_kw_per_s) if said is None else said


class Staging:
    """Gives out turns, first come first served in each area; small lights fill what big ones leave."""

    def __init__(self, rules: StagingRules, lights: Iterable[LightEntry]) -> None:
        self._turns: dict[TargetId, float] = {}
        self._ledger: dict[str, dict[int, float]] = {}
        self._full: dict[str, int] = {}
        self._free_s: dict[DeviceId, float] = {}
        self._held_s: dict[DeviceId, float] = {}
        self.adopt(rules, lights)

    def adopt(self, rules: StagingRules, lights: Iterable[LightEntry]) -> None:
        """Swap the rules and the lights (reload); turns that were given stand."""
        self.rules = rules
        self._steps = steps_of(lights, rules) if rules.enabled else {}

    def step(self, target: TargetId) -> Step | None:
        """What switching a light draws, and where; None for what is not staged."""
        return self._steps.get(target)

    def turn_s(self, target: TargetId, slot: Slot, now_s: float, *, protective: bool, urgent: bool = False) -> float:
        """When the light may be told (monotonic seconds); ``now_s`` when it may at once.

        Asked again before its turn it gets the same answer. What protects is counted, and never waits.
        """
        step = self._steps.get(target)
        if step is None:
            return now_s
        given = self._turns.pop(target, None)
        if slot in UNDELAYED or (protective and slot in HURRIED):
            self._count(step, now_s)
            return now_s
        if given is not None and now_s < given:
            self._turns[target] = given
            return given
        if given is not None and now_s <= given + LAPSES_S:
            return now_s
        at_s, waits = self.place(step, now_s, urgent=urgent or slot in HURRIED)
        if not waits:
            return now_s
        self._turns[target] = at_s
        return at_s

    def place(self, step: Step, now_s: float, *, urgent: bool) -> tuple[float, bool]:
        """The light's moment on the wire, and whether it has to wait for more than its cabinet's other contactors."""
        device, area = step.device, step.area
        soonest_s = max(now_s, self._free_s.get(device, now_s))
        first, ledger = int(soonest_s // STEP_S), self._tidied(area.name, int(now_s // STEP_S))
        at = self._urgently(step, ledger, first) if urgent else self._in_turn(step, ledger, first)
        ledger[at] = ledger.get(at, 0.0) + step.kw
        at_s = soonest_s if at == first else at * STEP_S
        self._free_s[device] = at_s + self.rules.contactor_gap_s
        waits = at != first or self._held_s.get(device, now_s) > now_s
        if waits:
            self._held_s[device] = at_s
        return at_s, waits

    def _in_turn(self, step: Step, ledger: Mapping[int, float], first: int) -> int:
        area = step.area
        at = max(first, self._full.get(area.name, first))
        while not _fits(ledger, at, step.kw, area.ceiling_kw_per_s):
            if at == self._full.get(area.name, first) and not _fits(
                ledger, at, area.smallest_kw, area.ceiling_kw_per_s
            ):
                self._full[area.name] = at + 1  # not even the smallest finds room there: nobody looks again
            at += 1
        return at

    def _urgently(self, step: Step, ledger: Mapping[int, float], first: int) -> int:
        ceiling, at = step.area.ceiling_kw_per_s * self.rules.urgent_times, first
        while not _fits(ledger, at, step.kw, ceiling):
            at += 1
        return at

    def _count(self, step: Step, now_s: float) -> None:
        at = int(now_s // STEP_S)
        ledger = self._tidied(step.area.name, at)
        ledger[at] = ledger.get(at, 0.0) + step.kw

    def fullest_kw_per_s(self, area: str) -> float:
        """The most that any second gets of what is in the ledger."""
        ledger = self._ledger.get(area, {})
        return max((kw + ledger.get(at + 1, 0.0) for at, kw in ledger.items()), default=0.0)

    def _tidied(self, area: str, now: int) -> dict[int, float]:
        """The ledger of an area without what is long past."""
        ledger = self._ledger.setdefault(area, {})
        oldest = now - KEPT_STEPS
        if ledger and next(iter(ledger)) < oldest:
            ledger = self._ledger[area] = {at: kw for at, kw in ledger.items() if at >= oldest}
        if self._full.get(area, now) < now:
            del self._full[area]
        return ledger


@dataclass(frozen=True, slots=True)
class Strain:
    """What an area would get in its fullest second, and the ceiling it has."""

    area: str
    kw_per_s: float
    ceiling_kw_per_s: float


@dataclass(frozen=True, slots=True)
class StagePlan:
    """How long it takes until the last light was told, and the areas that are strained most, the worst first."""

    lights: int
    seconds: float
    strains: tuple[Strain, ...]


class Rehearsal:
    """What staging would make of an act if nothing else were under way; for previews. Turns are not given."""

    def __init__(self, staging: Staging, *, urgent: bool) -> None:
        self._of = staging
        self._urgent = urgent
        self._try = Staging(NO_STAGING, ())
        self._try.rules = staging.rules
        self._areas: dict[str, Area] = {}
        self._lights = 0
        self._last_s = 0.0

    def add(self, targets: Iterable[TargetId]) -> None:
        """More lights of the act, in the order of their ids: that is the order they are decided in."""
        for target in targets:
            step = self._of.step(target)
            if step is not None:
                at_s, _ = self._try.place(step, 0.0, urgent=self._urgent)
                self._last_s = max(self._last_s, at_s)
                self._areas[step.area.name] = step.area
                self._lights += 1

    def plan(self) -> StagePlan:
        """How it would go."""
        strains = [
            Strain(name, self._try.fullest_kw_per_s(name), area.ceiling_kw_per_s) for name, area in self._areas.items()
        ]
        strains.sort(key=lambda one: (-one.kw_per_s / one.ceiling_kw_per_s, one.area))
        return StagePlan(self._lights, self._last_s, tuple(strains))


def _fits(ledger: Mapping[int, float], at: int, kw: float, ceiling: float) -> bool:
    """Whether a light fits in this half second: no run of ``WINDOW`` of them above the ceiling, or all are empty."""
    near = [ledger.get(one, 0.0) for one in range(at - WINDOW + 1, at + WINDOW)]
    fullest = max(sum(near[begin : begin + WINDOW]) for begin in range(WINDOW))
    return fullest == 0.0 or fullest + kw <= ceiling + 1e-9
