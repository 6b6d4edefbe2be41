"""The form of ``timetable:`` and ``clock:`` in a profile, and of ``timetables:`` in ``site.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.domain.timetables import ClockForm, RowIndex, RowOrder, TimeBase, TimeForm
from controller.settings.fields import Duration, Model, Positive, Word

Register = Annotated[int, Field(ge=0, le=65535)]


class AssignmentModel(Model):
    """Which program each output follows."""

    address: Register = Field(description="the register of output 1, which holds its program's number")
    outputs: Annotated[int, Field(ge=1, le=64)] = Field(description="how many outputs have such a register: 8")
    stride: Annotated[int, Field(ge=1, le=64)] = 1
    none: Register = 0


class CommitModel(Model):
    """The register that makes what was written the active table."""

    address: Register = Field(description="the register that switches to the new table")
    value: Register = 1
    done: Register = 0


class TimetableModel(Model):
    """``timetable:`` of a profile; explained at ``controller.domain.timetables.TimetableLayout``."""

    address: Register = Field(description="the first holding register of the table")
    programs: Annotated[int, Field(ge=1, le=64)] = Field(description="how many programs a day has: 4")
    entries: Annotated[int, Field(ge=1, le=16)] = Field(description="on/off pairs a day and program has: 2")
    days: Annotated[int, Field(ge=366, le=366)] = 366
    entry_registers: Annotated[int, Field(ge=2, le=8)] = 2
    index: Word[RowIndex] = RowIndex.MONTH_DAY
    order: Word[RowOrder] = RowOrder.BY_DAY
    time: Word[TimeForm] = TimeForm.MINUTES
    never: Register = 0xFFFF
    always: Register | None = None
    assignment: AssignmentModel | None = None
    commit: CommitModel | None = None
    hash: Register | None = None
    hash_own: bool = False
    max_registers: Annotated[int, Field(ge=1, le=123)] = 120


class ClockModel(Model):
    """``clock:`` of a profile; explained at ``controller.domain.timetables.ClockLayout``."""

    address: Register = Field(description="the first holding register of the clock")
    form: Word[ClockForm] = Field(description="unix (two registers) or fields (year … second, six registers)")
    base: Word[TimeBase] = TimeBase.LOCAL_STANDARD
    year_offset: Annotated[int, Field(ge=0, le=2100)] = 0


class ClockRulesModel(Model):
    """``clock:`` under ``timetables:``."""

    look_every: Duration = 6 * 3600.0
    set_above_s: Positive = 2.0
    alarm_above_s: Positive = 5.0
    guard: Duration = 120.0
    drift_alarm_s_per_day: Positive = 10.0


class TimetablesModel(Model):
    """``timetables:`` in ``site.yaml``; explained at ``controller.settings.timetables.TimetableSettings``."""

    download: bool = True
    at_once: Annotated[int, Field(ge=1, le=200)] = 8
    block_pause: Duration = 0.2
    first_after: Duration = 600.0
    look_every: Duration = 24 * 3600.0
    read_every: Duration = 7 * 24 * 3600.0
    retry: Duration = 900.0
    roll_days: Annotated[int, Field(ge=1, le=300)] = 30
    clock: ClockRulesModel = ClockRulesModel()
