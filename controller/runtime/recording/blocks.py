"""The image as text: whole at a snapshot, afterwards only what a device's block changed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from controller.domain.image import Ageing, Block, LinkState
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality

Blocks = Mapping[DeviceId, Block]
_NOTHING: Mapping[str, Reading] = {}
_NO_AGES: Mapping[str, Ageing] = {}


def changed_blocks(blocks: Blocks, before: Blocks) -> dict[DeviceId, Any]:
    """What differs from ``before``, by device. Blocks are replaced, never changed: the same object is the same."""
    return {
        device: _difference(block, before.get(device))
        for device, block in blocks.items()
        if before.get(device) is not block
    }


def apply_blocks(
    changed: Mapping[DeviceId, Any], blocks: dict[DeviceId, Block], ages: Mapping[DeviceId, Mapping[str, Ageing]]
) -> None:
    """Do to ``blocks`` what ``changed_blocks`` found; how readings age is the site's that is replayed."""
    for device, (link, complete, sequence, renewed_s, new, again) in changed.items():
        known = blocks.get(device)
        readings = dict(_NOTHING if known is None else known.readings)
        for received_s, names in again:
            for name in list(readings) if names is None else names:
                readings[name] = replace(readings[name], received_s=received_s)
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


def _difference(block: Block, before: Block | None) -> list[Any]:
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
    return [
        block.link.value,
        block.complete,
        block.sequence,
        block.renewed_s,
        new,
        [[received_s, _names(names, old)] for received_s, names in again.items()],
    ]


def _names(names: list[str], old: Mapping[str, Reading]) -> list[str] | None:
    """None where a whole device was read again in one go, as most are."""
    return None if len(names) == len(old) else names


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
