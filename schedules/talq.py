"""Programs in TALQ's words: ``ControlProgramOne`` with active periods and controls, noon to noon (``dayOffset`` 12).

Two shapes say exactly what ours do: *sun*, one ON hung on sunset and one OFF hung on sunrise
(``AstroClockActivePeriod``), dimmed at clock times (``fixedTimeControls``) or at sun times
(``astroClockTimeControls`` with ``Min``); and *clock*, everything at clock times (no active period: active all day).
Whatever else a program has is told in ``unsaid``, with the nearest words in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from schedules.conditions import LuxMode, LuxRule, ValueCondition
from schedules.program import DARK, FULL, Anchor, Edge, Program, Saving, TimePoint
from schedules.talq_words import Json, Said, Unsaid, clock, command

NOON_MIN = 12 * 60
DAY_MIN = 24 * 60
_SUN = {Anchor.SUNSET: "sunset", Anchor.SUNRISE: "sunrise", Anchor.DUSK: "sunset", Anchor.DAWN: "sunrise"}
_EVENING = frozenset({Anchor.SUNSET, Anchor.DUSK})
_MORNING = frozenset({Anchor.SUNRISE, Anchor.DAWN})

_TWILIGHT = Unsaid(
    "civil dusk and dawn: said as sunset and sunrise, 22 to 28 minutes brighter",
    "民用晨昏: 以日落日出代替, 多亮22至28分钟",
)
_ORDER = Unsaid(
    "more sun times than one ON and one OFF, or sun times mixed with clock times: only the first ON and the last OFF",
    "日出日落与定时混用或多于一开一关: 仅列首次开与末次关",
)
_MIXED = Unsaid(
    "a saving from a clock time until a sun time, or the reverse: left out, so brighter",
    "节能时段一端为定时一端为日出日落: 略去, 更亮",
)
_SUN_SAVINGS = Unsaid(
    "several savings between sun times: TALQ ends each where the next control begins",
    "多个以日出日落为界的节能时段: TALQ中后者开始即止前者",
)
_MIN_BURN = Unsaid("a minimum burn: short burns are not left out", "最短点亮时间: 不省略过短的点亮")
_VALUES = Unsaid("a value condition that is more than one comparison", "不止一次比较的数值条件")
_LUX_WINDOW = Unsaid(
    "the end of a light sensor's window, hold time, and light by the window's end when no sensor is trusted",
    "光控窗口终点, 保持时间, 以及传感器不可信时窗口末必亮",
)
_FRACTIONS = Unsaid("fractions of a percent: said as the next whole percent above", "小数百分比: 取更亮的整数")
_HARD_END = Unsaid("that a hard end binds every other program too", "最晚熄灯对所有其他方案同样有效")


def program_in_talq(program: Program, owner: str) -> Said:
    """A program in TALQ's words. ``owner`` is the CMS that owns it: the site."""
    unsaid: list[Unsaid] = []
    said: Json = {"type": "ControlProgramOne", "id": program.id, "ownerCMS": owner}
    if all(point.anchor is Anchor.CLOCK for point in _points(program)):
        said |= {"activePeriods": [], "fixedTimeControls": _controls(_by_the_clock(program))}
    else:
        said |= _by_the_sun(program, unsaid)
    said["dynamicControls"] = list(_dynamic(program.conditions, unsaid))
    if program.lux is not None:
        said["activePeriods"] = [_sensor_period(program.lux, said["activePeriods"])]
        unsaid.append(_LUX_WINDOW)
    if program.min_burn_min and said["activePeriods"] != []:
        unsaid.append(_MIN_BURN)
    if any(end.hard for end in program.ends):
        unsaid.append(_HARD_END)
    if any(percent != int(percent) for percent in _levels(program)):
        unsaid.append(_FRACTIONS)
    return Said(said, tuple(dict.fromkeys(unsaid)))


def _levels(program: Program) -> Iterator[float]:
    yield from (edge.percent for edge in program.edges)
    yield from (saving.percent for saving in program.savings)
    yield from (show.percent for show in program.shows)
    yield from (condition.percent for condition in program.conditions)


