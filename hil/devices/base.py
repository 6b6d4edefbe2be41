"""A simulated device: the points of its profile on top of a plant, with the faults of its electronics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from controller.domain.errors import DeviceRefused, NotWritable, UnknownTarget
from controller.domain.points import DeviceId, Value

Readers = Mapping[str, Callable[[], Value]]
"""Logical point name → the plant's truth now."""
Writers = Mapping[str, Callable[[Value], None]]
"""Logical point name → what the plant does when the centre writes it."""


class Plant(Protocol):
    """Anything that moves with time."""

    def advance(self, to_s: float) -> None:
        """Let time pass until ``to_s`` (plant seconds, that is Unix seconds)."""
        ...


class Memory(Protocol):
    """Registers of a device beside its points."""

    def holds(self, address: int, count: int) -> bool:
        """Whether all of these registers are here."""
        ...

    def read(self, address: int, count: int) -> Sequence[int]:
        """The registers as they stand."""
        ...

    def write(self, address: int, words: Sequence[int]) -> None:
        """Take registers. Raises InvalidValue for what they cannot hold."""
        ...


class SimulatedDevice:
    """Electronics between a wire and a plant.

    Faults of the electronics: ``offline`` (the gateway gets no answer from it), ``substitute`` (a reading shows this
    whatever is true), ``ignore`` (a write is acknowledged, its register changes, and nothing happens),
    ``refuse`` (a write gets a definite no). Faults of the plant are set on ``plant``. ``readers`` is what a wire
    reads by: the truth, or a substitute of it. A ``sampled`` device shows the last step of a plant that others move
    too (the water); the others are worked out whenever somebody looks. ``memory`` is what it keeps beside its points.
    """

    def __init__(
        self,
        device: DeviceId,
        plant: Plant,
        readers: Readers,
        writers: Writers,
        *,
        sampled: bool = False,
        memory: Memory | None = None,
    ) -> None:
        self.id = device
        self.plant = plant
        self.sampled = sampled
        self.offline = False
        self.memory = memory
        self.readers = dict(readers)
        self._truth = readers
        self._writers = writers
        self._ignored: set[str] = set()
        self._refused: set[str] = set()

    @property
    def points(self) -> frozenset[str]:
        """Every point it could answer; its wire offers only those of its binding."""
        return frozenset(self._truth)

    def advance(self, to_s: float) -> None:
        """Let the plant catch up."""
        self.plant.advance(to_s)

    def read(self, point: str) -> Value:
        """A point's value now.

        Raises:
            UnknownTarget: the device has no such point.
        """
        reader = self.readers.get(point)
        if reader is None:
            raise UnknownTarget(f"simulated device {self.id} has no point {point}")
        return reader()

    def write(self, point: str, value: Value) -> None:
        """The centre writes an absolute value.

        Raises:
            NotWritable: nothing in this device takes such a write.
            InvalidValue: not a value this point can take. DeviceRefused: told to refuse it.
        """
        if point in self._refused:
            raise DeviceRefused(f"simulated device {self.id} was told to refuse writes to {point}")
        writer = self._writers.get(point)
        if writer is None:
            raise NotWritable(f"simulated device {self.id} has no writable point {point}")
        if point in self._ignored:
            self.substitute(point, value)
            return
        writer(value)

    def substitute(self, point: str, value: Value) -> None:
        """Let a reading show ``value`` whatever is true."""
        self.readers[point] = lambda: value

    def distort(self, point: str, by: float) -> None:
        """Let a reading lie: it shows the truth and this much more.

        Raises:
            UnknownTarget: the device has no such point.
        """
        truth = self._truth.get(point)
        if truth is None:
            raise UnknownTarget(f"simulated device {self.id} has no point {point}")
        self.readers[point] = lambda: _shifted(truth(), by)

    def ignore(self, point: str) -> None:
        """Acknowledge writes to the point and do nothing."""
        self._ignored.add(point)

    def refuse(self, point: str) -> None:
        """Answer writes to the point with a definite no."""
        self._refused.add(point)

    def heal_point(self, point: str) -> None:
        """Let one reading show the truth again. Harmless for a point it does not have."""
        if point in self._truth:
            self.readers[point] = self._truth[point]

    def heal(self) -> None:
        """Take every fault of the electronics away."""
        self.offline = False
        self.readers.update(self._truth)
        self._ignored.clear()
        self._refused.clear()


def _shifted(value: Value, by: float) -> Value:
    return value if isinstance(value, (bool, str)) else value + by
