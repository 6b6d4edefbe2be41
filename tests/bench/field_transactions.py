"""What a Modbus transaction costs: against bare pymodbus, against C, and whether it grows with the city."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache

import uvloop

from controller.runtime.startup import hurry, settle
from tests.bench.field_clients import Cost, bare_clients, bare_reads, cost, our_connections
from tests.bench.peers.field import Field, limit, modbus_field
from tests.bench.registry import benchmark, remark

CONNECTIONS = 1_000
ROUNDS = 10
SAMPLES = 7
FEW, MANY = 100, 10_000
"""Connections between which the cost may not grow; each sample makes ``MANY`` transactions on both."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample: each in turn, in the same process and against the same peer."""

    ours: Cost
    bare: Cost
    c: float | None


@benchmark(
    "field.cpu_per_transaction_ratio",
    unit="×",
    must=1.3,
    goal=0.6,
    note="processor time of a transaction, ours ÷ bare pymodbus on uvloop: 100 registers read into 100 points with "
    "range, quality and time against a list of integers; 1,000 connections, ten of the hundred values new each time",
)
def cpu_per_transaction_ratio() -> list[float]:
    return [pair.ours.cpu_us / pair.bare.cpu_us for pair in _pairs()]


@benchmark(
    "field.cpu_vs_c_ratio",
    unit="×",
    note="the same ÷ a client in C with epoll that checks the header and turns the bytes round",
)
def cpu_vs_c_ratio() -> list[float]:
    pairs = _pairs()
    if pairs[0].c is None:
        raise RuntimeError("there is no C compiler here (cc, gcc or clang): install one to run this benchmark")
    return [pair.ours.cpu_us / pair.c for pair in pairs if pair.c is not None]


@benchmark(
    "field.growth_ratio",
    unit="×",
    must=1.3,
    goal=1.1,
    note="processor time of our transaction at 10,000 connections ÷ at 100",
)
def growth_ratio() -> list[float]:
    with modbus_field() as field:
        return uvloop.run(_growth(field))


@cache
def _pairs() -> tuple[Pair, ...]:
    with modbus_field() as field:
        pairs = uvloop.run(_measured_pairs(field))
    for who, times in (
        ("ours", [pair.ours.cpu_us for pair in pairs]),
        ("bare pymodbus", [pair.bare.cpu_us for pair in pairs]),
        ("C", [pair.c for pair in pairs if pair.c is not None]),
    ):
        if times:
            remark(f"{who}: {', '.join(f'{time_us:.1f}' for time_us in times)} µs of processor time a transaction")
    return pairs


async def _measured_pairs(field: Field) -> tuple[Pair, ...]:
    async with our_connections(field.live, CONNECTIONS) as ours, bare_clients(field.live, CONNECTIONS) as clients:
        bare = bare_reads(clients)
        await cost(ours, 2)
        await cost(bare, 2)
        _as_in_service()
        pairs = [Pair(await cost(ours, ROUNDS), await cost(bare, ROUNDS), _c(field)) for _ in range(SAMPLES)]
        gc.unfreeze()
        return tuple(pairs)


async def _growth(field: Field) -> list[float]:
    async with our_connections(field.live, MANY) as ours:
        few = ours[:FEW]
        await cost(ours, 1)
        await cost(few, 10)
        _as_in_service()
        pairs = [(await cost(ours, 1), await cost(few, MANY // FEW)) for _ in range(SAMPLES)]
        gc.unfreeze()
    for count, times in ((MANY, [many for many, _ in pairs]), (FEW, [some for _, some in pairs])):
        remark(f"{count} connections: {', '.join(f'{one.cpu_us:.1f}' for one in times)} µs a transaction")
    return [many.cpu_us / some.cpu_us for many, some in pairs]


def _c(field: Field) -> float | None:
    took = limit(field, CONNECTIONS, ROUNDS, "read")
    return None if took is None else took[0]


def _as_in_service() -> None:
    """Collections as a running controller has them: what stands is set aside, what comes is looked through."""
    hurry()
    gc.collect()
    settle()