def _points(program: Program) -> Iterator[TimePoint]:
    yield from (edge.at for edge in program.edges)
    yield from (point for saving in program.savings for point in (saving.start, saving.until) if point)
    yield from (point for show in program.shows for point in (show.start, show.until))
    yield from (end.at for end in program.ends)


# -- by the clock ---------------------------------------------------------------------------------------------------


def _by_the_clock(program: Program) -> list[tuple[int, float]]:
    """Levels from minutes after noon on: the whole night, since it is the same every night."""
    marks = sorted({0, *(_after_noon(point) for point in _points(program))})
    levels = [(mark, _level_by_clock(program, mark)) for mark in marks]
    if program.min_burn_min:
        levels = list(_worth_it(levels, program.min_burn_min))
    return _changes(levels)


def _level_by_clock(program: Program, minute: int) -> float:
    if any(_after_noon(end.at) <= minute for end in program.ends):
        return DARK
    percent = DARK
    passed = [edge for edge in program.edges if _after_noon(edge.at) <= minute]
    if passed:
        percent = max(reversed(passed), key=lambda edge: _after_noon(edge.at)).percent
    for show in program.shows:
        if _after_noon(show.start) <= minute < _after_noon(show.until):
            percent = show.percent
    for saving in program.savings:
        if _within(saving, minute):
            percent = min(percent, saving.percent)
    return percent


def _within(saving: Saving, minute: int) -> bool:
    until = DAY_MIN if saving.until is None else _after_noon(saving.until)
    return _after_noon(saving.start) <= minute < until


def _worth_it(levels: list[tuple[int, float]], least_min: int) -> Iterator[tuple[int, float]]:
    """Burns shorter than the least are dark."""
    ends = [mark for mark, _ in levels[1:]] + [DAY_MIN]
    run_start = 0
    runs: list[tuple[int, int]] = []
    for position, (mark, percent) in enumerate(levels):
        if position == 0 or (percent > DARK) is not (levels[position - 1][1] > DARK):
            run_start = mark
        runs.append((run_start, ends[position]))
    for position, (mark, percent) in enumerate(levels):
        start = runs[position][0]
        end = max(until for begun, until in runs if begun == start)
        yield mark, percent if end - start >= least_min else DARK


