"""A cabinet's retained memory as registers: its downloaded table, staged and active, and its clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from math import inf

from controller.domain.errors import InvalidValue, NotWritable
from controller.domain.timetables import Area, ClockLayout, TimetableLayout
from controller.logic.timetables import DARK, Night, number_of, row_of
from controller.logic.timetables_clock import clock_time, clock_words
from controller.logic.timetables_codec import decode_night, encode_night
from hil.plants.cabinet import CabinetPlant

COPYING_S = 0.3
"""How long its commit register reads as written while it copies the table."""


class CabinetMemory:
    """Registers beside the points of a cabinet. What was never written reads 0, and the built-in table is followed.

    Where the layout has a commit register, writes gather in a staged copy that is read back and nothing else; the
    commit makes it the active one, a reboot throws it away.
    """

    def __init__(self, plant: CabinetPlant, table: TimetableLayout | None, clock: ClockLayout | None) -> None:
        self._plant = plant
        self._layout = table
        self._clock = clock
        self._zone = timezone(timedelta(seconds=plant.utc_offset_s))
        self._active: dict[int, int] = {}
        self._staged: dict[int, int] | None = None
        self.commits = 0
        self._busy_until_s = -inf
        plant.on_reboot.append(self._forget_staged)

    def holds(self, address: int, count: int) -> bool:
        """Whether all of these registers are here."""
        areas = (*(self._layout.areas() if self._layout else ()), *([self._clock.area()] if self._clock else ()))
        return any(area.holds(address, count) for area in areas)

    def read(self, address: int, count: int) -> Sequence[int]:
        """The registers as they stand: of the staged table while there is one."""
        if self._clock is not None and self._clock.area().holds(address, count):
            shown = clock_words(self._clock, self._shown(), self._zone)
            at = address - self._clock.address
            return shown[at : at + count]
        held = self._active if self._staged is None else self._staged
        commit = self._layout.commit if self._layout else None
        if commit is not None and address == commit.address:
            return [commit.value if self._plant.now_s < self._busy_until_s else commit.done]
        return [held.get(at, 0) for at in range(address, address + count)]

    def write(self, address: int, words: Sequence[int]) -> None:
        """Take registers.

        Raises:
            InvalidValue: a clock not written whole, or a time that is none.
        """
        if self._clock is not None and self._clock.area().meets(Area(address, len(words))):
            self._set_clock(address, words)
            return
        layout = self._layout
        if layout is None:
            raise NotWritable(f"{self._plant.asset.id} keeps no timetable")
        if layout.commit is None:
            self._active.update(enumerate(words, address))
            self._follow()
        elif address == layout.commit.address:
            if words[0] == layout.commit.value:
                self._commit()
        else:
            self._staged = dict(self._active) if self._staged is None else self._staged
            self._staged.update(enumerate(words, address))

    def alter(self, output: str, night: date, wanted: Night) -> None:
        """Somebody changes a night of the active table at the cabinet; a check sum of ours is cleared."""
        layout = self._need()
        program = self._program(output)
        if program is None:
            raise InvalidValue(f"{output} follows no program; nothing to alter")
        at = layout.address + layout.at(row_of(night, layout.index), program)
        self._active.update(enumerate(encode_night(layout, wanted), at))
        if layout.hash_own and layout.hash_address is not None:
            self._active[layout.hash_address] = self._active[layout.hash_address + 1] = 0
        self._follow()

    def night(self, output: str, night: date) -> Night | None:
        """What the active table holds for an output that night."""
        layout, program = self._need(), self._program(output)
        if program is None:
            return DARK
        at = layout.address + layout.at(row_of(night, layout.index), program)
        return decode_night(layout, tuple(self._active.get(i, 0) for i in range(at, at + layout.cell)))

    @property
    def staged(self) -> bool:
        """Whether a table was begun and not committed."""
        return self._staged is not None

    def _commit(self) -> None:
        if self._staged is not None:
            self._active, self._staged = self._staged, None
        self.commits += 1
        self._busy_until_s = self._plant.now_s + COPYING_S
        self._follow()

    def _forget_staged(self) -> None:
        self._staged = None

    def _follow(self) -> None:
        for output in self._plant.circuits:
            self._plant.follow(output, partial(self.night, output))

    def _program(self, output: str) -> int | None:
        layout, number = self._need(), number_of(output)
        said = layout.assignment
        if said is None:
            return number - 1 if number <= layout.programs else None
        word = self._active.get(said.address + (number - 1) * said.stride, said.none)
        return None if word == said.none or word > layout.programs else word - 1

    def _set_clock(self, address: int, words: Sequence[int]) -> None:
        clock = self._clock
        if clock is None or (address, len(words)) != (clock.address, clock.registers):
            raise InvalidValue(f"the clock of {self._plant.asset.id} is written whole")
        shown = clock_time(clock, words, self._zone)
        if shown is None:
            raise InvalidValue(f"{list(words)} is no time")
        self._plant.set_clock(shown.timestamp())

    def _shown(self) -> datetime:
        return datetime.fromtimestamp(self._plant.clock.shows(self._plant.now_s), UTC)

    def _need(self) -> TimetableLayout:
        if self._layout is None:
            raise NotWritable(f"{self._plant.asset.id} keeps no timetable")
        return self._layout
