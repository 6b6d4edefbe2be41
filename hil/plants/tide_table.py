"""A tide table written for a simulated tide: its high and low waters and the bore's times, as an office prints them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from io import StringIO
from math import ceil

from hil.plants.tide import M2_S, Tide

LOOK_S = 300.0
"""The tide is looked at this often for its turning points; each is then found to the second."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """A high or low water: Unix second and level (m)."""

    at_s: float
    level_m: float
    high: bool


def extremes(tide: Tide, from_s: float, to_s: float) -> Iterator[Extreme]:
    """Every high and low water of the tide without its bore, in order."""
    calm = replace(tide, bore_m=0.0)
    before_m, at_s = calm.level_m(from_s - LOOK_S), from_s
    now_m = calm.level_m(at_s)
    while at_s < to_s:
        after_m = calm.level_m(at_s + LOOK_S)
        if (now_m - before_m) * (after_m - now_m) <= 0.0 and now_m != before_m:
            yield _turning(calm, at_s, high=now_m > before_m)
        before_m, now_m, at_s = now_m, after_m, at_s + LOOK_S


def bores(tide: Tide, from_s: float, to_s: float) -> Iterator[float]:
    """When the bore's front arrives (Unix seconds); none for a tide without one."""
    if tide.bore_m <= 0.0:
        return
    first = tide.m2_high_s + tide.bore_after_s
    number = ceil((from_s - first) / M2_S)
    while (at_s := first + number * M2_S) < to_s:
        yield at_s
        number += 1


def table_csv(tide: Tide, of: str, source: str, issued: datetime, from_s: float, to_s: float, zone: tzinfo) -> str:
    """The table as CSV: time, high_low, level_m, bore, bore_m; times local, to the minute, as printed tables are."""
    arrivals = list(bores(tide, from_s, to_s))
    text = StringIO()
    text.write(f"# of: {of}\n# source: {source}\n# issued: {issued.astimezone(zone):%Y-%m-%d %H:%M}\n")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("time", "high_low", "level_m", "bore", "bore_m"))
    listed = list(extremes(tide, from_s, to_s))
    for one, following in zip(listed, [*listed[1:], None], strict=True):
        ends_s = following.at_s if following is not None else one.at_s
        bore_s = next((at_s for at_s in arrivals if one.at_s <= at_s < ends_s), None)
        bore = ("", "") if bore_s is None else (_local(bore_s, zone), f"{tide.bore_m:.2f}")
        rows.writerow((_local(one.at_s, zone), "high" if one.high else "low", f"{one.level_m:.2f}", *bore))
    return text.getvalue()


def _turning(tide: Tide, near_s: float, *, high: bool) -> Extreme:
    sign = 1.0 if high else -1.0
    at_s = max(
        (near_s + step for step in range(-int(LOOK_S), int(LOOK_S) + 1, 5)), key=lambda s: sign * tide.level_m(s)
    )
    return Extreme(at_s, tide.level_m(at_s), high)


def _local(at_s: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(round(at_s / 60.0) * 60.0, UTC).astimezone(zone):%Y-%m-%d %H:%M}"
