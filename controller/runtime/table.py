"""The live image: where channels put readings and cycles take frozen snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace

from controller.domain.image import DEFAULT_AGEING, Ageing, Block, Image, LinkState, View
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality

Listener = Callable[[DeviceId], None]
Indifferent = Callable[[DeviceId], Set[str]]
"""The points of a device of which a listener need not hear: nothing it does depends on what they say."""
_NOTHING: frozenset[str] = frozenset()


class ImageTable:
    """One immutable block per device, replaced whole. ``listen`` is told a device id whenever its block changed."""

    def __init__(self, ageing: Mapping[DeviceId, Mapping[str, Ageing]]) -> None:
        self._ageing = dict(ageing)
        self._youth_s = _youths(self._ageing)
        self._blocks = {
            device: Block(device, {}, LinkState.OFFLINE, complete=False, sequence=0, ageing=ages)
            for device, ages in self._ageing.items()
        }
        self._listeners: list[tuple[Listener, Indifferent | None]] = []
        self._replaced: set[DeviceId] = set()
        self._met: set[DeviceId] = set()
        self._read: set[DeviceId] = set()

    def listen(self, listener: Listener, indifferent: Indifferent | None = None) -> None:
        """Call ``listener(device)`` after each change of a block; it must be quick and must not raise.

        ``indifferent``: a change of these points alone is not told to it. A cabinet's voltages differ at every poll,
        and most of the controller does nothing by them.
        """
        self._listeners.append((listener, indifferent))

    def adopt(self, ageing: Mapping[DeviceId, Mapping[str, Ageing]]) -> None:
        """Swap the set of devices (reload); blocks of devices that stay are kept."""
        self._ageing = dict(ageing)
        self._youth_s = _youths(self._ageing)
        kept = self._blocks
        self._blocks = {
            device: replace(kept[device], ageing=ages)
            if device in kept
            else Block(device, {}, LinkState.OFFLINE, complete=False, sequence=0, ageing=ages)
            for device, ages in self._ageing.items()
        }
        self._replaced.update(self._blocks)

    def store(self, device: DeviceId, readings: Mapping[str, Reading], *, complete: bool = False) -> None:
        """Merge fresh readings; ``complete``: with them every readable point has been read since the link came up.

        A reading with a new value or quality counts as a change, and one that had lost trust by its age; the same
        value read again in time only renews its age.
        """
        block = self._blocks.get(device)
        if block is None:
            return
        self._read.add(device)
        self._replaced.add(device)
        before = block.readings
        differing = _differing(block, readings, self._youth_s[device])
        whole = complete and not block.complete
        changed = whole or bool(differing)
        self._blocks[device] = Block(
            device,
            {**before, **readings},
            block.link,
            block.complete or complete,
            block.sequence + changed,
            block.ageing,
            block.renewed_s,
        )
        if whole:
            self._tell(device)
        elif changed:
            self._tell_of(device, differing)

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
        self._replaced.add(device)
        self._blocks[device] = replace(block, link=link, sequence=block.sequence + 1)
        self._tell(device)

    def renew(self, device: DeviceId, now_s: float) -> None:
        """A subscribing device proved to be alive: what it did not report since has not changed."""
        block = self._blocks.get(device)
        if block is not None and block.link is not LinkState.OFFLINE:
            self._replaced.add(device)
            trusted_again = any(_aged(block, name, reading, now_s) for name, reading in block.readings.items())
            self._blocks[device] = replace(block, renewed_s=now_s, sequence=block.sequence + trusted_again)
            if trusted_again:
                self._tell(device)

    def take_read(self) -> set[DeviceId]:
        """Devices of which anything was read since the last call, changed or not: a proof may lie in it."""
        taken, self._read = self._read, set()
        return taken

    def take_replaced(self) -> set[DeviceId]:
        """Devices whose block became another since the last call, for whatever reason. There is one taker."""
        taken, self._replaced = self._replaced, set()
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
        for listener, _ in self._listeners:
            listener(device)

    def _tell_of(self, device: DeviceId, points: Set[str]) -> None:
        for listener, indifferent in self._listeners:
            if indifferent is None or not points <= indifferent(device):
                listener(device)


def _differing(block: Block, readings: Mapping[str, Reading], youth_s: float) -> Set[str]:
    """Which of these are more than the block's own reading, trusted until now, read again.

    ``youth_s``: nothing of the device is too old to be trusted before it is this old.
    """
    before = block.readings
    found: set[str] | None = None
    for name, new in readings.items():
        old = before.get(name)
        if (
            old is None
            or old[0] != new[0]  # by place: half the price of a name, thirty times a poll
            or old[1] is not new[1]
            or (new[2] - old[2] > youth_s and _aged(block, name, old, new[2]))
        ):
            if found is None:
                found = set()
            found.add(name)
    return _NOTHING if found is None else found


def _youths(ageing: Mapping[DeviceId, Mapping[str, Ageing]]) -> dict[DeviceId, float]:
    """How old everything of a device may be at least before it is not trusted; kinds of devices share their ages."""
    kinds: dict[int, float] = {}
    for ages in ageing.values():
        if id(ages) not in kinds:
            kinds[id(ages)] = min((DEFAULT_AGEING, *ages.values()), key=lambda age: age.stale_s).stale_s
    return {device: kinds[id(ages)] for device, ages in ageing.items()}


def _aged(block: Block, point: str, reading: Reading, now_s: float) -> bool:
    """Whether the reading is too old to be trusted at ``now_s``."""
    silent_s = now_s - max(reading.received_s, block.renewed_s)
    return silent_s > block.ageing.get(point, DEFAULT_AGEING).stale_s
