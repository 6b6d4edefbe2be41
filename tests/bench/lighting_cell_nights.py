"""Recorded days of one area's three photocells under a real sky, heard and alarmed by the controller's own code.

What is no fault and looks like one: cells that differ by ±12 %, clouds of the whole sky and of one cell, storms as dark
as dusk, a horizon that takes the low sun from one cell, the city's glow, head lights, lost polls, devices out of reach,
a ceiling and whole lux in the register. What is broken is a function of the moment, put between sky and register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor

from controller.domain.image import Block, Image, LinkState
from controller.domain.places import Place
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality
from controller.logic.contract import Moment
from controller.logic.daylight_plan import LuxArea, Sensor
from controller.runtime.alarms import AlarmBook
from controller.runtime.daylight.sensor_alarms import FEW, REJECTED
from controller.runtime.daylight.skies import Skies
from hil.devices.lighting import PHOTOCELL_CEILING_LX
from hil.plants.nuisance import even
from hil.plants.sun import altitude_deg, illuminance_lx
from tests.bench.lighting_nights import DAY_S, HOUR_S, demo_site

FINE_S, COARSE_S = 120.0, 300.0
LOW_DEG, HIGH_DEG = -9.0, 9.0
"""Between these altitudes of the sun cells are looked at every other minute, else every fifth."""
CELLS = ("C1/photocell_lux", "C2/photocell_lux", "C3/photocell_lux")
LOW_SUN_DEG = 15.0

Broken = Callable[[float, float], float | None]
"""What a broken cell makes of (moment, what it should say); None: it cannot be read."""


@dataclass(slots=True)
class Stepped:
    """A clock that stands where it is put."""

    at_s: float = 0.0
    speed: float = 1.0

    def now(self) -> datetime:
        """The moment."""
        return datetime.fromtimestamp(self.at_s, UTC)

    def monotonic(self) -> float:
        """The same, as elapsed time."""
        return self.at_s

    async def sleep(self, seconds: float) -> None:
        """Go on."""
        self.at_s += seconds


@dataclass(frozen=True, slots=True)
class Sky:
    """The light over a place; ``seed`` makes the same days again."""

    place: Place
    seed: int

    def altitude(self, at_s: float) -> float:
        """Of the sun, in degrees."""
        return _altitude(self.place, at_s)

    def over(self, cell: int, at_s: float) -> float:
        """Lux on a cell without fault."""
        altitude = self.altitude(at_s)
        light = illuminance_lx(altitude) * self._clouds(at_s) * (1.0 - 0.3 * abs(self._slow(20 + cell, 240.0, at_s)))
        if 0.0 < altitude < LOW_SUN_DEG and self._in_shade(cell, at_s):
            light *= 0.45
        glow = 1.5 + 1.5 * abs(even(self.seed, 30 + cell, 0))
        lamp = 150.0 * abs(even(self.seed, 32, floor(at_s))) if even(self.seed, 40 + cell, floor(at_s)) > 0.995 else 0.0
        return (light + glow + lamp) * (1.0 + 0.12 * even(self.seed, 50 + cell, 0))

    def _clouds(self, at_s: float) -> float:
        cover = abs(self._slow(1, 2.0 * HOUR_S, at_s))  # 0 clear … 1 overcast
        stormy = even(self.seed, 2, floor(at_s / (3.0 * HOUR_S))) > 0.94
        return (1.0 - 0.8 * cover) * (0.03 if stormy else 1.0)

    def _in_shade(self, cell: int, at_s: float) -> bool:
        morning = (at_s + 8.0 * HOUR_S) % DAY_S < DAY_S / 2
        return (cell == 0 and morning) or (cell == 1 and not morning)

    def _slow(self, channel: int, period_s: float, at_s: float) -> float:
        step, into = divmod(at_s / period_s, 1.0)
        before, after = (even(self.seed, channel, int(step) + one) for one in (0, 1))
        return before + (after - before) * into


@dataclass(frozen=True, slots=True)
class Heard:
    """What the controller told at one moment: cells that do not count, and whether the area has too few."""

    at_s: float
    cells: frozenset[int]
    few: bool


@dataclass(slots=True)
class Area:
    """Three cells of one area with the controller's ear for them; ``broken`` by cell."""

    sky: Sky
    start_s: float
    broken: dict[int, Broken] = field(default_factory=dict)
    registers: dict[int, int | None] = field(default_factory=dict)
    _skies: Skies = field(init=False)
    _book: AlarmBook = field(init=False)
    _clock: Stepped = field(init=False)
    _blocks: dict[DeviceId, Block] = field(default_factory=dict)

    def __post_init__(self) -> None:
        site = demo_site()
        sensors = tuple(Sensor(*name.split("/")) for name in CELLS)
        area = LuxArea("bench", "评估区", "bench", (), sensors)
        self._clock = Stepped(self.start_s)
        self._book = AlarmBook(self._clock, lambda _: None, site.alarms)
        daylight = replace(site.daylight, areas=(area,))
        self._skies = Skies(replace(site, daylight=daylight), alarms=self._book)

    def play(self, until_s: float) -> Iterator[Heard]:
        """From where it stands until a moment."""
        while self._clock.at_s < until_s:
            now_s = self._clock.at_s
            changed = {name for name in map(str, range(3)) if self._poll(int(name), now_s)}
            devices = {CELLS[int(name)].split("/")[0] for name in changed}
            self._skies.look(Image(dict(self._blocks)), devices, Moment(self._clock.now(), now_s))
            self._book.look()
            yield Heard(now_s, frozenset(cell for cell in range(3) if self._told(cell)), self._few())
            fine = LOW_DEG <= self.sky.altitude(now_s) <= HIGH_DEG
            self._clock.at_s += FINE_S if fine else COARSE_S

    def _poll(self, cell: int, now_s: float) -> bool:
        device = CELLS[cell].split("/")[0]
        away = even(self.sky.seed, 60 + cell, floor(now_s / 1800.0)) > 0.99  # a link that is down for half an hour
        if away:
            before = self._blocks.get(device)
            if before is None or before.link is LinkState.OFFLINE:
                return False
            self._blocks[device] = replace(before, link=LinkState.OFFLINE, readings={})
            return True
        if even(self.sky.seed, 70 + cell, floor(now_s)) > 0.96:
            return False  # a lost poll
        said = self.registers[cell] = self._register(cell, now_s)
        reading = (
            Reading(0.0, Quality.BAD, now_s, Detail.FAILURE)
            if said is None
            else Reading(float(said), Quality.GOOD, now_s)
        )
        self._blocks[device] = Block(
            device, {"photocell_lux": reading}, LinkState.ONLINE, complete=True, sequence=floor(now_s)
        )
        return True

    def _register(self, cell: int, now_s: float) -> int | None:
        lux: float | None = self.sky.over(cell, now_s)
        broken = self.broken.get(cell)
        if broken is not None and lux is not None:
            lux = broken(now_s, lux)
        return None if lux is None else round(min(PHOTOCELL_CEILING_LX, max(0.0, lux)))

    def _told(self, cell: int) -> bool:
        return self._book.standing(CELLS[cell].split("/")[0], f"bench:{REJECTED}")

    def _few(self) -> bool:
        return self._book.standing("lux:bench", FEW)


@lru_cache(maxsize=8)
def _altitude(place: Place, at_s: float) -> float:
    return altitude_deg(place.lat, place.lon, at_s)


def moment_s(year_day: int) -> float:
    """Local midnight of a day of the year 2026."""
    return (datetime(2025, 12, 31, 16, tzinfo=UTC) + timedelta(days=year_day)).timestamp()
