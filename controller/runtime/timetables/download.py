"""Writing a table into a device: so that a half-written one never becomes active, or never darkens a road.

With a commit register: everything is staged, read back, and switched in one moment. Without one (NOT_ATOMIC): night
by night, each night whole; where the assignment of outputs to programs changes too, a table that is safe under both
assignments is written in between. Nothing here is retried: what fails ends the download, and the next one begins by
reading what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from controller.domain.errors import ControllerError
from controller.domain.timetables import HASH_REGISTERS, Area, RowOrder, TimetableLayout
from controller.logic.timetables import Table, bridge, fitted_rows, row_of
from controller.logic.timetables_codec import Image, blocks, changed_blocks, decode, encode
from controller.runtime.timetables.port import MOST_READ, Port

COMMIT_LOOKS, COMMIT_EVERY_S = 25, 0.2
"""How often, and how far apart, a commit register is looked at for its being done: a device copies its table within a
second or two."""
NO_HASH = (0,) * HASH_REGISTERS


class NotKept(ControllerError):
    """The device acknowledged what was written and holds something else: nothing was committed."""


async def download(
    port: Port, layout: TimetableLayout, wanted: Table, outputs: Iterable[str], tonight: date, *, fresh: bool
) -> int:
    """Make the device's table this one; how many blocks were written. Proven by reading back when it returns.

    ``fresh``: nothing of ours was ever written there, so a device that commits need not be read first.

    Raises:
        NotKept: it reads back otherwise, or the commit is not done. LinkError: lost in the middle; the old table is
            active still (commit), or every night is either the old or the new one. DeviceRefused: the device's no.
    """
    image = encode(layout, wanted)
    found = None if fresh and layout.atomic else await port.image(layout)
    if layout.atomic:
        return await _staged(port, layout, image, found, tonight)
    assert found is not None  # noqa: S101 - only what commits is written unread
    return await _night_by_night(port, layout, wanted, image, found, tuple(outputs), tonight)


async def _staged(port: Port, layout: TimetableLayout, image: Image, found: Image | None, tonight: date) -> int:
    changed = _from_tonight(layout, changed_blocks(layout, found.words if found else None, image.words), tonight)
    for block in changed:
        await port.write(layout.address + block.address, image.words[block.address : block.end])
    if layout.assignment is not None:
        await port.write(layout.assignment.address, image.assigned)
    if layout.hash_address is not None:
        await port.write(layout.hash_address, image.hash)
    await _prove_whole(port, layout, image)  # also what was not written: a reboot meanwhile threw away what was
    await _commit(port, layout)
    if layout.hash_address is not None:
        await _prove(port, layout.hash_address, image.hash)
    else:
        await _prove_whole(port, layout, image)
    return len(changed)


async def _night_by_night(
    port: Port,
    layout: TimetableLayout,
    wanted: Table,
    image: Image,
    found: Image,
    outputs: Sequence[str],
    tonight: date,
) -> int:
    if layout.hash_address is not None:
        await port.write(layout.hash_address, NO_HASH)  # a half-written table is not ours
    words, written = found.words, 0
    if found.assigned != image.assigned and layout.assignment is not None:
        between = encode(layout, fitted_rows(bridge(decode(layout, found, outputs), wanted), layout.entries))
        written += await _write_words(port, layout, words, between.words, tonight)
        words = between.words
        await port.write(layout.assignment.address, image.assigned)
        await _prove(port, layout.assignment.address, image.assigned)
    written += await _write_words(port, layout, words, image.words, tonight)
    if layout.hash_address is not None:
        await port.write(layout.hash_address, image.hash)
    await _prove_rest(port, layout, image)
    return written


async def _write_words(
    port: Port, layout: TimetableLayout, found: Sequence[int] | None, wanted: Sequence[int], tonight: date
) -> int:
    """Write what differs, tonight's block first, and read each block back before the next is written."""
    changed = _from_tonight(layout, changed_blocks(layout, found, wanted), tonight)
    for block in changed:
        words = wanted[block.address : block.end]
        await port.write(layout.address + block.address, words)
        await _prove(port, layout.address + block.address, words)
    return len(changed)


def _from_tonight(layout: TimetableLayout, changed: list[Area], tonight: date) -> list[Area]:
    if layout.order is RowOrder.BY_PROGRAM:
        return changed
    at = layout.at(row_of(tonight, layout.index), 0)
    first = next((block.address for block in blocks(layout) if block.address <= at < block.end), 0)
    return sorted(changed, key=lambda block: (block.address < first, block.address))


async def _commit(port: Port, layout: TimetableLayout) -> None:
    commit = layout.commit
    assert commit is not None  # noqa: S101 - asked for by whoever stages
    await port.write(commit.address, (commit.value,))
    for _ in range(COMMIT_LOOKS):
        if await port.read(commit.address, 1) == (commit.done,):
            return
        await port.sleep(COMMIT_EVERY_S)
    raise NotKept(
        f"{port.device}: the table was written and its commit (register {commit.address}) is not done: "
        "look whether the device is busy or locked, then download again"
    )


async def _prove_rest(port: Port, layout: TimetableLayout, image: Image) -> None:
    if layout.assignment is not None:
        await _prove(port, layout.assignment.address, image.assigned)
    if layout.hash_address is not None:
        await _prove(port, layout.hash_address, image.hash)


async def _prove_whole(port: Port, layout: TimetableLayout, image: Image) -> None:
    most = min(MOST_READ, layout.max_registers)
    for at in range(0, layout.registers, most):
        await _prove(port, layout.address + at, image.words[at : at + most])
    await _prove_rest(port, layout, image)


async def _prove(port: Port, address: int, words: Sequence[int]) -> None:
    held = await port.read_all(address, len(words), len(words))
    if held != tuple(words):
        at = next(i for i, (one, other) in enumerate(zip(held, words, strict=True)) if one != other)
        raise NotKept(
            f"{port.device}: register {address + at} was written {words[at]} and reads {held[at]}: "
            "the device does not keep its table; see its manual and the profile"
        )
