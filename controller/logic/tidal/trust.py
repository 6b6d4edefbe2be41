"""How far the outer water is believed: table against gauges over a time, frozen gauges, fast rises."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from controller.domain.points import Reading
from controller.logic.contract import Moment
from controller.logic.forecasts.series import TideTable
from controller.logic.tidal.rules import GaugePoint, TidalWater
from controller.logic.tidal.table import deviation_m, level_at, unusable
from controller.logic.tidal.voting import OuterVote, Seen, outer_vote
from controller.logic.water_around import OuterTrust

STILL_M = 0.02
"""A gauge that moved by less has not moved: waves and resolution."""
SAMPLE_S = 10.0
"""One level in this time is enough to see a rise."""
BEFORE_BORE_S = 600.0
"""A bore may come this much before its table; around it, table and gauges are not compared."""


@dataclass(frozen=True, slots=True)
class WaterMemory:
    """What is remembered of a tidal water (monotonic seconds). A new one has agreed with nothing yet."""

    samples: tuple[tuple[float, float], ...] = ()
    """Voted levels of the last ``fast_window_s``, oldest first."""
    agreed: bool = False
    on_since_s: float | None = None
    off_since_s: float | None = None
    rose_s: float | None = None
    """When a fast rise was last seen."""
    seen: Mapping[GaugePoint, Seen] = field(default_factory=dict)
    credit_until_s: float | None = None
    """Table and gauges agreed before a restart: until then one look at which they agree again is enough."""


@dataclass(frozen=True, slots=True)
class WaterState:
    """A tidal water now. ``table_m``: by its table; ``off_m``: how far the voted level lies from that."""

    trust: OuterTrust
    reason: str
    vote: OuterVote
    table_m: float | None = None
    off_m: float | None = None
    rise_m_per_min: float | None = None
    frozen: tuple[GaugePoint, ...] = ()
    rose_at: datetime | None = None
    """When a fast rise was last seen."""
    high_m: float | None = None
    """What the highest of the gauges says that have a voice and agree with the table: the water may stand there."""


def taken_up(water: TidalWater, agreed_at: datetime | None, rose_at: datetime | None, moment: Moment) -> WaterMemory:
    """The memory after a restart, of when table and gauges last agreed and of the last fast rise.

    Agreement is neither lost nor kept blindly: for ``agree_for_s`` after it was last seen, the first look at which
    they agree again restores it. Moments that lie ahead (a clock set back) say nothing.
    """

    def s(at: datetime | None) -> float | None:
        return None if at is None or at > moment.wall else moment.s - (moment.wall - at).total_seconds()

    agreed_s = s(agreed_at)
    credit_until_s = None if agreed_s is None else agreed_s + water.agree_for_s
    return WaterMemory(rose_s=s(rose_at), credit_until_s=credit_until_s)


def follow(
    water: TidalWater,
    table: TideTable | None,
    readings: Mapping[GaugePoint, Reading],
    memory: WaterMemory,
    moment: Moment,
    refused: str | None = None,
    excluded: Collection[GaugePoint] = (),
) -> tuple[WaterMemory, WaterState]:
    """One look. Trust is AGREED only while a usable table and trusted gauges have agreed for long enough.

    ``refused``: why the table is not usable, where that was worked out already. ``excluded``: gauges a person took
    out of the vote; they stay among those there are, so that none is believed alone for their sake.
    """
    refused = unusable(water, table, moment.wall) if refused is None else refused
    table_m = level_at(table, moment.wall, water.apart_s) if table is not None and not refused else None
    levels = {gauge: _level(reading) for gauge, reading in readings.items()}
    seen = _looked(memory.seen, levels, table_m, moment.s)
    frozen = tuple(gauge for gauge, one in seen.items() if _is_frozen(water, one, table_m, moment.s))
    voices = {gauge: None if gauge in frozen or gauge in excluded else level for gauge, level in levels.items()}
    vote = outer_vote(voices, water.spread_m)
    memory = _sampled(water, replace(memory, seen=seen), vote.level_m, moment.s)
    rise = _rise_m_per_min(memory)
    if rise is not None and rise >= water.fast_m_per_min:
        memory = replace(memory, rose_s=moment.s)
    off_m = None if refused else _off_m(water, table, vote, moment)
    memory = _compared(water, table, memory, off_m, moment)
    trust, reason = _judged(water, refused, vote, off_m, memory, moment)
    rose_at = None if memory.rose_s is None else moment.wall - timedelta(seconds=moment.s - memory.rose_s)
    high_m = None if refused else _highest_m(water, table, voices, moment)
    return memory, WaterState(trust, reason, vote, table_m, off_m, rise, frozen, rose_at, high_m)


def _highest_m(
    water: TidalWater, table: TideTable | None, voices: Mapping[GaugePoint, float | None], moment: Moment
) -> float | None:
    """The highest level some gauge says and the table bears out; one that leaves both others and the table does not."""
    if table is None:
        return None
    levels = [level for level in voices.values() if level is not None]
    off = [(deviation_m(water, table, level, moment.wall), level) for level in levels]
    return max((level for far, level in off if far is not None and far <= water.tolerance_m), default=None)


def _off_m(water: TidalWater, table: TideTable | None, vote: OuterVote, moment: Moment) -> float | None:
    if table is None or vote.level_m is None:
        return None
    return deviation_m(water, table, vote.level_m, moment.wall)


def _level(reading: Reading) -> float | None:
    value = reading.value
    usable = reading.good and isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if usable and value is not None else None


def _looked(
    past: Mapping[GaugePoint, Seen],
    levels: Mapping[GaugePoint, float | None],
    table_m: float | None,
    now_s: float,
) -> Mapping[GaugePoint, Seen]:
    """What each gauge showed since it last moved; begun anew whenever it moves."""
    seen = {}
    for gauge, level_m in levels.items():
        if level_m is None:
            continue
        one = past.get(gauge)
        grown = Seen(now_s, level_m, level_m, table_m) if one is None else one.with_level(level_m)
        moved = grown.high_m - grown.low_m > STILL_M
        seen[gauge] = Seen(now_s, level_m, level_m, table_m) if moved else grown
    return seen


def _is_frozen(water: TidalWater, one: Seen, table_m: float | None, now_s: float) -> bool:
    if table_m is None or one.table_m is None or now_s - one.since_s < water.frozen_s:
        return False
    return abs(table_m - one.table_m) >= water.frozen_m


def _sampled(water: TidalWater, memory: WaterMemory, level_m: float | None, now_s: float) -> WaterMemory:
    kept = tuple(one for one in memory.samples if now_s - one[0] <= water.fast_window_s)
    if level_m is not None and (not kept or now_s - kept[-1][0] >= SAMPLE_S):
        kept = (*kept, (now_s, level_m))
    return replace(memory, samples=kept)


def _rise_m_per_min(memory: WaterMemory) -> float | None:
    """From the lowest level of the window to the newest (m/min over at least one minute)."""
    if len(memory.samples) < 2:
        return None
    at_s, level_m = memory.samples[-1]
    low_s, low_m = min(memory.samples, key=lambda one: (one[1], -one[0]))
    return max(0.0, level_m - low_m) / (max(at_s - low_s, 60.0) / 60.0)


def _compared(
    water: TidalWater, table: TideTable | None, memory: WaterMemory, off_m: float | None, moment: Moment
) -> WaterMemory:
    if table is not None and _beside_a_bore(water, table, moment):
        return replace(memory, on_since_s=None, off_since_s=None)
    if off_m is None:
        return replace(memory, agreed=False, on_since_s=None, off_since_s=None)
    credited = memory.credit_until_s is not None and moment.s <= memory.credit_until_s
    memory = replace(memory, credit_until_s=None)
    if off_m <= water.tolerance_m:
        since_s = moment.s if memory.on_since_s is None else memory.on_since_s
        agreed = memory.agreed or credited or moment.s - since_s >= water.agree_for_s
        return replace(memory, agreed=agreed, on_since_s=since_s, off_since_s=None)
    since_s = moment.s if memory.off_since_s is None else memory.off_since_s
    agreed = memory.agreed and moment.s - since_s < water.differ_for_s
    return replace(memory, agreed=agreed, on_since_s=None, off_since_s=since_s)


def _beside_a_bore(water: TidalWater, table: TideTable, moment: Moment) -> bool:
    """While a bore passes no table's smooth line is right; gates are closed then whatever is believed."""
    if water.bore is None:
        return False
    after_s = water.bore.late_s + water.bore.hold_s / 2.0
    return any(-BEFORE_BORE_S <= (moment.wall - one.at).total_seconds() <= after_s for one in table.bores)


def _judged(
    water: TidalWater, refused: str, vote: OuterVote, off_m: float | None, memory: WaterMemory, moment: Moment
) -> tuple[OuterTrust, str]:
    if memory.rose_s is not None and moment.s - memory.rose_s < water.calm_s:
        minutes = water.calm_s / 60.0
        return OuterTrust.RISING_FAST, (
            f"the river rises fast or did within {minutes:g} min / 外江急涨，{minutes:g} 分钟内不开闸"
        )
    if refused:
        return OuterTrust.NO_TABLE, refused
    if vote.level_m is None:
        return OuterTrust.DISTRUSTED, vote.note
    if memory.agreed:
        return OuterTrust.AGREED, vote.note
    if off_m is not None and off_m > water.tolerance_m:
        return OuterTrust.DISTRUSTED, (
            f"tide table and gauges lie more than {water.tolerance_m:g} m apart / 潮汐表与实测潮位不符"
        )
    minutes = water.agree_for_s / 60.0
    return OuterTrust.DISTRUSTED, (
        f"tide table and gauges have not agreed for {minutes:g} min yet / 潮汐表与实测潮位一致未满 {minutes:g} 分钟"
    )
