"""The process image: one immutable block per device, a frozen table of blocks per cycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from controller.domain.points import NEVER_READ, DeviceId, Reading
from controller.domain.quality import Detail, Quality


class LinkState(StrEnum):
    """``ONLINE → SUSPECT → OFFLINE(back-off + jitter) → PROBING → RESYNC → ONLINE``."""

    ONLINE = "ONLINE"
    SUSPECT = "SUSPECT"
    OFFLINE = "OFFLINE"
    PROBING = "PROBING"
    RESYNC = "RESYNC"


@dataclass(frozen=True, slots=True)
class Ageing:
    """When a reading loses trust: UNCERTAIN after ``stale_s``, BAD after ``dead_s`` (seconds, monotonic)."""

    stale_s: float
    dead_s: float

    def __post_init__(self) -> None:
        if not 0 < self.stale_s <= self.dead_s:
            raise ValueError(f"0 < stale_s <= dead_s is wanted, not {self.stale_s} and {self.dead_s}")

    def apply(self, reading: Reading, now_s: float, renewed_s: float = float("-inf")) -> Reading:
        """The reading with its age at ``now_s`` taken into account; ``renewed_s``: last proof that it still held."""
        age_s = now_s - reading.received_s
        if age_s > self.stale_s:
            age_s = min(age_s, now_s - renewed_s)
        if age_s <= self.stale_s:
            return reading
        return reading.worse(Quality.BAD if age_s > self.dead_s else Quality.UNCERTAIN, Detail.OLD_DATA)


DEFAULT_AGEING = Ageing(stale_s=15.0, dead_s=60.0)
_NO_AGEING: Mapping[str, Ageing] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Block:
    """All readings of one device, never changed after it was made.

    ``complete`` is false until every readable point has been read once since the link came up: nothing
    actuates before that (DESIGN section 4). ``sequence`` grows with every change of the block.
    ``renewed_s`` is when a subscribing device last proved that what it did not report had not changed.
    """

    device: DeviceId
    readings: Mapping[str, Reading]
    link: LinkState
    complete: bool
    sequence: int
    ageing: Mapping[str, Ageing] = field(default_factory=lambda: _NO_AGEING)
    renewed_s: float = float("-inf")

    def read(self, point: str, now_s: float) -> Reading:
        """The point's reading, aged; BAD ``never_read`` when there is none."""
        reading = self.readings.get(point)
        if reading is None:
            return NEVER_READ
        return self.ageing.get(point, DEFAULT_AGEING).apply(reading, now_s, self.renewed_s)


class View(NamedTuple):
    """One device's block at one moment: what pure logic is given instead of a clock and a driver.

    A tuple, like a reading: a large switch makes tens of thousands a second.
    """

    block: Block
    now_s: float

    def read(self, point: str) -> Reading:
        """The aged reading of a point of this device."""
        block = self.block
        reading = block.readings.get(point)
        if reading is None:
            return NEVER_READ
        ageing = block.ageing.get(point, DEFAULT_AGEING)
        if self.now_s - reading.received_s <= ageing.stale_s:
            return reading  # nearly always, and asked some forty times of each circuit that is switched
        return ageing.apply(reading, self.now_s, block.renewed_s)

    def value(self, point: str) -> object | None:
        """The value when GOOD, else None."""
        reading = self.read(point)
        return reading.value if reading.quality is Quality.GOOD else None

    def number(self, point: str) -> float | None:
        """The value as a float when GOOD and numeric, else None."""
        value = self.value(point)
        return float(value) if isinstance(value, (int, float)) else None

    def ages_s(self, points: Iterable[str]) -> float:
        """When the next of these points loses trust by its age alone (monotonic); infinite when none has any left."""
        block, now_s = self.block, self.now_s
        ends = (
            max(reading.received_s, block.renewed_s) + limit_s
            for point in points
            if (reading := block.readings.get(point)) is not None
            for age in (block.ageing.get(point, DEFAULT_AGEING),)
            for limit_s in (age.stale_s, age.dead_s)
        )
        return min((end_s for end_s in ends if end_s >= now_s), default=float("inf"))

    @property
    def ready(self) -> bool:
        """Whether the device may be written: online and read completely."""
        return self.block.complete and self.block.link in (LinkState.ONLINE, LinkState.SUSPECT)


@dataclass(frozen=True, slots=True)
class Image:
    """The frozen table of blocks one cycle decides on."""

    blocks: Mapping[DeviceId, Block]

    def view(self, device: DeviceId, now_s: float) -> View:
        """The device's block at ``now_s``; an OFFLINE, empty one for a device never heard of."""
        block = self.blocks.get(device)
        if block is None:
            block = Block(device, {}, LinkState.OFFLINE, complete=False, sequence=0)
        return View(block, now_s)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks.values())
