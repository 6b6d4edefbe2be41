"""Everything that is watched of one circuit: its detectors, its baselines, and what they find together."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from controller.domain.lights import Circuit
from controller.logic.faults.baseline import UNTAUGHT, Baseline, Lesson, expected_w, limit_of, taught
from controller.logic.faults.breaker import breaker_trip, follow_breaker
from controller.logic.faults.contactor import follow_contactor, stuck_contactor
from controller.logic.faults.day_burner import day_burner, follow_burner
from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.lamp_loss import SOUND, follow_low, lamp_loss
from controller.logic.faults.line import follow_line, line_lost
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.sight import CircuitSight
from controller.logic.faults.standing import CALM, Standing
from controller.logic.faults.theft import Drop, Where, cable_theft, follow_drop, least_fall

WINDOW = 15
"""Looks that make a lesson."""
LEAST_WINDOW = 8
LEVEL_STEP = 5.0
"""Levels are told apart in steps of this (%)."""


class When(NamedTuple):
    """The moment of a look: monotonic, the local hour, the night's number, and the local time as people write it."""

    at_s: float
    hour: int
    night: int
    clock: str


class Supply(NamedTuple):
    """The phases a circuit hangs on: their mean voltage (None: unknown or far off), when the oldest was received."""

    volts: float | None
    at_s: float


