"""A circuit's retained lock-out: a stop that outlives the centre, the link, and the cabinet's own program.

``{output}.lockout`` is written; ``{output}.locked_out``, what the cabinet itself holds in its retained memory, proves
it. It is asked for under the name ``{circuit}.lockout``, so that its proof and the contactor's are kept apart.
"""

from __future__ import annotations

from functools import cache

from controller.domain.command import Cause, Wanted
from controller.domain.image import View
from controller.domain.points import TargetId, output_of
from controller.logic.contract import ALLOWED, LastWrite, Moment, Ruling, Verdict
from controller.logic.sequencers.level_triggered import Goal, LightStep, LightTiming, step_towards
from controller.logic.switch_guard import REMOTE

LOCKED_OUT = "light.locked_out"
"""The interlock that keeps a circuit dark while its cabinet reports it locked out."""


@cache
def lockout_points(output: str) -> tuple[str, str]:
    """The point written and the point that proves it."""
    return f"{output}.lockout", f"{output}.locked_out"


@cache
def lockout_name(circuit: TargetId) -> TargetId:
    """What a circuit's lock-out goes by among commands and proofs."""
    return f"{circuit}.lockout"


def locked_out(circuit: TargetId, view: View) -> bool | None:
    """Whether the cabinet holds the circuit locked out; None while that cannot be known."""
    value = view.value(lockout_points(output_of(circuit))[1])
    return None if value is None else bool(value)


def step_lockout(
    circuit: TargetId, view: View, last: LastWrite | None, now: Moment, timing: LightTiming, *, locked: bool
) -> LightStep:
    """Want the lock-out written while the cabinet does not hold it as wanted.

    Locking insists, whatever the local switch says; unlocking is a remote act like any other and waits for REMOTE.
    """
    if not locked and view.value("control_switch") not in (REMOTE, None):
        return LightStep(phase="waits: the lock-out is lifted when the switch stands at REMOTE")
    command, feedback = lockout_points(output_of(circuit))
    goal = Goal(
        target=lockout_name(circuit),
        command=command,
        feedback=feedback,
        value=locked,
        said="locked out" if locked else "lock-out lifted",
        verify_s=timing.verify_s,
        insist=locked,
        protective=locked,
    )
    return step_towards(goal, view, last, now.s, timing)


def guard_locked_out(wanted: Wanted, view: View) -> Verdict:
    """Nothing is switched on that its cabinet reports locked out."""
    if wanted.write.value is not True or locked_out(wanted.target, view) is not True:
        return ALLOWED
    reason = (
        f"{wanted.target} is locked out in its cabinet: it stays dark until the lock-out is lifted and reported lifted"
    )
    return Verdict(Ruling.HOLD, LOCKED_OUT, Cause.INTERLOCK, reason)
