"""What a station's decision knows besides its own device: its waters, what is foreseen, what is declared.

Put together once a turn from the image and from what people and others said, and recorded with the decision, so that
a replay decides the same. Everything has a value for "not known"; nothing here ever stops a running drainage unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.points import DeviceId, TargetId
from controller.logic.feeder_limits import FeederRoom
from controller.logic.gauge_exclusion import Excluded


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the network's rules ask of a station's own level control (slot 12), which applies it in its own time.

    ``shift_m`` ≤ 0 moves its starts and stops down (pre-drawdown), never below the reach's floor; ``least`` units are
    wanted whatever its own level says (it helps a neighbour), ``most`` caps what is *added*; ``gravity`` False leaves
    the outfall to the pumps. ``ease``: there is room, so units beyond ``least`` may stop (min run kept) although their
    stop level is not reached, and above their start level too, as long as the station's level is below ``ease_below_m``
    (None: below their own start level only). ``reason`` is what people read in ``zhadao explain``.
    """

    shift_m: float = 0.0
    least: int = 0
    most: int | None = None
    gravity: bool = True
    reason: str = ""
    ease: bool = False
    ease_below_m: float | None = None


class OuterTrust(StrEnum):
    """What a tidal station may believe of the water outside. Only AGREED lets a gate open by itself."""

    AGREED = "agreed"
    NO_TABLE = "no_table"
    DISTRUSTED = "distrusted"
    RISING_FAST = "rising_fast"
    BORE_WINDOW = "bore_window"
    NOT_TIDAL = "not_tidal"


@dataclass(frozen=True, slots=True)
class OuterSide:
    """A station's outer water now: whether its gates may open by themselves, why not, and until when (monotonic s)."""

    trust: OuterTrust = OuterTrust.NOT_TIDAL
    reason: str = ""
    until_s: float | None = None
    least_m: float | None = None
    """No head is reckoned with less outside than this (m, in steps): what the tide table allows at the lowest, or the
    highest of the water's gauges that the table bears out."""
    late: bool = False
    """The bore is near and the gates should be proven closed by now."""


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """Whether the water an intake would draw is fit. None: not known (nothing begins on it; nothing ends for it)."""

    fit: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diversion:
    """What the diversion program of a station wants now, in slot 12.

    ``units``: so many run (direction divert); ``gates``: intake gates and their opening (%). 0 and closed: its program
    rests. ``program``: its id, ``reason``: what people read.
    """

    units: int = 0
    gates: Mapping[str, float] = field(default_factory=dict)
    program: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Flush:
    """A flushing program wants a station's outfall open in the falling tide, down to this inner level (m)."""

    floor_m: float
    program: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FeederUse:
    """A unit that is starting on a feeder, or has just started: ``started_s`` is when (monotonic s)."""

    unit: TargetId
    name: str
    started_s: float
    starting: bool


@dataclass(frozen=True, slots=True)
class WaterAround:
    """Everything around a station's decision.

    ``response``: the declared water response over it (0: none; 4 = Ⅳ … 1 = Ⅰ).

    ``rain_signal``: the highest rain signal in force over it (``blue`` … ``red``; empty: none).
    ``reach_m``: the level of the station's reach as the network knows it (m), None where it does not.
    ``below_warning_m``: how far that is below its warning level (m, negative above it).
    ``no_diversion``: why no water may be brought in (drainage first, quality, high level); absent: it may.
    ``shut``: why a station's intake gates are to be shut (a mountain flood 山洪); absent: nothing says so.
    """

    guidance: Mapping[DeviceId, Guidance] = field(default_factory=dict)
    outer: Mapping[DeviceId, OuterSide] = field(default_factory=dict)
    quality: Mapping[DeviceId, SourceQuality] = field(default_factory=dict)
    response: Mapping[DeviceId, int] = field(default_factory=dict)
    rain_signal: Mapping[DeviceId, str] = field(default_factory=dict)
    reach_m: Mapping[DeviceId, float] = field(default_factory=dict)
    below_warning_m: Mapping[DeviceId, float] = field(default_factory=dict)
    guarantee_m: Mapping[DeviceId, float] = field(default_factory=dict)
    feeders: Mapping[str, tuple[FeederUse, ...]] = field(default_factory=dict)
    """The starts on each feeder that others have to wait for, by the feeder's name (``logic.feeders``)."""
    feeder_room: Mapping[str, FeederRoom] = field(default_factory=dict)
    """What the power budgets of the station's own feeders leave it, by the feeder's name (``logic.feeder_power``)."""
    diversion: Mapping[DeviceId, Diversion] = field(default_factory=dict)
    flush: Mapping[DeviceId, Flush] = field(default_factory=dict)
    no_diversion: Mapping[DeviceId, str] = field(default_factory=dict)
    floor_m: Mapping[DeviceId, float] = field(default_factory=dict)
    """What the station's reach is never drawn below (m: navigation, intakes), however it is guided."""
    shut: Mapping[DeviceId, str] = field(default_factory=dict)
    excluded: Mapping[DeviceId, Excluded] = field(default_factory=dict)
    """The station's level gauges that people took out of its votes."""


NOTHING_AROUND = WaterAround()