class CircuitWatch:
    """The memory of one circuit. ``look`` is the only thing that changes it, besides ``remember``'s restart.

    A look costs a few microseconds while all is well: detectors that are calm stay the same object, and power is
    sampled once a minute at most.
    """

    __slots__ = (
        "_before_w",
        "_edge_s",
        "_fell_at",
        "_gathered",
        "_key",
        "_level",
        "_sampled_s",
        "_where",
        "baselines",
        "breaker",
        "burner",
        "circuit",
        "closed",
        "contact",
        "drop",
        "findings",
        "line",
        "low",
        "off",
        "rules",
    )

    def __init__(self, circuit: Circuit, rules: FaultRules) -> None:
        self.circuit = circuit
        self.rules = rules
        self.baselines: dict[int, Baseline] = {}
        self.contact = self.breaker = self.line = self.burner = Standing()
        self.low, self.drop = SOUND, Drop()
        self.closed: bool | None = None
        self.off: float | None = None
        """How far off its baseline the last look was, as a share; None: it could not be compared."""
        self.findings: dict[FaultKind, Finding] = {}
        self._level = 100
        self._edge_s = self._sampled_s = float("-inf")
        self._gathered: list[tuple[float, float]] = []
        self._key = (0, 0)
        self._where: Where | None = None
        self._fell_at = ""
        self._before_w = 0.0

    @property
    def level(self) -> int:
        """The level it burns at, or burnt at last (%)."""
        return self._level

    @property
    def baseline(self) -> Baseline:
        """The baseline of the level it burns at, or burnt at last."""
        return self.baselines.get(self._level, UNTAUGHT)

    @property
    def usual_w(self) -> float:
        """What it draws when it is sound and at full level, as far as that is known."""
        return self.baselines.get(100, UNTAUGHT).whole_w or self.circuit.rated_w

    @property
    def sampled_s(self) -> float:
        """When the power was received that was sampled last."""
        return self._sampled_s

    @property
    def waits_briefly(self) -> bool:
        """Whether the next few seconds decide something."""
        return self.contact.pending or self.breaker.pending or self.line.pending

    @property
    def waits(self) -> bool:
        """Whether the next minutes decide something."""
        return self.burner.pending or self.low.pending or self.drop.pending

    def look(self, sight: CircuitSight, supply: Supply, when: When) -> None:
        """Take in one look."""
        rules, at_s = self.rules, sight.closed_at_s
        self._notice_edges(sight, when)
        self.contact = follow_contactor(self.contact, sight.commanded, sight.closed, at_s, rules)
        self.breaker = follow_breaker(self.breaker, sight.tripped, at_s, rules)
        if sight.line_open is not None:
            self.line = follow_line(self.line, sight.line_open, sight.closed, sight.tripped, sight.line_at_s, rules)
        if sight.closed is not True or self.burner is not CALM:
            self.burner = follow_burner(self.burner, sight.closed, sight.watts, self.usual_w, at_s, rules)
        if self._may_sample(sight, supply):
            self._sample(sight, supply, when)
        self._find(sight, when)

    def see_where(self, where: Where | None) -> None:
        """Which phase fell, once a cable theft stands."""
        self._where = where

    @property
    def wants_where(self) -> bool:
        """Whether a theft is about to be told and nobody has looked yet which phase it is."""
        return self._where is None and (self.drop.low_s is not None or self.drop.stands)

    # -- edges -------------------------------------------------------------------------------------------------------

    def _notice_edges(self, sight: CircuitSight, when: When) -> None:
        if sight.closed is not None and sight.closed is not self.closed:
            self.closed, self._edge_s = sight.closed, when.at_s
            self._gathered = []
        if sight.level is not None and sight.closed:
            level = int(LEVEL_STEP * round(sight.level / LEVEL_STEP))
            if level != self._level:
                self._level, self._edge_s = level, when.at_s
                self._gathered = []

    def edge_since(self, at_s: float) -> bool:
        """Whether its contactor or level moved at or after that moment."""
        return self._edge_s >= at_s

    # -- power -------------------------------------------------------------------------------------------------------

    def _may_sample(self, sight: CircuitSight, supply: Supply) -> bool:
        at_s, rules = sight.watts_at_s, self.rules
        return (
            sight.watts is not None
            and at_s - self._sampled_s >= rules.sample_s - 1.0
            and sight.closed is True
            and sight.tripped is False
            and sight.level is not None
            and self._level > 0
            and supply.volts is not None
            and at_s - self._edge_s >= rules.settle_s
        )

    def _sample(self, sight: CircuitSight, supply: Supply, when: When) -> None:
        watts, volts = sight.watts, supply.volts
        if watts is None or volts is None:
            return
        at_s, rules, baseline, lamps = sight.watts_at_s, self.rules, self.baseline, self.circuit.lamps
        self._sampled_s = at_s
        trained = baseline.trained
        usual_w = (
            expected_w(baseline, when.hour, volts, rules.nominal_v)
            if trained
            else self.circuit.rated_w * self._level / 100.0
        )
        self._follow_drop(watts, usual_w, supply, at_s, when)
        self.off = watts / usual_w - 1.0 if trained else None
        if trained and not self.drop.stands:
            self.low = follow_low(self.low, self.off, at_s, limit_of(baseline, lamps, volts, rules), rules)
        if self.low.stands or self.low.looks or self.drop.stands or self.drop.low_s is not None:
            self._gathered = []
        else:
            self._gather(watts, volts, when)

    def _follow_drop(self, watts: float, usual_w: float, supply: Supply, at_s: float, when: When) -> None:
        share = watts / usual_w if usual_w else None
        before, circuit = self.drop, self.circuit
        fresh = before.low_s is None or supply.at_s >= before.low_s
        explained = False if fresh else None
        fall = least_fall(circuit.lamps, len(circuit.phase), self.rules)
        self.drop = follow_drop(before, share, at_s, fall, self.rules, explained=explained)
        if self.drop.low_s is not None and before.low_s is None:
            self._fell_at, self._where, self._before_w = when.clock, None, before.steady * usual_w

    def _gather(self, watts: float, volts: float, when: When) -> None:
        key = (when.night, when.hour)
        if key != self._key:
            self._learn()
            self._key = key
        self._gathered.append((volts, watts))
        if len(self._gathered) >= WINDOW:
            self._learn()

    def _learn(self) -> None:
        """Make a lesson of what was gathered; the first one that completes the nights begins the comparing."""
        gathered, self._gathered = self._gathered, []
        if len(gathered) < LEAST_WINDOW:
            return
        volts = sum(one for one, _ in gathered) / len(gathered)
        lesson = Lesson(self._key[0], self._key[1], volts, median(watts for _, watts in gathered))
        before = self.baseline
        after = taught(before, lesson, self.circuit.lamps, self.rules)
        self.baselines[self._level] = after
        if after.trained and not before.trained and not self.drop.stands:
            self.drop = Drop()  # it is measured against another reference from now on

    # -- findings ----------------------------------------------------------------------------------------------------

    def _find(self, sight: CircuitSight, when: When) -> None:
        standing = (
            self.low.stands
            or self.drop.stands
            or self.contact.stands
            or self.breaker.stands
            or self.line.stands
            or self.burner.stands
        )
        if standing:
            self.findings = {found.kind: found for found in self._found(sight, when) if found is not None}
        elif self.findings:
            self.findings = {}

    def _found(self, sight: CircuitSight, when: When) -> tuple[Finding | None, ...]:
        kept = self.findings.get
        watts, usual_w = sight.watts, self.usual_w
        theft = kept(FaultKind.CABLE_THEFT)
        if theft is None or (self._where is not None and self.drop.stands):
            theft = self._theft(when)
        elif not (self.drop.stands or self.line.stands):
            theft = None
        return (
            breaker_trip(self.breaker, usual_w),
            stuck_contactor(self.contact, sight.commanded, watts, usual_w) if sight.closed is not None else None,
            kept(FaultKind.DAY_BURNER) if watts is None else day_burner(self.burner, watts, usual_w, self.rules),
            theft,
            self._lamp_loss(sight, when),
        )

    def _theft(self, when: When) -> Finding | None:
        before_w = self._before_w or self.drop.steady * self.usual_w
        now_w = before_w * (1.0 - self.drop.share)
        return cable_theft(self.drop, self._where, before_w, now_w, self._fell_at or when.clock) or line_lost(
            self.line, when.clock
        )

    def _lamp_loss(self, sight: CircuitSight, when: When) -> Finding | None:
        if not self.low.stands:
            return None
        before, baseline = self.findings.get(FaultKind.LAMP_LOSS), self.baseline
        if not baseline.trained or sight.closed is not True:
            return before or lamp_loss(self.low, self.circuit.lamps, 0.0, self.usual_w, self.rules.loss_share)
        middle_v = (baseline.low_v + baseline.high_v) / 2.0
        usual_w = baseline.watts[when.hour] or baseline.whole_w
        limit = limit_of(baseline, self.circuit.lamps, middle_v, self.rules)
        return lamp_loss(self.low, self.circuit.lamps, usual_w * (1.0 - self.low.share), usual_w, limit)
