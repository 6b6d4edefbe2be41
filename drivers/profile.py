"""Device profiles: what a point is (kept apart from how a driver fetches it).

A profile is read from ``config/profiles/*.yaml`` by ``controller.settings``; drivers and the simulated devices of
``hil`` use the same profile, so an address lives in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.timetables import ClockLayout, TimetableLayout

NO_FEEDBACK = "none"
"""What a profile writes as ``feedback`` to say on purpose that a writable point has no independent feedback."""


class Protocol(StrEnum):
    """The wire a profile is for."""

    MODBUS = "modbus"
    OPCUA = "opcua"


class Table(StrEnum):
    """Modbus tables and their read function codes: coil FC1, discrete FC2, holding FC3, input FC4."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"


class PointType(StrEnum):
    """Wire type. ``bit`` is one bit of a 16-bit word; ``string`` is two characters a register, UTF-8, zero-padded."""

    BOOL = "bool"
    BIT = "bit"
    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    F32 = "f32"
    F64 = "f64"
    STRING = "string"
    ENUM = "enum"


class WordOrder(StrEnum):
    """Order of 16-bit words in 32- and 64-bit values; bytes within a word are always big-endian (Modbus spec)."""

    BIG = "big"
    LITTLE = "little"


class Access(StrEnum):
    """READ unless a profile declares more: writable points are an allow-list."""

    READ = "read"
    READ_WRITE = "read_write"


class Poll(StrEnum):
    """How often a point is worth reading; the seconds are the site's (``timing`` in config)."""

    FAST = "fast"
    NORMAL = "normal"
    SLOW = "slow"


class Role(StrEnum):
    """Points the controller uses for the link itself rather than for logic.

    ``alive`` is a counter the station itself moves: while it stands still, nothing else there is believed (OPC UA).
    """

    NONE = "none"
    HEARTBEAT = "heartbeat"
    ALIVE = "alive"
    EPOCH = "epoch"
    UPTIME = "uptime"
    BOOTS = "boots"


@dataclass(frozen=True, slots=True)
class Pulse:
    """A coil that acts by being set for a moment (a start or a stop button), not by its state.

    The controller decides states; the channel makes pulses of them: ``true`` sets this coil, holds it ``width_s``,
    clears it and reads it back cleared; ``false`` does the same with ``opposite``, the coil of the other direction.
    ``rest_s`` is how long the pair is then left alone. Without ``opposite`` (a reset button) ``false`` is refused.
    ``feedback`` of the point tells the state the pulse led to; a pulse in doubt is never repeated before it did.
    """

    width_s: float
    rest_s: float = 1.0
    opposite: str | None = None


_REGISTERS = {PointType.U32: 2, PointType.I32: 2, PointType.F32: 2, PointType.F64: 4}
"""Registers of a value that takes more than one."""


@dataclass(frozen=True, slots=True)
class PointSpec:
    """One point of a device.

    ``value = raw * scale + offset``; ``low``/``high`` are the valid range after scaling: outside it the reading is
    BAD ``out_of_range`` with the value kept for display, never clamped. ``feedback`` names the point that
    independently proves a write. Modbus uses ``table, address, bit, length`` (``length`` = registers of a string);
    OPC UA uses ``node`` (string identifier) in the profile's ``namespace``.
    ``labels`` maps an enum's raw numbers to names. An OPC UA output with a ``method`` is called, on ``object``, rather
    than written: with the value as its argument, or, where ``method_off`` names a second one for ``false``, without;
    it is read only where it has a ``node`` besides.

    A device that lies in range is caught by what the point says of itself: ``max_rate`` is the fastest the value can
    change (units a second; beyond it UNCERTAIN ``inconsistent``); ``frozen_after_s`` is how long a living value can
    stay the same (beyond it UNCERTAIN ``frozen``), ``still_at`` the values at which it may rest for ever (no rain, no
    flow), ``frozen_band`` the largest change that still counts as none. ``pulse`` makes a coil a button.
    """

    name: str
    type: PointType
    access: Access = Access.READ
    poll: Poll = Poll.NORMAL
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None
    feedback: str | None = None
    role: Role = Role.NONE
    labels: Mapping[int, str] = field(default_factory=dict)
    table: Table | None = None
    address: int = 0
    bit: int = 0
    length: int = 1
    word_order: WordOrder = WordOrder.BIG
    node: str = ""
    deadband: float = 0.0
    max_rate: float | None = None
    frozen_after_s: float | None = None
    frozen_band: float = 0.0
    still_at: tuple[float, ...] = ()
    pulse: Pulse | None = None
    method: str = ""
    method_off: str = ""
    object: str = ""

    @property
    def writable(self) -> bool:
        """Whether the allow-list contains it."""
        return self.access is Access.READ_WRITE

    @property
    def registers(self) -> int:
        """How many 16-bit registers (or single bits of a bit table) it occupies on Modbus."""
        return self.length if self.type is PointType.STRING else _REGISTERS.get(self.type, 1)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of device.

    ``max_gap`` and ``max_registers`` limit how reads are coalesced; ``heartbeat_s`` is the longest silence after
    which the device falls back to its own program (None: it has no such thing). ``fc23`` says it answers Modbus
    function 23 (write and read in one transaction), which halves the traffic of a heartbeat. ``in_flight`` is how
    many requests it bears at once on one Modbus TCP connection. ``timetable`` and ``clock`` say where it keeps its own
    table and time. ``frozen_after_s``: an OPC UA station without an ``alive`` counter none of whose fast measurements
    has had a new value or source time for so long is no longer believed (None: nothing tells).
    """

    id: str
    title: str
    protocol: Protocol
    points: Mapping[str, PointSpec]
    namespace: str = ""
    max_gap: int = 8
    max_registers: int = 100
    heartbeat_s: float | None = None
    frozen_after_s: float | None = None
    retained_lockout: bool = False
    fc23: bool = False
    in_flight: int = 1
    timetable: TimetableLayout | None = None
    clock: ClockLayout | None = None

    def role(self, role: Role) -> PointSpec | None:
        """The point that has this role, if the device has one."""
        return next((spec for spec in self.points.values() if spec.role is role), None)
