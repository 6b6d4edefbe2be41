"""Looking for what answers at addresses a person named: one request at a time, with a pause, bounded, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from controller.commissioning.bench_line import Answer, BenchLine, bench_line, raw_points
from controller.commissioning.identify import identify
from controller.commissioning.scan_targets import ScanTarget
from controller.domain.clock import Clock
from controller.domain.errors import ControllerError, DeviceBusy, DeviceRefused, GatewayFault, LinkDown
from drivers.base import Binding, Endpoint
from drivers.profile import Table

PAUSE_S = 0.1
LEAST_PAUSE_S = 0.02
TIMEOUT_S = 0.5
"""A unit on a serial line behind a gateway answers within 0.2 s; one on a 4G link may need --timeout 3."""
PROBES = (Table.HOLDING, Table.INPUT, Table.COIL, Table.DISCRETE)
"""Asked in this order; a unit silent to the first is not asked the others."""
CODES = {Table.HOLDING: 3, Table.INPUT: 4, Table.COIL: 1, Table.DISCRETE: 2}


@dataclass(frozen=True, slots=True)
class UnitFound:
    """A unit that answered: what it said to each probe of address 0, and who it says it is."""

    unit: int
    answers: tuple[tuple[Table, str], ...]
    identity: str = ""


@dataclass(slots=True)
class ScanLog:
    """What was sent where, by function code, and how far it got."""

    sent: Counter[int] = field(default_factory=Counter)
    asked: int = 0
    silent: int = 0
    trouble: str = ""

    def words(self) -> str:
        """For people: ``247 units asked; sent: 247 × FC 3, 1 × FC 4``."""
        sent = ", ".join(f"{count} × FC {code}" for code, count in sorted(self.sent.items())) or "nothing"
        return f"{self.asked} units asked, {self.silent} silent; sent: {sent}; nothing was written"


Tell = Callable[[UnitFound], None]
"""Told of a unit as soon as it answered, so that an aborted scan has said what it found."""


async def scan_units(
    target: ScanTarget,
    log: ScanLog,
    clock: Clock,
    tell: Tell,
    *,
    timeout_s: float = TIMEOUT_S,
    pause_s: float = PAUSE_S,
) -> tuple[UnitFound, ...]:
    """Ask each unit for one register; those that answer, for one of every table and for who they are.

    Ends early, with ``log.trouble`` said, when the address itself can't be reached.

    Raises:
        ConfigError: a URL no driver knows.
    """
    endpoint = Endpoint("scan", target.url, (), timeout_s)
    losses = len(target.units) * len(PROBES) + 1
    found: list[UnitFound] = []
    try:
        async with bench_line(
            endpoint, _bindings(target), clock, max(pause_s, LEAST_PAUSE_S), most_losses=losses
        ) as line:
            async for unit in _answering(line, target, log):
                found.append(unit)
                tell(unit)
    except LinkDown as down:
        log.trouble = str(down)
    return tuple([await _identified(target, unit, log, timeout_s) for unit in found])


async def _answering(line: BenchLine, target: ScanTarget, log: ScanLog) -> AsyncIterator[UnitFound]:
    for unit in target.units:
        log.asked += 1
        first = await _probe(line, unit, PROBES[0], log)
        if _absent(first):
            log.silent += 1
            continue
        answers = [(PROBES[0], _said(first))]
        for table in PROBES[1:]:
            answers.append((table, _said(await _probe(line, unit, table, log))))  # noqa: PERF401 - one at a time, on purpose
        yield UnitFound(unit, tuple(answers))


async def _probe(line: BenchLine, unit: int, table: Table, log: ScanLog) -> Answer:
    before = line.asked
    try:
        return await line.ask(f"{unit} {table}")
    finally:
        log.sent[CODES[table]] += line.asked - before


def _absent(answer: Answer) -> bool:
    """Silence, or a gateway that says nobody is there; a busy or refusing device is there."""
    return answer.error is not None and (
        isinstance(answer.error, GatewayFault) or not isinstance(answer.error, (DeviceRefused, DeviceBusy))
    )


def _said(answer: Answer) -> str:
    if answer.error is None:
        return "answers"
    return f"exception {answer.code}" if answer.code is not None else "silent"


async def _identified(target: ScanTarget, unit: UnitFound, log: ScanLog, timeout_s: float) -> UnitFound:
    place = urlsplit(target.url)
    if place.scheme != "modbus+tcp" or place.hostname is None:
        return unit
    log.sent[43] += 1
    try:
        identity = await identify(place.hostname, place.port or 502, unit.unit, timeout_s)
    except ControllerError as none:
        return UnitFound(unit.unit, unit.answers, f"no identification ({none})")
    return UnitFound(unit.unit, unit.answers, str(identity))


def _bindings(target: ScanTarget) -> Iterator[Binding]:
    for unit in target.units:
        for table in PROBES:
            yield Binding(f"{unit} {table}", raw_points(table, 0, 1), unit=unit)