def _changes(levels: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return [one for n, one in enumerate(levels) if n == 0 or one[1] != levels[n - 1][1]]


def _after_noon(point: TimePoint) -> int:
    return (point.minutes - NOON_MIN) % DAY_MIN


def _controls(levels: list[tuple[int, float]]) -> list[Json]:
    """In the order of their start times on the clock, as TALQ wants them."""
    said = [
        {"startTime": clock(TimePoint(Anchor.CLOCK, (mark + NOON_MIN) % DAY_MIN)), "command": command(percent)}
        for mark, percent in levels
    ]
    return sorted(said, key=lambda one: str(one["startTime"]))


# -- by the sun -----------------------------------------------------------------------------------------------------


def _by_the_sun(program: Program, unsaid: list[Unsaid]) -> Json:
    on, off = _ends_of_the_night(program, unsaid)
    by_clock = [saving for saving in program.savings if _all_clock(saving)]
    by_sun = [saving for saving in program.savings if _all_sun(saving)]
    if len(by_clock) + len(by_sun) < len(program.savings):
        unsaid.append(_MIXED)
    if len(by_sun) > 1:
        unsaid.append(_SUN_SAVINGS)
    level = Program(
        program.id,
        program.title,
        (Edge(TimePoint(Anchor.CLOCK, NOON_MIN), on.percent),),
        tuple(by_clock),
        shows=tuple(show for show in program.shows if show.start.anchor is Anchor.CLOCK),
        ends=tuple(end for end in program.ends if end.at.anchor is Anchor.CLOCK),
    )
    return {
        "activePeriods": [
            {"name": "AstroClockActivePeriod", "sunsetOffset": on.at.minutes, "sunriseOffset": off.at.minutes}
        ],
        "fixedTimeControls": _controls(_by_the_clock(level)),
        "astroClockTimeControls": [one for saving in by_sun for one in _sun_controls(saving, unsaid)],
    }


def _ends_of_the_night(program: Program, unsaid: list[Unsaid]) -> tuple[Edge, Edge]:
    """The ON hung on the evening and the OFF hung on the morning; what is more than that is told."""
    ons = [edge for edge in program.edges if edge.percent > DARK and edge.at.anchor in _EVENING]
    offs = [edge for edge in program.edges if edge.percent == DARK and edge.at.anchor in _MORNING]
    on = ons[0] if ons else Edge(TimePoint(Anchor.SUNSET), FULL)
    off = offs[-1] if offs else Edge(TimePoint(Anchor.SUNRISE), DARK)
    if program.edges != (on, off) or program.shows or any(end.at.anchor is not Anchor.CLOCK for end in program.ends):
        unsaid.append(_ORDER)
    if {on.at.anchor, off.at.anchor} & {Anchor.DUSK, Anchor.DAWN}:
        unsaid.append(_TWILIGHT)
    return on, off


def _all_clock(saving: Saving) -> bool:
    return saving.start.anchor is Anchor.CLOCK and (saving.until is None or saving.until.anchor is Anchor.CLOCK)


def _all_sun(saving: Saving) -> bool:
    return saving.start.anchor is not Anchor.CLOCK and (saving.until is None or saving.until.anchor is not Anchor.CLOCK)


def _sun_controls(saving: Saving, unsaid: list[Unsaid]) -> Iterator[Json]:
    """A saving between sun times, as a Min; its end is a Min of 100 %, which changes nothing."""
    for point, percent in ((saving.start, saving.percent), (saving.until, FULL)):
        if point is None:
            continue
        if point.anchor in (Anchor.DUSK, Anchor.DAWN):
            unsaid.append(_TWILIGHT)
        yield {
            "offset": point.minutes,
            "solarEventType": _SUN[point.anchor],
            "operation": "Min",
            "command": command(percent),
        }


# -- sensors --------------------------------------------------------------------------------------------------------


def _sensor_period(lux: LuxRule, periods: list[Json]) -> Json:
    on_below = {} if lux.on_below_lx is None else {"onLevel": lux.on_below_lx}
    off_above = {} if lux.on_below_lx is None else {"offLevel": lux.on_below_lx + lux.hysteresis_lx}
    astro = periods[0] if periods else {"sunsetOffset": 0, "sunriseOffset": 0}
    if lux.mode is LuxMode.LUX:
        astro = {"sunsetOffset": lux.evening[1], "sunriseOffset": lux.morning[1]}
    return {
        "name": "AstroAndSensorActivePeriod",
        "sensor": {"sensorAddresses": []},
        "sunsetOffset": astro["sunsetOffset"],
        "sunriseOffset": astro["sunriseOffset"],
        "pcActiveBeforeSunset": -lux.evening[0],
        "pcActiveBeforeSunrise": -lux.morning[0],
        **on_below,
        **off_above,
    }


def _dynamic(conditions: tuple[ValueCondition, ...], unsaid: list[Unsaid]) -> Iterator[Json]:
    """A value condition as a dynamic control: the effect of an active source, at least the level it asks."""
    for condition in conditions:
        unsaid.append(_VALUES)
        period: Json = {}
        if condition.start.anchor is Anchor.CLOCK and condition.until.anchor is Anchor.CLOCK:
            period = {"period": {"startTime": clock(condition.start), "endTime": clock(condition.until)}}
        yield {
            **period,
            "effect": {
                "type": "FixedControlEffect",
                "source": {"sensor": {"sensorAddresses": _sensors(condition)}},
                "operation": "Set" if condition.may_darken else "Max",
                "command": command(condition.percent),
            },
        }


def _sensors(condition: ValueCondition) -> list[str]:
    """TALQ takes two at most."""
    return [f"{point.device}/{point.point}" for point in list(condition.points.values())[:2]]
