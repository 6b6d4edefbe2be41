"""Who watches which value, and telling them what changed: at most once a second each, in slices, never in a hurry.

A change of the image or of the book only notes an asset that is watched. Once a second the noted assets are looked at
in slices of a few milliseconds with pauses between; what takes longer than the second is told later and only in its
newest state. Ages are looked at when they end, and everything watched within a minute, whatever was missed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from controller.domain.clock import Clock
from controller.domain.points import DeviceId, TargetId, device_of
from controller.northbound.attributes import Shown
from controller.northbound.catalogue import Leaf, Shape
from controller.northbound.values import Now, gone
from controller.runtime.schedule_heap import DueHeap

ROUND_S = 1.0
"""Real seconds between two looks at what changed."""
SLICE_S = 0.004
"""Of work before the event loop has its turn …"""
REST_S = 0.020
"""… for so long: a sixth of a core at most."""
SWEEP_ROUNDS = 60
"""Everything watched is looked at within so many rounds."""
AGAIN = 3
"""Rounds in which a target is looked at after somebody asked something of it: it is decided a cycle later."""
PAST_S = 0.001

Told = Callable[[int, ua.DataValue], Awaitable[None]]


@dataclass(slots=True)
class _Watched:
    """One value and who is told of it."""

    leaf: Leaf
    told: dict[int, Told] = field(default_factory=dict)
    last: tuple[int, object] | None = None


class Watchers:
    """Every watched value of every client."""

    def __init__(self, shown: Shown, clock: Clock) -> None:
        self._shown = shown
        self._clock = clock
        self._by_device: dict[DeviceId, dict[str, _Watched]] = {}
        self._keys: dict[int, tuple[DeviceId, str]] = {}
        self._handle = 0
        self._dirty: dict[DeviceId, None] = {}
        self._again: dict[DeviceId, int] = {}
        self._ages = DueHeap()
        self._swept: Iterator[DeviceId] = iter(())

    def __len__(self) -> int:
        return len(self._keys)

    def watch(self, leaf: Leaf, told: Told) -> int:
        """Tell of this value from now on; a handle to end it."""
        self._handle -= 1  # the library's own handles are positive
        watched = self._by_device.setdefault(leaf.device, {}).setdefault(leaf.key, _Watched(leaf))
        watched.told[self._handle] = told
        self._keys[self._handle] = (leaf.device, leaf.key)
        self._dirty[leaf.device] = None
        return self._handle

    def forget(self, handle: int) -> None:
        """Tell no more; harmless for a handle that is over."""
        device, key = self._keys.pop(handle, ("", ""))
        watched = self._by_device.get(device, {}).get(key)
        if watched is None:
            return
        watched.told.pop(handle, None)
        if not watched.told:
            del self._by_device[device][key]
        if not self._by_device[device]:
            del self._by_device[device]
            self._ages.drop(device)

    # -- what changed -------------------------------------------------------------------------------------------

    def noticed(self, device: DeviceId) -> None:
        """An asset's image changed."""
        if device in self._by_device:
            self._dirty[device] = None

    def asked(self, target: TargetId) -> None:
        """A slot of a target was filled or emptied."""
        device = device_of(target)
        if device in self._by_device:
            self._dirty[device] = None
            self._again[device] = AGAIN

    def adopted(self) -> None:
        """The catalogue is another: every watched value is looked at anew, also those that are gone."""
        for device, watched in self._by_device.items():
            self._dirty[device] = None
            for one in watched.values():
                leaf = self._shown.catalogue.leaf(one.leaf.key)
                one.last = None
                if leaf is not None and leaf.live:
                    one.leaf = leaf

    # -- telling ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tell for ever."""
        while True:
            began_s = asyncio.get_running_loop().time()
            await self.round()
            spent_s = asyncio.get_running_loop().time() - began_s
            await asyncio.sleep(max(REST_S, ROUND_S - spent_s))

    async def round(self) -> None:
        """Tell what changed since the last round."""
        for device in self._ages.take(self._clock.monotonic()):
            self.noticed(device)
        dirty, self._dirty = self._dirty, {}
        dirty.update(dict.fromkeys((*self._sweep(), *self._still_asked(), "")))
        slice_ends_s = time.perf_counter() + SLICE_S
        for device in dirty:
            await self._tell(device)
            if time.perf_counter() >= slice_ends_s:
                await asyncio.sleep(REST_S)
                slice_ends_s = time.perf_counter() + SLICE_S

    def _still_asked(self) -> tuple[DeviceId, ...]:
        asked = tuple(self._again)
        self._again = {device: left - 1 for device, left in self._again.items() if left > 1}
        return asked

    def _sweep(self) -> Iterable[DeviceId]:
        share = len(self._by_device) // SWEEP_ROUNDS + 1
        taken = [device for _, device in zip(range(share), self._swept, strict=False)]
        if len(taken) < share:
            self._swept = iter(tuple(self._by_device))
        return taken

    async def _tell(self, device: DeviceId) -> None:
        watched = self._by_device.get(device)
        if not watched:
            return
        now = self._shown.facts.now()
        view = self._shown.facts.view(device, now)
        for one in tuple(watched.values()):
            value = self._value(one, now)
            seen = (_code(value), None if value.Value is None else value.Value.Value)
            if seen != one.last:
                one.last = seen
                for handle, told in tuple(one.told.items()):
                    await told(handle, value)
        points = [one.leaf.spec.name for one in watched.values() if one.leaf.spec and one.leaf.shape is Shape.POINT]
        # A target's feedback ages with its asset's points, watched or not.
        ends_s = view.ages_s(points if len(points) == len(watched) else view.block.readings)
        if device and ends_s < float("inf"):
            self._ages.put(device, ends_s + PAST_S)

    def _value(self, one: _Watched, now: Now) -> ua.DataValue:
        if self._shown.catalogue.leaf(one.leaf.key) is None:
            return gone(now)
        return self._shown.read(one.leaf, AttributeIds.Value)


def _code(value: ua.DataValue) -> int:
    return 0 if value.StatusCode is None else int(value.StatusCode.value)
