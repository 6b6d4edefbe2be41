"""Recorded nights of simulated cabinets with injected faults, seen as the controller would see them.

The plants are the bench's own (``hil.plants``); what is polled, how often, and how a register rounds it, comes from the
profiles. Status is polled every 10 s, the supply every 60 s. While nothing is switched and nothing is injected only
every sixth poll is made: a detector samples power once a minute, so the others would not be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random

from controller.domain.image import Ageing, Block, LinkState, View
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass
from controller.domain.places import Place
from controller.domain.points import Reading, Value
from controller.domain.quality import Detail, Quality
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.circuit import When
from controller.logic.faults.kinds import FaultKind
from controller.logic.faults.rules import FaultRules
from controller.settings.load import load_site
from controller.settings.site import Site
from drivers.profile import PointSpec, Poll
from hil.devices.base import SimulatedDevice
from hil.devices.lighting import cabinet_device
from hil.plants.cabinet import CabinetPlant
from hil.plants.events import EventLog
from hil.plants.nuisance import Nuisance
from hil.plants.weather import Weather

CONFIG = Path(__file__).parents[2] / "config" / "hangzhou"
ZONE_S = 8 * 3600.0
DAY_S, HOUR_S = 86_400.0, 3600.0
FIRST_NOON_S = datetime(2026, 3, 2, 4, 0, tzinfo=UTC).timestamp()
"""Local noon: a recording runs from noon to noon."""
BRISK_S, CALM_S, DAY_STEP_S = 10.0, 60.0, 300.0
ON_S, OFF_S, HALF_S, EVENING_S = 6.2 * HOUR_S, 17.9 * HOUR_S, 11.5 * HOUR_S, 10.0 * HOUR_S
DIM_S, UNDIM_S = 11.0 * HOUR_S, 17.0 * HOUR_S
"""Seconds after noon: lit at 18:12, out at 05:54, half night 23:30, landscape 22:00, dimmed from 23:00 to 05:00."""


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault of one night: on what, when (seconds after noon), how it is made, and what it should be called.

    ``also``: kinds that are its children and hidden behind it; no false alarms. ``told``: it shows only once the
    contactor is told that (None: at once); ``shows_s``: when that is. It is repaired at the next noon.
    """

    name: str
    about: str
    at_s: float
    make: Callable[[CabinetPlant], None]
    mend: Callable[[CabinetPlant], None]
    expected: FaultKind
    also: frozenset[FaultKind] = frozenset()
    told: bool | None = None
    shows_s: float = 0.0


@dataclass(slots=True)
class Raised:
    """An alarm of a recorded night: since when (seconds after noon), and until when it stood."""

    night: int
    about: str
    kind: FaultKind
    at_s: float


@dataclass(slots=True)
class Specimen:
    """A cabinet of the bench: its plant, its device, its watch, and what was last read of it."""

    cabinet: Cabinet
    plant: CabinetPlant
    device: SimulatedDevice
    specs: Mapping[str, PointSpec]
    watch: CabinetWatch
    readings: dict[str, Reading] = field(default_factory=dict)
    slow_s: float = float("-inf")
    polled_s: float = float("-inf")


@lru_cache
def demo_site() -> Site:
    """The demo city, for its profiles and its paces."""
    return load_site(CONFIG)


def specimen(number: int, seed: int, rules: FaultRules) -> Specimen:
    """One of the bench's cabinets: every second one of the older make."""
    profile = "cabinet-8" if number % 2 == 0 else "cabinet-4"
    cabinet = _new_make(number) if number % 2 == 0 else _old_make(number)
    plant = CabinetPlant(cabinet, FIRST_NOON_S, EventLog(), fallback_s=float("inf"))
    plant.nuisance = Nuisance(seed=seed * 1000 + number)
    plant.beat(1)
    for circuit in plant.circuits.values():
        if circuit.asset.name.startswith("HID"):
            circuit.exponent, circuit.warm_up_s = 1.9, 240.0
    device = cabinet_device(plant, Weather())
    specs = {name: spec for name, spec in demo_site().profiles[profile].points.items() if name in device.points}
    for circuit in cabinet.circuits:
        if circuit.min_percent is not None:
            name = f"{circuit.output}.level"
            specs[name] = PointSpec(name, specs[f"{circuit.output}.power_w"].type)
    watched = {name for name in specs if "." not in name or name.split(".")[0] in plant.circuits}
    return Specimen(
        cabinet,
        plant,
        device,
        {name: specs[name] for name in watched if name not in ("heartbeat", "clock_unix", "photocell_lux")},
        CabinetWatch(cabinet, watched, rules),
    )


