"""The one device every peer plays, and what a peer can be told to do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from controller.domain.points import Value
from controller.domain.timetables import ClockForm, ClockLayout
from drivers.base import Binding, Driver, Endpoint
from drivers.profile import Access, PointSpec, PointType, Poll, Role, Table, WordOrder

DEVICE = "330106-PS-0001"
NAMESPACE = "urn:zhadao:contract"
ROOT = "station."
TIMEOUT_S = 2.0

_RW = Access.READ_WRITE
_SPECS = (
    PointSpec("P1.run_command", PointType.BOOL, access=_RW, feedback="P1.running", table=Table.COIL, address=3),
    PointSpec("P1.running", PointType.BOOL, table=Table.DISCRETE, address=7, poll=Poll.FAST),
    PointSpec("inner_level_1_m", PointType.F32, low=-1.0, high=6.0, table=Table.INPUT, address=0, deadband=0.01),
    PointSpec("energy_kwh", PointType.U32, table=Table.INPUT, address=2, word_order=WordOrder.LITTLE, poll=Poll.SLOW),
    PointSpec("flow_m3s", PointType.F64, table=Table.INPUT, address=4, poll=Poll.FAST),
    PointSpec(
        "G1.position_command",
        PointType.U16,
        access=_RW,
        scale=0.1,
        low=0.0,
        high=100.0,
        feedback="none",
        table=Table.HOLDING,
        address=0,
    ),
    PointSpec(
        "mode_command",
        PointType.ENUM,
        access=_RW,
        labels={0: "PLC_AUTO", 1: "REMOTE"},
        feedback="none",
        table=Table.HOLDING,
        address=1,
    ),
    PointSpec("heartbeat", PointType.U16, access=_RW, role=Role.HEARTBEAT, table=Table.HOLDING, address=2),
    PointSpec(
        "D1.text_command", PointType.STRING, access=_RW, feedback="none", table=Table.HOLDING, address=4, length=8
    ),
)
CLOCK = ClockLayout(200, ClockForm.FIELDS)
"""Registers beside the points: the device's clock."""
POINTS = {spec.name: replace(spec, node=spec.name) for spec in _SPECS}


def binding(**changes: object) -> Binding:
    fields: dict[str, object] = {"unit": 5, "namespace": NAMESPACE, "root": ROOT, "clock": CLOCK} | changes
    return Binding(DEVICE, POINTS, **fields)  # type: ignore[arg-type] - each test passes fields of Binding


class LoopClock:
    """The clock of a test: the event loop's own time."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime(2026, 6, 21, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A write that reached the device, whether it accepted it or not."""

    point: str
    value: Value


class Peer(Protocol):
    """A device that can be watched and told to misbehave."""

    attempts: list[Attempt]
    outlives_silence: bool
    """Whether its line stays open when it does not answer."""

    async def start(self) -> Endpoint: ...
    async def stop(self) -> None: ...
    def driver(self, endpoint: Endpoint, /) -> Driver: ...
    async def show(self, point: str, value: Value) -> None: ...
    async def refuse(self) -> None: ...
    def go_silent(self) -> None: ...
    def lose_on_next(self) -> None: ...
