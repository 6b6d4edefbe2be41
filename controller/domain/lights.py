"""Street lighting: cabinets with their circuits, poles with their lamps and displays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.places import NO_KEY_PLACE, KeyPlace, Place
from controller.domain.points import DeviceId, TargetId


class LightClass(StrEnum):
    """What a circuit lights; road and landscape lighting are two knives."""

    ROAD = "road"
    LANDSCAPE = "landscape"


class Grade(StrEnum):
    """Lighting zone grade: 特级, 一级, 二级."""

    SPECIAL = "special"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Circuit:
    """One switched lighting circuit: an output of a cabinet.

    ``program`` names the lighting program; ``no_restrike_s`` is how long it stays off once switched off
    (60 s LED, 600 s HID); ``stagger_s`` the time between contactors of one cabinet.
    Points used: ``{output}.command``, ``{output}.feedback`` (auxiliary contact), ``{output}.power_w``.
    """

    id: TargetId
    output: str
    name: str
    light_class: LightClass
    program: str
    lamps: int
    rated_w: float
    phase: str = "abc"
    no_restrike_s: float = 60.0
    evacuation: bool = False
    underpass: bool = False
    min_percent: float | None = None
    """The lowest level its lamps can be dimmed to; None: it is switched, not dimmed.

    A dimmed circuit is told levels (``Dim``), 0 % is its contactor open. Further points: ``{output}.level_command``,
    ``{output}.level`` (what the lamps are reported to give).
    """


@dataclass(frozen=True, slots=True)
class Luminaire:
    """A dimmable lamp head of a smart pole.

    Points: ``{output}.level_command``, ``{output}.level``, ``{output}.power_w``.
    """

    id: TargetId
    output: str
    program: str
    rated_w: float


@dataclass(frozen=True, slots=True)
class Display:
    """A pole's message display. Points: ``{output}.text_command``, ``{output}.text``."""

    id: TargetId
    output: str
    text_bytes: int | None = None
    """Room for a message in bytes of UTF-8, by its profile; None where the wire says no limit."""


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A streetlight cabinet (class LC)."""

    id: DeviceId
    name: str
    division: str
    place: Place
    grade: Grade
    circuits: tuple[Circuit, ...]
    street: str = ""
    road: str = ""
    key_at: KeyPlace = NO_KEY_PLACE
    feeder: str = ""
    """The medium-voltage line or transformer it hangs on, by whatever name the grid gives it; empty: not known."""


@dataclass(frozen=True, slots=True)
class Pole:
    """A smart pole 智慧灯杆 (class SP)."""

    id: DeviceId
    name: str
    division: str
    place: Place
    luminaires: tuple[Luminaire, ...]
    displays: tuple[Display, ...]
    road: str = ""
    street: str = ""
    grade: Grade = Grade.SECOND
    feeder: str = ""