def _circuit(
    cabinet: str, output: str, name: str, lamps: int, lamp_w: float, phase: str = "abc", **more: object
) -> Circuit:
    light = LightClass.LANDSCAPE if "landscape" in name else LightClass.ROAD
    return Circuit(
        f"{cabinet}/{output}",
        output,
        name,
        light,
        "",
        lamps,
        lamps * lamp_w,
        phase,
        **more,  # type: ignore[arg-type]
    )


def _cabinet(number: int, circuits: Callable[[str], tuple[Circuit, ...]]) -> Cabinet:
    name = f"330106-LC-{9000 + number}"
    return Cabinet(name, "bench", "330106", Place(30.27, 120.12), Grade.FIRST, circuits(name))


def _new_make(number: int) -> Cabinet:
    return _cabinet(
        number,
        lambda of: (
            _circuit(of, "K1", "LED all night", 45, 150.0),
            _circuit(of, "K2", "LED half night", 24, 150.0),
            _circuit(of, "K3", "LED all night", 10, 60.0, "a"),
            _circuit(of, "K4", "HID all night", 12, 150.0, "b"),
            _circuit(of, "K5", "LED landscape", 80, 12.0, "c"),
            _circuit(of, "K6", "LED dimmed", 30, 120.0, min_percent=20.0),
        ),
    )


def _old_make(number: int) -> Cabinet:
    return _cabinet(
        number,
        lambda of: (
            _circuit(of, "K1", "HID all night", 40, 250.0),
            _circuit(of, "K2", "LED all night", 15, 90.0, "a"),
            _circuit(of, "K3", "LED half night", 15, 90.0, "b"),
            _circuit(of, "K4", "HID half night", 8, 150.0, "c"),
        ),
    )


# -- one night -------------------------------------------------------------------------------------------------------


def record_night(
    one: Specimen,
    night: int,
    injection: Injection | None,
    random: Random,
    each: Callable[[Specimen, View, When, float], None],
) -> list[Raised]:
    """Play one night from noon to noon; ``each`` is called after every look (a peer's chance to look as well)."""
    noon_s = FIRST_NOON_S + night * DAY_S
    edges = list(_edges(one, night))
    sag_s = random.uniform(ON_S, OFF_S) if random.random() < 0.15 else None
    marks = [at_s for at_s, _ in edges] + ([injection.at_s] if injection else []) + ([sag_s] if sag_s else [])
    standing = {(about, found.kind) for about, found in one.watch.all_findings()}  # yesterday's, not yet over
    raised: list[Raised] = []
    pending = sorted(edges, key=lambda edge: edge[0])
    if injection is not None:
        pending = sorted([*pending, (injection.at_s, injection.make)], key=lambda edge: edge[0])
    if sag_s is not None:
        deep = random.uniform(0.72, 0.9)
        begin = (sag_s, lambda plant: plant.sag(deep))
        pending = sorted(
            [*pending, begin, (sag_s + random.uniform(2.0, 90.0), lambda plant: plant.sag())], key=lambda e: e[0]
        )
    for at_s in _steps(marks):
        while pending and pending[0][0] <= at_s:
            when_s, act = pending.pop(0)
            one.plant.advance(noon_s + when_s)
            act(one.plant)
        _poll(one, noon_s + at_s, random)
        view = View(_block(one), noon_s + at_s)
        when = _when(noon_s + at_s, night)
        one.watch.look(view, when)
        each(one, view, when, at_s)
        now = {(about, found.kind) for about, found in one.watch.all_findings()}
        raised += [Raised(night, about, kind, at_s) for about, kind in now - standing]
        standing = now
    if injection is not None:
        injection.mend(one.plant)
    return raised


