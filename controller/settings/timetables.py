"""Downloaded timetables: what a site says of their pace, and what is wrong with a profile's layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from controller.domain.timetables import (
    LAST_REGISTER,
    MINUTES,
    Area,
    AssignmentLayout,
    ClockLayout,
    CommitLayout,
    TimeForm,
    TimetableLayout,
)
from controller.settings.parsing import Findings, Spot
from controller.settings.timetable_models import ClockModel, TimetableModel, TimetablesModel
from drivers.profile import PointSpec, Protocol, Table

SHORTEST_LOOK_S = 60.0


@dataclass(frozen=True, slots=True)
class ClockRules:
    """How clocks of devices are kept right.

    Looked at every ``look_every_s``; set when off by more than ``set_above_s`` and no switching of the device's own
    table is within ``guard_s``; alarmed while off by more than ``alarm_above_s`` and not set (FACTS: cabinet clocks
    drift up to 3 s a day, alarm beyond 5 s), or while it drifts more than ``drift_alarm_s_per_day``.
    """

    look_every_s: float = 6 * 3600.0
    set_above_s: float = 2.0
    alarm_above_s: float = 5.0
    guard_s: float = 120.0
    drift_alarm_s_per_day: float = 10.0


@dataclass(frozen=True, slots=True)
class TimetableSettings:
    """How tables reach devices without swamping the links.

    ``download`` False leaves downloads to people. At most ``at_once`` devices are dealt with at one moment, with
    ``block_pause_s`` (real seconds) between two requests to one of them; the first ones ``first_after_s`` after a
    start.
    A device's table is looked at every ``look_every_s`` (by its own check sum where it has one that it clears itself,
    else read back) and read back whole every ``read_every_s``; after a failure it is tried again ``retry_s`` later.
    Rows of nights that have passed are written anew at most ``roll_days`` later.
    """

    download: bool = True
    at_once: int = 8
    block_pause_s: float = 0.2
    first_after_s: float = 600.0
    look_every_s: float = 24 * 3600.0
    read_every_s: float = 7 * 24 * 3600.0
    retry_s: float = 900.0
    roll_days: int = 30
    clock: ClockRules = field(default_factory=ClockRules)


def timetables_of(model: TimetablesModel, spot: Spot, findings: Findings) -> TimetableSettings:
    """The settings a site says; what makes no sense is noted."""
    clock = model.clock
    if model.look_every < SHORTEST_LOOK_S:
        findings.add(spot.at("look_every"), "tables are looked at too often", "at least 1m; a day is usual: 24h")
    if clock.look_every < SHORTEST_LOOK_S:
        findings.add(spot.at("clock", "look_every"), "clocks are looked at too often", "at least 1m; 6h is usual")
    if clock.alarm_above_s < clock.set_above_s:
        message = f"clocks would be alarmed at {clock.alarm_above_s:g} s before they are set"
        findings.add(spot.at("clock", "alarm_above_s"), message, f"more than set_above_s {clock.set_above_s:g}")
    return TimetableSettings(
        download=model.download,
        at_once=model.at_once,
        block_pause_s=model.block_pause,
        first_after_s=model.first_after,
        look_every_s=model.look_every,
        read_every_s=model.read_every,
        retry_s=model.retry,
        roll_days=model.roll_days,
        clock=ClockRules(
            clock.look_every, clock.set_above_s, clock.alarm_above_s, clock.guard, clock.drift_alarm_s_per_day
        ),
    )


def layout_of(model: TimetableModel | None) -> TimetableLayout | None:
    """A profile's table."""
    if model is None:
        return None
    said, commit = model.assignment, model.commit
    return TimetableLayout(
        address=model.address,
        programs=model.programs,
        entries=model.entries,
        days=model.days,
        entry_registers=model.entry_registers,
        index=model.index,
        order=model.order,
        time=model.time,
        never=model.never,
        always=model.always,
        assignment=AssignmentLayout(said.address, said.outputs, said.stride, said.none) if said else None,
        commit=CommitLayout(commit.address, commit.value, commit.done) if commit else None,
        hash_address=model.hash,
        hash_own=model.hash_own,
        max_registers=model.max_registers,
    )


def clock_of(model: ClockModel | None) -> ClockLayout | None:
    """A profile's clock."""
    return None if model is None else ClockLayout(model.address, model.form, model.base, model.year_offset)


def check_areas(
    layout: TimetableLayout | None,
    clock: ClockLayout | None,
    points: Sequence[PointSpec],
    protocol: Protocol,
    spot: Spot,
    findings: Findings,
) -> None:
    """Registers of a table or clock that do not exist, meet each other or a point, or mean two things."""
    named = [*_named(layout), *([("clock", clock.area())] if clock else [])]
    for key, _ in named[:1] if protocol is not Protocol.MODBUS else []:
        findings.add(spot.at(key.partition(".")[0]), "only a Modbus device has it in registers", "leave it out")
    for position, (key, area) in enumerate(named):
        here = spot.at(*key.split("."))
        if area.end - 1 > LAST_REGISTER:
            findings.add(here, f"ends at register {area.end - 1}", f"a device has {LAST_REGISTER + 1}: fewer programs?")
        for other, theirs in named[:position]:
            if area.meets(theirs):
                findings.add(
                    here, f"lies in the registers of {other} ({theirs.address} to {theirs.end - 1})", "move it"
                )
        for spec in points:
            if spec.table is Table.HOLDING and area.meets(Area(spec.address, spec.registers)):
                message = f"{spec.name} at holding {spec.address} lies in registers {area.address} to {area.end - 1}"
                findings.add(here, message, "move one of them; a table is written whole")
                break
    if layout is not None:
        for key, message, hint in _unfit(layout):
            findings.add(spot.at("timetable", key), message, hint)


def _named(layout: TimetableLayout | None) -> Iterator[tuple[str, Area]]:
    if layout is None:
        return
    keys = ["timetable"]
    keys += ["timetable.assignment"] if layout.assignment else []
    keys += ["timetable.hash"] if layout.hash_address is not None else []
    keys += ["timetable.commit"] if layout.commit else []
    yield from zip(keys, layout.areas(), strict=True)


def _unfit(layout: TimetableLayout) -> Iterator[tuple[str, str, str]]:
    for key, word in (("never", layout.never), ("always", layout.always)):
        if word is not None and _is_time(layout, word):
            yield key, f"{word} is a time of day as well", "a value no time has: 65535"
    if layout.never == layout.always:
        yield "always", f"never and always are both {layout.never}", "leave always out, or give it another value"
    if layout.cell > layout.max_registers:
        yield "max_registers", f"one night takes {layout.cell} registers", "a night is never written in two parts"
    if layout.hash_own and layout.hash_address is None:
        yield "hash_own", "there is no hash it could clear", "say hash: ADDRESS, or leave this out"
    commit = layout.commit
    if commit is not None and commit.value == commit.done:
        yield "commit", f"value and done are both {commit.value}", "done is what it reads once the table is switched"
    said = layout.assignment
    if said is not None and 1 <= said.none <= layout.programs:
        yield "assignment", f"none is program {said.none}", "none: 0"


def _is_time(layout: TimetableLayout, word: int) -> bool:
    if layout.time is TimeForm.MINUTES:
        return word < MINUTES
    return word >> 8 < 24 and word & 0xFF < 60
