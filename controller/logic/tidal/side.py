"""A station's outer side: what its river gates may do now, out of its water's trust, the bore and its own gauge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from math import ceil, floor

from controller.domain.pumps_and_gates import Gate, GateRole
from controller.domain.stations import Station
from controller.logic.contract import Moment
from controller.logic.forecasts.series import BoreArrival, TideTable
from controller.logic.sequencers.gate import REST_S, proof_within_s
from controller.logic.tidal.rules import BoreRule, TidalWater
from controller.logic.tidal.table import bores_near
from controller.logic.tidal.trust import BEFORE_BORE_S, WaterState
from controller.logic.water_around import OuterSide, OuterTrust

RIVER_ROLES = frozenset({GateRole.GRAVITY, GateRole.INTAKE})
"""Gates that let river and city meet without a pump between them."""
TRIES = 2
"""So many full travels with their proofs fit between the order to close and the moment it must be proven."""
ORDER_S = 60.0
"""And this long for the order to go out and be repeated."""
LEAST_STEP_M = 0.05
"""How finely the table's lowest level is told."""
HIGH_STEP_M = 0.01
"""And the highest gauge's."""
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class BoreWindow:
    """From ``begins`` gates are told to close, by ``closed_by`` they are proven closed, from ``ends`` they may open.

    ``awaited``: the bore was to have come by now and was not seen.
    """

    bore: BoreArrival
    begins: datetime
    closed_by: datetime
    ends: datetime
    awaited: bool = False


def river_gates(station: Station) -> tuple[Gate, ...]:
    """The gates the tide matters to; none where the station stands at no tidal water."""
    return tuple(gate for gate in station.gates if gate.role in RIVER_ROLES) if station.outer_water else ()


def bore_window(bore: BoreArrival, rule: BoreRule, travel_s: float, proof_s: float) -> BoreWindow:
    """A bore's window for gates with this travel time (s); ``proof_s``: how long one of their travels may take."""
    closed_by = bore.at - timedelta(seconds=travel_s + rule.margin_s)
    begins = closed_by - timedelta(seconds=TRIES * (proof_s + REST_S) + ORDER_S)
    return BoreWindow(bore, begins, closed_by, bore.at + timedelta(seconds=rule.late_s + rule.hold_s))


def as_seen(window: BoreWindow, rule: BoreRule, rose_at: datetime | None, at: datetime) -> BoreWindow:
    """The window by what was seen of its bore: a fast rise from shortly before its time on.

    Seen: ``hold_s`` after it, never sooner than without. Not seen though it was to have come: waited for.
    """
    hold = timedelta(seconds=rule.hold_s)
    if rose_at is not None and rose_at >= window.bore.at - timedelta(seconds=BEFORE_BORE_S):
        return replace(window, ends=max(window.ends, rose_at + hold))
    ends = max(window.ends, window.bore.at + timedelta(seconds=rule.unseen_s))
    return replace(window, ends=ends, awaited=at >= window.bore.at + timedelta(seconds=rule.late_s))


def windows_of(station: Station, water: TidalWater, table: TideTable, at: datetime, ahead_s: float) -> list[BoreWindow]:
    """The bore windows that touch the time from now to ``ahead_s`` later, in order."""
    gates = river_gates(station)
    if water.bore is None or not gates:
        return []
    travel_s = max(gate.travel_s for gate in gates)
    proof_s = max(proof_within_s(gate) for gate in gates)
    early_s = travel_s + water.bore.margin_s + TRIES * (proof_s + REST_S) + ORDER_S
    bores = bores_near(table, water.bore, at, ahead_s + early_s)
    return [bore_window(bore, water.bore, travel_s, proof_s) for bore in bores]


def outer_side(
    station: Station,
    water: TidalWater,
    state: WaterState,
    table: TideTable | None,
    own_m: float | None,
    moment: Moment,
    tz: tzinfo,
) -> OuterSide:
    """What the station may believe. ``own_m``: its own outer gauge, None when not GOOD or without one.

    A bore's window counts before everything, also where table and gauges disagree: it costs little to close.
    """
    least_m = _least_m(water, state)
    if table is not None and water.bore is not None:
        windows = windows_of(station, water, table, moment.wall, 0.0)
        seen = (as_seen(one, water.bore, state.rose_at, moment.wall) for one in windows)
        now = next(_in_force(seen, moment.wall), None)
        if now is not None:
            late = now.closed_by <= moment.wall
            return OuterSide(OuterTrust.BORE_WINDOW, _bore_reason(now, tz), None, least_m, late)
    if state.trust is not OuterTrust.AGREED:
        return OuterSide(state.trust, state.reason, None, least_m)
    return _with_own_gauge(station, water, state, own_m, least_m)


def _in_force(windows: Iterable[BoreWindow], at: datetime) -> Iterator[BoreWindow]:
    return (one for one in windows if one.begins <= at < one.ends)


def _with_own_gauge(
    station: Station, water: TidalWater, state: WaterState, own_m: float | None, least_m: float | None
) -> OuterSide:
    voted_m = state.vote.level_m
    if own_m is None and station.outer_level is not None:
        reason = "its own outer gauge cannot be trusted / 本站外江水位计不可信"
        return OuterSide(OuterTrust.DISTRUSTED, reason, None, least_m)
    if own_m is not None and voted_m is not None and abs(own_m - voted_m) > water.spread_m:
        reason = f"its own outer gauge is more than {water.spread_m:g} m off the others / 本站外江水位计与其他测站不符"
        return OuterSide(OuterTrust.DISTRUSTED, reason, None, least_m)
    return OuterSide(OuterTrust.AGREED, state.reason, None, least_m)


def _least_m(water: TidalWater, state: WaterState) -> float | None:
    """What no head is reckoned below: the table less its tolerance, and the highest gauge it bears out.

    Two gauges that froze together outvote the third while the tide rises; for an open gate that third one counts.
    """
    found = []
    if state.table_m is not None:
        found.append(floor((state.table_m - water.tolerance_m) / LEAST_STEP_M) * LEAST_STEP_M)
    if state.high_m is not None:
        found.append(ceil(state.high_m / HIGH_STEP_M - ROUNDING) * HIGH_STEP_M)
    return round(max(found), 2) if found else None


def _bore_reason(window: BoreWindow, tz: tzinfo) -> str:
    arrives, ends = (f"{at.astimezone(tz):%H:%M}" for at in (window.bore.at, window.ends))
    if window.awaited:
        return (
            f"the bore of {arrives} was not seen yet, gates stay closed until {ends} / "
            f"{arrives} 涌潮尚未观测到，{ends} 前不开闸"
        )
    return f"bore expected {arrives}, gates stay closed until {ends} / 涌潮 {arrives} 到达，{ends} 前不开闸"
