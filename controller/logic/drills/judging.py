"""How what happened is judged: met, missed, or not to be judged, each with its reason. PASS, FAIL and NOT_JUDGED stay
apart: what nobody can know is neither to anybody's credit nor to their blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Drill, Expectation, Wanted
from controller.logic.drills.happened import Happened
from controller.logic.drills.levels import first_at, minutes_above, peak

OPEN_PERCENT = 50.0
"""A unit's path that is less open than this is closed (as the station's own protection sees it)."""
REVERSE_M3S = 0.01
HELD_SHARE = 0.95
"""A drill held for this share of its time was held: the last sample comes some minutes before the end."""
ALL_THE_TIME = frozenset(
    {Wanted.LEVEL_BELOW, Wanted.MINUTES_ABOVE, Wanted.GATES_OPEN, Wanted.NO_REVERSE_FLOW, Wanted.STARTS_AT_MOST}
)
"""Expectations that only a whole drill can meet, though a short one can miss them."""
GATE_TRIPS = frozenset({"discharge gate not proven", "runs against a closed gate"})
"""Reasons a station's protection gives."""


class Result(StrEnum):
    """What became of an expectation."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An expectation judged: ``got`` of its points, and why."""

    expectation: Expectation
    result: Result
    got: float
    why: Words


Finding = tuple[Result, Words]


def judge(drill: Drill, happened: Happened) -> tuple[Verdict, ...]:
    """Every expectation of the drill, in its order."""
    held_s = (happened.ended - happened.began).total_seconds()
    verdicts = tuple(_verdict(one, happened) for one in drill.expectations)
    return verdicts if held_s >= HELD_SHARE * drill.lasts_s else tuple(map(_so_far, verdicts))


def _so_far(verdict: Verdict) -> Verdict:
    """Of a drill that ended early: what was to hold all the time was not seen to; what went wrong did."""
    if verdict.result is not Result.PASS or verdict.expectation.wanted not in ALL_THE_TIME:
        return verdict
    why = Words(f"演练提前结束，至此：{verdict.why.zh}", f"the drill ended before its time; so far: {verdict.why.en}")
    return Verdict(verdict.expectation, Result.NOT_JUDGED, 0.0, why)


def points(verdicts: tuple[Verdict, ...]) -> tuple[float, float]:
    """Points got, and points there were among what could be judged."""
    judged = [one for one in verdicts if one.result is not Result.NOT_JUDGED]
    return sum(one.got for one in judged), sum(one.expectation.points for one in judged)


def _verdict(one: Expectation, happened: Happened) -> Verdict:
    result, why = _JUDGES[one.wanted](one, happened)
    return Verdict(one, result, one.points if result is Result.PASS else 0.0, why)


def _level_below(one: Expectation, happened: Happened) -> Finding:
    highest = peak(happened, one.of)
    if highest is None or one.limit_m is None:
        return _unknown(one.of)
    at, level_m = highest
    words = Words(
        f"最高 {level_m:.2f} m（{at:%m-%d %H:%M}），限值 {one.limit_m:.2f} m",
        f"highest {level_m:.2f} m at {at:%m-%d %H:%M}, limit {one.limit_m:.2f} m",
    )
    return (Result.PASS if level_m <= one.limit_m else Result.FAIL), words


def _minutes_above(one: Expectation, happened: Happened) -> Finding:
    if peak(happened, one.of) is None or one.limit_m is None:
        return _unknown(one.of)
    above = minutes_above(happened, one.of, one.limit_m)
    words = Words(
        f"超过 {one.limit_m:.2f} m 共 {above:.0f} 分钟，允许 {one.at_most:.0f} 分钟",
        f"{above:.0f} min above {one.limit_m:.2f} m, {one.at_most:.0f} allowed",
    )
    return (Result.PASS if above <= one.at_most else Result.FAIL), words


def _gates_open(_: Expectation, happened: Happened) -> Finding:
    against = [
        f"{move.unit} {move.at:%H:%M}" for move in happened.moves if move.runs and move.gate_percent < OPEN_PERCENT
    ]
    against += [f"{trip.unit} {trip.at:%H:%M}" for trip in happened.trips if trip.why in GATE_TRIPS]
    if against:
        said = ", ".join(against)
        return Result.FAIL, Words(f"对着关闭的闸门开机：{said}", f"started against a closed gate: {said}")
    starts = sum(move.runs for move in happened.moves)
    return Result.PASS, Words(f"{starts} 次开机，出水通道均已打开", f"{starts} starts, each with its path open")


