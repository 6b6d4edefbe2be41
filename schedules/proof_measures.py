"""One program in many nights at many places: how long it burns, burns by day, leaves dark, and how often it switches.

Equal to adding up ``schedules.resolve`` night by night, which a hypothesis test holds it to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules.program import DARK, Anchor, Program, TimePoint
from schedules.proof_pattern import NEXT_NOON, NOON, Bounds, Stretch, bounds_of, points_of, runs, stretches
from schedules.proof_sky import Floats, YearSky

MOST_CODE_BITS = 60
DENSE_BITS = 16
"""Orders told apart by a table of all that could be; above it by sorting."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some places' year: the sun worked out once for every program tried there. Arrays are (places, nights)."""

    sky: YearSky
    places: slice
    sunset: Floats
    sunrise: Floats
    dusk: Floats | None
    dawn: Floats | None

    @classmethod
    def of(cls, sky: YearSky, places: slice, *, twilight: bool) -> Chunk:
        """Those places' sun; dusk and dawn only when asked for."""
        dusk, dawn = sky.twilight(places) if twilight else (None, None)
        return cls(sky, places, *sky.sun(places), dusk, dawn)


@dataclass(frozen=True, slots=True)
class Measured:
    """One program's nights, each array (places, nights); seconds, but for ``burns``: how often it lights up.

    ``full_s``: burning weighted by level. ``day_s``: burning more than the margin before sunset or after sunrise.
    ``gap_s``: dark by the edges between sunset and sunrise, each narrowed by the margin; ``saved_s``: dark there by a
    saving (or a burn too short to be worth it) though the edges burn. None: nowhere any.
    """

    burn_s: Floats
    full_s: Floats
    burns: Floats
    day_s: Floats | None
    gap_s: Floats | None
    saved_s: Floats | None


def measure(
    program: Program, chunk: Chunk, rows: NDArray[np.intp], nights: NDArray[np.intp], margin_min: float
) -> Measured:
    """The program in these nights (positions) at these places (positions within the chunk)."""
    return _Measuring(program, chunk, rows, nights, margin_min).measured()


