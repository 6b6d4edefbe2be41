"""Timetables as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClockView:
    """A device's clock. ``offset_s``: so far ahead at ``at``; ``drift_s_per_day`` ± ``uncertain_s``; ``error``: why it
    could not be read or set."""

    at: datetime | None
    offset_s: float | None
    drift_s_per_day: float | None
    uncertain_s: float
    set_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class TimetableView:
    """One cabinet's own fallback against the programs.

    ``state``: ``equal``, ``differs``, ``unknown``, ``never_downloaded`` or ``no_table`` (its profile has none).
    ``hash``: of the table last written and read back. ``nights`` differ for ``outputs`` from ``first`` on, at worst
    ``darker_min`` minutes too dark and ``longer_min`` too long. ``longer_nights``: nights it lights longer than the
    programs want because it cannot hold them; ``left_out``: outputs it has no program for. ``atomic``: it switches to
    a new table in one moment. ``held``: why nothing is written to it now. ``doing``: a download is under way.
    """

    cabinet: str
    name: str
    division: str
    state: str
    text_en: str
    text_zh: str
    hash: str = ""
    written_at: datetime | None = None
    by: str = ""
    why: str = ""
    looked_at: datetime | None = None
    nights: int = 0
    outputs: tuple[str, ...] = ()
    first: str = ""
    darker_min: int = 0
    longer_min: int = 0
    longer_nights: int = 0
    left_out: tuple[str, ...] = ()
    atomic: bool = False
    held: str = ""
    doing: bool = False
    altered_at: datetime | None = None
    error: str = ""
    clock: ClockView | None = None


@dataclass(frozen=True, slots=True)
class OutputNight:
    """One output in one night: what the program wants and what the device holds, in the site's standard time."""

    output: str
    name: str
    program: str
    wanted: str
    held: str
    darker_min: int
    longer_min: int


@dataclass(frozen=True, slots=True)
class NightComparison:
    """A cabinet's own fallback for one night beside the program, read from the device just now.

    ``error``: why it could not be read; the outputs then show ``unknown``.
    """

    cabinet: str
    night: str
    state: str
    read: bool
    outputs: tuple[OutputNight, ...]
    notes: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class TimetableCounts:
    """How many cabinets' own fallback equals the programs, of those that keep a table."""

    tables: int = 0
    equal: int = 0
    differs: int = 0
    unknown: int = 0
    never_downloaded: int = 0
    no_table: int = 0
    clocks_off: int = 0

    def line(self) -> str:
        """For people: ``fallback equals program: 230/246``."""
        return f"fallback equals program: {self.equal}/{self.tables}"


NO_TABLES = TimetableCounts()