def _no_reverse_flow(_: Expectation, happened: Happened) -> Finding:
    back = [sample for sample in happened.samples if sample.reverse_m3s > REVERSE_M3S]
    if not happened.samples:
        return _unknown("")
    if back:
        at = back[0].at
        return Result.FAIL, Words(f"{at:%m-%d %H:%M} 起有外水倒灌", f"water came in from {at:%m-%d %H:%M} on")
    return Result.PASS, Words("无外水倒灌", "no water came in from outside")


def _order_within(one: Expectation, happened: Happened) -> Finding:
    return _in_time(one, happened, [(act.at, act.who) for act in happened.acts if act.order])


def _declared_within(one: Expectation, happened: Happened) -> Finding:
    return _in_time(one, happened, [(act.at, act.who) for act in happened.acts if act.declaration])


def _in_time(one: Expectation, happened: Happened, done: list[tuple[datetime, str]]) -> Finding:
    """What was done before its clock began counts as in time: whoever acts early is not late."""
    begins = _clock_of(one, happened)
    if begins is None:
        return Result.NOT_JUDGED, Words("计时条件未出现", "its clock never began")
    due = begins + timedelta(seconds=one.within_s)
    if not done and happened.ended < due:
        return Result.NOT_JUDGED, Words("演练提前结束", "the drill ended before its time was over")
    asked_zh, asked = f"应不迟于 {due:%m-%d %H:%M}", f"due by {due:%m-%d %H:%M}"
    if not done:
        return Result.FAIL, Words(f"无人办理，{asked_zh}", f"nobody did, {asked}")
    at, who = min(done)
    said = Words(f"{who} 于 {at:%m-%d %H:%M} 办理，{asked_zh}", f"{who} at {at:%m-%d %H:%M}, {asked}")
    return (Result.PASS if at <= due else Result.FAIL), said


def _clock_of(one: Expectation, happened: Happened) -> datetime | None:
    if one.after_s is not None:
        return happened.began + timedelta(seconds=one.after_s)
    return None if one.limit_m is None else first_at(happened, one.of, one.limit_m)


def _alarms_answered(one: Expectation, happened: Happened) -> Finding:
    asked = [alarm for alarm in happened.alarms if alarm.priority <= one.priority]
    within = timedelta(seconds=one.within_s)
    asked = [alarm for alarm in asked if alarm.acknowledged or alarm.raised + within <= happened.ended]
    if not asked:
        return Result.NOT_JUDGED, Words("没有需要答复的告警", "no alarm asked for an answer")
    late = [one for one in asked if one.acknowledged is None or one.acknowledged - one.raised > within]
    if not late:
        return Result.PASS, Words(f"{len(asked)} 条告警均按时确认", f"all {len(asked)} alarms acknowledged in time")
    first = late[0]
    words = Words(
        f"{len(asked)} 条中 {len(late)} 条未按时确认，首条 {first.id}（{first.raised:%m-%d %H:%M}）",
        f"{len(late)} of {len(asked)} not acknowledged in time, first {first.id} of {first.raised:%m-%d %H:%M}",
    )
    return Result.FAIL, words


def _starts_at_most(one: Expectation, happened: Happened) -> Finding:
    starts = Counter(move.unit for move in happened.moves if move.runs and move.unit.startswith(one.of))
    if not starts:
        return Result.PASS, Words("未开机", "nothing was started")
    unit, count = starts.most_common(1)[0]
    words = Words(
        f"{unit} 开机 {count} 次最多，允许 {one.at_most:.0f} 次",
        f"{unit} most often, {count} times; {one.at_most:.0f} allowed",
    )
    return (Result.PASS if count <= one.at_most else Result.FAIL), words


def _unknown(of: str) -> Finding:
    about = of or "the waters"
    return Result.NOT_JUDGED, Words(f"{of}无水位记录", f"nothing was recorded of {about}")


_JUDGES: Mapping[Wanted, Callable[[Expectation, Happened], Finding]] = MappingProxyType(
    {
        Wanted.LEVEL_BELOW: _level_below,
        Wanted.MINUTES_ABOVE: _minutes_above,
        Wanted.GATES_OPEN: _gates_open,
        Wanted.NO_REVERSE_FLOW: _no_reverse_flow,
        Wanted.ORDER_WITHIN: _order_within,
        Wanted.DECLARED_WITHIN: _declared_within,
        Wanted.ALARMS_ANSWERED: _alarms_answered,
        Wanted.STARTS_AT_MOST: _starts_at_most,
    }
)
