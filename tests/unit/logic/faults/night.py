"""A made-up cabinet whose readings a test sets, and a clock that only goes forward."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.domain.image import Ageing, Block, LinkState, View
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass
from controller.domain.places import Place
from controller.domain.points import Reading, Value
from controller.domain.quality import Quality
from controller.logic.faults.baseline import Lesson, trained
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.circuit import When
from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules

LC = "330106-LC-0001"
K1, K2 = f"{LC}/K1", f"{LC}/K2"
RULES = FaultRules()
LONG = Ageing(1e9, 1e9)
CIRCUITS = (
    Circuit(K1, "K1", "road", LightClass.ROAD, "", lamps=24, rated_w=3600.0),
    Circuit(K2, "K2", "path", LightClass.ROAD, "", lamps=10, rated_w=600.0, phase="b"),
)
CABINET = Cabinet(LC, "box", "330106", Place(30.0, 120.0), Grade.FIRST, CIRCUITS)
SOUND: dict[str, Value] = {
    "control_switch": "REMOTE",
    "timetable_active": False,
    "leakage_ma": 4.0,
    "door_open": False,
    "immersion": False,
    **{f"voltage_{phase}_v": 230.0 for phase in "abc"},
    **{f"power_{phase}_w": 1200.0 for phase in "abc"},
    "power_b_w": 1800.0,
    **{f"{one}.command": True for one in ("K1", "K2")},
    **{f"{one}.feedback": True for one in ("K1", "K2")},
    **{f"{one}.breaker_trip": False for one in ("K1", "K2")},
    **{f"{one}.line_open": False for one in ("K1", "K2")},
    "K1.power_w": 3600.0,
    "K2.power_w": 600.0,
}


@dataclass
class Night:
    """``show`` sets readings; ``go`` lets time pass with a look every ``every_s``."""

    watch: CabinetWatch = field(default_factory=lambda: CabinetWatch(CABINET, frozenset(SOUND), RULES))
    now_s: float = 1000.0
    values: dict[str, Value] = field(default_factory=lambda: dict(SOUND))
    doubted: dict[str, Quality] = field(default_factory=dict)

    def show(self, **values: Value) -> None:
        """Readings by their names, ``K1_power_w`` for ``K1.power_w``."""
        for name, value in values.items():
            output, _, rest = name.partition("_")
            self.values[f"{output}.{rest}" if output in ("K1", "K2") else name] = value

    def doubt(self, *names: str, quality: Quality = Quality.BAD) -> None:
        """These are not GOOD from now on; none named: everything."""
        self.doubted = dict.fromkeys(names or self.values, quality)

    def look(self, every_s: float = 60.0) -> None:
        """One poll and one look."""
        self.now_s += every_s
        readings = {
            name: Reading(value, self.doubted.get(name, Quality.GOOD), self.now_s)
            for name, value in self.values.items()
        }
        block = Block(LC, readings, LinkState.ONLINE, complete=True, sequence=0, ageing=dict.fromkeys(readings, LONG))
        self.watch.look(View(block, self.now_s), When(self.now_s, 22, 7, "22:00"))

    def go(self, seconds: float, every_s: float = 60.0) -> None:
        """Let so much time pass."""
        ends_s = self.now_s + seconds
        while self.now_s + every_s <= ends_s:
            self.look(every_s)

    def found(self) -> dict[tuple[str, FaultKind], Finding]:
        """What stands now."""
        return {(about, one.kind): one for about, one in self.watch.all_findings()}

    def kinds(self, about: str = K1) -> set[FaultKind]:
        """What stands about one of them."""
        return {kind for one, kind in self.found() if one == about}


def lit(exponent: float = 0.0, every: bool = True) -> Night:
    """A cabinet whose circuits have burnt for long, with baselines learned over three nights of moving mains."""
    night = Night()
    for watch in night.watch.circuits.values() if every else ():
        watch.baselines[100] = trained(lessons(watch.circuit.rated_w, exponent), RULES)
    night.go(600.0)
    return night


def lessons(watts: float, exponent: float = 0.0) -> list[Lesson]:
    """Three sound nights."""
    return [
        Lesson(night, hour, volts, watts * (volts / 230.0) ** exponent * (1.0 + 0.001 * ((hour + night) % 3 - 1)))
        for night in range(3)
        for hour in range(18, 24)
        for volts in (222.0 + 3.0 * ((hour * 5 + night * 3) % 7),)
    ]
