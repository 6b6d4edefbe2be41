"""Photocells (光控): what several light sensors of one area say together, and whether that is dark or bright.

Whatever is missing, the answer errs to the lit side. The voting, and what is left of it with fewer sensors:

- three or more accepted: their median decides, both ways (FULL);
- two that agree: the darker of the two, both ways (PAIR);
- two or more that contradict each other (SPLIT) and one alone (SINGLE): the darkest may bring lights ON inside a
  sensor's window, and never OFF; it lights nothing by day;
- none (NONE): nothing is said; a program's window then ends lit.

A sensor is not accepted while it cannot be read (BAD or UNCERTAIN), while it has not moved for 24 h (FROZEN), and
while it is more than three times off their median (LYING). Numbers: FACTS, and each is the site's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

FROZEN_AFTER_S = 24 * 3600.0
OFF_MEDIAN = 3.0
MEDIAN_OF = 3
"""With this many accepted sensors one liar changes nothing."""
FLOOR_LX = 10.0
"""Below this, sensors are not compared: 1 lx beside 4 lx is shade, not a lie."""
CEILING_LX = 5_000.0
"""Above this, sensors are not compared: where one saturates another still counts."""


class Fault(StrEnum):
    """Why a sensor is not accepted."""

    DEAD = "dead"
    FROZEN = "frozen"
    LYING = "lying"


@dataclass(frozen=True, slots=True)
class SensorRead:
    """What one sensor says now. ``lux`` None: it cannot be read, ``detail`` says why."""

    sensor: str
    lux: float | None
    frozen: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sensor that does not count, and why."""

    sensor: str
    fault: Fault
    lux: float | None = None
    detail: str = ""


class Trust(StrEnum):
    """How much stands behind a vote; see the module."""

    FULL = "full"
    PAIR = "pair"
    SPLIT = "split"
    SINGLE = "single"
    NONE = "none"

    @property
    def both_ways(self) -> bool:
        """Whether it may also say that it is bright, and be believed by day."""
        return self in (Trust.FULL, Trust.PAIR)


@dataclass(frozen=True, slots=True)
class Vote:
    """The light of an area. ``lux`` is None exactly when ``trust`` is NONE."""

    lux: float | None
    trust: Trust
    used: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()


NO_VOTE = Vote(None, Trust.NONE)


def vote(reads: Sequence[SensorRead], off_median: float = OFF_MEDIAN) -> Vote:
    """What the sensors of one area say together."""
    unusable = [_unusable(read) for read in reads if read.lux is None or read.frozen]
    good = {read.sensor: read.lux for read in reads if read.lux is not None and not read.frozen}
    accepted = good
    if len(good) >= MEDIAN_OF:
        middle = median(good.values())
        accepted = {name: lux for name, lux in good.items() if _agree(lux, middle, off_median)}
    lying = [Rejected(name, Fault.LYING, lux) for name, lux in good.items() if name not in accepted]
    lux, trust = _counted(accepted or good, off_median, contradicted=len(lying) > 0 and len(accepted) < 2, of_all=good)
    used = tuple(accepted or good)
    return Vote(lux, trust, used, (*unusable, *lying))


def _unusable(read: SensorRead) -> Rejected:
    if read.lux is None:
        return Rejected(read.sensor, Fault.DEAD, detail=read.detail)
    return Rejected(read.sensor, Fault.FROZEN, read.lux)


def _counted(
    accepted: dict[str, float], off_median: float, *, contradicted: bool, of_all: dict[str, float]
) -> tuple[float | None, Trust]:
    if not accepted:
        return None, Trust.NONE
    if contradicted:
        return min(of_all.values()), Trust.SPLIT
    values = sorted(accepted.values())
    if len(values) >= MEDIAN_OF:
        return median(values), Trust.FULL
    if len(values) == 1:
        return values[0], Trust.SINGLE
    return values[0], Trust.PAIR if _agree(values[0], values[1], off_median) else Trust.SPLIT


