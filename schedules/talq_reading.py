"""Reading what ``schedules.talq`` and ``schedules.talq_calendar`` wrote: a round trip, and other systems' calendars."""

from __future__ import annotations

from datetime import date, timedelta

from controller.domain.errors import InvalidValue
from schedules.program import DARK, Anchor, Edge, Program, ProgramId, Saving, TimePoint, Title
from schedules.talq_words import Json, level_of, minutes_of


def program_from_talq(said: Json) -> Program:
    """A ``ControlProgramOne`` of the shapes ``program_in_talq`` says exactly.

    TALQ has no word for energy saving: what is darker than the brightest control reads as a saving.

    Raises:
        InvalidValue: another kind of program, or active periods we would not follow the same way.
    """
    if said.get("type") != "ControlProgramOne" or said.get("dynamicControls"):
        raise InvalidValue(f"TALQ program {said.get('id')!r} is not a ControlProgramOne without dynamic controls")
    periods = said["activePeriods"]
    fixed = [(minutes_of(one["startTime"]), level_of(one["command"])) for one in said["fixedTimeControls"]]
    title = Title(str(said["id"]), str(said["id"]))
    if not periods:
        edges = tuple(Edge(TimePoint(Anchor.CLOCK, minute), percent) for minute, percent in fixed)
        return Program(said["id"], title, edges)
    if len(periods) != 1 or periods[0]["name"] != "AstroClockActivePeriod":
        raise InvalidValue(f"TALQ program {said['id']!r}: its active period is not one we follow the same way")
    period = periods[0]
    brightest = max(percent for _, percent in fixed)
    edges = (
        Edge(TimePoint(Anchor.SUNSET, period["sunsetOffset"]), brightest),
        Edge(TimePoint(Anchor.SUNRISE, period["sunriseOffset"]), DARK),
    )
    return Program(said["id"], title, edges, (*_by_clock(fixed, brightest), *_by_sun(said)))


def _by_clock(fixed: list[tuple[int, float]], brightest: float) -> list[Saving]:
    night = sorted(fixed, key=lambda one: (one[0] - 12 * 60) % (24 * 60))
    ends = [TimePoint(Anchor.CLOCK, minute) for minute, _ in night[1:]]
    return [
        Saving(TimePoint(Anchor.CLOCK, minute), until, percent)
        for (minute, percent), until in zip(night, [*ends, None], strict=True)
        if percent < brightest
    ]


def _by_sun(said: Json) -> list[Saving]:
    controls = said.get("astroClockTimeControls", [])
    points = [TimePoint(Anchor(one["solarEventType"]), one["offset"]) for one in controls]
    levels = [level_of(one["command"]) for one in controls]
    found = []
    for n, (point, percent) in enumerate(zip(points, levels, strict=True)):
        if controls[n]["operation"] != "Min":
            raise InvalidValue(f"TALQ program {said['id']!r}: only Min changes a level the way energy saving does")
        if percent < 100.0:
            ended = n + 1 < len(points) and levels[n + 1] == 100.0
            found.append(Saving(point, points[n + 1] if ended else None, percent))
    return found


def program_of_night(calendar: Json, night: date) -> ProgramId:
    """The program a TALQ calendar gives a night: the first rule that fits, else the default."""
    for rule in calendar["rules"]:
        if _in_dates(rule, night) and _meets(rule.get("condition"), night):
            return str(rule["program"])
    return str(calendar["defaultProgram"])


def _in_dates(rule: Json, night: date) -> bool:
    first, last = rule.get("startDate"), rule.get("endDate")
    return (first is None or date.fromisoformat(first) <= night) and (last is None or night <= date.fromisoformat(last))


def _meets(condition: Json | None, night: date) -> bool:
    if condition is None:
        return True
    if condition["type"] == "ccDate":
        day = f"--{night.month:02d}-{night.day:02d}"
        return any(one["start"] <= day <= one.get("end", one["start"]) for one in condition["dates"])
    if not any(one["start"] <= night.isoweekday() <= one.get("end", one["start"]) for one in condition["days"]):
        return False
    nth = condition.get("occurrences")
    last = (night + timedelta(days=7)).month != night.month
    return nth is None or str((night.day - 1) // 7 + 1) in nth or (last and "L" in nth)
