"""A Modbus register map over a simulated device: which points a request touches, and how they look as words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from controller.domain.errors import InvalidValue, NotWritable
from drivers.areas import areas_of
from drivers.base import Binding
from drivers.modbus.codec import decode, table_of
from drivers.profile import PointSpec, PointType, Role, Table
from hil.devices.base import Memory, SimulatedDevice
from hil.devices.showing import shower


@dataclass(frozen=True, slots=True)
class Extent:
    """Addresses ``first`` to ``last`` of one table, both answered."""

    first: int
    last: int


class RegisterMap:
    """The points of one binding, found by address. Addresses are of bits in bit tables, of words elsewhere."""

    def __init__(self, binding: Binding, device: SimulatedDevice) -> None:
        self.device = device
        self._binding = binding
        self._points: dict[Table, tuple[PointSpec, ...]] = {}
        self._asked: dict[tuple[Table, int, int], tuple[PointSpec, ...]] = {}
        for table in Table:
            of_table = (spec for spec in binding.points.values() if table_of(spec) is table)
            self._points[table] = tuple(sorted(of_table, key=lambda spec: (spec.address, spec.bit)))
        self._show = {spec.name: shower(spec, device.readers) for spec in binding.points.values()}

    def extent(self, table: Table) -> Extent | None:
        """What the device answers in this table; gaps between its points read 0. None: nothing."""
        points = self._points[table]
        if not points:
            return None
        return Extent(points[0].address, max(spec.address + spec.registers - 1 for spec in points))

    def show(self, table: Table, address: int, count: int, words: list[int], first: int) -> None:
        """Bring ``words`` (whose first register is ``first``) up to date for a read of these addresses."""
        if self._in_memory(table, address, count):
            words[address - first : address - first + count] = self._memory_of().read(address, count)
            return
        for spec in self._within(table, address, count):
            self._show[spec.name](words, first)

    def take(self, table: Table, address: int, values: Sequence[int] | Sequence[bool]) -> None:
        """Hand a write to the plant, point by point.

        Raises:
            NotWritable: the request touches something that cannot be written, or a part of a point.
            InvalidValue, DeviceRefused: from the device.
        """
        if self._in_memory(table, address, len(values)):
            self._memory_of().write(address, [int(value) for value in values])
            return
        end = address + len(values)
        touched = self._within(table, address, len(values))
        covered = {spec.address + offset for spec in touched for offset in range(spec.registers)}
        if covered != set(range(address, end)) or not all(map(self._writable_or_unchanged_bit, touched)):
            raise NotWritable(f"{self.device.id}: {table} {address}…{end - 1} is not entirely writable")
        for spec, written in self._split(touched, address, values):
            value = decode(spec, written).value
            if value is None:
                raise InvalidValue(f"{self.device.id}: {list(written)} is no value of {spec.name}")
            self.device.write(spec.name, value)

    def memory(self) -> Iterable[Extent]:
        """The holding registers of the device's timetable and clock."""
        if self.device.memory is not None:
            yield from (Extent(area.address, area.end - 1) for area in areas_of(self._binding))

    def only_beats(self, table: Table, address: int, count: int) -> bool:
        """Whether a write of these addresses is a heartbeat and nothing else."""
        return all(spec.role is Role.HEARTBEAT for spec in self._within(table, address, count))

    def _in_memory(self, table: Table, address: int, count: int) -> bool:
        return table is Table.HOLDING and self.device.memory is not None and self._memory_of().holds(address, count)

    def _memory_of(self) -> Memory:
        if self.device.memory is None:
            raise NotWritable(f"{self.device.id} keeps nothing beside its points")
        return self.device.memory

    def _split(
        self, touched: Iterable[PointSpec], address: int, values: Sequence[int] | Sequence[bool]
    ) -> Iterable[tuple[PointSpec, Sequence[int] | Sequence[bool]]]:
        for spec in touched:
            at = spec.address - address
            written = values[at : at + spec.registers]
            unchanged = spec.type is PointType.BIT and bool(written[0] >> spec.bit & 1) == self.device.read(spec.name)
            if not unchanged:
                yield spec, written

    @staticmethod
    def _writable_or_unchanged_bit(spec: PointSpec) -> bool:
        return spec.writable or spec.type is PointType.BIT

    def _within(self, table: Table, address: int, count: int) -> tuple[PointSpec, ...]:
        key = (table, address, count)
        known = self._asked.get(key)
        if known is None:
            known = self._asked[key] = tuple(
                spec
                for spec in self._points[table]
                if spec.address < address + count and address < spec.address + spec.registers
            )
        return known
