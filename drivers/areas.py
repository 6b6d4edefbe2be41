"""Register areas beside the points: a device's own timetable and its clock. Everything else is out of reach.

Whole areas are read and written as they lie (nothing is scaled, nothing has a quality), so the allow-list is asked for
every register: a request that leaves its area by one register is refused before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controller.domain.errors import InvalidValue, NotWritable
from controller.domain.timetables import MOST_WRITTEN, Area
from drivers.base import Binding

MOST_READ = 125
"""Most registers of one read (Modbus application protocol, function 3)."""


def areas_of(binding: Binding) -> Iterator[Area]:
    """The holding registers of the device's timetable and clock, as its profile declares them."""
    if binding.timetable is not None:
        yield from binding.timetable.areas()
    if binding.clock is not None:
        yield binding.clock.area()


def check_read(binding: Binding, address: int, count: int) -> None:
    """That these registers may be read as an area.

    Raises:
        NotWritable: they lie outside the timetable and clock of the profile, or are more than one request reads.
    """
    _check(binding, address, count, MOST_READ)


def check_write(binding: Binding, address: int, words: Sequence[int]) -> None:
    """That these words may be written there.

    Raises:
        NotWritable: outside the timetable and clock of the profile, or more than one request writes.
        InvalidValue: a word that is no 16-bit register.
    """
    _check(binding, address, len(words), MOST_WRITTEN)
    strange = next((word for word in words if not 0 <= word <= 0xFFFF), None)
    if strange is not None:
        raise InvalidValue(f"{binding.device}: {strange} is no register (0 to 65535); nothing was sent")


def _check(binding: Binding, address: int, count: int, most: int) -> None:
    if count > most or not any(area.holds(address, count) for area in areas_of(binding)):
        raise NotWritable(
            f"{binding.device}: holding {address}+{count} is not on the allow-list: only the timetable and clock of "
            f"its profile are, {most} registers a request at most; nothing was sent"
        )
