"""How guidance binds a station's own staged count: it adds, it caps what is added, it eases; never more than that.

One function for the stations (``logic.stations``) and for the bench that measures the rules.
"""

from __future__ import annotations

from controller.logic.water_around import Guidance


def guided_count(staged: int, running: int, units: int, level_m: float, guidance: Guidance) -> int:
    """The unit count a station asks for: its own level's ``staged`` count as the network guides it.

    ``least`` is added to it. ``most`` keeps further units from starting, never fewer than run now. ``ease`` lets units
    stop that the station's own level would keep running, below ``ease_below_m``; without that level its stages alone
    are eased, which ``staged`` knows already. From ``ease_below_m`` on nothing is held back or eased, however old the
    guidance is.
    """
    if eases(guidance, level_m):
        return min(units, guidance.least)
    count = max(staged, guidance.least)
    if guidance.most is not None and not (guidance.ease_below_m is not None and level_m >= guidance.ease_below_m):
        count = min(count, max(guidance.most, guidance.least, running))
    return min(units, count)


def eases(guidance: Guidance, level_m: float) -> bool:
    """Whether units beyond ``least`` may stop at this level, whatever their own stop levels say."""
    return guidance.ease and guidance.ease_below_m is not None and level_m < guidance.ease_below_m
