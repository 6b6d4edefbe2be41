"""The reading test of a profile against its device: every point, raw and scaled, and what looks wrong. Never writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.commissioning.bench_line import Subject, bench_line
from controller.commissioning.sampling import COUNTERS, ModbusSampler, Sample
from controller.commissioning.suspicions import Seen, Sureness, Suspicion, suspicions
from controller.domain.clock import Clock
from controller.domain.errors import LinkError
from controller.domain.points import Reading, Value, bad
from controller.domain.quality import Detail, Quality
from controller.settings.signs_of_life import DO, NOTHING, NOTHING_ZH, watched
from drivers.modbus.codec import decode
from drivers.profile import PointSpec, PointType, Protocol, Table

BETWEEN_LOOKS_S = 2.0
"""Long enough for a counter to move."""
MEANINGS = {1: "no such function", 2: "no such address", 3: "not so many at once", 4: "it failed", 6: "busy"}
PAUSE_S = 0.05
"""Between two requests: a device on a serial line behind a gateway is asked by others too."""


@dataclass(frozen=True, slots=True)
class PointResult:
    """One point: where it is, what stood there, what it came to. ``raw``: hexadecimal words, or a value as it came."""

    name: str
    where: str
    raw: str
    value: Value | None
    unit: str
    quality: str
    detail: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a test found. ``good`` when every point answered GOOD and nothing looks wrong."""

    device: str
    url: str
    profile: str
    requests: int
    points: tuple[PointResult, ...]
    suspicions: tuple[Suspicion, ...]
    warnings: tuple[Suspicion, ...] = ()
    """What the profile lacks, though everything it has answers."""

    @property
    def good(self) -> bool:
        """Whether nothing needs a look."""
        return not self.suspicions and all(point.quality == "GOOD" for point in self.points)


async def run_test(subject: Subject, clock: Clock, *, pause_s: float = PAUSE_S) -> ReadReport:
    """Read everything the profile names, and counters twice, so that they show which word moves.

    Raises:
        ConfigError: the profile can't be used on this wire. LinkError: the device is not there, or fell silent.
    """
    if subject.profile.protocol is Protocol.OPCUA:
        return await _opcua(subject, clock)
    return await _modbus(subject, clock, pause_s)


async def _modbus(subject: Subject, clock: Clock, pause_s: float) -> ReadReport:
    sampler = ModbusSampler(subject)
    specs = subject.profile.points
    async with bench_line(subject.endpoint, sampler.bindings(), clock, pause_s) as line:
        samples = [await sampler.look(line)]
        if not samples[0].words and line.losses:
            raise LinkError(f"{subject.name}: {next(iter(samples[0].refused.values()))[1]}")
        if any(spec.type in COUNTERS for spec in specs.values()):
            await clock.sleep(BETWEEN_LOOKS_S)
            samples.append(await sampler.look_again(line, samples[0]))
        aside = await sampler.look_aside(line, samples[-1], _ends(specs))
        asked = line.asked
    received_s = clock.monotonic()
    readings = {name: _reading(spec, samples[-1], received_s) for name, spec in specs.items()}
    points = tuple(_result(spec, readings[name], samples[-1]) for name, spec in specs.items())
    found = suspicions(Seen(specs, readings, samples, aside))
    return ReadReport(subject.name, subject.endpoint.url, subject.profile.id, asked, points, found)


def _ends(specs: Mapping[str, PointSpec]) -> dict[str, PointSpec]:
    """First and last point of each table of registers."""
    ends: dict[str, PointSpec] = {}
    for table in Table:
        there = sorted((s for s in specs.values() if s.table is table), key=lambda s: s.address)
        ends |= {spec.name: spec for spec in (there[:1] + there[-1:])}
    return ends


def _reading(spec: PointSpec, sample: Sample, received_s: float) -> Reading:
    words = sample.of(spec)
    return bad(Detail.COMM_FAULT, received_s) if words is None else decode(spec, words, received_s)