def _agree(one: float, other: float, off_median: float) -> bool:
    low, high = sorted(min(max(lux, FLOOR_LX), CEILING_LX) for lux in (one, other))
    return high <= off_median * low


LEAST_ELSEWHERE = 3
"""So many other areas with a trusted vote say what the light is elsewhere; fewer are no witness."""


class Suspect(StrEnum):
    """Who is wrong when one cell is far off its neighbours. It moves nothing: it is told to whoever goes there.

    ITSELF: the cell, most likely. OTHERS: the other areas see what it sees, and not what its neighbours see: these are
    dirty, shaded or lit alike. EITHER: it is the brighter one, and nobody else can tell: dirt takes light away.
    """

    ITSELF = "itself"
    OTHERS = "others"
    EITHER = "either"


def suspect(lying: Rejected, said: Vote, elsewhere: float | None, off_median: float = OFF_MEDIAN) -> Suspect:
    """Who is to be looked at first. ``said``: the area's vote without it; ``elsewhere``: see ``light_elsewhere``."""
    if lying.fault is not Fault.LYING or lying.lux is None or said.lux is None:
        return Suspect.ITSELF
    if elsewhere is not None:
        agrees = (_agree(lying.lux, elsewhere, off_median), _agree(said.lux, elsewhere, off_median))
        if agrees == (True, False):
            return Suspect.OTHERS
        if agrees == (False, True):
            return Suspect.ITSELF
    return Suspect.EITHER if lying.lux > said.lux else Suspect.ITSELF


def light_elsewhere(votes: Sequence[Vote]) -> float | None:
    """The median of what other areas' trusted votes say; None: too few of them, or they differ among themselves."""
    lux = [one.lux for one in votes if one.lux is not None and one.trust is Trust.FULL and not one.rejected]
    if len(lux) < LEAST_ELSEWHERE:
        return None
    middle = median(lux)
    return middle if 2 * sum(_agree(one, middle, OFF_MEDIAN) for one in lux) > len(lux) else None


# -- frozen ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FreezeMemory:
    """Since when (monotonic) a sensor has shown this very value."""

    lux: float
    since_s: float


def follow_freeze(memory: FreezeMemory | None, lux: float | None, now_s: float) -> FreezeMemory | None:
    """Remember when the sensor last moved; what cannot be read neither moves nor freezes it."""
    if lux is None or (memory is not None and memory.lux == lux):
        return memory
    return FreezeMemory(lux, now_s)


def is_frozen(memory: FreezeMemory | None, now_s: float, after_s: float = FROZEN_AFTER_S) -> bool:
    """Whether it has stood still too long: no sky does for a day."""
    return memory is not None and now_s - memory.since_s >= after_s


# -- dark or bright ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Band:
    """Dark below ``on_below_lx`` for ``on_hold_s``; bright above ``off_above_lx`` for ``off_hold_s``, and not before
    it was dark for ``min_dark_s`` (the least time lamps burn). Between the two it stays as it was.

    ``quorum``: one sensor, or two that contradict each other, never make it dark (by day a muddy lens is likelier
    than a black sky; at dusk it is not). ``blind_s``: without a trusted vote it stays dark for so long at most, so that
    photocells that die in the night do not keep a district burning all the next day.
    """

    on_below_lx: float
    off_above_lx: float
    on_hold_s: float = 0.0
    off_hold_s: float = 180.0
    min_dark_s: float = 0.0
    quorum: bool = False
    blind_s: float = float("inf")

    def __str__(self) -> str:
        return (
            f"{self.on_below_lx:g}/{self.off_above_lx:g} lx {self.on_hold_s:g}/{self.off_hold_s:g}/"
            f"{self.min_dark_s:g}/{self.blind_s:g} s{' quorum' if self.quorum else ''}"
        )


class Sky(StrEnum):
    """What an area's light means in one band.

    KEPT: it was dark when it was last heard, and nothing can be trusted since; what burns for it stays on.
    SETTLING: after a start it is not known for long enough; what burns stays on, nothing else follows from it.
    NO_SIGNAL: nothing may be darkened for it, and nothing is lit.
    """

    DARK = "dark"
    KEPT = "kept"
    BRIGHT = "bright"
    SETTLING = "settling"
    NO_SIGNAL = "no_signal"


