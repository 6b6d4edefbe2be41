"""A plan on a field made of values: what it asks for is placed or refused, killed and taken up, as a test says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from controller.domain.expression_grammar import parse
from controller.domain.intents import Direction, GateOrder, Intent, StationMode, StationOrder
from controller.domain.points import Reading, TargetId, bad, good
from controller.domain.quality import Detail
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.advance import advance
from controller.logic.plans.plan import Act, Condition, Ending, Fallback, Plan, Step, WayOut
from controller.logic.plans.run import Phase, Run, StepState, Want
from controller.logic.plans.seen import RUNNING_UNITS, Bar, Seen, TargetSeen
from controller.logic.plans.turn import Kind, Turn
from controller.runtime.plans.records import record_of, run_of, taken_up

PS, GATE, GAUGE = "330102-PS-0001", "330102-PS-0001/G5", "330105-LG-0001"
WALL = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)
W = Words("字", "word")


def step(name: str, act: Act, within_s: float | None = 600.0, fallback: Fallback | None = None) -> Step:
    return Step(name, Words(name, name), act, within_s, fallback or Fallback())


def condition(name: str, text: str, **said: object) -> Condition:
    return replace(Condition(name, parse(text), Words(name, name)), **said)  # type: ignore[arg-type]  # fields of it


def plan(*steps: Step, **said: object) -> Plan:
    plain = Plan(
        id="try",
        title=W,
        purpose=W,
        scope={"ps": PS, "canal": GAUGE},
        steps=steps,
        way_out=WayOut(Words("保持", "as it is"), ending=Ending.HOLD),
        lease_s=7200.0,
        longest_s=86_400.0,
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # the caller names fields of Plan


@dataclass
class Rig:
    """Turn by turn. ``acts``: every order that was placed, in order; ``released``: when everything was given up."""

    plan: Plan
    now_s: float = 0.0
    running: int | None = 0
    level_m: float | None = 2.0
    follows: bool = True
    """Whether the field does what it is told."""
    refuses: bool = False
    bars: dict[TargetId, Bar] = field(default_factory=dict)
    slot: dict[TargetId, tuple[str, Intent]] = field(default_factory=dict)
    acts: list[tuple[TargetId, Intent]] = field(default_factory=list)
    given: list[tuple[str, TargetId, Intent]] = field(default_factory=list)
    """The same with the step each was for."""
    released: list[float] = field(default_factory=list)
    said: list[tuple[Kind, str]] = field(default_factory=list)
    gate_percent: float = 0.0
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.run = Run(
            id="R1",
            plan_id=self.plan.id,
            phase=Phase.RUNNING,
            parameters=dict(self.parameters),
            by="lin",
            person="lin",
            reason="trying",
            begun=WALL,
            begun_s=self.now_s,
            ends_s=self.now_s + self.plan.longest_s,
            phase_s=self.now_s,
        )
        self.turn = Turn(self.run)

    @property
    def moment(self) -> Moment:
        return Moment(WALL + timedelta(seconds=self.now_s), self.now_s)

    def read(self, device: str, point: str) -> Reading:
        assert device in (PS, GAUGE)
        value = {"level_m": self.level_m, "inner_level_m": self.level_m, RUNNING_UNITS: self.running}.get(point)
        return bad(Detail.FAILURE) if value is None else good(value)

    def seen(self) -> Seen:
        targets = {want.target: self._target(want) for want in self.run.wants.values()}
        return Seen(self.read, targets, {(PS, Direction.DRAIN): self.running})

    def _target(self, want: Want) -> TargetSeen:
        holder, value = self.slot.get(want.target, ("", None))
        bar = self.bars.get(want.target, Bar.NONE)
        met = holder == self.run.owner and value == want.value and bar is Bar.NONE and self._obeyed(want.value)
        return TargetSeen(holder, met, bar, Words("挡住", "barred") if bar else Words())

    def _obeyed(self, value: Intent) -> bool:
        if isinstance(value, StationOrder) and value.mode is StationMode.COUNT:
            return (self.running or 0) >= value.count if value.at_least else self.running == value.count
        if isinstance(value, GateOrder) and value.percent is not None:
            return self.gate_percent == value.percent
        return True

    def once(self, seconds: float = 1.0, *, killed: str = "") -> Turn:
        """One turn. ``killed``: the process dies ``before`` anything of it is kept, or right ``after``."""
        self.now_s += seconds
        turn = advance(self.plan, self.run, self.seen(), self.moment)
        if killed == "before":
            self.die()
            return turn
        self.turn, self.run = turn, turn.run
        self.said += [(one.kind, one.step) for one in turn.tellings]
        if turn.release:
            self.slot = {target: held for target, held in self.slot.items() if held[0] != self.run.owner}
            self.released.append(self.now_s)
        if not self.refuses:
            for want in turn.place:
                self._place(want)
        if killed == "after":
            self.die()
        self._field()
        return turn

    def _place(self, want: Want) -> None:
        holder = self.slot.get(want.target, (self.run.owner,))[0]
        if holder != self.run.owner and not self.run.takes_over:
            return
        self.acts.append((want.target, want.value))
        self.given.append((want.step, want.target, want.value))
        self.slot[want.target] = (self.run.owner, want.value)
        self.run = replace(self.run, wants={**self.run.wants, want.target: replace(want, placed=True)})

    def _field(self) -> None:
        if not self.follows:
            return
        for _, value in self.slot.values():
            if isinstance(value, StationOrder) and value.mode is StationMode.COUNT:
                self.running = max(self.running or 0, value.count) if value.at_least else value.count
            elif isinstance(value, GateOrder) and value.percent is not None:
                self.gate_percent = value.percent

    def die(self) -> None:
        """The process ends and another begins: only what the store keeps is left; its clock begins elsewhere."""
        body = record_of(self.run, {}, self.moment).body
        self.run = taken_up(run_of(self.run.id, body, self.moment), self.moment)

    def turns(self, seconds: float, every_s: float = 1.0) -> Rig:
        for _ in range(int(seconds / every_s)):
            self.once(every_s)
        return self

    def state(self, name: str) -> StepState | None:
        found = self.run.steps.get(name)
        return None if found is None else found.state
