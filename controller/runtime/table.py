"""The live image: where channels put readings and cycles take frozen snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from controller.domain.image import DEFAULT_AGEING, Ageing, Block, Image, LinkState, View
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality

Listener = Callable[[DeviceId], None]


class ImageTable:
    """One immutable block per device, replaced whole. ``listen`` is told a device id whenever its block changed."""

    def __init__(self, ageing: Mapping[DeviceId, Mapping[str, Ageing]]) -> None:
        self._ageing = dict(ageing)
        self._blocks = {
            device: Block(device, {}, LinkState.OFFLINE, complete=False, sequence=0, ageing=ages)
            for device, ages in self._ageing.items()
        }
        self._listeners: list[Listener] = []
        self._met: set[DeviceId] = set()
        self._read: set[DeviceId] = set()

    def listen(self, listener: Listener) -> None:
        """Call ``listener(device)`` after each change of a block; it must be quick and must not raise."""
        self._listeners.append(listener)

    def adopt(self, ageing: Mapping[DeviceId, Mapping[str, Ageing]]) -> None:
        """Swap the set of devices (reload); blocks of devices that stay are kept."""
        self._ageing = dict(ageing)
        kept = self._blocks
        self._blocks = {
            device: replace(kept[device], ageing=ages)
            if device in kept
            else Block(device, {}, LinkState.OFFLINE, complete=False, sequence=0, ageing=ages)
            for device, ages in self._ageing.items()
        }

    def store(self, device: DeviceId, readings: Mapping[str, Reading], *, complete: bool = False) -> None:
        """Merge fresh readings; ``complete``: with them every readable point has been read since the link came up.

        A reading with a new value or quality counts as a change, and one that had lost trust by its age; the same
        value read again in time only renews its age.
        """
        block = self._blocks.get(device)
        if block is None:
            return
        self._read.add(device)
        before = block.readings
        changed = (complete and not block.complete) or _differ(block, readings)
        self._blocks[device] = Block(
            device,
            {**before, **readings},
            block.link,
            block.complete or complete,
            block.sequence + changed,
            block.ageing,
            block.renewed_s,
        )
        if changed:
            self._tell(device)

    def set_link(self, device: DeviceId, link: LinkState) -> None:
        """Note the device's link. Losing it makes its readings UNCERTAIN at once; they age to BAD by themselves."""
        block = self._blocks.get(device)
        if block is None or block.link is link:
            return
        if block.link is LinkState.PROBING:
            self._met.add(device)
        if link is LinkState.OFFLINE:
            doubted = {n: r.worse(Quality.UNCERTAIN, Detail.COMM_FAULT) for n, r in block.readings.items()}
            block = replace(block, readings=doubted, complete=False)
        self._blocks[device] = replace(block, link=link, sequence=block.sequence + 1)
        self._tell(device)

    def renew(self, device: DeviceId, now_s: float) -> None:
        """A subscribing device proved to be alive: what it did not report since has not changed."""
        block = self._blocks.get(device)
        if block is not None and block.link is not LinkState.OFFLINE:
            trusted_again = any(_aged(block, name, reading, now_s) for name, reading in block.readings.items())
            self._blocks[device] = replace(block, renewed_s=now_s, sequence=block.sequence + trusted_again)
            if trusted_again:
                self._tell(device)

    def take_read(self) -> set[DeviceId]:
        """Devices of which anything was read since the last call, changed or not: a proof may lie in it."""
        taken, self._read = self._read, set()
        return taken

    def snapshot(self) -> Image:
        """The frozen image of this moment."""
        return Image(dict(self._blocks))

    def view(self, device: DeviceId, now_s: float) -> View:
        """One device now, for questions asked between cycles."""
        block = self._blocks.get(device)
        return Image(self._blocks).view(device, now_s) if block is None else View(block, now_s)

    def devices(self) -> Mapping[DeviceId, Block]:
        """Every block as it is now."""
        return self._blocks

    def qualities(self, now_s: float) -> Iterator[dict[str, int]]:
        """Points by quality, one device at a time; a point that was never read is BAD."""
        for block in list(self._blocks.values()):
            counts = dict.fromkeys((quality.name for quality in Quality), 0)
            for point in block.ageing:
                counts[block.read(point, now_s).quality.name] += 1
            yield counts

    def not_met(self) -> list[DeviceId]:
        """Devices that neither answered nor failed to since the start: their state is not known yet."""
        return [device for device in self._blocks if device not in self._met]

    def _tell(self, device: DeviceId) -> None:
        for listener in self._listeners:
            listener(device)


def _differ(block: Block, readings: Mapping[str, Reading]) -> bool:
    """Whether any of these is more than the block's own reading, trusted until now, read again."""
    before, ageing, renewed_s = block.readings, block.ageing, block.renewed_s
    for name, new in readings.items():
        old = before.get(name)
        if old is None or old.value != new.value or old.quality is not new.quality:
            return True
        if new.received_s - max(old.received_s, renewed_s) > ageing.get(name, DEFAULT_AGEING).stale_s:
            return True
    return False


def _aged(block: Block, point: str, reading: Reading, now_s: float) -> bool:
    """Whether the reading is too old to be trusted at ``now_s``."""
    silent_s = now_s - max(reading.received_s, block.renewed_s)
    return silent_s > block.ageing.get(point, DEFAULT_AGEING).stale_s
