"""A smart pole: dimmable heads with a ramp, a message display, sensors, an SOS button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, pi, sin

from controller.domain.lights import Luminaire, Pole
from hil.plants.cabinet import FALLBACK_S
from hil.plants.charger import ChargerPlant
from hil.plants.events import EventLog, Motion
from hil.plants.timetable import AstronomicalTable

SOS_LATCH_S = 10.0
"""How long a pole goes on showing a short press of its call button."""
DEAD_SENSOR = 3_000.0
"""What a dead analogue input shows: beyond every range of the profile."""
RAMP_PERCENT_PER_S = 25.0
STANDBY_SHARE = 0.04
"""Power a driver draws at the bottom of its dimming curve, as a share of full power."""


class HeadPlant:
    """One dimmable head; its level runs towards the goal in a straight line."""

    __slots__ = ("_from_percent", "_from_s", "asset", "command", "dead", "goal")

    def __init__(self, asset: Luminaire, percent: float, at_s: float) -> None:
        self.asset = asset
        self.command = percent
        self.goal = percent
        self.dead = False
        self._from_percent = percent
        self._from_s = at_s

    def percent(self, t_s: float) -> float:
        """Light level at ``t_s``, 0–100 %."""
        travelled = RAMP_PERCENT_PER_S * (t_s - self._from_s)
        if self.goal >= self._from_percent:
            return min(self.goal, self._from_percent + travelled)
        return max(self.goal, self._from_percent - travelled)

    def aim(self, percent: float, t_s: float) -> None:
        """A new goal from wherever it stands now."""
        if percent != self.goal:
            self._from_percent, self._from_s = self.percent(t_s), t_s
            self.goal = percent

    def power_w(self, t_s: float) -> float:
        """Power of the head; a dead one draws nothing whatever its level says."""
        percent = self.percent(t_s)
        if self.dead or percent <= 0.0:
            return 0.0
        return self.asset.rated_w * (STANDBY_SHARE + (1.0 - STANDBY_SHARE) * percent / 100.0)


class PolePlant:
    """Truth of one pole. Like a cabinet, it goes back to its own night after ``fallback_s`` of silence."""

    def __init__(
        self,
        asset: Pole,
        start_s: float,
        events: EventLog,
        *,
        utc_offset_s: float = 28_800.0,
        fallback_s: float = FALLBACK_S,
    ) -> None:
        self.asset = asset
        self.now_s = start_s
        self.events = events
        self.heartbeat = 0
        self.charger = ChargerPlant(asset.id, start_s)
        self.dead_sensors: set[str] = set()
        """Sensors whose electronics died: they show what no air is like."""
        self._frozen: dict[str, float] = {}
        self._sos_pressed = False
        self._sos_until_s = -inf
        self.tilt_deg = 0.3
        self.leakage_ma = 1.5
        self.immersed = False
        self._fallback_s = fallback_s
        self._table = AstronomicalTable(asset.place.lat, asset.place.lon, utc_offset_s=utc_offset_s)
        self._last_sign_s = -inf
        self._own_mind = True
        percent = 100.0 if self._table.on_at(start_s) else 0.0
        self.heads = {each.output: HeadPlant(each, percent, start_s) for each in asset.luminaires}
        self.texts = {each.output: "" for each in asset.displays}
        self._next_s = self._next_event_s()

    @property
    def timetable_active(self) -> bool:
        """Whether the pole follows its own night because the centre is silent."""
        return self._own_mind

    def advance(self, to_s: float) -> None:
        """Let time pass until ``to_s``."""
        while self._next_s <= to_s:
            self._play(self._next_s)
            self._next_s = self._next_event_s()
        self.now_s = max(self.now_s, to_s)

    def beat(self, value: int) -> None:
        """The centre's heartbeat register was written."""
        self.heartbeat = value
        self._sign_of_life()

    def dim(self, output: str, percent: float) -> None:
        """The centre wrote a head's level command."""
        self._sign_of_life()
        head = self.heads[output]
        head.command = percent
        head.aim(percent, self.now_s)

    def show(self, output: str, text: str) -> None:
        """The centre wrote a display's message."""
        self._sign_of_life()
        self.texts[output] = text

    @property
    def sos(self) -> bool:
        """What the call button's input shows: pressed, or pressed within the last ``SOS_LATCH_S``."""
        return self._sos_pressed or self.now_s < self._sos_until_s

    def press_sos(self) -> None:
        """Somebody presses the call button, and holds it until ``release_sos``."""
        self._sos_pressed = True

    def release_sos(self) -> None:
        """Somebody lets the call button go; the pole shows the press a little longer."""
        if self._sos_pressed:
            self._sos_pressed = False
            self._sos_until_s = self.now_s + SOS_LATCH_S

    def freeze_sensor(self, point: str) -> None:
        """An analogue sensor shows from now on what it shows now."""
        self._frozen[point] = self.sensor(point)

    def heal_sensors(self) -> None:
        """Every sensor measures again."""
        self._frozen.clear()
        self.dead_sensors.clear()

    def sensor(self, point: str) -> float:
        """What a sensor of the pole shows: temperature, humidity, fine dust, tilt, leakage."""
        if point in self.dead_sensors:
            return DEAD_SENSOR
        if point in self._frozen:
            return self._frozen[point]
        shown: Mapping[str, Callable[[], float]] = {
            "temperature_c": self.temperature_c,
            "humidity_percent": self.humidity_percent,
            "pm25_ug_m3": self.pm25_ug_m3,
            "tilt_deg": lambda: self.tilt_deg,
            "leakage_ma": lambda: self.leakage_ma,
        }
        return shown[point]()

    def temperature_c(self) -> float:
        """Air temperature: a mild daily swing, warmest at 15:00 local solar time."""
        return 22.0 + 5.0 * sin(2.0 * pi * (self.now_s / 86_400.0 + self.asset.place.lon / 360.0 - 0.375))

    def humidity_percent(self) -> float:
        """Relative humidity, moving against the temperature."""
        return 70.0 - 2.0 * (self.temperature_c() - 22.0)

    def pm25_ug_m3(self) -> float:
        """Fine dust: two peaks a day."""
        return 32.0 + 8.0 * sin(4.0 * pi * self.now_s / 86_400.0)

    def _sign_of_life(self) -> None:
        self._last_sign_s = self.now_s
        if self._own_mind:
            self._own_mind = False
            for head in self.heads.values():
                head.command = head.goal
            self.events.add(self.now_s, self.asset.id, "", Motion.AUTHORITY, "centre")
        self._next_s = self._next_event_s()

    def _play(self, at_s: float) -> None:
        self.now_s = max(self.now_s, at_s)
        if not self._own_mind:
            self._own_mind = True
            self.events.add(at_s, self.asset.id, "", Motion.AUTHORITY, "timetable")
        for head in self.heads.values():
            head.aim(100.0 if self._table.on_at(at_s) else 0.0, at_s)

    def _next_event_s(self) -> float:
        if self._own_mind:
            return self._table.next_edge_s(self.now_s)
        return self._last_sign_s + self._fallback_s
