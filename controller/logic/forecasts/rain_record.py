"""How much rain fell at a gauge, piece by piece of the wall clock, and of how much of that time anybody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HOUR_S = 3600.0
BIN_S = 600
"""Rain is summed up in pieces of this length."""
LONGEST_GAP_S = 900.0
"""A rate holds at most this long without news; what fell in a longer gap is unknown and counts as nothing."""
WINDOWS_H = (1, 3, 6, 12, 24)
"""Over how many hours people are told rain."""
KEPT_S = 26 * HOUR_S
"""A day, and what a late forecast is compared with."""


@dataclass(frozen=True, slots=True)
class RainBin:
    """``BIN_S`` from ``number × BIN_S`` Unix seconds on: what fell (mm), and of how many seconds that is known."""

    number: int
    mm: float
    known_s: float


@dataclass(frozen=True, slots=True)
class RainRecord:
    """One gauge's bins, oldest first. ``seen_s`` (monotonic): when its rate was last known; None: it is not now."""

    bins: tuple[RainBin, ...] = ()
    seen_s: float | None = None
    rate_mm_h: float = 0.0

    def sum(self, begins_s: float, ends_s: float) -> tuple[float, float]:
        """Millimetres between two moments (Unix seconds), and the seconds of it that are known."""
        mm = known_s = 0.0
        for one in self.bins:
            from_s = one.number * BIN_S
            share = (min(ends_s, from_s + BIN_S) - max(begins_s, from_s)) / BIN_S
            if share > 0.0:
                mm += one.mm * share
                known_s += one.known_s * share
        return mm, known_s

    def within(self, window_s: float, now: datetime) -> float:
        """Millimetres in the last ``window_s``; at least that much fell: what is unknown counts as nothing."""
        now_s = now.timestamp()
        return self.sum(now_s - window_s, now_s + BIN_S)[0]

    def known(self, window_s: float, now: datetime) -> float:
        """Which part of the last ``window_s`` is known, 0 … 1."""
        now_s = now.timestamp()
        return min(1.0, self.sum(now_s - window_s, now_s)[1] / window_s)


def observe(record: RainRecord, rate_mm_h: float | None, now: datetime, now_s: float) -> RainRecord:
    """The record after a look at a gauge's rate; None when it is not GOOD. ``now_s`` is monotonic.

    The rate of the look before counts until now, at most ``LONGEST_GAP_S``.
    """
    bins = record.bins
    if record.seen_s is not None:
        elapsed_s = min(max(0.0, now_s - record.seen_s), LONGEST_GAP_S)
        bins = _added(bins, record.rate_mm_h, now.timestamp(), elapsed_s)
    oldest = (now.timestamp() - KEPT_S) / BIN_S - 1
    bins = tuple(one for one in bins if one.number >= oldest)
    if rate_mm_h is None:
        return RainRecord(bins)
    return RainRecord(bins, now_s, rate_mm_h)


def _added(bins: tuple[RainBin, ...], rate_mm_h: float, until_s: float, elapsed_s: float) -> tuple[RainBin, ...]:
    """What fell in the ``elapsed_s`` before ``until_s``, put into the bins it fell in."""
    known = {one.number: one for one in bins[-4:]}  # a gap reaches no further back
    from_s = until_s - elapsed_s
    for number in range(int(from_s // BIN_S), int(until_s // BIN_S) + 1):
        piece_s = min(until_s, (number + 1) * BIN_S) - max(from_s, number * BIN_S)
        if piece_s > 0.0:
            before = known.get(number, RainBin(number, 0.0, 0.0))
            known_s = min(float(BIN_S), before.known_s + piece_s)
            known[number] = RainBin(number, before.mm + rate_mm_h * piece_s / HOUR_S, known_s)
    rest = bins[:-4] if len(bins) > 4 else ()
    return (*rest, *(known[number] for number in sorted(known)))


def body_of(record: RainRecord) -> Mapping[str, Any]:
    """The record as it is kept."""
    return {"bins": [[one.number, round(one.mm, 4), round(one.known_s, 1)] for one in record.bins]}


def record_of(body: Mapping[str, Any]) -> RainRecord:
    """The record ``body_of`` wrote; an empty one for what an older version wrote."""
    rows: Sequence[Sequence[float]] = body.get("bins", ())
    return RainRecord(tuple(_bins(rows)))


def _bins(rows: Sequence[Sequence[float]]) -> Iterator[RainBin]:
    for number, mm, known_s in rows:
        yield RainBin(int(number), float(mm), float(known_s))