def _result(spec: PointSpec, reading: Reading, sample: Sample) -> PointResult:
    words = sample.of(spec)
    raw = " ".join(f"0x{word:04X}" for word in words) if words and _in_words(spec) else "".join(map(str, words or ""))
    remark = _refusal(*sample.refused[spec.name]) if spec.name in sample.refused else ""
    bit = f".{spec.bit}" if spec.type is PointType.BIT else ""
    where = f"{spec.table} {spec.address}{bit}"
    return _point(spec, where, raw, reading, remark)


def _refusal(code: int | None, sentence: str) -> str:
    """Short: where and what to do about it stand in the table and below it."""
    if code is None:
        return f"no answer: {sentence}"
    return f"refused, exception {code}" + (f": {MEANINGS[code]}" if code in MEANINGS else "")


def _in_words(spec: PointSpec) -> bool:
    return spec.table in (Table.HOLDING, Table.INPUT)


def _point(spec: PointSpec, where: str, raw: str, reading: Reading, remark: str) -> PointResult:
    return PointResult(
        spec.name, where, raw, reading.value, spec.unit, Quality(reading.quality).name, str(reading.detail), remark
    )


# -- OPC UA ---------------------------------------------------------------------------------------------------------


async def _opcua(subject: Subject, clock: Clock) -> ReadReport:
    """Every node twice: as the profile has it, and as the server has it, unscaled."""
    specs = subject.profile.points
    bindings = (subject.binding("scaled", specs), subject.binding("raw", {n: _bare(s) for n, s in specs.items()}))
    async with bench_line(subject.endpoint, bindings, clock, 0.0, around=subject.around) as line:
        scaled, raw = await line.ask("scaled"), await line.ask("raw")
        asked = line.asked
    for answer in (scaled, raw):
        if answer.error is not None:
            raise answer.error
    points = tuple(
        _point(spec, f"{subject.root}{spec.node}", _raw_text(raw.readings[name]), scaled.readings[name],
               _node_remark(scaled.readings[name]))
        for name, spec in specs.items()
    )  # fmt: skip
    seen = Seen(specs, scaled.readings, [Sample()], {})
    found = (*_nodes(subject, scaled.readings), *suspicions(seen))
    return ReadReport(subject.name, subject.endpoint.url, subject.profile.id, asked, points, found, _unwatched(subject))


def _bare(spec: PointSpec) -> PointSpec:
    kind = PointType.I32 if spec.type is PointType.ENUM else spec.type
    return replace(spec, type=kind, scale=1.0, offset=0.0, low=None, high=None, labels={}, deadband=0.0)


def _raw_text(reading: Reading) -> str:
    return "" if reading.value is None else str(reading.value)


def _node_remark(reading: Reading) -> str:
    return "no such node, or of another type" if reading.detail is Detail.CONFIG_ERROR else ""


def _unwatched(subject: Subject) -> tuple[Suspicion, ...]:
    if watched(subject.profile):
        return ()
    return (Suspicion("alive", (), NOTHING, NOTHING_ZH, DO, Sureness.CERTAIN),)


def _nodes(subject: Subject, readings: Mapping[str, Reading]) -> tuple[Suspicion, ...]:
    gone = tuple(name for name, one in readings.items() if one.detail is Detail.CONFIG_ERROR)
    if not gone:
        return ()
    if len(gone) == len(readings):
        named = f"is {subject.profile.namespace} its namespace, and the root {subject.root!r}?"
        what = f"the server has none of the nodes: {named}"
        return (
            Suspicion(
                "nodes",
                gone,
                what,
                "服务器上没有这些节点：检查命名空间与 --root",
                "say --root PREFIX, or another namespace",
                Sureness.LIKELY,
            ),
        )
    return (
        Suspicion(
            "nodes",
            gone,
            "no such node, or of another type",
            "节点不存在或类型不符",
            "compare node and type with the server",
            Sureness.CERTAIN,
        ),
    )
