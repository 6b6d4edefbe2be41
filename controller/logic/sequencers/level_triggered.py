"""What circuit, luminaire and display sequencers share: want one absolute write until the field agrees.

Level-triggered: every step compares the intent with what the field says now; nothing depends on having seen an
event. A write is not repeated while its outcome is open, and after a failed proof it waits longer each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import PointWrite, Proof, Wanted, agrees
from controller.domain.image import View
from controller.domain.points import Reading, TargetId, Value, device_of, output_of
from controller.logic.contract import LastWrite


@dataclass(frozen=True, slots=True)
class LightTiming:
    """Times of lighting sequencers (seconds) and the tolerance of a dimmed level (percentage points).

    ``verify_s``: a contactor's feedback differs from its command for longer than this → stuck (FACTS).
    ``level_verify_s`` leaves a luminaire time to ramp. ``retry_s``: waits after the first, second … failed proof.
    """

    verify_s: float = 3.0
    level_verify_s: float = 10.0
    display_verify_s: float = 10.0
    retry_s: tuple[float, ...] = (30.0, 60.0, 120.0, 300.0)
    level_tolerance_percent: float = 3.0


@dataclass(frozen=True, slots=True)
class LightStep:
    """What one step wants: at most one write, one line for people, and when to look again (monotonic seconds).

    ``next_s`` None: when an input changes.
    """

    wanted: tuple[Wanted, ...] = ()
    phase: str = ""
    next_s: float | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """One output to be brought to a value.

    ``tolerance`` is how far a numeric feedback may be off, ``command_tolerance`` the read-back of the command (its
    rounding on the wire). ``insist``: the write is wanted even where the feedback cannot be trusted, because leaving
    things as they are is the greater danger (a circuit to be cut, a road that may be dark); the command's own
    read-back then ends it.
    """

    target: TargetId
    command: str
    feedback: str
    value: Value
    said: str
    verify_s: float
    tolerance: float = 0.0
    command_tolerance: float = 0.0
    insist: bool = False
    protective: bool = False

    def met_by(self, reading: Reading) -> bool:
        """Whether this feedback is the wanted value."""
        return agrees(reading.value, self.value, self.tolerance)

    def commanded_by(self, reading: Reading) -> bool:
        """Whether the command point already holds the wanted value."""
        return agrees(reading.value, self.value, self.command_tolerance)

    @property
    def proof(self) -> Proof:
        """The independent feedback that confirms the write."""
        return Proof(self.feedback, self.value, self.verify_s, self.tolerance)


def step_towards(goal: Goal, view: View, last: LastWrite | None, now_s: float, timing: LightTiming) -> LightStep:
    """One level-triggered step towards the goal."""
    if not view.ready:
        return LightStep(phase=f"waits: the device is {view.block.link} and nothing is written before a full read")
    mine = last if last is not None and last.point == goal.command else None
    feedback, command = view.read(goal.feedback), view.read(goal.command)
    if not feedback.good and not goal.insist:
        return LightStep(phase=f"waits: {goal.feedback} is {_trouble(feedback)}")
    if _agrees(goal, feedback, command, mine):
        doubt = "" if feedback.good else f", but {goal.feedback} is {_trouble(feedback)}: not assured"
        return LightStep(phase=f"{goal.said}, as wanted{doubt}")
    return _write_when_due(goal, mine, now_s, timing)


def _agrees(goal: Goal, feedback: Reading, command: Reading, last: LastWrite | None) -> bool:
    """Whether the field is where it should be: proven by feedback, and the command point not against it.

    A reading taken before a confirmed write of this value knows nothing of it and is no objection.
    """
    if not feedback.good:
        return command.good and goal.commanded_by(command)
    confirmed = last is not None and last.settled and last.confirmed and last.value == goal.value
    known_s = last.sent_s if last is not None and confirmed else float("-inf")
    if feedback.received_s > known_s and not goal.met_by(feedback):
        return False
    return not command.good or command.received_s <= known_s or goal.commanded_by(command)


def _write_when_due(goal: Goal, last: LastWrite | None, now_s: float, timing: LightTiming) -> LightStep:
    if last is None or last.value != goal.value or (last.settled and last.confirmed):
        return _write(goal)
    if not last.settled:
        proof_due_s = last.sent_s + goal.verify_s
        return LightStep(phase=f"{goal.said} sent, waits for its proof", next_s=max(now_s, proof_due_s))
    due_s = last.sent_s + retry_after_s(last.failures, timing)
    if now_s < due_s:
        times = "once" if last.failures <= 1 else f"{last.failures} times"
        phase = f"{goal.said} not confirmed {times}: tries again in {due_s - now_s:.0f} s"
        return LightStep(phase=phase, next_s=due_s)
    return _write(goal)


def _write(goal: Goal) -> LightStep:
    write = PointWrite(device_of(goal.target), goal.command, goal.value)
    return LightStep((Wanted(goal.target, write, goal.proof, goal.protective),), f"{goal.said} wanted")


def retry_after_s(failures: int, timing: LightTiming) -> float:
    """How long after an unconfirmed write the next may follow; the last wait repeats."""
    return timing.retry_s[min(max(failures, 1), len(timing.retry_s)) - 1]


def _trouble(reading: Reading) -> str:
    return f"{reading.quality.name} ({reading.detail})" if reading.detail else reading.quality.name


def point_of(target: TargetId, suffix: str) -> str:
    """A point of the target's output: ``K1.feedback``."""
    return f"{output_of(target)}.{suffix}"
