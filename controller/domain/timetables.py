"""How a kind of device stores its own timetable and its clock: register layouts, as a profile declares them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTES = 1440
"""A night has as many, counted from its noon."""
NOON = 720
"""The minute of the clock at which a night's row begins: rows run from noon to noon, dated by their evening."""
LAST_REGISTER = 0xFFFF
MOST_WRITTEN = 123
"""Most registers of one write (Modbus application protocol, function 16)."""
HASH_REGISTERS = 2


class RowIndex(StrEnum):
    """Which row a date has. MONTH_DAY: as in a leap year, 29 February always the 60th. DAY_OF_YEAR: 1 January is the
    first, and the 366th is used in leap years only."""

    MONTH_DAY = "month_day"
    DAY_OF_YEAR = "day_of_year"


class RowOrder(StrEnum):
    """BY_DAY: all programs of a day side by side. BY_PROGRAM: the whole year of one program, then the next."""

    BY_DAY = "by_day"
    BY_PROGRAM = "by_program"


class TimeForm(StrEnum):
    """A time in a register: the minute of the day (0–1439), or the hour in the high byte and the minute in the low."""

    MINUTES = "minutes"
    HOUR_MINUTE = "hour_minute"


@dataclass(frozen=True, slots=True)
class AssignmentLayout:
    """Which program each output follows: the register of output 1 at ``address``, the next ``stride`` further on.

    A register holds the program's number from 1; ``none`` stands for no program (the output stays off).
    """

    address: int
    outputs: int
    stride: int = 1
    none: int = 0


@dataclass(frozen=True, slots=True)
class CommitLayout:
    """What is written is staged beside the active table until ``value`` is written here; it then reads ``done``."""

    address: int
    value: int = 1
    done: int = 0


@dataclass(frozen=True, slots=True)
class TimetableLayout:
    """A table of on and off times per day and program, in holding registers from ``address`` on.

    A row is one night, from noon to noon, dated by its evening. Each of its ``programs`` has ``entries`` pairs, each
    of ``entry_registers`` registers: on, off, and what is left (written 0). An unused pair holds ``never`` twice; a
    night without an end holds ``always`` twice where the device knows that. ``hash_address`` is where the device keeps
    the two registers of our check sum with the table; ``hash_own``: it clears them when the table is changed on site.
    ``assignment`` None: program n belongs to output n. ``commit`` None: what is written is active at once.
    ``max_registers`` limits one write.
    """

    address: int
    programs: int
    entries: int
    days: int = 366
    entry_registers: int = 2
    index: RowIndex = RowIndex.MONTH_DAY
    order: RowOrder = RowOrder.BY_DAY
    time: TimeForm = TimeForm.MINUTES
    never: int = 0xFFFF
    always: int | None = None
    assignment: AssignmentLayout | None = None
    commit: CommitLayout | None = None
    hash_address: int | None = None
    hash_own: bool = False
    max_registers: int = 120

    @property
    def cell(self) -> int:
        """Registers of one night of one program."""
        return self.entries * self.entry_registers

    @property
    def registers(self) -> int:
        """Registers of the whole table."""
        return self.days * self.programs * self.cell

    @property
    def atomic(self) -> bool:
        """Whether the device switches from the old table to the new one in one moment."""
        return self.commit is not None

    def at(self, row: int, program: int) -> int:
        """Where a night of a program begins, counted from ``address``; both count from 0."""
        if self.order is RowOrder.BY_DAY:
            return (row * self.programs + program) * self.cell
        return (program * self.days + row) * self.cell

    def areas(self) -> tuple[Area, ...]:
        """Every register of it."""
        areas = [Area(self.address, self.registers)]
        if self.assignment is not None:
            a = self.assignment
            areas.append(Area(a.address, (a.outputs - 1) * a.stride + 1))
        if self.hash_address is not None:
            areas.append(Area(self.hash_address, HASH_REGISTERS))
        if self.commit is not None:
            areas.append(Area(self.commit.address, 1))
        return tuple(areas)


class ClockForm(StrEnum):
    """UNIX: seconds of the epoch in two registers, high word first. FIELDS: year, month, day, hour, minute, second."""

    UNIX = "unix"
    FIELDS = "fields"


class TimeBase(StrEnum):
    """What the clock shows: the site's own standard time (never summer time), or UTC."""

    LOCAL_STANDARD = "local_standard"
    UTC = "utc"


@dataclass(frozen=True, slots=True)
class ClockLayout:
    """A device's clock in holding registers from ``address`` on, set by writing all of them at once.

    ``year_offset`` is added to the year register (2000 where it holds two digits).
    """

    address: int
    form: ClockForm
    base: TimeBase = TimeBase.LOCAL_STANDARD
    year_offset: int = 0

    @property
    def registers(self) -> int:
        """How many it takes."""
        return 2 if self.form is ClockForm.UNIX else 6

    def area(self) -> Area:
        """Its registers."""
        return Area(self.address, self.registers)


@dataclass(frozen=True, slots=True)
class Area:
    """Holding registers ``address`` … ``address + count - 1``."""

    address: int
    count: int

    @property
    def end(self) -> int:
        """The first register after it."""
        return self.address + self.count

    def holds(self, address: int, count: int) -> bool:
        """Whether all of these registers lie in it."""
        return count > 0 and self.address <= address and address + count <= self.end

    def meets(self, other: Area) -> bool:
        """Whether any register lies in both."""
        return self.address < other.end and other.address < self.end
