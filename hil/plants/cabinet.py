"""A streetlight cabinet: circuits, supply, control switch, and its own mind when the centre falls silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from math import inf, pi, sin
from zlib import crc32

from controller.domain.lights import Cabinet, LightClass
from controller.logic.timetables import Night
from hil.plants.circuit import CircuitPlant
from hil.plants.device_clock import ByClock, DeviceClock
from hil.plants.events import EventLog, Motion
from hil.plants.night_table import NightTable
from hil.plants.nuisance import Nuisance
from hil.plants.timetable import AstronomicalTable, DownloadedTable, Timetable

FALLBACK_S = 300.0
"""Silence of the centre after which a cabinet follows its own timetable (FACTS: 5 min)."""
NOMINAL_V = 230.0
POWER_FACTOR = 0.95
DRIVERS_FROM = 0.6
"""Share of nominal voltage down to which LED drivers hold their power."""
LANDSCAPE_UNTIL_H = 22.0
"""Local hour at which the built-in table puts landscape circuits out."""


class ControlSwitch(StrEnum):
    """The key in the cabinet or station."""

    LOCAL = "LOCAL"
    REMOTE = "REMOTE"
    OFF = "OFF"


class CabinetPlant:
    """Truth of one cabinet, worked out only when somebody looks.

    ``advance`` plays whatever happened since the last look at its exact moment: contactors arriving, the fallback
    after silence, edges of the timetable. A sign of life is a heartbeat or any command; when it returns after a
    fallback the command registers take over what is really on, so that nothing moves by itself.

    ``locked`` is retained memory: a circuit in it stays open over a reboot, against the timetable, against any command
    and against the buttons, until it is let go. ``nuisance``: mains and meters as they really are (None: exact).
    ``sags``: the share of its voltage a phase has left in a brown-out.
    """

    def __init__(
        self,
        asset: Cabinet,
        start_s: float,
        events: EventLog,
        *,
        utc_offset_s: float = 28_800.0,
        fallback_s: float = FALLBACK_S,
        drift_s_per_day: float = 0.0,
    ) -> None:
        self.asset = asset
        self.now_s = start_s
        self.events = events
        self.switch = ControlSwitch.REMOTE
        self.heartbeat = 0
        self.leakage_ma = 3.0 + crc32(asset.id.encode()) % 50 / 10.0
        self.door_open = False
        self.immersed = False
        self.dead_phases: set[str] = set()
        self.locked: set[str] = set()
        self.leaks_ma: dict[str, float] = {}
        self.nuisance: Nuisance | None = None
        self.sags: dict[str, float] = {}
        self._shown_s = -inf
        self._shown: dict[str, float] = {}
        self._loads: dict[tuple[str, float], float] = {}
        self._fallback_s = fallback_s
        self.utc_offset_s = utc_offset_s
        self.clock = DeviceClock(drift_s_per_day=drift_s_per_day, since_s=start_s)
        self.on_reboot: list[Callable[[], None]] = []
        self._last_sign_s = -inf
        night, evening = (
            AstronomicalTable(asset.place.lat, asset.place.lon, utc_offset_s=utc_offset_s, until_h=until_h)
            for until_h in (None, LANDSCAPE_UNTIL_H)
        )
        self._built_in: dict[str, Timetable] = {
            circuit.output: evening if circuit.light_class is LightClass.LANDSCAPE else night
            for circuit in asset.circuits
        }
        self._tables: dict[str, Timetable] = {
            output: ByClock(table, self.clock) for output, table in self._built_in.items()
        }
        self.circuits = {
            circuit.output: CircuitPlant(circuit, on=self._tables[circuit.output].on_at(start_s), at_s=start_s)
            for circuit in asset.circuits
        }
        self._own_mind = True
        self._next_s = self._next_event_s()

    @property
    def timetable_active(self) -> bool:
        """Whether the cabinet follows its own timetable because the centre is silent."""
        return self._own_mind

    def advance(self, to_s: float) -> None:
        """Let time pass until ``to_s``; earlier moments are ignored."""
        while self._next_s <= to_s:
            self._play(self._next_s)
            self._next_s = self._next_event_s()
        self.now_s = max(self.now_s, to_s)

    def beat(self, value: int) -> None:
        """The centre's heartbeat register was written."""
        self.heartbeat = value
        self._sign_of_life()

    def command(self, output: str, on: bool) -> None:
        """The centre wrote a command register."""
        self._sign_of_life()
        self.circuits[output].command = on
        self._obey(self.now_s)

    def lock(self, output: str, locked: bool) -> None:
        """The centre wrote a lock-out register. A circuit let go stays off until it is commanded on."""
        self._sign_of_life()
        if locked:
            self.locked.add(output)
        elif output in self.locked:
            self.locked.discard(output)
            self.circuits[output].command = False
        self._obey(self.now_s)

    def reboot(self) -> None:
        """Power came back to the electronics: contactors dropped, the centre is forgotten, its own program goes on.

        Only retained memory is left: the downloaded timetable, the clock and the lock-outs.
        """
        self._last_sign_s = -inf
        self._own_mind = True
        self.heartbeat = 0
        for forget in self.on_reboot:
            forget()
        for output, circuit in self.circuits.items():
            circuit.command = False
            lit = circuit.contactor.closed  # it drops first, and closes again from there
            circuit.contactor.order(not lit and bool(self._wanted(output, circuit, self.now_s)), self.now_s)
        self._next_s = self._next_event_s()

    def total_leakage_ma(self) -> float:
        """Standing leakage, and that of every live circuit that has a fault (``leaks_ma``, by output)."""
        live = (ma for output, ma in self.leaks_ma.items() if self.circuits[output].contactor.closed)
        return min(self.leakage_ma + sum(live), 6_000.0)

    def turn_switch(self, switch: ControlSwitch) -> None:
        """Somebody turns the key. Away from OFF the present state is kept until somebody orders otherwise."""
        self.switch = switch
        if switch is not ControlSwitch.OFF:
            self._adopt()
        self._obey(self.now_s)

    def switch_locally(self, output: str, on: bool) -> None:
        """Somebody presses a button at the cabinet; it acts in LOCAL only."""
        if self.switch is ControlSwitch.LOCAL and output not in self.locked:
            self.circuits[output].contactor.order(on, self.now_s)
            self._next_s = self._next_event_s()

    def download(self, output: str, windows: Sequence[tuple[float, float]]) -> None:
        """Replace a circuit's own timetable by windows (on, off) in Unix seconds."""
        self._tables[output] = DownloadedTable(windows)
        self._obey(self.now_s)

    def follow(self, output: str, night: Callable[[date], Night | None]) -> None:
        """Its own program is from now on a table of nights in its memory, by its own clock; the built-in table where
        that holds nothing readable."""
        nights = NightTable(night, self._built_in[output], self.utc_offset_s)
        self._tables[output] = ByClock(nights, self.clock)
        self._obey(self.now_s)

    def set_clock(self, shown_s: float) -> None:
        """Somebody sets its clock (Unix seconds)."""
        self.clock.set(self.now_s, shown_s)
        self._obey(self.now_s)

    def drift_clock(self, s_per_day: float) -> None:
        """Its clock gains so much a day from now on (negative: loses)."""
        self.clock.drift(self.now_s, s_per_day)
        self._next_s = self._next_event_s()

    def lose_lamps(self, output: str, count: int) -> None:
        """So many lamps of the circuit burn no more (0 repairs them)."""
        self.circuits[output].alter(self.now_s, broken=count)

    def trip_breaker(self, output: str, tripped: bool = True) -> None:
        """The circuit's breaker opens: the contactor may stay closed, but no power flows."""
        self.circuits[output].alter(self.now_s, tripped=tripped)

    def steal_cable(self, output: str, phase: str, share: float = 1.0) -> None:
        """The far ``share`` of the line of one phase is gone, live or not (0 puts it back)."""
        self.circuits[output].alter(self.now_s, cut=(phase, share))

    def bypass_contactor(self, output: str, bypassed: bool = True) -> None:
        """Power flows past the contactor, whose auxiliary contact goes on telling the truth about itself."""
        self.circuits[output].alter(self.now_s, bypassed=bypassed)

    def dim(self, output: str, percent: float) -> None:
        """The centre wrote a level register (dimmed circuits)."""
        self._sign_of_life()
        self.circuits[output].alter(self.now_s, level=percent)

    def line_open(self, output: str) -> bool:
        """What the sensing loop finds while the contactor is open: a line that ends before its last lamp."""
        circuit = self.circuits[output]
        return not circuit.closed and any(share > 0.0 for share in circuit.cut.values())

    def lose_phase(self, phase: str, lost: bool = True) -> None:
        """Supply phase ``a``, ``b`` or ``c`` fails or returns."""
        (self.dead_phases.add if lost else self.dead_phases.discard)(phase)
        self._shown_s = -inf
        live = frozenset("abc") - self.dead_phases
        for circuit in self.circuits.values():
            circuit.alter(self.now_s, live=live)

    def sag(self, share: float = 1.0, phases: str = "abc") -> None:
        """A brown-out: these phases have so much of their voltage left (1: it is over)."""
        self.sags.update(dict.fromkeys(phases, share))
        self._shown_s = -inf

    def voltage_v(self, phase: str) -> float:
        """Phase voltage: nominal with a slow daily swing, 0 when the phase is lost."""
        return NOMINAL_V * self._mains(phase)

    def power_w(self, phase: str | None = None) -> float:
        """Power of the cabinet, or of one phase, as its meter has it."""
        if phase is None:
            return sum(self.circuit_power_w(output) for output in self.circuits)
        true_w = sum(
            fed_w * self._felt(phase, circuit.exponent)
            for circuit in self.circuits.values()
            if (fed_w := circuit.phase_power_w(phase, self.now_s))
        )
        return self._metered(ord(phase), true_w)

    def circuit_power_w(self, output: str) -> float:
        """Power of a circuit as its meter has it."""
        circuit = self.circuits[output]
        nominal_w = circuit.power_w(self.now_s)
        if not nominal_w or (self.nuisance is None and not self.sags):
            return nominal_w
        phases = circuit.asset.phase
        felt = sum(self._felt(phase, circuit.exponent) for phase in phases) / len(phases)
        return self._metered(crc32(output.encode()) % 997, nominal_w * felt)

    def _mains(self, phase: str) -> float:
        """Voltage as a share of nominal; worked out once a moment, however many points show it."""
        if self._shown_s != self.now_s:
            self._shown_s = self.now_s
            self._shown = {each: self._mains_now(each) for each in "abc"}
            self._loads = {}
        return self._shown[phase]

    def _mains_now(self, phase: str) -> float:
        if phase in self.dead_phases:
            return 0.0
        if self.nuisance is not None:
            return self.nuisance.mains(phase, self.now_s) * self.sags.get(phase, 1.0)
        swing = sin(2.0 * pi * (self.now_s / 86_400.0 + ord(phase) / 3.0))
        return (1.0 + 2.5 / NOMINAL_V * swing) * self.sags.get(phase, 1.0)

    def _felt(self, phase: str, exponent: float) -> float:
        """What a lamp on this phase draws now as a share of its rating, by its exponent."""
        mains = self._mains(phase)
        felt = self._loads.get((phase, exponent))
        if felt is None:
            driver = 1.0 if exponent else min(1.0, mains / DRIVERS_FROM)  # below it a driver cannot hold its power
            nuisance = self.nuisance
            warm = mains**exponent if nuisance is None else nuisance.load(exponent, mains, self.now_s)
            felt = self._loads[phase, exponent] = warm * driver
        return felt

    def _metered(self, channel: int, watts: float) -> float:
        return watts if self.nuisance is None else self.nuisance.metered(channel, watts, self.now_s)

    def current_a(self, phase: str) -> float:
        """Phase current at the lamps' power factor."""
        voltage_v = self.voltage_v(phase)
        return self.power_w(phase) / (voltage_v * POWER_FACTOR) if voltage_v else 0.0

    def energy_kwh(self) -> float:
        """Energy since the start."""
        return sum(circuit.energy_j(self.now_s) for circuit in self.circuits.values()) / 3.6e6

    def _sign_of_life(self) -> None:
        self._last_sign_s = self.now_s
        if self._own_mind:
            self._own_mind = False
            self._adopt()
            self.events.add(self.now_s, self.asset.id, "", Motion.AUTHORITY, "centre")
        self._next_s = self._next_event_s()

    def _undim(self, at_s: float) -> None:
        """By its own program a cabinet lights in full: no dimming signal of a lost centre stays."""
        for circuit in self.circuits.values():
            if circuit.asset.min_percent is not None:
                circuit.alter(at_s, level=100.0)

    def _adopt(self) -> None:
        for circuit in self.circuits.values():
            circuit.command = circuit.contactor.closed

    def _obey(self, at_s: float) -> None:
        for output, circuit in self.circuits.items():
            wanted = self._wanted(output, circuit, at_s)
            if wanted is not None:
                circuit.contactor.order(wanted, at_s)
        self._next_s = self._next_event_s()

    def _wanted(self, output: str, circuit: CircuitPlant, at_s: float) -> bool | None:
        if self.switch is ControlSwitch.OFF or output in self.locked:
            return False
        if self.switch is ControlSwitch.LOCAL:
            return None
        return self._tables[output].on_at(at_s) if self._own_mind else circuit.command

    def _play(self, at_s: float) -> None:
        for output, circuit in self.circuits.items():
            moved_s = circuit.move(at_s)
            if moved_s is not None:
                self.events.add(moved_s, self.asset.id, output, Motion.CONTACTOR, circuit.contactor.closed)
        self.now_s = max(self.now_s, at_s)
        if not self._own_mind and at_s >= self._last_sign_s + self._fallback_s:
            self._own_mind = True
            self._undim(at_s)
            self.events.add(at_s, self.asset.id, "", Motion.AUTHORITY, "timetable")
        if self._own_mind:
            self._obey(at_s)

    def _next_event_s(self) -> float:
        next_s = min((circuit.contactor.due_s for circuit in self.circuits.values()), default=inf)
        if not self._own_mind:
            return min(next_s, self._last_sign_s + self._fallback_s)
        if self.switch is not ControlSwitch.REMOTE:
            return next_s
        return min([next_s, *(table.next_edge_s(self.now_s) for table in self._tables.values())])