def seen_from(one: Specimen, night: int, injection: Injection) -> Injection:
    """The injection with the moment from which it can be seen."""
    if injection.told is None:
        return replace(injection, shows_s=injection.at_s)
    output = injection.about.partition("/")[2]
    told = (at_s for at_s, of, on in _orders(one, night) if of == output and on is injection.told)
    return replace(injection, shows_s=next(at_s for at_s in told if at_s > injection.at_s))


def _edges(one: Specimen, night: int) -> Iterator[tuple[float, Callable[[CabinetPlant], None]]]:
    """What the controller commands that night."""
    for at_s, output, on in _orders(one, night):
        yield at_s, _command(output, on)
    for place, circuit in enumerate(one.cabinet.circuits):
        if circuit.min_percent is not None:
            shift_s = _shift_s(place, night)
            yield ON_S + shift_s - 1.0, _level(circuit.output, 100.0)
            yield DIM_S + shift_s, _level(circuit.output, 60.0)
            yield UNDIM_S + shift_s, _level(circuit.output, 100.0)


def _orders(one: Specimen, night: int) -> Iterator[tuple[float, str, bool]]:
    """Contactors by the programs, half a second between those of one cabinet."""
    for place, circuit in enumerate(one.cabinet.circuits):
        shift_s = _shift_s(place, night)
        off_s = HALF_S if "half" in circuit.name else EVENING_S if "landscape" in circuit.name else OFF_S
        yield ON_S + shift_s, circuit.output, True
        yield off_s + shift_s, circuit.output, False


def _shift_s(place: int, night: int) -> float:
    return 0.5 * place + 60.0 * (night % 3)


def _command(output: str, on: bool) -> Callable[[CabinetPlant], None]:
    return lambda plant: plant.command(output, on)


def _level(output: str, percent: float) -> Callable[[CabinetPlant], None]:
    return lambda plant: plant.dim(output, percent)


def _steps(marks: list[float]) -> Iterator[float]:
    """Moments of polls: brisk round every mark, once a minute while lit, every five minutes by day."""
    at_s, near = 0.0, sorted(marks)
    while at_s < DAY_S:
        yield at_s
        if any(-20.0 <= at_s - mark <= 200.0 for mark in near):
            at_s += BRISK_S
            continue
        step = CALM_S if ON_S - HOUR_S <= at_s <= OFF_S + 0.5 * HOUR_S else DAY_STEP_S
        ahead = min((mark - 20.0 for mark in near if mark - 20.0 > at_s), default=DAY_S)
        at_s = min(at_s + step, max(ahead, at_s + BRISK_S))


def _poll(one: Specimen, now_s: float, random: Random) -> None:
    if random.random() < 0.02:
        return  # a lost poll: everything ages meanwhile
    one.device.advance(now_s)
    one.polled_s = now_s
    slow = now_s - one.slow_s >= CALM_S - 1.0
    if slow:
        one.slow_s = now_s
    for name, spec in one.specs.items():
        if slow or spec.poll is not Poll.SLOW:
            one.readings[name] = _registered(spec, one.device.read(name), now_s)


def _registered(spec: PointSpec, value: Value, now_s: float) -> Reading:
    """What the register holds: rounded to its step, BAD outside its range."""
    if isinstance(value, (bool, str)):
        return Reading(value, Quality.GOOD, now_s)
    shown = round(value / spec.scale) * spec.scale
    if (spec.low is not None and shown < spec.low) or (spec.high is not None and shown > spec.high):
        return Reading(shown, Quality.BAD, now_s, Detail.OUT_OF_RANGE)
    return Reading(shown, Quality.GOOD, now_s)


@lru_cache
def _ageing(poll: Poll) -> Ageing:
    return demo_site().timing.ageing(poll)


def _block(one: Specimen) -> Block:
    ageing = _ages(tuple((name, spec.poll) for name, spec in sorted(one.specs.items())))
    return Block(one.cabinet.id, one.readings, LinkState.ONLINE, complete=True, sequence=0, ageing=ageing)


@lru_cache
def _ages(named: tuple[tuple[str, Poll], ...]) -> Mapping[str, Ageing]:
    return {name: _ageing(poll) for name, poll in named}


def _when(now_s: float, night: int) -> When:
    local = datetime.fromtimestamp(now_s + ZONE_S, UTC)
    return When(now_s, local.hour, night, local.strftime("%H:%M"))
