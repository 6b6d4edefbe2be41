"""The image as text: whole at a snapshot, afterwards only what a device's block changed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from controller.domain.image import Ageing, Block, LinkState
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality

Blocks = Mapping[DeviceId, Block]
_NOTHING: Mapping[str, Reading] = {}
_NO_AGES: Mapping[str, Ageing] = {}


class NameSets:
    """The names of points that were read again together: said once in a line, however many devices they are of."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, ...], int] = {}

    def id(self, names: tuple[str, ...]) -> int:
        """The place of these names in ``all``."""
        return self._ids.setdefault(names, len(self._ids))

    def all(self) -> list[tuple[str, ...]]:
        """Every set of names, in the order of their ids."""
        return list(self._ids)


def whole_blocks(blocks: Blocks) -> dict[DeviceId, Any]:
    """Everything, by device."""
    sets = NameSets()
    return {device: _difference(block, None, sets) for device, block in blocks.items()}


def changed_blocks(blocks: Blocks, before: Blocks) -> list[Any]:
    """What differs from ``before``: sets of names, and by device what changed in it.

    Blocks are replaced, never changed: the same object is the same.
    """
    sets = NameSets()
    changed = {
        device: _difference(block, before.get(device), sets)
        for device, block in blocks.items()
        if before.get(device) is not block
    }
    return [sets.all(), changed]


def apply_blocks(
    given: tuple[Sequence[Sequence[str]], Mapping[DeviceId, Any]],
    blocks: dict[DeviceId, Block],
    ages: Mapping[DeviceId, Mapping[str, Ageing]],
) -> None:
    """Do to ``blocks`` what ``changed_blocks`` found; how readings age is the site's that is replayed."""
    sets, changed = given
    for device, entry in changed.items():
        known = blocks.get(device)
        readings = dict(_NOTHING if known is None else known.readings)
        if known is not None and len(entry) == _READ_AGAIN:
            _again(readings, sets, [entry])
            blocks[device] = replace(known, readings=readings, ageing=ages.get(device, _NO_AGES))
            continue
        link, complete, sequence, renewed_s, new, again = entry
        _again(readings, sets, again)
        readings |= {name: _reading(plain) for name, plain in new.items()}
        blocks[device] = Block(
            device,
            readings,
            LinkState(link),
            complete=complete,
            sequence=sequence,
            ageing=ages.get(device, _NO_AGES),
            renewed_s=renewed_s,
        )


def _again(readings: dict[str, Reading], sets: Sequence[Sequence[str]], again: Iterable[tuple[float, int]]) -> None:
    for received_s, names in again:
        for name in sets[names]:
            readings[name] = readings[name]._replace(received_s=received_s)


_READ_AGAIN = 2
"""As long is the entry of a device of which some points were read again and nothing else came: nearly all are."""


def _difference(block: Block, before: Block | None, sets: NameSets) -> list[Any]:
    old = _NOTHING if before is None else before.readings
    new: dict[str, list[Any]] = {}
    again: dict[float, list[str]] = {}
    for name, reading in block.readings.items():
        known = old.get(name)
        if known is reading:
            continue
        if known is not None and _same(known, reading):
            again.setdefault(reading.received_s, []).append(name)
        else:
            new[name] = _plain(reading)
    read_again = [[received_s, sets.id(tuple(names))] for received_s, names in again.items()]
    if before is not None and not new and len(read_again) == 1 and _alike(block, before):
        return read_again[0]
    return [block.link.value, block.complete, block.sequence, block.renewed_s, new, read_again]


def _alike(block: Block, before: Block) -> bool:
    """Whether nothing but readings differs."""
    return (
        block.link is before.link
        and block.complete == before.complete
        and block.sequence == before.sequence
        and block.renewed_s == before.renewed_s
    )


def _same(one: Reading, other: Reading) -> bool:
    """Whether only its moment is new."""
    return (
        one.value == other.value
        and type(one.value) is type(other.value)
        and one.quality is other.quality
        and one.detail is other.detail
        and one.source_time == other.source_time
    )


def _plain(reading: Reading) -> list[Any]:
    stamp = None if reading.source_time is None else reading.source_time.isoformat()
    plain: list[Any] = [reading.value, reading.received_s, reading.quality.value, reading.detail.value, stamp]
    while len(plain) > 2 and plain[-1] == _USUAL[len(plain) - 1]:
        plain.pop()
    return plain


_USUAL: tuple[Any, ...] = (None, None, Quality.GOOD.value, "", None)


def _reading(plain: Iterable[Any]) -> Reading:
    given: tuple[Any, ...] = tuple(plain)
    value, received_s, quality, detail, stamp = given + _USUAL[len(given) :]
    at = None if stamp is None else datetime.fromisoformat(stamp)
    return Reading(value, Quality(quality), received_s, Detail(detail), at)
