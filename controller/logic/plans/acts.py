"""One step at one moment: what it wants, whether it is done, what it waits for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from controller.domain.errors import InvalidValue
from controller.domain.expression import Truth, truth
from controller.domain.intents import Intent, StationMode, StationOrder, TargetKind, parse_intent
from controller.domain.points import TargetId, output_of
from controller.logic.alarm_settings import Words
from controller.logic.plans.plan import Amount, Plan, Set, Start, Step, Until, Verify
from controller.logic.plans.run import Run, Want
from controller.logic.plans.seen import Bar, Seen, lookup_for
from controller.logic.plans.turn import Block
from controller.logic.plans.wording import NOT_TAKEN, UNSEEN_UNITS

_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


@dataclass(frozen=True, slots=True)
class Look:
    """A step looked at. ``want``: what it orders, where that is new. ``block``: what it waits for."""

    done: bool = False
    failed: Words | None = None
    want: Want | None = None
    block: Block | None = None


def places(text: str) -> frozenset[str]:
    """The parameters a text has room for."""
    return frozenset(_PLACE.findall(text))


def filled(text: str, parameters: Mapping[str, float]) -> str:
    """``count {units}`` with the numbers in their places.

    Raises:
        InvalidValue: a place nobody said a number for.
    """
    unknown = sorted(places(text) - parameters.keys())
    if unknown:
        raise InvalidValue(f"{text!r} has a place for {unknown[0]}, which is no parameter of the plan")
    return _PLACE.sub(lambda found: f"{parameters[found[1]]:.12g}", text)


def kind_at(target: TargetId) -> TargetKind:
    """What a target of the water side is, by its name."""
    output = output_of(target)
    if not output:
        return TargetKind.STATION
    return TargetKind.GATE if output.startswith("G") else TargetKind.UNIT


def amount(said: Amount, parameters: Mapping[str, float]) -> float:
    """A number, or what the parameter of this name says.

    Raises:
        InvalidValue: no such parameter.
    """
    if isinstance(said, str):
        if said not in parameters:
            raise InvalidValue(f"{said!r} is no parameter of the plan")
        return parameters[said]
    return said


def value_of(act: Set, parameters: Mapping[str, float]) -> Intent:
    """What a target is to get.

    Raises:
        InvalidValue: not a value of such a target.
    """
    return parse_intent(kind_at(act.target), filled(act.to, parameters))


def look_at(plan: Plan, step: Step, run: Run, wants: Mapping[TargetId, Want], seen: Seen) -> Look:
    """A step that orders something or waits for a condition."""
    act = step.act
    if isinstance(act, Set):
        return _ordered(step, act.target, value_of(act, run.parameters), run, wants, seen)
    if isinstance(act, Start):
        return _started(step, act, run, wants, seen)
    assert isinstance(act, (Until, Verify))  # noqa: S101 - narrows; the others end by time, people or their branches
    answer = truth(act.expression, lookup_for(plan, run.parameters, seen.read))
    waits = Words(f"等待：{act.expression}", f"waits for {act.expression}")
    if answer is Truth.UNKNOWN:
        waits = Words(f"{waits.zh}（暂无法判定）", f"{waits.en} (it cannot be known now)")
    if answer is Truth.FALSE and isinstance(act, Verify):
        return Look(failed=Words(f"核查不符：{act.expression}", f"it is not so: {act.expression}"))
    return Look(done=answer is Truth.TRUE, block=Block(step.id, "", Bar.NONE, waits))


def _ordered(step: Step, target: TargetId, value: Intent, run: Run, wants: Mapping[TargetId, Want], seen: Seen) -> Look:
    want = wants.get(target)
    if want is None or want.step != step.id:
        return Look(want=Want(target, value, step.id), block=Block(step.id, target, Bar.NONE, NOT_TAKEN))
    found = seen.of(target)
    if want.placed and found.holder == run.owner and found.met and found.bar is not Bar.MASKED:
        return Look(done=True)
    return Look(block=_block(step, want, seen))


def _started(step: Step, act: Start, run: Run, wants: Mapping[TargetId, Want], seen: Seen) -> Look:
    """Never fewer than run already: a unit more is ordered, none is taken away."""
    asked, running = round(amount(act.units, run.parameters)), seen.running.get((act.station, act.direction))
    want = wants.get(act.station)
    if want is None or want.step != step.id:
        if running is None:
            return Look(block=Block(step.id, act.station, Bar.NONE, UNSEEN_UNITS))
        count = max(asked, running, _counted(want, act))
        order = StationOrder(StationMode.COUNT, count, act.direction, at_least=act.at_least)
        wanted = Want(act.station, order, step.id)
        return Look(want=wanted, block=Block(step.id, act.station, Bar.NONE, NOT_TAKEN))
    if want.placed and running is not None and running >= asked:
        return Look(done=True)
    return Look(block=_block(step, want, seen))


def _counted(want: Want | None, act: Start) -> int:
    """How many units the run itself ordered there before, this way round."""
    value = None if want is None else want.value
    if not isinstance(value, StationOrder) or value.mode is not StationMode.COUNT or value.direction != act.direction:
        return 0
    return value.count


def _block(step: Step, want: Want, seen: Seen) -> Block:
    found = seen.of(want.target)
    waits = found.why if found.why.en or want.placed else NOT_TAKEN
    return Block(step.id, want.target, found.bar, waits)
