"""Tables of nights as registers, and back; their check sum. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from controller.domain.timetables import MINUTES, NOON, Area, TimeForm, TimetableLayout
from controller.logic.timetables import WHOLE, Night, Table, number_of, union


@dataclass(frozen=True, slots=True)
class Image:
    """The registers of a table: ``words`` from the layout's ``address`` on, ``assigned`` from its assignment's."""

    words: tuple[int, ...]
    assigned: tuple[int, ...] = ()

    @property
    def digest(self) -> str:
        """What tells one table from another: SHA-256 over all registers, big-endian."""
        return hashlib.sha256(b"".join(word.to_bytes(2, "big") for word in (*self.words, *self.assigned))).hexdigest()

    @property
    def hash(self) -> tuple[int, int]:
        """Its first 32 bits for a device's two hash registers; never both 0, which means *no table of ours*."""
        first = int(self.digest[:8], 16) or 1
        return first >> 16, first & 0xFFFF


def encode(layout: TimetableLayout, table: Table) -> Image:
    """The registers of a table. A night nobody can tell is written as lit all night."""
    words = [0] * layout.registers
    for row, programs in enumerate(table.rows):
        for program, night in enumerate(programs):
            at = layout.at(row, program)
            words[at : at + layout.cell] = encode_night(layout, WHOLE if night is None else night)
    return Image(tuple(words), _assigned_words(layout, table.assigned))


def decode(layout: TimetableLayout, image: Image, outputs: Iterable[str]) -> Table:
    """The table in these registers, for these outputs. What is no night is None, never guessed."""
    words = image.words
    rows = tuple(
        tuple(
            decode_night(layout, words[at : at + layout.cell])
            for at in (layout.at(row, program) for program in range(layout.programs))
        )
        for row in range(layout.days)
    )
    return Table(rows, _assigned(layout, image.assigned, outputs))


@lru_cache(maxsize=65_536)
def encode_night(layout: TimetableLayout, night: Night) -> tuple[int, ...]:
    """One night's registers. A night without a dark minute that the device has no word for is dark at 11:59."""
    spare = (0,) * (layout.entry_registers - 2)
    pairs = [_pair(layout, on, off) for on, off in night]
    pairs += [(layout.never, layout.never)] * (layout.entries - len(pairs))
    return tuple(word for pair in pairs for word in (*pair, *spare))


@lru_cache(maxsize=65_536)
def decode_night(layout: TimetableLayout, words: tuple[int, ...]) -> Night | None:
    """One night from its registers; None for what is no night: times that do not exist, off before on, half a pair."""
    windows = []
    for at in range(0, layout.cell, layout.entry_registers):
        pair = words[at], words[at + 1]
        if pair == (layout.never, layout.never):
            continue
        window = _window(layout, *pair)
        if window is None:
            return None
        windows.append(window)
    return union(windows)


def _pair(layout: TimetableLayout, on: int, off: int) -> tuple[int, int]:
    if (on, off) == (0, MINUTES):
        if layout.always is not None:
            return layout.always, layout.always
        off = MINUTES - 1
    return _time(layout, on), _time(layout, off)


def _time(layout: TimetableLayout, minute: int) -> int:
    of_day = (minute + NOON) % MINUTES
    return of_day if layout.time is TimeForm.MINUTES else of_day // 60 << 8 | of_day % 60


def _window(layout: TimetableLayout, on: int, off: int) -> tuple[int, int] | None:
    if layout.always is not None and on == off == layout.always:
        return 0, MINUTES
    begin, end = _minute(layout, on), _minute(layout, off)
    if begin is None or end is None:
        return None
    end = end or MINUTES
    return (begin, end) if begin < end and (begin, end) != (0, MINUTES) else None


def _minute(layout: TimetableLayout, word: int) -> int | None:
    """The minute of the night a register means."""
    if layout.time is TimeForm.HOUR_MINUTE:
        hour, minute = word >> 8, word & 0xFF
        of_day = hour * 60 + minute if minute < 60 else MINUTES
    else:
        of_day = word
    return (of_day - NOON) % MINUTES if of_day < MINUTES else None


def _assigned_words(layout: TimetableLayout, assigned: Mapping[str, int | None]) -> tuple[int, ...]:
    a = layout.assignment
    if a is None:
        return ()
    words = [a.none] * ((a.outputs - 1) * a.stride + 1)
    for output, program in assigned.items():
        number = number_of(output)
        if number <= a.outputs and program is not None:
            words[(number - 1) * a.stride] = program + 1
    return tuple(words)


def _assigned(layout: TimetableLayout, words: Sequence[int], outputs: Iterable[str]) -> dict[str, int | None]:
    a = layout.assignment
    if a is None:
        return {output: number_of(output) - 1 for output in outputs if number_of(output) <= layout.programs}
    found: dict[str, int | None] = {}
    for output in outputs:
        at = (number_of(output) - 1) * a.stride
        if at < len(words):
            found[output] = None if words[at] == a.none else words[at] - 1
    return found


def blocks(layout: TimetableLayout, limit: int | None = None) -> Iterator[Area]:
    """The table's registers in writes (offsets from its address) that never split a night."""
    cells = max(1, min(limit or layout.max_registers, layout.max_registers) // layout.cell)
    size = cells * layout.cell
    for at in range(0, layout.registers, size):
        yield Area(at, min(size, layout.registers - at))


def changed_blocks(layout: TimetableLayout, found: Sequence[int] | None, wanted: Sequence[int]) -> list[Area]:
    """The writes that make ``found`` into ``wanted``, in order; all of them where nothing was read."""
    return [
        block
        for block in blocks(layout)
        if found is None or tuple(found[block.address : block.end]) != tuple(wanted[block.address : block.end])
    ]
