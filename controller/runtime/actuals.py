"""What a target is really doing, by its independent feedback, in words; and whether that is what was wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from controller.domain.assets import City
from controller.domain.command import Proof
from controller.domain.image import View
from controller.domain.intents import (
    Dim,
    GateOrder,
    Intent,
    Show,
    StationMode,
    StationOrder,
    Switch,
    TargetKind,
    UnitMode,
    UnitOrder,
)
from controller.domain.points import Reading, TargetId, output_of
from controller.domain.quality import Quality
from controller.domain.stations import Station
from controller.domain.targets import Target
from controller.logic.contract import LastWrite
from controller.logic.sequencers.dimmed import dimmed_points, kept_percent, percent_of
from controller.logic.station_targets import count_of

DIM_TOLERANCE_PERCENT = 3.0
GATE_TOLERANCE_PERCENT = 3.0


@dataclass(frozen=True, slots=True)
class Actual:
    """``text`` for people; ``agrees`` None while it is unknown or not comparable."""

    text: str
    agrees: bool | None
    known: bool = True


def actual_of(target: Target, wanted: Intent, view: View, city: City) -> Actual:
    """The actual state of a target, compared with what is wanted of it."""
    if target.kind is TargetKind.STATION:
        return _station(city.stations[target.id], wanted, view)
    if target.min_percent is not None:
        return actual_dimmed(target, wanted, view)
    actual = actual_read(target.kind, wanted, view.read(feedback_point(target.id, target.kind)))
    return actual if target.min_speed_percent is None else _with_speed(actual, target, view)


def _with_speed(actual: Actual, target: Target, view: View) -> Actual:
    """A unit with a drive says how fast it turns."""
    speed = view.number(f"{output_of(target.id)}.speed_percent")
    told = actual.known and actual.text == "running" and speed is not None
    return replace(actual, text=f"running at {speed:.0f}%") if told else actual


@cache
def feedback_point(target: TargetId, kind: TargetKind) -> str:
    """The point of its device that shows what the target is doing; a station has several."""
    return f"{output_of(target)}.{_FEEDBACK[kind]}"


def actual_read(kind: TargetKind, wanted: Intent, reading: Reading) -> Actual:
    """What its feedback says of a target that is no station, compared with what is wanted of it."""
    if reading.quality is Quality.BAD or reading.value is None:
        return Actual(f"unknown ({reading.detail.value or 'bad'})", None, known=False)
    text, agrees = _compare(kind, wanted, reading)
    if reading.quality is not Quality.GOOD:
        return Actual(f"{text} ({reading.detail.value})", None, known=False)
    return Actual(text, agrees)


_FEEDBACK: Mapping[TargetKind, str] = {
    TargetKind.CIRCUIT: "feedback",
    TargetKind.LUMINAIRE: "level",
    TargetKind.DISPLAY: "text",
    TargetKind.UNIT: "running",
    TargetKind.GATE: "position_percent",
}


def _compare(kind: TargetKind, wanted: Intent, reading: Reading) -> tuple[str, bool | None]:
    value = reading.value
    if isinstance(wanted, Switch):
        return ("on" if value else "off"), bool(value) == wanted.on
    if isinstance(wanted, Dim):
        return f"{_number(value):g}%", abs(_number(value) - wanted.percent) <= DIM_TOLERANCE_PERCENT
    if isinstance(wanted, Show):
        return f"text: {value}", value == wanted.text
    if isinstance(wanted, UnitOrder):
        agrees = None if wanted.mode is UnitMode.AUTO else bool(value) == (wanted.mode is UnitMode.START)
        return ("running" if value else "stopped"), agrees
    if isinstance(wanted, GateOrder):
        near = wanted.percent is None or abs(_number(value) - wanted.percent) <= GATE_TOLERANCE_PERCENT
        return f"{_number(value):g}%", near
    return f"{kind.value} {value}", None


def actual_dimmed(target: Target, wanted: Intent, view: View) -> Actual:
    """A level means something behind a closed contactor only; below its lowest level it is as wanted at that."""
    _, feedback, _, level = dimmed_points(output_of(target.id))
    contact, shown, percent = view.read(feedback), view.read(level), percent_of(wanted)
    if not contact.good:
        return Actual(f"unknown ({contact.detail.value or 'bad'})", None, known=False)
    if not contact.value:
        return Actual("off", None if percent is None else percent == 0.0)
    if percent == 0.0:
        return Actual("on (contactor closed)", agrees=False)
    return actual_read(TargetKind.LUMINAIRE, as_kept(target, wanted), shown)


def as_kept(target: Target, wanted: Intent) -> Intent:
    """What is wanted of a light as its lamps are told it: a dimmed circuit goes no lower than it can."""
    percent = percent_of(wanted)
    if target.min_percent is None or percent is None:
        return wanted
    return Dim(kept_percent(percent, target.min_percent))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _station(station: Station, wanted: Intent, view: View) -> Actual:
    mode = view.read("mode")
    running = running_units(station, view)
    if mode.quality is not Quality.GOOD or running is None:
        return Actual(f"unknown ({mode.detail.value or 'units not readable'})", None, known=False)
    text = f"{mode.value}, {running} of {len(station.units)} running"
    if not isinstance(wanted, StationOrder) or wanted.mode is StationMode.HOLD:
        return Actual(text, None)
    if wanted.mode is StationMode.HAND_BACK:
        return Actual(text, mode.value == "PLC_AUTO")
    count, remote = count_of(station, wanted), mode.value == "REMOTE"
    if count is None and remote:
        return Actual(text, None)  # a target level: how many run is the level's word
    met = running >= (count or 0) if wanted.at_least else count == running
    return Actual(text, remote and met)


def running_units(station: Station, view: View) -> int | None:
    """How many units run, or None when one of them cannot be told."""
    readings = [view.read(f"{unit.output}.running") for unit in station.units]
    if any(reading.quality is not Quality.GOOD for reading in readings):
        return None
    return sum(bool(reading.value) for reading in readings)


def is_met(target: Target, wanted: Intent, last: LastWrite | None, view: View, city: City) -> bool:
    """Whether the field is, by GOOD feedback, where it is wanted: what a standing mismatch ends by without a write.

    What has no wanted state of its own (a unit on AUTO, a gate on hold, a station's mode) is compared with what was
    last written for it; after a restart nothing was, and then nothing it was told is unmet.
    """
    actual = actual_of(target, wanted, view, city)
    if not actual.known:
        return False
    if not _follows_others(wanted):
        return actual.agrees is True
    if last is None:
        return True
    point = "mode" if target.kind is TargetKind.STATION else f"{output_of(target.id)}.{_FEEDBACK[target.kind]}"
    if isinstance(last.value, (bool, int, float, str)):
        return Proof(point, last.value, 0.0, GATE_TOLERANCE_PERCENT).met_by(view.read(point).value)
    return False


def _follows_others(wanted: Intent) -> bool:
    on_auto = isinstance(wanted, UnitOrder) and wanted.mode is UnitMode.AUTO
    held = isinstance(wanted, GateOrder) and wanted.percent is None
    return on_auto or held or isinstance(wanted, StationOrder)
