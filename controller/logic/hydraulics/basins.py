"""The waters of a network while a run of the model moves them: basins that store, and seas that do not change."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from controller.logic.hydraulics.network import StorageCurve

WIDENING_EPSILON = 1e-9
"""Below this a surface counts as vertical-sided (m² per m)."""


class Basin:
    """A reach in a run: its volume is the truth, its level follows exactly over the storage curve.

    The same curve as ``StorageCurve``, kept by piece so that a step costs a comparison and a root.
    """

    __slots__ = ("_from", "_high", "_low", "_narrow", "_pieces", "_widening", "floor_m3", "level_m", "volume_m3")

    def __init__(self, curve: StorageCurve, level_m: float, floor_m: float) -> None:
        self._pieces = _pieces(curve)
        self.floor_m3 = curve.volume_m3(floor_m)
        self._use(self._pieces[0])
        self.volume_m3 = 0.0
        self.level_m = self._from
        self.add(curve.volume_m3(level_m))

    def add(self, volume_m3: float) -> None:
        """Take so much water up (or give it off, when negative; the caller sees that it is there)."""
        volume = self.volume_m3 + volume_m3
        self.volume_m3 = volume
        if not self._low <= volume < self._high:
            self._use(_piece_of(volume, self._pieces))
        rest = volume - self._low
        if self._widening == 0.0:
            self.level_m = self._from + rest / self._narrow
        else:
            root = (self._narrow * self._narrow + 2.0 * self._widening * max(rest, 0.0)) ** 0.5
            self.level_m = self._from + 2.0 * rest / (self._narrow + root)

    def area_m2(self) -> float:
        """The surface at the level now."""
        return self._narrow + self._widening * (self.level_m - self._from)

    def area_at_m2(self, level_m: float) -> float:
        """The surface at a level it may come to; that of its bottom below it."""
        if level_m >= self._from:
            return self._narrow + self._widening * (min(level_m, self.level_m) - self._from)
        piece = self._pieces[max(bisect_right(self._pieces, level_m, key=lambda one: one[2]) - 1, 0)]
        return piece[3] + piece[4] * max(0.0, level_m - piece[2])

    def take(self, wanted_m3: float) -> float:
        """Give off what is wanted, or what there is."""
        taken = min(wanted_m3, self.volume_m3)
        self.add(-taken)
        return taken

    def to_spare_m3(self) -> float:
        """What may be pumped out of it: the water above its floor."""
        return max(0.0, self.volume_m3 - self.floor_m3)

    def _use(self, piece: tuple[float, float, float, float, float]) -> None:
        self._low, self._high, self._from, self._narrow, self._widening = piece


class Sea:
    """A water outside: its level is given, and whatever flows in or out changes nothing but the count."""

    __slots__ = ("level_m", "volume_m3")

    def __init__(self) -> None:
        self.level_m = 0.0
        self.volume_m3 = 0.0

    def add(self, volume_m3: float) -> None:
        """Count what came."""
        self.volume_m3 += volume_m3

    def area_m2(self) -> float:
        """No end of it."""
        return float("inf")

    def area_at_m2(self, level_m: float) -> float:
        """No end of it."""
        del level_m
        return float("inf")

    def take(self, wanted_m3: float) -> float:
        """It gives what is wanted."""
        self.volume_m3 -= wanted_m3
        return wanted_m3

    def to_spare_m3(self) -> float:
        """No end of it."""
        return float("inf")


Water = Basin | Sea


def _pieces(curve: StorageCurve) -> tuple[tuple[float, float, float, float, float], ...]:
    """(volume from, to, level from, surface there, widening) of every piece; the last goes on for ever."""
    pieces, volume = [], 0.0
    for (low, narrow), (high, wide) in pairwise(curve.points):
        held = (high - low) * (narrow + wide) / 2.0
        widening = (wide - narrow) / (high - low)
        pieces.append((volume, volume + held, low, narrow, widening if abs(widening) > WIDENING_EPSILON else 0.0))
        volume += held
    top, area = curve.points[-1]
    pieces.append((volume, float("inf"), top, area, 0.0))
    return tuple(pieces)


def _piece_of(
    volume_m3: float, pieces: tuple[tuple[float, float, float, float, float], ...]
) -> tuple[float, float, float, float, float]:
    at = bisect_right(pieces, volume_m3, key=lambda piece: piece[0]) - 1
    return pieces[max(at, 0)]
