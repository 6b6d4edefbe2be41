"""Which reads fetch which points: neighbours together, a value never split. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from controller.domain.errors import ConfigError
from drivers.base import Binding
from drivers.modbus.codec import BIT_TABLES, table_of
from drivers.profile import PointSpec, Poll, Table

MAX_READ_REGISTERS = 125
"""Most registers of one read (Modbus application protocol, functions 3, 4 and 23)."""
MAX_READ_BITS = 2000
"""Most bits of one read (functions 1 and 2)."""
LAST_ADDRESS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Block:
    """One read: ``count`` registers or bits of a table from ``address`` on, and the points found in them."""

    table: Table
    address: int
    count: int
    points: tuple[PointSpec, ...]


def plan(binding: Binding, polls: Collection[Poll] | None = None) -> tuple[Block, ...]:
    """The reads for the device's points of these poll classes (None: all), holding registers first.

    Points closer than ``max_gap`` registers (or bits) share a read, up to ``max_registers`` (bits: sixteen times as
    many) and the protocol's own limits. That the gaps may be read is the profile author's word.

    Raises:
        ConfigError: a point without a table, or one that no read can hold.
    """
    wanted = None if polls is None else frozenset(polls)
    return _planned(_Points(binding.points), wanted, binding.max_gap, binding.max_registers)


class _Points:
    """A table of points by its identity: devices of a kind share one, and then their reads as well."""

    __slots__ = ("specs",)

    def __init__(self, specs: Mapping[str, PointSpec]) -> None:
        self.specs = specs

    def __hash__(self) -> int:
        return id(self.specs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Points) and self.specs is other.specs


@lru_cache(maxsize=512)
def _planned(points: _Points, polls: frozenset[Poll] | None, max_gap: int, max_registers: int) -> tuple[Block, ...]:
    if polls is not None:
        present = frozenset(spec.poll for spec in points.specs.values())
        if present <= polls:
            return _planned(points, None, max_gap, max_registers)
        if not polls <= present:
            return _planned(points, polls & present, max_gap, max_registers)
    wanted = [spec for spec in points.specs.values() if polls is None or spec.poll in polls]
    by_table = {table: [spec for spec in wanted if table_of(spec) is table] for table in _ORDER}
    return tuple(
        block
        for table, specs in by_table.items()
        for block in _blocks(table, specs, max_gap, most(table, max_registers))
    )


def most(table: Table, max_registers: int) -> int:
    """Largest ``count`` of one read of this table."""
    if table in BIT_TABLES:
        return min(MAX_READ_BITS, 16 * max_registers)
    return min(MAX_READ_REGISTERS, max_registers)


_ORDER = (Table.HOLDING, Table.INPUT, Table.COIL, Table.DISCRETE)


def _blocks(table: Table, specs: Iterable[PointSpec], max_gap: int, limit: int) -> Iterable[Block]:
    """Walk the points by address; a new block begins where the gap or the size would be too large."""
    together: list[PointSpec] = []
    start = end = 0
    for spec in sorted(specs, key=lambda spec: (spec.address, spec.registers)):
        _check_fits(table, spec)
        after = spec.address + spec.registers
        if together and (spec.address - end > max_gap or max(end, after) - start > limit):
            yield Block(table, start, end - start, tuple(together))
            together = []
        if not together:
            start = end = spec.address
        together.append(spec)
        end = max(end, after)
    if together:
        yield Block(table, start, end - start, tuple(together))


def _check_fits(table: Table, spec: PointSpec) -> None:
    if spec.address < 0 or spec.address + spec.registers - 1 > LAST_ADDRESS:
        raise ConfigError(f"point {spec.name} at {table} {spec.address} lies outside 0 to {LAST_ADDRESS}")
    if spec.registers > MAX_READ_REGISTERS:
        raise ConfigError(
            f"point {spec.name} takes {spec.registers} registers; one Modbus read holds {MAX_READ_REGISTERS}: "
            "split it into several points"
        )