@dataclass(frozen=True, slots=True)
class SkyMemory:
    """An area in one band (monotonic seconds). A new one knows nothing: ``dark`` None.

    ``heard_s``: when a trusted vote was last heard. ``at_lux`` is the light at which ``sky`` last changed, and
    ``changed_s`` when; ``due_s`` when a time that runs now would be over.
    """

    sky: Sky = Sky.NO_SIGNAL
    dark: bool | None = None
    below_since_s: float | None = None
    above_since_s: float | None = None
    dark_since_s: float = 0.0
    heard_s: float = float("-inf")
    at_lux: float | None = None
    changed_s: float = 0.0
    due_s: float | None = None


def judge(band: Band, said: Vote, memory: SkyMemory, now_s: float) -> SkyMemory:
    """What the vote makes of an area in a band. Level-triggered: asked again at ``due_s`` or with any new vote."""
    lux, believed = said.lux, said.trust.both_ways
    if lux is None or (band.quorum and not believed):
        return _blind(band, memory, now_s)
    memory = replace(memory, heard_s=now_s) if believed else memory
    below = _since(memory.below_since_s, now_s) if lux < band.on_below_lx else None
    above = _since(memory.above_since_s, now_s) if lux > band.off_above_lx and believed else None
    seen = replace(memory, below_since_s=below, above_since_s=above)
    if below is not None and now_s >= below + band.on_hold_s:
        return _stand(_dark(seen, now_s), lux, now_s, heard=believed)
    if above is not None and now_s >= max(above + band.off_hold_s, _burnt_s(seen, band)):
        return _stand(replace(seen, dark=False), lux, now_s, heard=True)
    if seen.dark is None and below is None and above is None and believed:
        seen = _dark(seen, now_s)  # after a start between the two limits: the lit side
    return _stand(seen, lux, now_s, heard=believed, due_s=_next_s(seen, band))


def _blind(band: Band, memory: SkyMemory, now_s: float) -> SkyMemory:
    """Nothing can be heard: what was dark stays dark, for a while."""
    ends_s = memory.heard_s + band.blind_s if band.blind_s < float("inf") else float("inf")
    deaf = replace(memory, below_since_s=None, above_since_s=None)
    if not deaf.dark or now_s < ends_s:
        due_s = ends_s if deaf.dark and ends_s < float("inf") else None
        return _stand(deaf, None, now_s, heard=False, due_s=due_s)
    return _stand(replace(deaf, dark=None), None, now_s, heard=False)


def _since(since_s: float | None, now_s: float) -> float:
    return now_s if since_s is None else since_s


def _dark(memory: SkyMemory, now_s: float) -> SkyMemory:
    return memory if memory.dark else replace(memory, dark=True, dark_since_s=now_s)


def _burnt_s(memory: SkyMemory, band: Band) -> float:
    return memory.dark_since_s + band.min_dark_s if memory.dark else float("-inf")


def _next_s(memory: SkyMemory, band: Band) -> float | None:
    if memory.below_since_s is not None:
        return memory.below_since_s + band.on_hold_s
    if memory.above_since_s is not None and memory.dark is not False:
        return max(memory.above_since_s + band.off_hold_s, _burnt_s(memory, band))
    return None


def _stand(memory: SkyMemory, lux: float | None, now_s: float, *, heard: bool, due_s: float | None = None) -> SkyMemory:
    """The memory with what it means now. Bright is only what is heard to be bright at this very moment."""
    if memory.dark:
        sky = Sky.DARK if heard or lux is not None else Sky.KEPT
    elif not heard:
        sky = Sky.NO_SIGNAL
    else:
        sky = Sky.SETTLING if memory.dark is None else Sky.BRIGHT
    if sky is memory.sky:
        return replace(memory, due_s=due_s)
    return replace(memory, sky=sky, at_lux=lux, changed_s=now_s, due_s=due_s)
