"""What one light, or a cell of lights, did in a night so far; and what five minutes add to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from controller.logic.light_rates import MILLI, LightSum

SLOT_S = 300
"""A sample stands for so many seconds."""
SLOTS = 24 * 3600 // SLOT_S


class NightSums(NamedTuple):
    """Sums of a night. Lamps in thousandths × seconds, energy in thousandths of a watt-hour.

    Positions are kept on disk: add at the end, never change.
    """

    due: int = 0
    unknown: int = 0
    lit: int = 0
    idle_day: int = 0
    """By day: lamps that should be off, and are known about."""
    burning_day: int = 0
    """By day: lamps of those that burn."""
    measured: int = 0
    """Energy by the cabinet's meter, shared out by the power of its lights."""
    estimated: int = 0
    """Energy where no meter tells: measured power × time, or rated power × time where that is unknown too."""
    full: int = 0
    """Energy the same burning would have taken at 100 %."""
    burned: int = 0
    """Lamps that burned, whether they should or not; unknown ones that should are taken to have."""
    commanded_s: int = 0
    proven_s: int = 0
    """Seconds a light was commanded on, and proven to burn (half its lamps or more)."""
    unknown_s: int = 0
    switchings: int = 0
    unseen: int = 0
    """Part of ``measured`` that was used while nothing was recorded: no lamp-hours stand beside it."""

    def plus(self, other: Sequence[int]) -> NightSums:
        """Both together."""
        return NightSums._make([mine + theirs for mine, theirs in zip(self, other, strict=True)])

    @classmethod
    def read(cls, kept: Sequence[int]) -> NightSums:
        """Sums as they were kept, also by a version that knew fewer of them."""
        return cls(*kept[: len(cls._fields)])


NONE = NightSums()
WIDTH = len(NONE)
MEASURED, ESTIMATED = NightSums._fields.index("measured"), NightSums._fields.index("estimated")
SWITCHINGS, UNSEEN = NightSums._fields.index("switchings"), NightSums._fields.index("unseen")


def mwh(power_mw: int) -> int:
    """What this power (mW) takes in one slot, in thousandths of a watt-hour."""
    return power_mw * SLOT_S // 3600


def assumed_mw(state: LightSum, rated_w: float) -> int:
    """The power a light is taken to have: measured, or rated where it is due and nobody knows."""
    if state.unknown and not state.power_mw:
        return round(rated_w * MILLI)
    return state.power_mw


def in_one_slot(state: LightSum, rated_w: float, *, day: bool) -> NightSums:
    """What one light did in five minutes, but for its energy (that depends on the meter)."""
    due = state.due > 0
    burns = 2 * (state.lit + state.burning) >= state.lamps > 0
    full_mw = round(rated_w * MILLI) if state.unknown else state.full_mw
    return NightSums(
        due=state.due * SLOT_S,
        unknown=state.unknown * SLOT_S,
        lit=state.lit * SLOT_S,
        idle_day=state.idle * SLOT_S if day else 0,
        burning_day=state.burning * SLOT_S if day else 0,
        full=mwh(full_mw),
        burned=(state.lit + state.burning + state.unknown) * SLOT_S,
        commanded_s=SLOT_S if due else 0,
        proven_s=SLOT_S if burns else 0,
        unknown_s=SLOT_S if state.unknown else 0,
    )
