"""A drill's report, worked out from its folder: at any moment, also long after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from controller.domain.drill import SIGN
from controller.domain.points import device_of
from controller.logic.drills.drill import Drill
from controller.logic.drills.happened import Happened
from controller.logic.drills.judging import judge, points
from controller.logic.drills.levels import energy_kwh, minutes_above, peak, pumped_m3
from controller.runtime.drills.folder import DrillFolder
from controller.runtime.drills.happening import happened_in
from controller.runtime.drills.views import (
    AlarmLine,
    Curve,
    CurvePoint,
    DrillReport,
    FactLine,
    ReachLine,
    StationLine,
    TimeLine,
    VerdictLine,
)

CURVE_POINTS = 240
"""Levels a curve is drawn with at most."""


def report_of(folder: DrillFolder) -> DrillReport:
    """The report so far.

    Raises:
        StoreError: the folder cannot be read.
    """
    record = folder.record
    drill, zone, happened = record.drill, ZoneInfo(record.timezone), happened_in(folder)
    verdicts = judge(drill, happened)
    got, of = points(verdicts)
    return DrillReport(
        sign=SIGN,
        run=record.run,
        drill=drill.id,
        site=record.site,
        title_zh=drill.title.zh,
        title_en=drill.title.en,
        purpose_zh=drill.purpose.zh,
        purpose_en=drill.purpose.en,
        held=record.held.astimezone(zone),
        began=happened.began,
        ended=happened.ended,
        speed=record.speed,
        from_city=record.from_city,
        points=got,
        of=of,
        verdicts=tuple(
            VerdictLine(
                one.expectation.id,
                one.expectation.title.zh,
                one.expectation.title.en,
                one.result.value,
                one.expectation.points,
                one.got,
                one.why.zh,
                one.why.en,
            )
            for one in verdicts
        ),
        reaches=tuple(_reaches(drill, happened)),
        stations=tuple(_stations(happened)),
        alarms=tuple(_alarms(happened)),
        timeline=tuple(sorted(_timeline(happened), key=lambda line: line.at)),
        facts=tuple(FactLine(one.origin.value, one.text.zh, one.text.en) for one in drill.facts),
        curves=tuple(_curves(drill, happened)),
    )


def _reaches(drill: Drill, happened: Happened) -> Iterator[ReachLine]:
    for reach in happened.samples[0].levels_m if happened.samples else ():
        highest = peak(happened, reach)
        if highest is None:
            continue
        at, level_m = highest
        warning, guarantee = drill.warning_m.get(reach), drill.guarantee_m.get(reach)
        yield ReachLine(
            reach,
            round(happened.samples[0].levels_m[reach], 3),
            round(level_m, 3),
            at,
            round(happened.samples[-1].levels_m.get(reach, level_m), 3),
            warning,
            guarantee,
            0.0 if warning is None else round(minutes_above(happened, reach, warning), 1),
            0.0 if guarantee is None else round(minutes_above(happened, reach, guarantee), 1),
        )


def _stations(happened: Happened) -> Iterator[StationLine]:
    starts = Counter(device_of(move.unit) for move in happened.moves if move.runs)
    water, energy = pumped_m3(happened), energy_kwh(happened)
    for station in sorted({*starts, *(name for name, m3 in water.items() if m3 > 0.0)}):
        m3, kwh = water.get(station, 0.0), energy.get(station, 0.0)
        yield StationLine(station, starts[station], round(m3), round(kwh, 1))


def _alarms(happened: Happened) -> Iterator[AlarmLine]:
    for one in sorted(happened.alarms, key=lambda alarm: (alarm.raised, alarm.id)):
        waited = None if one.acknowledged is None else (one.acknowledged - one.raised).total_seconds()
        yield AlarmLine(one.id, one.text, one.priority, one.raised, waited, one.by)


def _timeline(happened: Happened) -> Iterator[TimeLine]:
    for act in happened.acts:
        yield TimeLine(act.at, "act", act.who, act.text_zh, act.text_en)
    for trouble in happened.injected:
        yield TimeLine(trouble.at, "trouble", "", trouble.text_zh, trouble.text_en)
    for move in happened.moves:
        zh, en = ("开机", "starts") if move.runs else ("停机", "stops")
        yield TimeLine(move.at, "move", "", f"{move.unit} {zh}", f"{move.unit} {en}")
    for trip in happened.trips:
        yield TimeLine(trip.at, "trip", "", f"{trip.unit} 保护动作：{trip.why}", f"{trip.unit} trips: {trip.why}")


def _curves(drill: Drill, happened: Happened) -> Iterator[Curve]:
    """The levels of the reaches the drill is about (all with limits), thinned to what can be drawn."""
    about = {one.of for one in drill.expectations} & drill.warning_m.keys() or set(drill.warning_m)
    every = max(1, -(-len(happened.samples) // CURVE_POINTS))
    for reach in sorted(about):
        drawn = [one for one in happened.samples[::every] if reach in one.levels_m]
        levels = tuple(CurvePoint(one.at, round(one.levels_m[reach], 3)) for one in drawn)
        if levels:
            yield Curve(reach, levels, drill.warning_m.get(reach), drill.guarantee_m.get(reach))
