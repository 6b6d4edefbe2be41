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


def changed_blocks(blocks: Blocks, before: Blocks, touched: Iterable[DeviceId] | None = None) -> list[Any]:
    """What differs from ``before``: sets of names, and by device what changed in it.

    Blocks are replaced, never changed: the same object is the same. ``touched``: no other device's was replaced.
    """
    sets = NameSets()
    changed = {}
    for device in blocks if touched is None else touched:
        block, known = blocks.get(device), before.get(device)
        if block is not None and block is not known:
            changed[device] = _difference(block, known, sets)
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
        if known is not None and len(entry) in (_READ_AGAIN, _POLLED):
            sequence = known.sequence + _read_on(readings, sets, entry)
            ageing = ages.get(device, _NO_AGES)
            blocks[device] = replace(known, readings=readings, sequence=sequence, ageing=ageing)
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


def _read_on(readings: dict[str, Reading], sets: Sequence[Sequence[str]], entry: Sequence[Any]) -> int:
    """Put a reply's readings in place; by how much the block's sequence grew with it."""
    if len(entry) == _READ_AGAIN:
        _again(readings, sets, [(entry[0], entry[1])])
        return 0
    grown, received_s, new, again, values = entry
    _again(readings, sets, [(received_s, again)])
    for name, value in zip(sets[new], values, strict=True):
        readings[name] = Reading(value, Quality.GOOD, received_s)
    return int(grown)


def _again(readings: dict[str, Reading], sets: Sequence[Sequence[str]], again: Iterable[tuple[float, int]]) -> None:
    for received_s, names in again:
        for name in sets[names]:
            readings[name] = readings[name]._replace(received_s=received_s)


_READ_AGAIN = 2
"""As long is the entry of a device of which some points were read again and nothing else came."""
_POLLED = 5
"""And that of one of which all that came came in one reply, GOOD, without a stamp of its own: nearly all are."""


def _difference(block: Block, before: Block | None, sets: NameSets) -> list[Any]:
    old = _NOTHING if before is None else before.readings
    new: dict[str, Reading] = {}
    again: dict[float, list[str]] = {}
    for name, reading in block.readings.items():
        known = old.get(name)
        if known is reading:
            continue
        if (  # by place, and here: asked thirty times of every device at every poll
            known is not None
            and known[0] == reading[0]
            and type(known[0]) is type(reading[0])
            and known[1] is reading[1]
            and known[3] is reading[3]
            and known[4] == reading[4]
        ):
            received_s = reading[2]
            if received_s in again:
                again[received_s].append(name)
            else:
                again[received_s] = [name]
        else:
            new[name] = reading
    if before is not None and _alike(block, before) and len(again) <= 1:
        grown = block.sequence - before.sequence
        received = {reading[2] for reading in new.values()} | again.keys()
        if not new and not grown and again:
            return [received.pop(), sets.id(tuple(*again.values()))]
        if len(received) == 1 and all(map(_usual, new.values())):
            values = [reading[0] for reading in new.values()]
            names = sets.id(tuple(new)), sets.id(tuple(*again.values()) if again else ())
            return [grown, received.pop(), *names, values]
    read_again = [[received_s, sets.id(tuple(names))] for received_s, names in again.items()]
    plain = {name: _plain(reading) for name, reading in new.items()}
    return [block.link.value, block.complete, block.sequence, block.renewed_s, plain, read_again]


def _usual(reading: Reading) -> bool:
    """Whether value and moment say it all."""
    return reading[1] is Quality.GOOD and reading[3] is Detail.NONE and reading[4] is None


def _alike(block: Block, before: Block) -> bool:
    """Whether nothing but readings, and the count of their changes, differs."""
    return block.link is before.link and block.complete == before.complete and block.renewed_s == before.renewed_s


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
