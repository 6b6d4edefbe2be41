"""One diversion program, look by look: whether it runs now, and why. Restarts take its times up again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from controller.logic.diversion.rules import Program
from controller.logic.tidal.rules import GaugePoint

Look = Callable[[GaugePoint], float | None]
"""A GOOD number of a point, else None."""


@dataclass(frozen=True, slots=True)
class ProgramMemory:
    """Whether it runs, since when, and until when it rests (monotonic seconds). ``why``: ``en / zh``."""

    running: bool = False
    since_s: float | None = None
    rest_until_s: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a program sees: a window open, what bars it, whether its source is fit, the levels and values it aims at.

    ``fit`` None: not known; ``judged``: whether anybody judges its source at all. ``falling``: the tide; None: not
    known, or not trusted.
    """

    in_window: bool
    barred: str
    fit: bool | None
    judged: bool
    inner_m: float | None
    number: Look
    falling: bool | None = None
    unfit: str = ""


def follow_program(program: Program, sight: Sight, memory: ProgramMemory, now_s: float) -> ProgramMemory:
    """One look. What bars it or spoils its source ends it at once; targets and windows only after its least run."""
    if memory.running:
        return _going_on(program, sight, memory, now_s)
    refused = _may_not_begin(program, sight, memory, now_s)
    if refused:
        return replace(memory, why=refused)
    return ProgramMemory(running=True, since_s=now_s, why=_aim(program))


def _going_on(program: Program, sight: Sight, memory: ProgramMemory, now_s: float) -> ProgramMemory:
    since_s = now_s if memory.since_s is None else memory.since_s
    at_once = sight.barred or (sight.unfit if sight.fit is False else "")
    if at_once:
        return _ended(program, at_once, now_s)
    ran_s = now_s - since_s
    if ran_s >= program.at_most_s:
        return _ended(
            program,
            f"it ran for {program.at_most_s / 3600.0:g} h / 已运行满 {program.at_most_s / 3600.0:g} 小时",
            now_s,
        )
    done = _done(program, sight) if ran_s >= program.least_run_s else ""
    return _ended(program, done, now_s) if done else replace(memory, since_s=since_s, why=_aim(program))


def _ended(program: Program, why: str, now_s: float) -> ProgramMemory:
    return ProgramMemory(rest_until_s=now_s + program.least_rest_s, why=why)


def _done(program: Program, sight: Sight) -> str:
    """Why a running program is done; empty while it is not. What cannot be known ends nothing."""
    if not sight.in_window:
        return "outside its times / 不在计划时段"
    level, quality = program.level, program.quality
    inner_m = _level_m(program, sight)
    if level is not None and inner_m is not None and inner_m >= level.fill_to_m:
        return f"filled to {level.fill_to_m:g} m / 已补水至 {level.fill_to_m:g} m"
    value = None if quality is None else sight.number(quality.gauge)
    if quality is not None and value is not None and quality.is_good(value):
        return f"{quality.gauge.point} reached {quality.good_at:g} / 水质达到目标 {quality.good_at:g}"
    if program.flush is not None and sight.falling is not True:
        return "the tide does not fall / 不在落潮期"
    return ""


def _may_not_begin(program: Program, sight: Sight, memory: ProgramMemory, now_s: float) -> str:
    """Why it does not begin; empty when it does. What cannot be known begins nothing."""
    if sight.barred:
        return sight.barred
    if not sight.in_window:
        return "outside its times / 不在计划时段"
    if sight.judged and sight.fit is not True:
        return sight.unfit or "nobody knows whether its source is fit / 水源水质不明"
    if memory.rest_until_s is not None and now_s < memory.rest_until_s:
        return "rests after its last run / 两次运行之间的间歇"
    if program.flush is not None and sight.falling is not True:
        return "waits for the tide to fall / 等待落潮"
    return _nothing_to_do(program, sight)


def _nothing_to_do(program: Program, sight: Sight) -> str:
    level, quality = program.level, program.quality
    if level is not None:
        inner_m = _level_m(program, sight)
        if inner_m is None:
            return "the level it fills is not known / 目标水位不明"
        if inner_m > level.below_m:
            return f"waits for {level.below_m:g} m or less / 水位高于 {level.below_m:g} m"
    if quality is not None:
        value = sight.number(quality.gauge)
        if value is None:
            return "the quality it freshens is not known / 目标水质不明"
        if not quality.is_worse(value):
            return f"{quality.gauge.point} is good enough / 水质无需改善"
    return ""


def _level_m(program: Program, sight: Sight) -> float | None:
    level = program.level
    return sight.number(level.gauge) if level is not None and level.gauge is not None else sight.inner_m


def _aim(program: Program) -> str:
    if program.flush is not None:
        return "exchanges water in the falling tide / 落潮换水"
    if program.quality is not None:
        point, good_at = program.quality.gauge.point, program.quality.good_at
        return f"until {point} is {good_at:g} / 改善水质至 {good_at:g}"
    if program.level is not None:
        return f"fills to {program.level.fill_to_m:g} m / 补水至 {program.level.fill_to_m:g} m"
    return "by its times / 按计划时段"
