"""What TALQ 2.7.1 requires of the objects written here, restated from its data model: required fields, types, enums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

STATES = {
    "IntegerState", "FloatState", "BooleanState", "TextState", "RGBState", "LevelState", "PositionedTextState",
    "CCTColorState", "RGBWAFColorState", "XYColorState", "LevelAndCCTColorState", "LevelAndRGBWAFColorState",
    "LevelAndXYColorState",
}  # fmt: skip
REASONS = {"default", "override", "sensor", "program"}
PURPOSES = {"unknown", "override", "calendar", "loggerConfig", "lampType", "attributes"}
OPERATIONS = {"Set", "Max", "Min", "Add", "Sub", "Mul"}
PERIODS: Mapping[str, tuple[str, ...]] = {
    "AbsoluteActivePeriod": ("startTime", "endTime"),
    "AstroClockActivePeriod": ("sunsetOffset", "sunriseOffset"),
    "SensorActivePeriod": ("sensor", "onLevel", "offLevel"),
    "AstroAndSensorActivePeriod": (
        "sensor",
        "sunsetOffset",
        "sunriseOffset",
        "pcActiveBeforeSunset",
        "pcActiveBeforeSunrise",
    ),
    "ValueActivePeriod": ("reference", "operator", "state"),
}
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
MONTH_DAY = re.compile(r"--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def is_reference(said: Any) -> None:
    """``ResourceReference``."""
    assert isinstance(said["resource"], str)
    assert isinstance(said["address"], str)
    assert said["address"]


def is_command(said: Any) -> None:
    """``CommandBase`` and ``Command``."""
    state = said["state"]
    assert state["name"] in STATES
    if state["name"] == "LevelState":
        assert type(state["value"]) is int
        assert 0 <= state["value"] <= 100
    assert said.get("reason", "default") in REASONS
    assert isinstance(said.get("cmsRefId", ""), str)
    for name in {"start", "expiration"} & set(said):
        assert datetime.fromisoformat(said[name]).tzinfo is not None


def is_override(said: Any) -> None:
    """``OverrideCommand``."""
    for one in said.get("addresses", []):
        is_reference(one)
    if "targetCommand" in said:
        is_command(said["targetCommand"])


def is_group(said: Any) -> None:
    """``Group``."""
    assert isinstance(said["address"], str)
    assert isinstance(said["ownerCMS"], str)
    for one in said["members"]:
        is_reference(one)
        assert one["resource"] in {"devices", "groups"}
    assert said.get("purpose", "unknown") in PURPOSES


def is_program(said: Any) -> None:
    """``ControlProgramOne``: controls in increasing order of their start, no two at one time."""
    assert said["type"] == "ControlProgramOne"
    assert isinstance(said["id"], str)
    assert isinstance(said["ownerCMS"], str)
    for period in said["activePeriods"]:
        assert set(PERIODS[period["name"]]) <= set(period)
        minutes = [period[name] for name in period if name.endswith("Offset") or name.startswith("pcActive")]
        assert all(type(one) is int for one in minutes)
        assert len(period.get("sensor", {}).get("sensorAddresses", [])) <= 2
    starts = [one["startTime"] for one in said["fixedTimeControls"]]
    assert all(CLOCK.fullmatch(one) for one in starts)
    assert starts == sorted(set(starts))
    for one in said["fixedTimeControls"]:
        is_command(one["command"])
    for one in said.get("astroClockTimeControls", []):
        assert type(one["offset"]) is int
        assert one["solarEventType"] in {"sunrise", "sunset"}
        assert one["operation"] in OPERATIONS
        is_command(one["command"])
    for one in said.get("dynamicControls", []):
        effect = one["effect"]
        assert effect["type"] in {"ExternalControlEffect", "FixedControlEffect"}
        assert effect["operation"] in OPERATIONS
        assert len(effect["source"]["sensor"]["sensorAddresses"]) <= 2
        is_command(effect["command"])
        if "period" in one:
            assert all(CLOCK.fullmatch(one["period"][name]) for name in ("startTime", "endTime"))


def is_calendar(said: Any) -> None:
    """``Calendar``: an end of a range lies behind its start."""
    assert isinstance(said["id"], str)
    assert isinstance(said["ownerCMS"], str)
    assert isinstance(said["defaultProgram"], str)
    for rule in said["rules"]:
        assert isinstance(rule["program"], str)
        assert all(DATE.fullmatch(rule[name]) for name in ("startDate", "endDate") if name in rule)
        if "condition" in rule:
            _is_condition(rule["condition"])


def _is_condition(said: Any) -> None:
    if said["type"] == "ccDay":
        assert len(said["days"]) <= 7
        assert all(1 <= one["start"] <= 7 and one["start"] < one.get("end", 8) for one in said["days"])
        nth = said.get("occurrences", [])
        assert len(nth) == len(set(nth)) <= 5
        assert all(re.fullmatch("[1-5L]", one) for one in nth)
        return
    assert said["type"] == "ccDate"
    for one in said["dates"]:
        assert MONTH_DAY.fullmatch(one["start"])
        assert one["start"] < one.get("end", "--99")
        assert "end" not in one or MONTH_DAY.fullmatch(one["end"])