class _Measuring:
    """Cells are nights at places, laid out flat."""

    def __init__(
        self, program: Program, chunk: Chunk, rows: NDArray[np.intp], nights: NDArray[np.intp], margin_min: float
    ) -> None:
        self._program, self._chunk = program, chunk
        self._rows, self._nights = rows, nights
        self._shape = len(rows), len(nights)
        self._margin_min, self._margin_s = margin_min, margin_min * 60.0
        self._points = points_of(program)
        self._noon = self._over_nights(chunk.sky.noon_s)
        self._next_noon = self._over_nights(chunk.sky.next_noon_s)
        self._sunset, self._sunrise = self._cut(chunk.sunset), self._cut(chunk.sunrise)
        self._times = [self._second(point) for point in self._points]
        cells = len(rows) * len(nights)
        self._burn, self._full, self._burns = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self._day: Floats | None = None
        self._gap: Floats | None = None
        self._saved: Floats | None = None

    def measured(self) -> Measured:
        for order, outside, cells in self._patterns():
            self._add(order, outside, cells)
        self._add_light_sensor()
        square = self._shape
        day, gap, saved = (None if a is None else a.reshape(square) for a in (self._day, self._gap, self._saved))
        burn, full, burns = (a.reshape(square) for a in (self._burn, self._full, self._burns))
        return Measured(burn, full, burns, day, gap, saved)

    # -- moments ------------------------------------------------------------------------------------------------

    def _cut(self, whole: Floats) -> Floats:
        rows = whole if len(self._rows) == whole.shape[0] else whole[self._rows]
        return (rows if len(self._nights) == whole.shape[1] else rows[:, self._nights]).reshape(-1)

    def _over_nights(self, by_night: Floats) -> Floats:
        return np.broadcast_to(by_night[self._nights], self._shape).reshape(-1)

    def _second(self, point: TimePoint) -> Floats:
        if point.anchor is Anchor.CLOCK:
            return self._over_nights(self._chunk.sky.clock(point.minutes))
        offset_s = point.minutes * 60.0
        if point.anchor is Anchor.SUNSET:
            return self._sunset + offset_s
        if point.anchor is Anchor.SUNRISE:
            return self._sunrise + offset_s
        twilight = self._chunk.dusk if point.anchor is Anchor.DUSK else self._chunk.dawn
        if twilight is None:
            raise AssertionError(f"{point} needs the twilight, and the chunk was made without")
        return self._cut(twilight) + offset_s

    # -- orders -------------------------------------------------------------------------------------------------

    def _patterns(self) -> Iterator[tuple[Sequence[int], Sequence[int], NDArray[np.intp] | None]]:
        """Each order of the points that comes, what lies outside the night, and in which cells (None: in all)."""
        codes = self._codes()
        for code, cells in _apart(*codes) if codes else [(0, None)]:
            del code
            first = 0 if cells is None else int(cells[0])
            moments = [float(times[first]) for times in self._times]
            noon, next_noon = float(self._noon[first]), float(self._next_noon[first])
            order = sorted(range(len(moments)), key=moments.__getitem__)
            outside = [-1 if second < noon else 1 if second >= next_noon else 0 for second in moments]
            yield order, outside, cells

    def _codes(self) -> tuple[NDArray[np.int64], int] | None:
        """For each cell which points come before which, as bits; None when that is the same in every cell."""
        tests: list[NDArray[np.bool_]] = []
        for later, point in enumerate(self._points):
            times = self._times[later]
            if point.anchor is not Anchor.CLOCK:
                tests += [times < self._noon, times >= self._next_noon]
            # Clock times compared with each other too: where the clock is put forward two may change places.
            tests += [times < self._times[earlier] for earlier in range(later) if self._may_swap(earlier, later)]
        varying = [test for test in tests if test.any() and not test.all()]
        if not varying:
            return None
        if len(varying) > MOST_CODE_BITS:
            return self._distinct(varying), MOST_CODE_BITS
        code = np.zeros(len(self._burn), dtype=np.int64)
        for bit, test in enumerate(varying):
            code |= test.astype(np.int64) << bit
        return code, len(varying)

    def _may_swap(self, earlier: int, later: int) -> bool:
        first, second = self._points[earlier].anchor, self._points[later].anchor
        return first is not second or first is Anchor.CLOCK

    @staticmethod
    def _distinct(tests: list[NDArray[np.bool_]]) -> NDArray[np.int64]:
        """A number for each combination, when there are more tests than bits."""
        _, number = np.unique(np.packbits(np.stack(tests), axis=0), axis=1, return_inverse=True)
        return number.astype(np.int64).reshape(-1)

    # -- adding up ----------------------------------------------------------------------------------------------

    def _add(self, order: Sequence[int], outside: Sequence[int], cells: NDArray[np.intp] | None) -> None:
        found = stretches(self._program, order, outside)
        bounds = bounds_of(self._points, order, self._margin_min)
        place = {point: position for position, point in enumerate(order)} | {NOON: -1, NEXT_NOON: len(order)}
        for burning, run in runs(found):
            if burning:
                self._add_run(run, bounds, place, cells)
        for one in found:
            if one.base == DARK:
                self._gap = self._plus(self._gap, self._at_night(one, bounds, place, cells), cells)
            elif one.percent == DARK:
                self._saved = self._plus(self._saved, self._at_night(one, bounds, place, cells), cells)

    def _add_run(
        self, run: Sequence[Stretch], bounds: Bounds, place: dict[int, int], cells: NDArray[np.intp] | None
    ) -> None:
        kept: Floats | None = None
        if self._program.min_burn_min:
            length = self._boundary(run[-1].end, cells) - self._boundary(run[0].start, cells)
            long_enough = length >= self._program.min_burn_min * 60.0
            kept = None if long_enough.all() else long_enough.astype(np.float64)
        self._put(self._burns, 1.0 if kept is None else kept, cells)
        for one in run:
            length = self._boundary(one.end, cells) - self._boundary(one.start, cells)
            by_day = self._by_day(one, bounds, place, cells)
            if kept is not None:
                if one.base > DARK and not kept.all():
                    left_out = self._at_night(one, bounds, place, cells)
                    dark = None if left_out is None else left_out * (1.0 - kept)
                    self._saved = self._plus(self._saved, dark, cells)
                length = length * kept
                by_day = None if by_day is None else by_day * kept
            self._put(self._burn, length, cells)
            self._put(self._full, length * (one.percent / 100.0), cells)
            self._day = self._plus(self._day, by_day, cells)

    def _boundary(self, boundary: int, cells: NDArray[np.intp] | None) -> Floats:
        if boundary == NOON:
            return _of(self._noon, cells)
        if boundary == NEXT_NOON:
            return _of(self._next_noon, cells)
        times = _of(self._times[boundary], cells)
        if self._points[boundary].anchor is Anchor.CLOCK:
            return times
        return np.minimum(np.maximum(times, _of(self._noon, cells)), _of(self._next_noon, cells))

    def _by_day(
        self, one: Stretch, bounds: Bounds, place: dict[int, int], cells: NDArray[np.intp] | None
    ) -> Floats | None:
        """How much of it lies before sunset or after sunrise, beyond the margin."""
        parts: list[Floats] = []
        if bounds.after_evening is None or place[one.start] < bounds.after_evening:
            evening = _of(self._sunset, cells) - self._margin_s
            cut = np.minimum(self._boundary(one.end, cells), evening) - self._boundary(one.start, cells)
            parts.append(np.maximum(cut, 0.0))
        if bounds.before_morning is None or place[one.end] > bounds.before_morning:
            morning = _of(self._sunrise, cells) + self._margin_s
            cut = self._boundary(one.end, cells) - np.maximum(self._boundary(one.start, cells), morning)
            parts.append(np.maximum(cut, 0.0))
        if not parts:
            return None
        both: Floats = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        return both

    def _at_night(
        self, one: Stretch, bounds: Bounds, place: dict[int, int], cells: NDArray[np.intp] | None
    ) -> Floats | None:
        """How much of it lies between sunset and sunrise, each narrowed by the margin."""
        if bounds.before_lit is not None and place[one.end] <= bounds.before_lit:
            return None
        if bounds.after_lit is not None and place[one.start] >= bounds.after_lit:
            return None
        evening, morning = _of(self._sunset, cells) + self._margin_s, _of(self._sunrise, cells) - self._margin_s
        end, start = np.minimum(self._boundary(one.end, cells), morning), self._boundary(one.start, cells)
        inside: Floats = np.maximum(end - np.maximum(start, evening), 0.0)
        return inside

    def _add_light_sensor(self) -> None:
        """A light sensor may light earlier or end earlier inside its windows: the worst of either, every night."""
        day_s, gap_s = light_sensor_worst_s(self._program, self._margin_min)
        if day_s:
            self._day = self._plus(self._day, np.full(len(self._burn), day_s), None)
        if gap_s:
            self._gap = self._plus(self._gap, np.full(len(self._burn), gap_s), None)

    @staticmethod
    def _put(into: Floats, what: Floats | float, cells: NDArray[np.intp] | None) -> None:
        if cells is None:
            into += what
        else:
            into[cells] += what

    def _plus(self, into: Floats | None, what: Floats | None, cells: NDArray[np.intp] | None) -> Floats | None:
        if what is None or not what.any():
            return into
        if into is None:
            into = np.zeros(len(self._burn))
        self._put(into, what, cells)
        return into


def light_sensor_worst_s(program: Program, margin_min: float) -> tuple[float, float]:
    """Seconds a night a light sensor could add to day burning, and to darkness at night, beyond the margin."""
    if program.lux is None:
        return 0.0, 0.0
    (evening, _), (morning, late) = program.lux.evening, program.lux.morning
    own_end = max((edge.at.minutes for edge in program.edges if edge.at.anchor is Anchor.SUNRISE), default=-late)
    later = max(0.0, late - max(margin_min, own_end))
    earlier = max(0.0, -evening - margin_min)
    darker = max(0.0, -morning - margin_min) if program.lux.mode.value == "lux" else 0.0
    return (earlier + later) * 60.0, darker * 60.0


def _of(whole: Floats, cells: NDArray[np.intp] | None) -> Floats:
    return whole if cells is None else whole[cells]


def _apart(code: NDArray[np.int64], bits: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """The cells of each code that comes."""
    found = np.flatnonzero(np.bincount(code, minlength=1 << bits)) if bits <= DENSE_BITS else np.unique(code)
    for one in found:
        yield int(one), np.flatnonzero(code == one)
